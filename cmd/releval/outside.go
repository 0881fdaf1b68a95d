package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/reranker"
	"github.com/releval/releval/judgments"
)

// outside is the flags for rerankers outside of Elasticsearch.
type outside struct {
	allowKeys []string
	cache     string
	fresh     bool // nothing is kept, and what was kept is left alone
	allowed   []reranker.Permission
}

func (o *outside) addFlags(flags *pflag.FlagSet) {
	o.addKeys(flags)
	flags.StringVar(&o.cache, "rerank-cache", "", "keep what rerank APIs scored in `DIR` (default releval/rerank in the user's cache folder)")
}

// addKeys adds the flags of a command that keeps no scores.
func (o *outside) addKeys(flags *pflag.FlagSet) {
	flags.StringArrayVar(&o.allowKeys, "allow-key", nil, "let the key in an environment variable go to an origin that is not its provider's, `VAR=ORIGIN`, repeatable")
}

func (o *outside) check(cmd *cobra.Command) error {
	o.allowed = nil
	for _, said := range o.allowKeys {
		permission, err := reranker.ParsePermission(said)
		if err != nil {
			return usageError(cmd, "--allow-key: %v", err)
		}
		o.allowed = append(o.allowed, permission)
	}
	return nil
}

// open makes the clients of the plan's rerankers that have an API; nil where
// there are none.
func (o *outside) open(p *program, plan *plan.Plan, client *cluster.Client, config cluster.Config) (*reranker.Set, error) {
	if !slices.ContainsFunc(plan.Rerankers, func(r judgments.Reranker) bool { return r.Outside() }) {
		return nil, nil
	}
	folder, err := o.folder(p)
	if err != nil {
		return nil, err
	}
	set, err := reranker.Open(plan.Rerankers, reranker.Options{Cluster: client, Getenv: p.Getenv, Allowed: o.allowed, Cache: folder, Fleeting: client.InProcess(), Config: config})
	if err != nil {
		return nil, withExit(exitUsage, err)
	}
	p.logHTTP(client, set)
	return set, nil
}

// folder is where the cache is. That the default one cannot be made is no
// reason not to run: scores are then kept for the run alone.
func (o *outside) folder(p *program) (string, error) {
	if o.fresh {
		return "", nil
	}
	folder := o.cache
	if folder == "" {
		base, err := keptFolder()
		if err != nil {
			p.note("scores of rerank APIs cannot be kept, and are paid for again in the next run: %v; name a folder by --rerank-cache", err)
			return "", nil
		}
		folder = filepath.Join(base, "rerank")
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		if o.cache == "" {
			p.note("scores of rerank APIs cannot be kept, and are paid for again in the next run: %v; name another folder by --rerank-cache", err)
			return "", nil
		}
		return "", withExit(exitUsage, fmt.Errorf("--rerank-cache: %w", err))
	}
	return folder, nil
}
