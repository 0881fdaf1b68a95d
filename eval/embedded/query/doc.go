// Package query reads Elasticsearch's query DSL and finds and scores the
// documents of a segment that match, with the scores of Lucene 9.
//
// It refuses query types and parameters that it does not implement, by name: a
// query that is half understood would give a ranking that looks right and is
// not. A search for the nearest vectors looks at all of them; where a server
// approximates, it may find others.
//
// How it works:
//
//  1. Parse reads JSON into a Query: terms, phrases and their combinations,
//     as a server's query builders make them by the mapping.
//  2. Search evaluates the Query bottom up. Every node gives its whole list of
//     documents, ascending, with float32 scores; sums are taken in float64
//     and rounded once for each node, as Lucene's scorers do.
//  3. The best hits are picked by score, then by document number.
package query
