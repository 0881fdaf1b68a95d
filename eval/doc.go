// Package eval executes suites: it searches each query with and without the
// reranker, keeps what came back, and computes the metrics.
//
// Its stance: a number that cannot be trusted is not printed as if it could. A
// failed query counts 0 and is listed; an answer that a reranker demonstrably
// did not give does not score; what differs between two runs is said. It
// refuses to go on with a run under other conditions than it began with, and
// never searches more often than it says.
//
// How it works:
//
//  1. NewPlan works out what to search from a suite: systems, depth, bodies.
//  2. Execute looks at the cluster (Inspect), resolves the judged titles, and
//     writes down in a Manifest what exactly is run.
//  3. A Runner searches every query with every system on one point in time,
//     and one recorder writes each answered Query to the Journal while the
//     next are searched.
//  4. ReadRun reads a run file, wherever it breaks off; a run that was cut
//     short goes on where it stopped.
//  5. Evaluate joins rankings with judgments and computes the metrics;
//     Differences compares systems; CheckIntegrity says what cannot be
//     trusted. All three are pure functions of the run.
package eval
