// Package embedded is a search engine in this process that speaks
// Elasticsearch's HTTP API, so that a suite can be run, and the harness
// tested, without a cluster. An Engine is an http.RoundTripper for a client in
// the same process and an http.Handler for any other.
//
// It is a stand-in and says so: its cluster is named "releval-embedded", and
// its reranker and the vectors of its semantic_text fields are made from a small
// table of word vectors, not by a language model. On the same documents in one
// shard its other searches give the order and the scores of Elasticsearch 8.19,
// to which come what 9.2 adds to rrf (weights) and linear (a normalizer for all
// entries). Searches for vectors are exact, whatever index_options say.
//
// It refuses what it does not implement, naming it, and tells what a server
// would know from what nobody knows; it never ignores a part of a request that
// could change a ranking. An index has one shard. Nothing is written to disk.
// Two defects of some servers are not imitated: a reranked search that leaves
// out "from" gets no extra hit with score 0, and a reranker over rrf or linear
// without hits gives none rather than an error. One surprise of theirs is: below
// a reranker the sort of a standard retriever is ignored, and the window holds
// the hits of the best scores.
//
// How it works:
//
//  1. ServeHTTP and RoundTrip hand a request to the route of its path.
//  2. Writes are collected by an index and become visible when it is
//     refreshed, or a second later, as on a server.
//  3. A search takes the latest segment of each index, or those that its point
//     in time holds; reads run in parallel and block no writer.
//  4. The body is read strictly into a tree of retrievers. Its leaves search: a
//     standard one is a query of package query, a knn one the nearest vectors.
//  5. What stands above works on lists, each cut to its window: rrf sums the
//     inverse ranks, linear the normalised scores, and a reranker gives the texts
//     of its child's list to the Scorer of an inference endpoint. Filters are
//     handed down to the leaves.
//  6. The answer, or the failure with its causes, is written in the server's
//     layout.
//
// The parts live in packages of their own: jsontree, analysis, mapping, index,
// query, and static, the reranker's model.
package embedded
