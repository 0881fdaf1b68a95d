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
// unless the caller insists on an approximation. Latency is never derived. What
// happened on these queries is told apart from what holds for others like them.
//
// # What is claimed
//
// A window is recommended by one claim: no larger window tried gains delta or
// more over it, with the confidence, for queries sampled as these were. delta is
// fixed before anything is searched, by the caller or by the number of queries
// alone (stats.DefaultMargin), and what so many queries cannot show is said
// before the search is paid for (DeltaNote). The rule goes down from the largest
// window and stops at the first that fails (stats.DeepEnough), so that neither
// the number of windows nor the choice among them raises the chance of error.
// eval/stats has the table of its false recommendations; TestFalseRecommendations
// is a small one.
//
// # What is not
//
//   - That the recommended window is the best: it may stop above a peak, which
//     is said where a smaller window scores higher here.
//   - That the suite's present window is worse: the change to it has its
//     interval, and the window was chosen by the same queries.
//   - Anything of windows larger than the largest tried. Where that one still
//     gains over a window of half its depth, the advice is to try more.
//   - All bounds of the column "at most" together: each holds alone. No delta may
//     be picked from them.
//   - A percentile of latency for other searches, from fewer than 59; a line
//     through latencies that explains next to nothing or falls.
//   - That min_score or a blend of scores helps, unless the cross-validated gain
//     has an interval above 0. Folds share queries, so this interval is an
//     approximation.
//   - Anything from queries that failed in either system: they are left out at
//     every window alike, counted and listed. Without answers nothing is
//     recommended; with fewer than stats.MinQueries nothing is said of others.
//
// It refuses a first stage whose own window is smaller than the largest window
// asked for: its ranking would not be the prefix that the derivation needs.
//
// How it works:
//
//  1. ParseWindows reads the windows, Plan the first stages.
//  2. Execute searches every query twice, without the reranker and with it at
//     the largest window (FromRun takes a saved run instead).
//  3. Derive gives the ranking at any window; the curves of all metrics come
//     from one scan of the two lists, window by window only where a judged
//     document moved.
//     Hits that the server left tied count by the mean over their orders, at
//     every window as in reports.
//  4. The audit searches a sample of cells, a query at a window each, and
//     compares list by list. The latencies are measured on a sample of
//     queries, one search at a time.
//  5. For each window: the metrics and the gain over no reranker with its
//     interval (stats.DifferenceInterval); what it lost against the largest
//     window and what larger ones gain at most; the ceiling, which a perfect
//     reranker would reach on the same window; where relevant documents were
//     lost.
//  6. The recommendation applies the claim, and the Decision puts it against the
//     suite's present window: keep it, set another, try more, leave the reranker
//     out, or cannot tell, and why.
//  7. Of several rerankers BestWindows puts each at its best window, beside the
//     first stages, and tests all of them in one family with the other windows.
//  8. Settings estimates offline what min_score and a blend of the two scores
//     would have given, the choice made inside the folds of a cross-validation.
package sweep
