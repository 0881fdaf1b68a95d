// Command releval tells whether a semantic reranker is worth it: it searches
// judged queries on Elasticsearch with and without the reranker, computes the
// metrics of relevance, and writes comparison tables.
package main

import "os"

func main() {
	os.Exit(interruptible(&program{
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
		Getenv: os.Getenv,
	}, os.Args[1:]))
}
