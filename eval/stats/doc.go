// Package stats says whether a difference between two systems, measured on
// the same queries, is more than chance, and how large it could be for other
// queries like them.
//
// Its stance: comparisons are paired, query by query, because queries differ
// from each other far more than systems do; what is called 95 % is drawn in a
// test from differences like those of real suites, most of them 0 and few of
// them large; a p-value never stands without the difference and its interval;
// and every random number follows from a printed seed, so that two people get
// the same digits whatever their machines.
//
// It refuses what has no answer: values that are not numbers, lists of
// different lengths, an interval from fewer than 13 queries or of values
// without a range. It knows nothing of metrics, suites or systems: its input
// is numbers.
//
// How it works:
//
//  1. Upper is the one bound that everything uses; DifferenceInterval and
//     MeanInterval make two-sided and one-sided intervals of it.
//  2. TestFamily tests all declared comparisons of a report together, by
//     flipping the signs of the queries.
//  3. Decide makes one verdict of the corrected p and the interval. Nothing
//     that is printed may say more.
//  4. DeepEnough finds the smallest window over which no larger one gains a
//     margin, by the same bound.
//  5. ShownDifference, ShownMargin, ChangedNeeded, MarginOf, QueriesForMargin
//     and DefaultMargin say beforehand what so many queries can show.
//
// Beside it stand the smaller tools that other packages need: Folds hands out
// query indices, Kappa and KappaInterval measure how well two judges agree,
// FitLine and Quantile describe latencies. The bootstrap (BCa), the paired
// t-test, the randomisation test of one pair and Holm's correction are in tests
// alone, as second opinions.
//
// # Why Gaffke's bound
//
// A bootstrap, and a t interval alike, see no loss that no sampled query had.
// Where one query in twenty loses 0.6, a suite of twenty has none of them in
// a third of all cases. Upper adds one pseudo-observation that lost all that
// can be lost. For two values it is Clopper and Pearson's bound, where nothing
// changed it is the rule of three, and with much data it is the normal one; it
// has no constant to tune and no number of queries at which the method
// changes. No rule by how many queries changed does the same: sixty small
// changes say nothing of the two queries in a hundred that collapse.
//
// That the bound holds for every distribution of bounded values is conjectured
// (Gaffke 2005; Learned-Miller and Thomas 2019) and simulated here, not proved.
// For two values the exact one-sided coverage is 95.0 % at worst. Intervals
// that are wrong, in % of 2,000 suites, and their median width, from
// BenchmarkCalibration; below 13 queries none is given:
//
//	                             n = 20      50          100         300
//	sample suite, elastic   this 0.0 / .386  0.4 / .193  0.9 / .120  2.5 / .062
//	                        BCa  7.7 / .204  6.3 / .129  5.7 / .092  5.5 / .053
//	sample suite, shallow   this 0.0 / .359  0.0 / .165  0.4 / .095  1.4 / .044
//	                        BCa   11 / .144  6.3 / .086  5.5 / .061  5.5 / .035
//	5 % lose 0.6            this 0.0 / .355  0.0 / .157  0.0 / .090  1.1 / .040
//	                        BCa   37 / .150  9.1 / .084  2.4 / .054  4.7 / .030
//	20 % change, larger     this 0.0 / .355  0.0 / .165  0.1 / .095  1.7 / .044
//	losses                  BCa   25 / .135  9.2 / .089  5.8 / .061  5.2 / .035
//	all change normally     this 0.0 / .356  0.0 / .163  0.0 / .093  1.5 / .043
//	                        BCa  7.4 / .126  5.4 / .082  5.6 / .058  6.2 / .034
//	60 % change slightly,   this 0.0 / .340  0.0 / .162  0.0 / .091  1.6 / .040
//	2 % lose 0.9            BCa   40 / .038   34 / .092   15 / .059  5.6 / .031
//
// # Why p is not enough
//
// The sign-flip test is exact for whether swapping the two systems on each
// query could give the difference. It is no test of the mean where differences
// are skewed. A direction declared, in % of 2,000 suites, by p below 0.05 and
// by the verdict, which needs the interval too:
//
//	                                  n = 20     50        114       300
//	mean 0: 30 % gain 0.1, 5 % lose 0.6   24 / 0   10 / 0    8 / 0.1   5 / 0.9
//	mean 0: 40 % gain 0.05, 2 % lose 1    60 / 0   38 / 0   12 / 0     7 / 1.6
//	sample suite, elastic: +0.117         64 / 1   95 / 72  100 / 100  100 / 100
//	sample suite, shallow: +0.055         27 / 0   79 / 6   99 / 82    100 / 100
//
// # Why the maximum of plain mean differences
//
// Any false declaration where all true means are equal, in % of 400 suites at
// n = 20, 50 and 114, and the share of the sample suite's 21 pairs found:
//
//	                              maximum          Holm           verdict
//	8 exchangeable systems        4.2  5.8  5.5    3.0  5.8  2.7  0.0  5.3  5.5
//	12 exchangeable               4.8  3.8  3.2    2.7  3.0  3.2  0.5  3.8  3.2
//	8, changing 2 to 60 %         5.8  5.0  4.8    1.5  4.8  4.5  0.0  0.0  0.0
//	12, skewed against the first  0.2  1.5  3.5    5.3   57   21  0.0  1.0  3.5
//	sample suite, 7 systems       20   49   74     5.9   34   70
//
// The same in % of 1,000 suites for systems that rerank one list of 20
// documents, by a signal that they share and noise of their own, with nDCG@10;
// two by two they are one reranker at two windows. Without a correction some
// pair is declared in up to 79 %:
//
//	2 rerankings                  0.9  4.8  4.3    0.9  4.8  4.3  0.0  0.0  0.0
//	6                             1.0  4.4  5.3    0.0  2.3  3.2  0.0  0.0  0.2
//	12                            1.4  3.3  3.6    0.0  0.5  1.8  0.0  0.0  0.5
//	2, two by two                 4.8  5.2  6.0    4.8  5.2  6.0  0.8  2.3  3.9
//	6                             5.5  4.2  5.4    2.0  3.3  3.0  3.7  4.2  5.4
//
// Dividing by standard errors, the usual advice, is wrong here: a pair with
// many small gains and no sampled collapse gets an enormous t.
//
// # How deep is deep enough
//
// False recommendations and any, in % of 300 suites, by DeepEnough. Below the
// number of queries of QueriesForMargin it never recommends:
//
//	                          margin  n = 50     100        114        300
//	sample suite, 6 windows   0.01    0 / 0      0 / 0      0 / 0      0 / 74
//	                          0.03    0 / 0      0 / 79     0 / 100    0 / 100
//	                          0.05    0 / 0      0 / 100    0 / 100    0.7 / 100
//	0.0101 below, 50 windows  0.01    0 / 0      0 / 0      0 / 0      1 / 1
//	2 % lose 0.6, 6 windows   0.01    0 / 0      0 / 0      0 / 0      0.3 / 0.3
//	                          0.03    0 / 0      0 / 9      0 / 11     0 / 74
//
// Some bound of Depth.AtMost, not the recommended one, is wrong in up to 10 %.
//
// # What no formula repairs
//
// All numbers extend to queries sampled as these were. Queries picked by hand
// are a sample of nothing else.
package stats
