package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/embedded/static"
	"github.com/releval/releval/eval/load"
	"github.com/releval/releval/eval/reranker/standin"
	"github.com/releval/releval/eval/text"
)

func newServeCommand(p *program) *cobra.Command {
	listen, rerankAPI := "127.0.0.1:9200", false
	cmd := &cobra.Command{
		Use:   "serve [SUITE...]",
		Short: "Serve the embedded engine on a port, with the suites' documents",
		Long: `Serve the embedded engine on a port, with the documents of the suites loaded,
so that curl and other clients can try it. It has no security: listen on
addresses of this machine only. Requests whose Host header names another
machine, and writes that a web page of another origin could send, are refused.

With --rerank-api the engine's stand-in reranker is served too, as the rerank
APIs are that a suite can name: api: cohere with url http://ADDRESS/cohere/v2/rerank,
jina with /jina/v1/rerank, voyage with /voyage/v1/rerank, tei with the address
alone, and openai-compatible with /v1/rerank.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.serve(cmd.Context(), listen, rerankAPI, args)
		},
	}
	cmd.Flags().StringVar(&listen, "listen", listen, "`ADDRESS` to listen on; port 0 for any that is free")
	cmd.Flags().BoolVar(&rerankAPI, "rerank-api", false, "also serve the stand-in reranker in the formats of rerank APIs")
	return cmd
}

// serve answers until the context ends, then lets the requests in hand
// finish.
func (p *program) serve(ctx context.Context, listen string, rerankAPI bool, paths []string) error {
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
	server := &http.Server{Handler: ownHost(served(engine, rerankAPI)), ReadHeaderTimeout: 10 * time.Second}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		stopped <- server.Shutdown(closing)
	}()
	defer p.orderly.keep(nil)()
	err = server.Serve(listener)
	stop()
	if closing := <-stopped; errors.Is(err, http.ErrServerClosed) {
		return closing
	}
	return fmt.Errorf("the server stopped: %w", err)
}

// served is the engine, and with it its stand-in under the paths of rerank APIs.
func served(engine http.Handler, rerankAPI bool) http.Handler {
	if !rerankAPI {
		return engine
	}
	apis := standin.Handler(standin.Options{Scorer: static.New()})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path.Base(r.URL.Path) == "rerank" && !strings.HasPrefix(r.URL.Path, "/_") {
			apis.ServeHTTP(w, r)
			return
		}
		engine.ServeHTTP(w, r)
	})
}

// ownHost refuses what a web page in a browser on this machine could send
// without being asked: requests under another host's name (a name that was
// made to point here), of another origin, and with a body of a type that needs
// no leave from the server (a form, plain text, or none).
func ownHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
		kind = strings.ToLower(strings.TrimSpace(kind))
		switch {
		case !isOwnHost(r):
			refuse(w, http.StatusMisdirectedRequest, "the Host header names another machine")
		case r.Header.Get("Origin") != "" && r.Header.Get("Origin") != "http://"+r.Host, r.Header.Get("Sec-Fetch-Site") == "cross-site":
			refuse(w, http.StatusForbidden, "requests of another origin are refused")
		case r.ContentLength != 0 && !strings.HasSuffix(kind, "json") && !strings.HasPrefix(kind, "application/vnd.elasticsearch+"):
			refuse(w, http.StatusNotAcceptable, "the Content-Type of a body must be application/json or application/x-ndjson")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// isOwnHost says whether the Host header names this machine: by the usual
// names, or by the address that the connection came in at.
func isOwnHost(r *http.Request) bool {
	name := r.Host
	if host, _, err := net.SplitHostPort(name); err == nil {
		name = host
	}
	name = strings.Trim(name, "[]")
	if strings.EqualFold(name, "localhost") || name == "127.0.0.1" || name == "::1" {
		return true
	}
	address, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	return ok && address.IP.Equal(net.ParseIP(name))
}

// refuse answers as the engine does.
func refuse(w http.ResponseWriter, status int, reason string) {
	w.Header().Set("X-Elastic-Product", "Elasticsearch")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"error":{"root_cause":[],"type":"security_exception","reason":%q},"status":%d}`, reason, status)
}
