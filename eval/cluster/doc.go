// Package cluster talks to Elasticsearch: search, points in time, bulk,
// inference, and whatever a run has to know beforehand. It is the only
// importer of go-elasticsearch.
//
// It refuses to guess. An answer that is partial, late, cut short, longer than
// asked for or not JSON is an Error and never a shorter ranking; retrievers go
// out as the bytes that they came in as, because typed requests drop what they
// do not know; and no secret leaves it but in the Authorization header.
//
// How it works:
//
//  1. FromEnvironment completes a Config from the variables that Elastic's own
//     tools read; New checks it and builds one tuned http.Transport, and around
//     it the wire, which adds the headers that Elastic's clients send.
//  2. Every method describes one request (esapi's request structs over
//     elastictransport with its own retries off) and hands it to the attempt
//     loop.
//  3. The loop waits for the circuit breaker, sends the request within the
//     time limit of one attempt, and reads the bounded body into a workspace
//     that is used again.
//  4. What comes back is decoded: hits by hand with eval/scan, copying an
//     answer's texts once, everything else by encoding/json. An error is followed
//     through suppressed and caused_by down to its innermost reason, and
//     sorted into a Kind.
//  5. Kinds that may heal are tried again with exponential backoff and full
//     jitter, or when Retry-After says so, within the retries of the call, its
//     time budget, and the client's budget. Wall times are those of the
//     attempt that succeeded.
//  6. When the cluster stops answering, the breaker pauses all callers, lets
//     one of them try now and then, and says so through Config.Notify.
package cluster
