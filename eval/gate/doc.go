// Package gate decides whether a run meets the conditions of its suite: the
// gates, and the expectations on single titles.
//
// Its stance: a condition passes only where the run shows that it holds.
// Where a query failed, the baseline is missing or the queries are too few
// for the confidence asked for, the verdict is inconclusive and says why;
// nothing passes for want of evidence. It refuses to guess: it searches
// nothing, reads no file, and takes the date from its input.
//
// How it works:
//
//  1. Check looks at a gate when the suite is loaded: names that nothing has,
//     limits that no run can meet.
//  2. Metrics says which metrics the gates need; the caller evaluates the run
//     and the baseline by them, and hands both over as an Input.
//  3. Evaluate narrows each gate to its queries: those with its tag, without
//     those in quarantine. A quarantine whose day is past no longer counts,
//     and the result says so.
//  4. Each gate is held against each system that it is for, and each
//     expectation likewise. Values within Tolerance of a limit meet it.
//  5. Every such pair gives one Result: what was expected, what was found,
//     the room left, the verdict, the reason, and the queries to look at.
//
// # Gates with confidence
//
// A gate with min_gain or max_drop and no confidence looks at the mean
// difference of these queries, which on a deterministic engine is exact: it
// answers for these queries and no others. With a confidence it answers for
// other queries like these, and needs two witnesses for a verdict:
//
//   - the two-sided BCa interval of the mean difference lies wholly on one
//     side of the limit: at or above it for passed, below it for failed;
//   - the randomisation test of the differences less the limit rejects, two
//     sided, at 1 − confidence.
//
// Where one is missing the verdict is inconclusive.
//
// The interval is the two-sided one, the same that reports print beside the
// difference, so that a reader can check the verdict by eye. With confidence
// 0.95 each of its ends errs for 2.5 % of the query samples, the level that
// is usual where one direction matters (ICH E9, section 5.5). A one-sided
// bound of 0.95 errs for 5 % in theory, and in simulation for 5 to 13 % at 50
// queries, because bootstrap intervals of small or skewed samples are too
// narrow. The same weakness brings the two-sided interval alone to 8 % where
// only one query in ten changed; the randomisation test, which is exact for
// differences as often up as down, closes that gap. Where fewer than 6
// queries lie off the limit no verdict is possible at 0.95, because 2 of the
// 2^5 sign flips are always as extreme as the observed one; only where no
// query changed at all does the gate speak for these queries alone.
//
// BenchmarkFalseAlarms prints how often each rule errs over 2,000 draws of 50
// queries. Without a true change a gate with max_drop 0 and confidence 0.95
// fails for 1 to 3 % of the draws, depending on how the queries vary, and a
// gate with max_drop 0.01 alone for 35 to 45 %; with a drop of twice the
// detectable size the former fails for 96 to 100 %. What no rule can see is a
// change that happened to no query of the sample.
package gate
