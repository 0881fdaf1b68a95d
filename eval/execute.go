package eval

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/releval/releval/eval/cluster"
)

// Cluster is everything that executing a plan needs of a cluster.
type Cluster interface {
	Searcher
	Inspector
	Resolver
	// Address is where the cluster is, without credentials.
	Address() string
	// WarmUp waits until an endpoint answers.
	WarmUp(ctx context.Context, id string, limit time.Duration, progress func(cluster.WarmUpProgress)) (time.Duration, error)
}

// Settings are how a plan is executed. The zero value searches once, four
// queries at a time, and keeps no file.
type Settings struct {
	// Tool is the program and its version.
	Tool string
	// Out is the run file to write; empty for none.
	Out string
	// Resume is an unfinished run to go on with, which was read from
	// ResumePath; nil for a new one.
	Resume     *Stored
	ResumePath string
	// Concurrency is how many queries are in flight; 0 means 4.
	Concurrency int
	// Repeat is how often each query is searched; 0 means once.
	Repeat int
	// Seed is what every random choice derives from.
	Seed uint64
	// WarmUp is how long to wait for a cold model; 0 for not at all.
	WarmUp time.Duration
	// Now is the clock; nil for the system's.
	Now func() time.Time
	// Observer is told of every finished query; nil for none.
	Observer Observer
	// Note is told what the user may want to know meanwhile; nil for none.
	Note func(text string)
}

// File is where the run is kept; empty where it is not.
func (s Settings) File() string {
	if s.Resume != nil {
		return s.ResumePath
	}
	return s.Out
}

func (s Settings) note(format string, args ...any) {
	if s.Note != nil {
		s.Note(fmt.Sprintf(format, args...))
	}
}

// Execute runs a plan: it looks at the cluster first, warms the models up,
// searches, and keeps the run file. Where it returns an error together with a
// run, the run holds what was finished until then, and has no Complete.
func Execute(ctx context.Context, c Cluster, p *Plan, s Settings) (*Run, error) {
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Resume == nil && s.Out != "" {
		if err := checkFile(s.Out); err != nil {
			return nil, err
		}
	}
	preflight, err := Inspect(ctx, c, p)
	if err != nil {
		return nil, err
	}
	for _, f := range preflight.Findings {
		if f.Severity == SeverityWarning {
			s.note("%s", f)
		}
	}
	if err := preflight.Errors(); err != nil {
		return nil, err
	}
	titles, err := ResolveTitles(ctx, c, p)
	if err != nil {
		return nil, err
	}
	run := &Run{Manifest: newManifest(p, preflight, titles, c.Address(), s)}
	journal, done, err := s.journal(run)
	if err != nil {
		return nil, err
	}
	if err := warmUp(ctx, c, p, s); err != nil {
		return run, closeJournal(journal, err)
	}
	runner := &Runner{
		Cluster:        c,
		Concurrency:    s.Concurrency,
		Repeat:         s.Repeat,
		SeveralIndices: preflight.Several,
		Journal:        journal,
		Observer:       s.Observer,
	}
	finished, err := runner.Run(ctx, p, done)
	run.Queries = merge(run.Queries, finished)
	if err != nil {
		return run, closeJournal(journal, err)
	}
	run.Complete = complete(ctx, c, p, run, s)
	if journal != nil {
		err = journal.Complete(*run.Complete)
	}
	return run, closeJournal(journal, err)
}

func closeJournal(j *Journal, err error) error {
	if j == nil {
		return err
	}
	return cmp.Or(err, j.Close())
}

