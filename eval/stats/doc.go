// Package stats says whether a difference between two systems, measured on
// the same queries, is more than chance.
//
// Its stance: comparisons are paired, query by query, because queries differ
// from each other far more than systems do; a p-value never stands without
// the difference, its interval and the smallest difference that the suite
// could have seen; and every random number follows from a printed seed, so
// that two people get the same digits whatever their machines.
//
// It refuses what has no answer: values that are not numbers, lists of
// different lengths, an interval from one query. It knows nothing of metrics,
// suites or systems: its input is numbers.
//
// How it works:
//
//  1. Compare takes the values of two systems by query and forms the
//     differences; those that are only rounding error become 0.
//  2. The randomisation test flips the signs of the differences: all ways
//     where at most 20 are not 0, a random sample of ways otherwise. The
//     paired t-test stands beside it.
//  3. The bootstrap draws the queries anew, with replacement, and the BCa
//     method turns the means of the draws into an interval and into
//     one-sided bounds.
//  4. The spread of the differences gives the effect size, the smallest
//     difference seen with 80 % power, and the number of queries that the
//     observed difference would need.
//  5. Holm adjusts the p-values of all comparisons that are reported
//     together.
//
// Beside it stand the smaller tools that other packages need: Bootstrap and
// Folds hand out query indices, Kappa measures how well two judges agree,
// FitLine and Quantile describe latencies.
package stats
