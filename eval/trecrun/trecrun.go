// Package trecrun makes a run of TREC files, so that whatever is said of a run of
// releval's own can be said of them: reports in every format, and gates.
//
// It refuses what trec refuses, and runs of one name. It looks nothing up: a
// document's title is its id, and there are neither times nor costs.
//
//  1. Read reads the qrels and the runs whole.
//  2. Each run becomes a system, in the order of the files, and each query of the
//     qrels a query; one that a run does not answer has an answer without hits,
//     which counts 0, as in trec_eval -c. Queries that nobody judged are left out.
package trecrun

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/trec"
	"github.com/releval/releval/judgments"
)

// Read makes a run of the files. Its systems have the names of the runs' files,
// without folder and ending; each is compared with the first. Where o expects
// ties, hits of one score are ties of the answer.
func Read(ctx context.Context, qrels trec.Input, runs []trec.Input, o trec.Options, q trec.QrelsOptions) (*eval.Run, error) {
	judged, err := trec.ReadQrels(ctx, qrels, q)
	if err != nil {
		return nil, err
	}
	run := &eval.Run{Manifest: eval.Manifest{Type: "manifest", Suite: Name(qrels.Name), File: qrels.Name, Index: Name(qrels.Name)}}
	number := map[string]int{}
	for i, id := range judged.Queries() {
		number[id] = i
		run.Queries = append(run.Queries, eval.Query{Type: "query", Number: i, ID: id, Text: id, Results: eval.Results{}})
	}
	run.Manifest.QueryCount = len(run.Queries)
	for _, j := range judged.Judgments() {
		q := &run.Queries[number[j.Query]]
		q.Judgments = append(q.Judgments, judgments.Judgment{ID: j.Document, Grade: j.Grade})
	}
	for _, in := range runs {
		name := Name(in.Name)
		if run.Manifest.System(name) != nil {
			return nil, fmt.Errorf("two runs are named %s: give the files different names", name)
		}
		if err := add(ctx, run, name, in, number, o); err != nil {
			return nil, err
		}
	}
	run.Complete = &eval.Complete{Type: "complete", Queries: len(run.Queries)}
	run.Manifest.Cluster.Kind = eval.FromFiles
	first := run.Manifest.Systems[0].Name
	for _, s := range run.Manifest.Systems[1:] {
		run.Manifest.Compare = append(run.Manifest.Compare, judgments.Comparison{System: s.Name, Versus: first})
	}
	return run, nil
}

// Name is a file's name without folder and endings.
func Name(path string) string {
	base := strings.TrimSuffix(filepath.Base(path), ".gz")
	if name := strings.TrimSuffix(base, filepath.Ext(base)); name != "" {
		return name
	}
	return base
}

// add reads a run and makes it a system.
func add(ctx context.Context, run *eval.Run, name string, in trec.Input, number map[string]int, o trec.Options) error {
	read, err := trec.ReadRun(ctx, in, o)
	if err != nil {
		return err
	}
	for i := range run.Queries {
		run.Queries[i].Results[name] = &eval.Result{Hits: []eval.Hit{}, Untimed: true}
	}
	system := eval.System{Name: name, Kind: eval.KindRequest}
	var documents eval.Documents
	for _, ranking := range read.Rankings {
		i, known := number[ranking.Query]
		if !known {
			continue
		}
		answer := run.Queries[i].Results[name]
		for _, h := range ranking.Hits {
			answer.Hits = append(answer.Hits, eval.Hit{Document: &eval.Document{ID: h.Document, Title: h.Document}, Score: h.Score})
		}
		documents.Share(answer.Hits)
		if o.ExpectTies {
			answer.Ties = ties(answer.Hits)
		}
		system.Depth = max(system.Depth, len(answer.Hits))
	}
	run.Manifest.Systems = append(run.Manifest.Systems, system)
	return nil
}

// ties are the ranges of ranks, from 1, whose hits have one score.
func ties(hits []eval.Hit) (all [][2]int) {
	for from := 0; from < len(hits); {
		to := from + 1 + len(hits[from+1:])
		if end := slices.IndexFunc(hits[from:], func(h eval.Hit) bool { return h.Score != hits[from].Score }); end >= 0 {
			to = from + end
		}
		if to-from > 1 {
			all = append(all, [2]int{from + 1, to})
		}
		from = to
	}
	return all
}
