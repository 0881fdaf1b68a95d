// Package eval is a Run and what it is made of: the manifest that says what
// exactly was run, and for each query its judgments and what every system
// answered. It holds plain values; the packages below it fill, keep and read
// them.
//
// It refuses to rank: hits stay in the order of the server, and a judgment is
// credited once, to the first hit that it matches.
//
// The way of a run through the packages:
//
//  1. plan works out what to search from a suite: systems, depth, bodies.
//  2. preflight looks at the cluster before the first search.
//  3. execute searches every query with every system on one point in time.
//  4. runfile writes each answered query down before the next, and reads run
//     files again, wherever they break off.
//  5. integrity says what cannot be trusted in a run.
//  6. score joins rankings with judgments and computes metrics and
//     differences.
//  7. gate, compare and sweep decide; package reports prints.
package eval
