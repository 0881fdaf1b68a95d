// Package execute runs a plan against a cluster.
//
// It refuses to resume a run with other settings than it was started with,
// searches nothing twice but to time it, and never searches more often than was
// said.
//
//  1. Execute looks at the cluster (preflight), resolves the judged titles,
//     and writes the manifest.
//  2. The model is warmed up, once for each endpoint.
//  3. The first query is searched with every system before all others, and its
//     answers are kept: a suite that the server refuses costs no more than two
//     searches a system. Probe does so alone.
//  4. A Runner searches every query with every system on one point in time;
//     one recorder writes each answered query to the run file while the next
//     are searched.
//  5. What is scored outside of Elasticsearch waits for its first stage, whose
//     hits come with the texts; package reranker asks for the scores.
//  6. Latencies are measured on a sample, where that is asked for: one search at
//     a time, the systems in a random order. These are the only searches beside
//     the plan's, and the cost that is said before holds them.
//  7. The end is written: what failed, what the rerankers dropped and why,
//     whether the index changed meanwhile.
package execute
