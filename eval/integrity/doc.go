// Package integrity says what cannot be trusted in a run, from the run alone:
// it searches nothing and changes nothing.
//
// It refuses to guess: what a run does not show is counted as unknown.
//
//  1. Check looks through every answer: failed, empty, documents that the
//     reranker dropped, hits from outside the first stage's window, answers
//     that were demonstrably not reranked.
//  2. Unranked lists the queries of a system that must not score for that
//     reason; Unmoved finds a reranker that changed no order.
//  3. CheckStability compares repeated searches with each other.
package integrity
