// Package reranker scores texts outside of Elasticsearch, by the rerank APIs of
// Cohere, Jina, Voyage, Text Embeddings Inference, servers such as vLLM,
// llama.cpp and Infinity, and Elasticsearch's own inference API.
//
// It refuses an answer that does not score every text once with a finite
// number, to split a listwise model's texts over several requests, to send a
// key to an origin that it was not given for, and to follow redirects. Scores
// are kept as they come, rounded to float32, which they are made of.
//
//  1. Open makes a client for each reranker of a suite: who is asked, with which
//     key, how fast.
//  2. Set.Score takes what is known already from the cache, and asks for the
//     rest in as few requests as the API allows.
//  3. An API writes a request and reads an answer: a file for each. The next
//     one is a file more, and a line in the table.
//  4. cluster.Client.Post sends it, with the retries, Retry-After, breaker and
//     bounds of searches, no faster than requests_per_minute.
//  5. The scores are written to the cache, each line with a checksum: one that
//     is broken off or edited is asked for again.
package reranker
