// Package embedded is a search engine in this process that speaks
// Elasticsearch's HTTP API, so that a suite can be run, and the harness
// tested, without a cluster. An Engine is an http.RoundTripper for a client in
// the same process and an http.Handler for any other.
//
// It is a stand-in and says so: its cluster is named "releval-embedded", and
// its reranker is a small table of word vectors, not Elastic Rerank. On the
// same documents in one shard its first stage gives the order and the scores
// of Elasticsearch 8.19.
//
// It refuses what it does not implement, naming it, in the form in which a
// server refuses an unknown field, parameter or query; it never ignores a part
// of a request that could change a ranking. An index has one shard. Nothing is
// written to disk. One known defect of servers before 8.19.8 is not imitated:
// a reranked search that leaves out "from" gets no extra hit with score 0. One
// surprise of theirs is: below a reranker the sort of a standard retriever is
// ignored, and the window holds the hits of the best scores.
//
// How it works:
//
//  1. ServeHTTP and RoundTrip hand a request to the route of its path.
//  2. Writes are collected by an index and become visible when it is
//     refreshed, or a second later, as on a server.
//  3. A search takes the latest segment of each index, or those that its point
//     in time holds; reads run in parallel and block no writer.
//  4. The body is read strictly into retrievers: a standard one is a query of
//     package query, a text_similarity_reranker gives the texts of its child's
//     window to the Scorer of an inference endpoint.
//  5. The answer, or the failure with its causes, is written in the server's
//     layout.
//
// The parts live in packages of their own: jsontree, analysis, mapping, index,
// query, and static, the reranker's model.
package embedded
