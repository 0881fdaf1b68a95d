package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/load"
	"github.com/releval/releval/eval/text"
)

func newServeCommand(p *program) *cobra.Command {
	listen := "127.0.0.1:9200"
	cmd := &cobra.Command{
		Use:   "serve [SUITE...]",
		Short: "Serve the embedded engine on a port, with the suites' documents",
		Long: `Serve the embedded engine on a port, with the documents of the suites loaded,
so that curl and other clients can try it. It has no security: listen on
addresses of this machine only.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.serve(cmd.Context(), listen, args)
		},
	}
	cmd.Flags().StringVar(&listen, "listen", listen, "`ADDRESS` to listen on; port 0 for any that is free")
	return cmd
}

// serve answers until the context ends, then lets the requests in hand
// finish.
func (p *program) serve(ctx context.Context, listen string, paths []string) error {
	engine := embedded.New(embedded.Options{})
	client, err := cluster.New(cluster.Config{Transport: engine})
	if err != nil {
		return err
	}
	for _, path := range paths {
		suite, err := loadSuite(path)
		if err != nil {
			return err
		}
		loaded, err := load.Documents(ctx, client, suite, true)
		if err != nil {
			return err
		}
		for _, note := range loaded.Notes(suite) {
			p.note("%s", note)
		}
		p.note("%s in %s", text.Count(loaded.Documents, "document"), suite.Search.Index)
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return withExit(exitUsage, fmt.Errorf("--listen: %w", err))
	}
	if _, err := fmt.Fprintf(p.Stdout, "http://%s\n", listener.Addr()); err != nil {
		listener.Close()
		return err
	}
	server := &http.Server{Handler: engine, ReadHeaderTimeout: 10 * time.Second}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		stopped <- server.Shutdown(closing)
	}()
	err = server.Serve(listener)
	stop()
	if closing := <-stopped; errors.Is(err, http.ErrServerClosed) {
		return closing
	}
	return fmt.Errorf("the server stopped: %w", err)
}
