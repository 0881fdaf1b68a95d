// Package score computes the metrics of a run and the differences between its
// systems. All of it are pure functions of the run.
//
// It refuses to leave a query out quietly: each function says which queries
// its numbers are over.
//
//  1. Evaluate joins every ranking with the judgments and computes each metric
//     for each query and system. That is done once for a run: OfMetrics and
//     OfQueries are views of what it found.
//  2. Differences compares the systems, query by query.
//  3. Changes says which documents made the difference of one query.
//  4. ByTag averages over the queries of each tag.
package score
