// Package compare compares a run with an earlier one of the same suite: what
// changed, by how much, how sure that is, and which documents did it.
//
// It refuses a comparison that means nothing: of runs that share no query, or
// of different indices. Whoever insists gets it with the reasons against it in
// the result.
//
// How it works:
//
//  1. The manifests and the queries are compared: what differs is
//     listed, and what makes the difference meaningless apart. Check does it
//     before anything is searched.
//  2. Both runs are cut to the queries that have the same text and the same
//     judgments in both, in one order; the others are named (LeftOut). Where
//     some were removed, judged or worded otherwise, or fewer than half are
//     shared, no gate may pass on what is left (Doubt). The new run comes evaluated; the base run is evaluated by the same metrics, so
//     that both sides follow the same definitions whatever version of releval
//     wrote them.
//  3. Each system that both have is compared query by query on each metric, on
//     the queries that all of them answered in both runs. The lead metric's
//     comparisons are one family, corrected for being several.
//  4. The queries are sorted by what they lost, each with the documents that
//     moved and what each contributed.
package compare
