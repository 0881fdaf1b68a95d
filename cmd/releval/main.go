// Command releval tells whether a semantic reranker is worth it: it searches
// judged queries on Elasticsearch with and without the reranker, computes the
// metrics of relevance, and writes comparison tables.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := &program{
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
		Getenv: os.Getenv,
	}
	code := p.main(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
