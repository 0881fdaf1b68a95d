package execute

import (
	"cmp"
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/reranker"
	"github.com/releval/releval/eval/runfile"
)

// Searcher is what the runner needs of a cluster.
type Searcher interface {
	// OpenPIT opens a point in time.
	OpenPIT(ctx context.Context, index string, keepAlive time.Duration) (cluster.PIT, error)
	// ClosePIT closes it.
	ClosePIT(ctx context.Context, id string) error
	// Search sends one search and decodes its hits, with all retries.
	Search(ctx context.Context, body []byte, o cluster.SearchOptions) (cluster.Response, error)
}

// Observer is told of each finished query, by one goroutine.
type Observer interface {
	QueryDone(q *eval.Query)
}

// Runner searches a plan's queries.
type Runner struct {
	Cluster Searcher
	// Snapshot is what every search sees, which the caller closes; nil for a
	// point in time of the run's own.
	Snapshot *Snapshot
	// Rerankers score outside of Elasticsearch; nil where no system needs it.
	Rerankers *reranker.Set
	// Concurrency is how many queries are in flight; 0 means 4.
	Concurrency int
	// Unlike is the concurrency to write into each query, where it is not the
	// manifest's; else 0.
	Unlike int
	// Repeat is how often each query is searched; 0 means once.
	Repeat int
	// SeveralIndices says that the index expression stands for several, so
	// that each hit keeps its index.
	SeveralIndices bool
	// Journal takes every finished query; nil for none.
	Journal *runfile.Journal
	// Observer is told of every finished query; nil for none.
	Observer Observer
}

// Run searches every query of the plan that done does not hold yet: for each
// the first stage and every reranker, in an order that alternates from query
// to query so that caches favour neither. All searches share one point in
// time.
//
// A query that cannot be answered is kept with its error. An error of Run
// itself means that going on makes no sense: the context ended, the journal
// cannot be written, or the cluster refuses for a reason that every query
// would meet. The queries that were finished until then are returned all the
// same.
func (r *Runner) Run(ctx context.Context, p *plan.Plan, done map[string]bool) ([]eval.Query, error) {
	s := newSession(r, p)
	s.resumed = len(done) > 0
	if s.snapshot == nil {
		s.snapshot = NewSnapshot(r.Cluster, p.Suite.Search.Index).Routed(p.Suite.Search.Request)
		defer s.snapshot.Close(ctx)
	}
	if err := s.snapshot.Open(ctx); err != nil {
		return nil, err
	}

	var left []int // the queries to search, by their place in the plan
	for i, q := range p.Queries {
		if !done[q.ID] {
			left = append(left, i)
		}
	}
	searching, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	if err := s.probe(ctx, left); err != nil {
		return nil, err
	}
	workers := min(max(1, defaultTo(r.Concurrency, defaultConcurrency)), len(left))
	answered := make(chan *eval.Query)
	recorded := make(chan error)
	var finished []eval.Query
	go func() {
		recorded <- s.record(answered, stop, &finished)
	}()
	group, groupCtx := errgroup.WithContext(searching)
	var taken atomic.Int64
	for range workers {
		group.Go(func() error {
			for {
				next := int(taken.Add(1)) - 1
				if next >= len(left) || groupCtx.Err() != nil {
					return nil
				}
				i := left[next]
				query, err := s.query(groupCtx, i)
				if err != nil {
					return err
				}
				answered <- query
			}
		})
	}
	err := group.Wait()
	close(answered)
	failed := <-recorded
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	eval.SortQueries(finished)
	return finished, cmp.Or(failed, err) // an interruption must not hide that the disk is full
}

// defaultConcurrency is how many queries are in flight where nobody says.
const defaultConcurrency = 4

func defaultTo(value, fallback int) int {
	if value == 0 {
		return fallback
	}
	return value
}