// journal opens the run file, and says which queries it holds already.
func (s Settings) journal(run *Run) (*Journal, map[string]bool, error) {
	if s.Resume == nil {
		if s.Out == "" {
			return nil, nil, nil
		}
		j, err := CreateJournal(s.Out, run.Manifest)
		return j, nil, err
	}
	if s.Resume.Complete != nil {
		return nil, nil, fmt.Errorf("%s is complete: there is nothing to go on with; see it by releval report %s", s.ResumePath, s.ResumePath)
	}
	if different := run.Manifest.Differences(&s.Resume.Manifest); len(different) > 0 {
		return nil, nil, fmt.Errorf("%s was begun under other conditions, and cannot be gone on with: %s", s.ResumePath, strings.Join(different, "; "))
	}
	run.Manifest = s.Resume.Manifest
	done := make(map[string]bool)
	for _, q := range s.Resume.Queries {
		done[q.ID] = true
	}
	run.Queries = s.Resume.Queries
	j, err := AppendJournal(s.ResumePath, s.Resume.Kept)
	return j, done, err
}

// newManifest writes down what exactly is run.
func newManifest(p *Plan, found *Preflight, titles Titles, address string, s Settings) Manifest {
	m := Manifest{
		Type:       "manifest",
		Format:     Format,
		Tool:       s.Tool,
		Suite:      p.Suite.Name,
		File:       p.Suite.File,
		Started:    s.Now().UTC().Truncate(time.Millisecond),
		Seed:       s.Seed,
		Cluster:    clusterInfo(found.Info, address),
		Index:      p.Suite.Search.Index,
		TitleField: p.Suite.Search.TitleField,
		Retriever:  p.Suite.Search.Retriever,
		Systems:    p.Systems(),
		Rerankers:  []Reranker{},
		Depth:      p.Depth,
		QueryCount: len(p.Queries),
		Unresolved: titles.Missing,
		Ambiguous:  titles.Ambiguous,
		Hashes: Hashes{
			Suite:     p.Suite.Hash,
			Judgments: p.Suite.JudgmentsHash(),
			Queries:   p.Suite.QueriesHash(),
			Search:    p.Suite.SearchHash(),
			Titles:    titles.Hash,
		},
	}
	if all := len(p.Suite.Queries); all > len(p.Queries) {
		m.SuiteQueries = all
	}
	if s.Repeat > 1 {
		m.Repeat = s.Repeat
	}
	for _, i := range found.Indices {
		m.Indices = append(m.Indices, indexInfo(i, m.Cluster))
	}
	for _, r := range p.Rerankers {
		e := found.Endpoints[r.InferenceID]
		m.Rerankers = append(m.Rerankers, Reranker{
			Name: r.Name, Field: r.Field, InferenceID: r.InferenceID, Window: r.Window,
			MinScore: r.MinScore, Extra: r.Extra, Service: e.Service, Model: e.Model,
		})
	}
	for _, metric := range p.Metrics {
		m.Metrics = append(m.Metrics, metric.String())
	}
	for _, g := range p.Suite.Gates {
		m.Gates = append(m.Gates, Gate{
			Source: g.Source, Line: g.Line, Column: g.Column, Metric: g.Metric, System: g.System, Tag: g.Tag, Versus: g.Versus,
			Min: g.Min, Max: g.Max, MinGain: g.MinGain, MaxDrop: g.MaxDrop, MaxQueryDrop: g.MaxQueryDrop, Confidence: g.Confidence,
		})
	}
	for _, f := range found.Findings {
		m.Notes = append(m.Notes, f.String())
	}
	return m
}

// indexInfo leaves out the embedded engine's uuid: the engine makes its index
// anew for every run, from the same documents.
func indexInfo(i cluster.IndexInfo, c ClusterInfo) IndexInfo {
	if c.Embedded() {
		i.UUID = ""
	}
	return IndexInfo{Name: i.Name, UUID: i.UUID, Documents: i.Documents}
}

func clusterInfo(i cluster.Info, address string) ClusterInfo {
	c := ClusterInfo{Kind: "elasticsearch", Version: i.Version, URL: address}
	switch {
	case strings.Contains(i.Cluster, "releval-embedded"):
		c.Kind, c.URL = "embedded", ""
	case i.Serverless:
		c.Kind = "serverless"
	}
	return c
}

