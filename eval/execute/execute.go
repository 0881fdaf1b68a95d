package execute

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/preflight"
	"github.com/releval/releval/eval/reranker"
	"github.com/releval/releval/eval/runfile"
	"github.com/releval/releval/judgments"
)

// Cluster is everything that executing a plan needs of a cluster.
type Cluster interface {
	Searcher
	preflight.Inspector
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
	// Resume is an unfinished run to resume, which was read from
	// ResumePath; nil for a new one.
	Resume     *runfile.Stored
	ResumePath string
	// Snapshot is what every search of the plan sees, which the caller closes;
	// nil for a point in time of the run's own.
	Snapshot *Snapshot
	// Rerankers score outside of Elasticsearch, which the caller closes; nil
	// where no system of the plan needs it.
	Rerankers *reranker.Set
	// Concurrency is how many queries are in flight; 0 means 4.
	Concurrency int
	// Repeat is how often each query is searched; 0 means once.
	Repeat int
	// LatencySamples is on how many queries latencies are measured after the
	// run, one search at a time; 0 for none.
	LatencySamples int
	// Seed is what every random choice derives from.
	Seed uint64
	// WarmUp is how long to wait for a cold model; 0 for not at all.
	WarmUp time.Duration
	// MaxUSD refuses a run that would cost more, in dollars, or whose price is
	// not known; nil for no limit.
	MaxUSD *float64
	// Further are the searches that the caller sends after the run, whose cost is
	// said with it, and limited by MaxUSD; nil for none.
	Further plan.Further
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

// inFlight is how many queries are searched at a time, of so many.
func (s Settings) inFlight(queries int) int {
	return min(max(1, defaultTo(s.Concurrency, defaultConcurrency)), max(1, queries))
}

func (s Settings) note(format string, args ...any) {
	if s.Note != nil {
		s.Note(fmt.Sprintf(format, args...))
	}
}

// Execute runs a plan: it looks at the cluster first, warms the models up,
// searches, and keeps the run file. Where it returns an error together with a
// run, the run holds what was finished until then, and has no Complete.
func Execute(ctx context.Context, c Cluster, p *plan.Plan, s Settings) (*eval.Run, error) {
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Resume == nil && s.Out != "" {
		if err := runfile.CheckFile(s.Out); err != nil {
			return nil, err
		}
	}
	seen, err := preflight.Inspect(ctx, c, p)
	if err != nil {
		return nil, err
	}
	for _, f := range seen.Findings {
		if f.Severity == preflight.SeverityWarning {
			s.note("%s", f)
		}
	}
	if err := seen.Errors(); err != nil {
		return nil, err
	}
	titles, err := resolveTitles(ctx, c, p)
	if err != nil {
		return nil, err
	}
	run := &eval.Run{Manifest: newManifest(p, seen, titles, c.Address(), s)}
	if err := s.cost(ctx, c, p, &run.Manifest); err != nil {
		return nil, err
	}
	journal, done, err := s.journal(run)
	if err != nil {
		return nil, err
	}
	if err := warmUp(ctx, c, p, s); err != nil {
		s.restore(journal, run)
		return run, closeJournal(journal, err)
	}
	snapshot := s.Snapshot
	if snapshot == nil {
		snapshot = NewSnapshot(c, p.Suite.Search.Index).Routed(p.Suite.Search.Request)
		defer snapshot.Close(ctx)
	}
	runner := &Runner{
		Cluster:        c,
		Snapshot:       snapshot,
		Rerankers:      s.Rerankers,
		Concurrency:    s.Concurrency,
		Repeat:         s.Repeat,
		SeveralIndices: seen.Several,
		Journal:        journal,
		Observer:       s.Observer,
	}
	if inFlight := s.inFlight(len(p.Queries)); inFlight != run.Manifest.Concurrency {
		runner.Unlike = inFlight
	}
	finished, err := runner.Run(ctx, p, done)
	run.Queries = merge(run.Queries, finished)
	if err != nil {
		s.restore(journal, run)
	}
	for i := range run.Queries {
		run.Queries[i].Index = run.Manifest.OneIndex()
	}
	if hopelessFromTheStart(err) && s.Resume == nil && len(run.Queries) == 0 {
		err = closeJournal(journal, err)
		discard(s.Out)
		return nil, err
	}
	if err != nil {
		return run, closeJournal(journal, err)
	}
	measured, err := s.samples(ctx, runner, p, run)
	if err != nil {
		return run, closeJournal(journal, err)
	}
	if s.Snapshot == nil {
		snapshot.Close(ctx) // before the index is looked at for changes
	}
	run.Complete = complete(ctx, c, p, run, s)
	run.Complete.Latency = measured
	if journal != nil {
		err = journal.Complete(*run.Complete)
	}
	return run, closeJournal(journal, err)
}

// hopelessFromTheStart says whether every search of a system is refused, so that
// there is nothing to go on with.
func hopelessFromTheStart(err error) bool {
	if _, wrong := errors.AsType[judgments.Problems](err); wrong {
		return true
	}
	failure, ok := errors.AsType[*cluster.Error](err)
	return ok && failure.RefusesBody()
}

// restore keeps, of a resumed run that does not come to its end, the failures
// of the earlier one that were not searched again: without them their queries
// would be missing.
func (s Settings) restore(journal *runfile.Journal, run *eval.Run) {
	if s.Resume == nil {
		return
	}
	has := make(map[string]bool)
	for _, q := range run.Queries {
		has[q.ID] = true
	}
	var lost []eval.Query
	for _, q := range s.Resume.Queries {
		if !has[q.ID] && journal.Query(q) == nil { // what ended the run is said, not this
			lost = append(lost, q)
		}
	}
	run.Queries = merge(run.Queries, lost)
}

// discard removes the file of a run that can never be gone on with.
func discard(path string) {
	if path == "" {
		return
	}
	if file, err := os.Lstat(path); err == nil && file.Mode().IsRegular() {
		_ = os.Remove(path) // nothing is lost where it stays
	}
}

func closeJournal(j *runfile.Journal, err error) error {
	if j == nil {
		return err
	}
	return cmp.Or(err, j.Close())
}

// journal opens the run file, and says which queries it holds already. Those
// that failed are searched again.
func (s Settings) journal(run *eval.Run) (*runfile.Journal, map[string]bool, error) {
	if s.Resume == nil {
		if s.Out == "" {
			return nil, nil, nil
		}
		j, err := runfile.Create(s.Out, run.Manifest)
		return j, nil, err
	}
	failed := s.Resume.Failed() > 0
	if s.Resume.Complete != nil && !failed {
		return nil, nil, fmt.Errorf("%s is complete, so there is nothing to resume; see it with releval report %s", s.ResumePath, s.ResumePath)
	}
	if different := run.Manifest.Differences(&s.Resume.Manifest); len(different) > 0 {
		return nil, nil, fmt.Errorf("cannot resume %s: it was started with different settings: %s", s.ResumePath, strings.Join(different, "; "))
	}
	run.Manifest = s.Resume.Manifest
	done := make(map[string]bool)
	for _, q := range s.Resume.Queries {
		if !q.Failed(run.Manifest.Names()) {
			done[q.ID] = true
			run.Queries = append(run.Queries, q)
		}
	}
	if failed {
		j, err := runfile.Renew(s.ResumePath, s.Resume, run)
		return j, done, err
	}
	j, err := runfile.Append(s.ResumePath, s.Resume)
	return j, done, err
}

// merge puts the queries of an earlier run and the new ones into the suite's
// order.
func merge(before, finished []eval.Query) []eval.Query {
	all := append(append([]eval.Query(nil), before...), finished...)
	eval.SortQueries(all)
	return all
}
