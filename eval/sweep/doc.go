// Package sweep answers how deep to rerank: from one pass over a suite at the
// largest window it works out what every smaller window would have given.
//
// With a pointwise reranker the ranking at window w is the subsequence of the
// ranking at the largest window whose documents are among the first w of the
// first stage. So any number of windows costs two searches a query, and the
// work for all of them is hardly more than for one.
//
// Its stance: what was derived is checked. A random sample of windows is
// searched for real, and where one differs every window is measured instead,
// unless the caller insists on an approximation. Latency is never derived. A
// recommendation says how sure it is, and how many queries would make it so.
//
// It refuses a first stage whose own window is smaller than the largest window
// asked for: its ranking would not be the prefix that the derivation needs.
//
// How it works:
//
//  1. ParseWindows reads the windows, Plan the first stage.
//  2. Execute searches every query twice, without the reranker and with it at
//     the largest window (FromRun takes a saved run instead).
//  3. Derive gives the ranking at any window; the curves of all metrics come
//     from one scan of the two lists, window by window only where a judged
//     document moved.
//  4. The audit searches a sample of cells, a query at a window each, and
//     compares list by list. The latencies are measured on a sample of
//     queries, one search at a time.
//  5. For each window: the metrics and the gain over no reranker with its
//     interval; the ceiling, which a perfect reranker would reach on the same
//     window; where relevant documents were lost.
//  6. The recommendations come from a bootstrap over queries that holds the
//     whole selection of the best window.
//  7. Settings estimates offline what min_score and a blend of the two scores
//     would have given, cross-validated over queries.
package sweep