// warmUp waits for each model, then searches once with every system and
// throws the answers away, so that no query pays for a cold start.
func warmUp(ctx context.Context, c Cluster, p *Plan, s Settings) error {
	if s.WarmUp <= 0 || len(p.Queries) == 0 {
		return nil
	}
	warm := make(map[string]bool)
	for _, r := range p.Rerankers {
		if warm[r.InferenceID] {
			continue
		}
		warm[r.InferenceID] = true
		took, err := c.WarmUp(ctx, cmp.Or(r.InferenceID, cluster.DefaultEndpoint), s.WarmUp, func(w cluster.WarmUpProgress) {
			s.note("waiting for the model of %s, %v of %v: %v", r.Name, w.Elapsed.Round(time.Second), w.Limit, w.Err)
		})
		switch cluster.KindOf(err) {
		case cluster.KindForbidden, cluster.KindUnauthorized:
			continue // a key that may search only: the first search shows whether the model is warm
		}
		if err != nil {
			return err
		}
		if took > time.Second {
			s.note("the model of %s was ready after %v", r.Name, took.Round(time.Second))
		}
	}
	for _, request := range p.Requests(p.Queries[0]) {
		body := p.Body(request.Retriever, request.Size, "")
		if _, err := c.Search(ctx, body, cluster.SearchOptions{Index: p.Suite.Search.Index, Size: request.Size}); err != nil {
			if ctx.Err() != nil || hopeless(err) {
				return err
			}
		}
	}
	return nil
}

// complete writes the last line: what failed, and whether the index is still
// the one that the run began with.
func complete(ctx context.Context, c Cluster, p *Plan, run *Run, s Settings) *Complete {
	end := &Complete{
		Type:     "complete",
		Queries:  len(run.Queries),
		Failed:   run.Failed(),
		Finished: s.Now().UTC().Truncate(time.Millisecond),
	}
	end.Dropped, end.Warnings = lookUpDropped(ctx, c, p, run)
	end.Warnings = append(end.Warnings, sameOrderWarnings(run)...)
	indices, _, err := lookAtIndices(ctx, c, p.Suite.Search.Index)
	if err != nil {
		end.Warnings = append(end.Warnings, "the index could not be looked at again after the run: "+err.Error())
		return end
	}
	for _, i := range indices {
		end.Indices = append(end.Indices, indexInfo(i, run.Manifest.Cluster))
	}
	return end
}

// fewestSameOrder is from how many queries on it is odd that a reranker changed
// the order of none.
const fewestSameOrder = 3

// sameOrderWarnings names rerankers that changed no order at all, though their
// scores are their own.
func sameOrderWarnings(run *Run) []string {
	var found []string
	for _, r := range run.Manifest.Rerankers {
		if lists := unmoved(run, r); lists >= fewestSameOrder {
			found = append(found, fmt.Sprintf("%s left all %d lists in the order of the first stage: look whether its model does what it should", r.Name, lists))
		}
	}
	return found
}

// unmoved counts the lists that are long enough to tell, where a reranker left
// all of them in the order of the first stage; else it is 0.
func unmoved(run *Run, r Reranker) int {
	lists := 0
	for i := range run.Queries {
		first, result := run.Queries[i].Results[FirstStage], run.Queries[i].Results[r.Name]
		if first.Failed() || result.Failed() {
			continue
		}
		held := holdAgainst(first.Hits[:min(r.Window, len(first.Hits))], result.Hits)
		if held.both < fewestOrdered {
			continue
		}
		if !held.sameOrder {
			return 0
		}
		lists++
	}
	return lists
}

// merge puts the queries of an earlier run and the new ones into the suite's
// order.
func merge(before, finished []Query) []Query {
	all := append(append([]Query(nil), before...), finished...)
	sortQueries(all)
	return all
}
