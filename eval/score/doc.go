// Package score computes the metrics of a run and the differences between its
// systems. All of it are pure functions of the run.
//
// It refuses to take for evidence what is none: a failed search, a failed
// repeat, an answer that the reranker did not rank, a reranked list whose hits
// all share one score, and the accidental order of other tied hits.
//
//  1. Evaluate joins every ranking with the judgments and computes each metric
//     for each query and system: the expectation over the orders of tied hits,
//     the value as the server ranked them, and bounds over every way of judging
//     what nobody judged. That is done once for a run: OfMetrics and OfQueries
//     are views of what it found.
//  2. Compare compares the systems, query by query, on the queries that all of
//     them answered. A system that answered less than half as many as the one
//     that answered most is not compared. The lead metric's comparisons are one
//     family; those of other metrics are secondary and not corrected, and so are
//     gains over two first stages that the suite does not ask to compare.
//     Coverage and counts are never tested. ComparePairs does the same across runs.
//  3. Each difference carries what may be said of it, its interval, and its
//     bounds over every way of judging the unjudged hits of all systems, with
//     few documents whose judging could settle its sign.
//  4. Decide makes the table that a system is chosen from: means, gains,
//     ceilings, prices, and the latency of the searches (LatencyOf). Who comes
//     into question follows from the verdicts alone.
//  5. Changes says which documents made the difference of one query.
//  6. ByTag averages over the queries of each tag.
package score
