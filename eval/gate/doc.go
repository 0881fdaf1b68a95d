// Package gate decides whether a run meets the conditions of its suite: the
// gates, and the expectations on single titles.
//
// Its stance: a gate fails on fact, passes on proof, and is inconclusive
// else. What these queries show is a fact; what others like them would show is
// inference, and only a gate with a confidence asks for it. It refuses to
// guess: it searches nothing, reads no file, computes no metric, and takes the
// date from its input.
//
// How it works:
//
//  1. Check looks at a gate when the suite is loaded: names that nothing has,
//     limits that no run can meet. Unprovable names the gates that the suite's
//     queries are too few for.
//  2. Metrics says which metrics the gates need; the caller evaluates the run
//     and the baseline by them, and hands both over as an Input.
//  3. Evaluate narrows each gate to its queries: those with its tag, without
//     those in quarantine. A quarantine whose day is past no longer counts,
//     and the result says so.
//  4. Each gate is decided for each system that it is for, and each
//     expectation likewise. Values within Tolerance of a limit meet it.
//  5. Every such pair gives one Result: what was expected, what was found,
//     the room left, the verdict, the reason, and the queries to look at.
//
// # Failed queries
//
// A query without a usable answer is left out, counted and listed. The gate is
// decided a second time with each of them at its worst, which is 0 for the
// gated system and the value of an ideal ranking for what it is compared with,
// and a third time at its best. It passes only if it does with them left out
// and at their worst, and fails only if it does with them left out and at
// their best; else it is inconclusive. So failures alone decide nothing.
// Latencies and dropped documents of a failed query are unknown, and leave a
// gate on them inconclusive unless it fails already.
//
// # Runs that show nothing
//
// Nothing passes in a run that lacks queries, or its last line: it is
// inconclusive, and says how many are missing. Where no judgment of a gate's
// queries counts as relevant, every ranking scores 0, and a gate on a metric is
// inconclusive; where no system found anything, so is one that would pass.
//
// # The kinds of gates, and how often they err
//
// min and max bound the metric, max a latency or a count. They answer for this
// run alone, and err where the engine answers differently from run to run.
//
// min_gain and max_drop bound the difference of the means on these queries,
// over those that both sides answered. On an engine that answers alike twice
// the difference is exact, and an unchanged system never fails. Where single
// answers change by chance (10 % of the queries by N(0, 0.3), without a true
// drop), max_drop 0.02 fails in 7 % of suites of 50 queries and 1 % of 114.
//
// With a confidence the gate asks a second question: whether the mean of
// queries like these is within the limit too. It passes where Gaffke's bound
// (stats.Upper) is, or where the manifests prove that both runs searched the
// same index with the same systems and every ranking is the same, so that
// there is nothing to infer; else it is inconclusive. These are its rates of
// fail/pass/inconclusive in percent of 500 suites, with confidence 0.95; a
// gate without it fails alike and passes the rest:
//
//	                            limit    n = 50     114         150         300
//	nothing changes             0.02   0/0/100    0/0/100     0/100/0     0/100/0
//	                            0.05   0/0/100    0/100/0     0/100/0     0/100/0
//	no true drop,               0.02   7/0/93     1/11/88     0/31/69     0/85/15
//	10 % change by N(0, 0.3)    0.05   0/15/85    0/97/3      0/100/0     0/100/0
//	no true drop,               0.02   17/1/82    7/12/81     5/23/72     1/55/44
//	all change by N(0, 0.15)    0.05   1/18/81    0/85/15     0/95/5      0/100/0
//	true drop = limit:
//	3.3 % lose 0.6              0.02   46/0/54    55/0/45     38/1/61     44/2/55
//	5 % lose 1                  0.05   46/0/54    53/2/46     46/2/53     44/4/52
//	all change by N(-0.05, .15) 0.05   50/0/50    48/0/52     48/1/51     51/2/47
//	true drop 0.05,
//	8.3 % lose 0.6              0.02   92/0/8     99/0/1      99/0/1      100/0/0
//
// So what truly drops by its limit passes in at most 5 % of suites. That the
// bound holds for every distribution is simulated and conjectured, not proved.
// The price: if nothing changes on n queries it is still 1 − 0.05^(1/n), so
// that 149 queries are needed for a max_drop of 0.02 and 59 for 0.05, and a
// gate that fewer have is inconclusive for every changed system that does not
// gain.
//
// max_query_drop bounds the drop of each query, with max_queries or max_share
// the number of those that drop further. Where 0.5 % of the queries fall so
// far by chance, it fails by chance in this many percent of suites, and where
// 3 % truly do, in that many:
//
//	              by chance, n = 50   114   300    truly, n = 50   114   300
//	no query                     22    44    81               80    97   100
//	max_queries 1                 3    11    47               41    86   100
//	max_queries 2                 0     2    20               17    68    99
//
// A gate is decided at every commit, and its chances of a false alarm add up:
// one of 5 % fails at least once in 20 runs with 64 %. A baseline that moves
// with each run lets drops below the limit add up unseen; keep it fixed.
//
// BenchmarkCalibration prints these tables, TestFalseAlarms holds a part of
// them.
package gate
