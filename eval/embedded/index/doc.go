// Package index is an inverted index in memory: documents go in, and out come
// immutable segments with postings, positions, field lengths and the
// statistics that Lucene's BM25 needs.
//
// It refuses nothing and parses nothing: package mapping has already turned a
// document's JSON into typed values. It keeps no trace of deleted documents in
// its statistics: numbers are those of a server after a merge.
//
// How it works:
//
//  1. Apply takes a Segment and the writes since it was made, and gives the
//     next one; the old one stays as it is for whoever reads it.
//  2. New documents are inverted into a small segment of their own.
//  3. The two are merged: documents keep the order in which they were written,
//     an updated one moves to the end, and postings of dead documents go.
//  4. Postings of a field lie in flat arrays, a term's one after the other, by
//     sorted terms; field lengths are kept in Lucene's one-byte encoding.
package index
