// Package metrics scores rankings against judgments: nDCG, reciprocal rank,
// precision, recall, average precision and their relatives, as pure functions
// of grades.
//
// It knows no documents, files or clusters, and never sorts a ranking: rank is
// the position that the caller gives. It refuses to guess. An unknown name is
// an error, the ideal ranking comes from the judgments and never from the
// hits, and nothing is rounded.
//
// How it works:
//
//  1. Parse turns a name such as "ndcg@10", "P_10" or "nDCG(dcg='exp-log2')@10"
//     into a Metric, a comparable value that prints its canonical name.
//  2. NewJudged prepares the grades judged for one query: how many are
//     relevant, and the ideal gains.
//  3. A Ranking holds the grades of the hits in rank order, NaN where a hit was
//     never judged. NewList reduces it to the judged hits, which is all that
//     any metric looks at.
//  4. Metric.Score gives the value for one query. Where hits are tied,
//     Metric.Expected gives the mean over all their orders: the one that came
//     back is an accident.
//  5. Metric.Bounds gives the interval that the unjudged hits of one list leave
//     open. Holes holds what several systems returned, where the same unjudged
//     document may stand in several lists: a Bounder bounds a value and a
//     paired difference over every way of grading, and a Settler names few
//     documents whose judging could settle the sign of the mean difference.
//  6. Metric.Aggregate turns the values of many queries into one, by the rule
//     of the metric: a mean, a geometric mean or a sum.
//
// The definitions are those of TREC's trec_eval where it has the metric; each
// function names its source.
package metrics
