package main

import "github.com/spf13/cobra"

// newSystemsTopic is the page of releval help systems: a command that cannot be
// run is a topic to cobra.
func newSystemsTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "systems",
		Short: "What is compared: first stages, rerankers over them, whole requests",
		Long: `What is compared are systems: each retriever, each reranker over a retriever,
each request. A run asks all of them on one point in time, each once a query.

  search:
    index: films
    title_field: title
    params: {only: {match_all: {}}}  # for queries that give none themselves
    retrievers:                      # first stages; one alone may be retriever:
      bm25:
        standard: {query: {match: {plot: "{{query}}"}}, filter: "{{only}}"}
      near:
        knn: {field: v, query_vector: "{{vector}}", k: 50, num_candidates: 100}
    rerankers:                       # over every retriever, or those of over:
      elastic: {field: plot, rank_window_size: 50, over: [bm25]}
    requests:                        # whole requests of an application
      app: {body: {size: 50, query: {match: {title: "{{query}}"}}}}
  prices:
    elastic: {usd: 2, per: 1000 searches}
  queries:
    - {query: heist, params: {vector: [0.1, 0.2]}, relevant: [Heat]}

Names: bm25, bm25+elastic, near, app. With retriever: first-stage and elastic.
A reranker with a filter that the others over its retriever lack has a first
stage with that filter, bm25/elastic.

Placeholders: {{query}}, {{inference_text}} and parameters. "{{name}}" alone
becomes the value as JSON (a number, a list, an object); within a longer string
its text. \{{ are two braces. In ES|QL (requests: {x: {esql: …}}) it is ?name.

Compared are each reranked system with its first stage, rerankers over one first
stage, every system with the best, and the pairs of compare: and of gates'
versus:. The report begins with the decision among them. --system NAME restricts
a command to some; --max-usd refuses a run that costs more.

releval init proposes systems for an index. judgments/README.md has every key.`,
	}
}
