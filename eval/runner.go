package eval

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/judgments"
)

// pitKeepAlive is how long the point in time outlives the last search.
const pitKeepAlive = 10 * time.Minute

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
	QueryDone(q *Query)
}

// Runner searches a plan's queries.
type Runner struct {
	Cluster Searcher
	// Concurrency is how many queries are in flight; 0 means 4.
	Concurrency int
	// Repeat is how often each query is searched; 0 means once.
	Repeat int
	// SeveralIndices says that the index expression stands for several, so
	// that each hit keeps its index.
	SeveralIndices bool
	// Journal takes every finished query; nil for none.
	Journal *Journal
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
func (r *Runner) Run(ctx context.Context, p *Plan, done map[string]bool) ([]Query, error) {
	pit, err := r.Cluster.OpenPIT(ctx, p.Suite.Search.Index, pitKeepAlive)
	if err != nil {
		return nil, err
	}
	s := session{Runner: r, plan: p}
	s.pit.Store(&pit.ID)
	defer s.closePIT(ctx)

	var left []int // the queries to search, by their place in the plan
	for i, q := range p.Queries {
		if !done[q.ID] {
			left = append(left, i)
		}
	}
	searching, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	workers := min(max(1, defaultTo(r.Concurrency, 4)), len(left))
	answered := make(chan *Query)
	recorded := make(chan error)
	var finished []Query
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
				query, err := s.query(groupCtx, p.numbers[i], p.Queries[i])
				if err != nil {
					return err
				}
				answered <- query
			}
		})
	}
	err = group.Wait()
	close(answered)
	err = cmp.Or(<-recorded, err)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	sortQueries(finished)
	return finished, err
}

// session is one Run at work.
type session struct {
	*Runner
	plan *Plan
	pit  atomic.Pointer[string] // the newest id: the server may change it
	mu   sync.Mutex             // to reopen
	// answers are *cluster.Response that were taken over: the next ones come
	// in their place.
	answers sync.Pool
}

// closePIT frees the point in time even where the run was interrupted. That
// it could not be closed costs nothing but its keep-alive.
func (s *session) closePIT(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = s.Cluster.ClosePIT(ctx, *s.pit.Load())
}

// query searches one query with every system.
func (s *session) query(ctx context.Context, number int, q judgments.Query) (*Query, error) {
	record := NewQuery(number, q)
	for repeat := range max(1, s.Repeat) {
		results, err := s.search(ctx, number+repeat, q)
		if err != nil {
			return nil, err
		}
		if repeat == 0 {
			record.Results = results
		} else {
			record.Repeats = append(record.Repeats, results)
		}
	}
	return &record, nil
}

// search asks every system once. Turn decides which goes first.
func (s *session) search(ctx context.Context, turn int, q judgments.Query) (Results, error) {
	requests := s.plan.Requests(q)
	if turn%2 == 1 {
		slices.Reverse(requests)
	}
	results := make(Results, len(requests))
	for _, request := range requests {
		result, err := s.ask(ctx, request)
		if err != nil {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			return nil, fmt.Errorf("query %q, %s: %w", q.ID, request.System, err)
		}
		results[request.System] = result
	}
	return results, nil
}

// mostReopened is how often one search may find its point in time lost: a
// cluster whose nodes are restarted one after the other loses several.
const mostReopened = 5

// ask sends one search. Where the point in time was lost, as by a restart of
// the cluster, it opens another and asks again. Its error is one that every
// other query would meet too.
func (s *session) ask(ctx context.Context, request Request) (*Result, error) {
	var warnings []string
	answer, _ := s.answers.Get().(*cluster.Response)
	if answer == nil {
		answer = new(cluster.Response)
	}
	defer s.answers.Put(answer)
	for reopened := 0; ; reopened++ {
		pit := *s.pit.Load()
		response, err := s.Cluster.Search(ctx, s.plan.Body(request.Retriever, request.Size, pit), cluster.SearchOptions{Size: request.Size, Reuse: answer})
		if err == nil {
			*answer = response
			if response.PIT != "" && response.PIT != pit {
				s.pit.Store(&response.PIT)
			}
			result := NewResult(response, s.plan.Suite.Search.TitleField, s.SeveralIndices)
			result.Warnings = append(warnings, result.Warnings...)
			return result, nil
		}
		if cluster.KindOf(err) == cluster.KindLostPIT && reopened < mostReopened {
			if err := s.reopen(ctx, pit); err != nil {
				return nil, err
			}
			warnings = []string{"the point in time was lost, and another one opened: the index may have changed in between"}
			continue
		}
		if ctx.Err() != nil || hopeless(err) {
			return nil, err
		}
		failed := &Result{Error: err.Error()}
		if failure, ok := errors.AsType[*cluster.Error](err); ok && failure.Attempts > 1 {
			failed.Attempts = failure.Attempts
		}
		return failed, nil
	}
}

// reopen replaces a lost point in time, unless another query has done so.
func (s *session) reopen(ctx context.Context, lost string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if *s.pit.Load() != lost {
		return nil
	}
	pit, err := s.Cluster.OpenPIT(ctx, s.plan.Suite.Search.Index, pitKeepAlive)
	if err != nil {
		return err
	}
	s.pit.Store(&pit.ID)
	return nil
}

// hopeless says whether every other query would meet the same error.
func hopeless(err error) bool {
	switch cluster.KindOf(err) {
	case cluster.KindConfig, cluster.KindTLS, cluster.KindNotElasticsearch,
		cluster.KindUnauthorized, cluster.KindForbidden, cluster.KindLicence,
		cluster.KindMissingIndex, cluster.KindMissingEndpoint, cluster.KindUnsupported,
		cluster.KindProvider, cluster.KindUnreachable:
		return true
	case cluster.KindConnection, cluster.KindUnavailable, cluster.KindTimeout:
		// The client heals these by waiting, and says that it will not any
		// more where the cluster stayed away for too long.
		failure, ok := errors.AsType[*cluster.Error](err)
		return ok && !failure.Temporary()
	}
	return false
}

// record keeps the answered queries, on the disk first, while the next ones
// are searched already. It goes on until there are no more, and stops the
// search where the disk refuses one.
func (s *session) record(answered <-chan *Query, stop context.CancelCauseFunc, finished *[]Query) error {
	var failed error
	for q := range answered {
		if failed != nil {
			continue
		}
		if s.Journal != nil {
			if failed = s.Journal.Query(*q); failed != nil {
				stop(failed)
				continue
			}
		}
		*finished = append(*finished, *q)
		if s.Observer != nil {
			s.Observer.QueryDone(q)
		}
	}
	return failed
}

func defaultTo(value, fallback int) int {
	if value == 0 {
		return fallback
	}
	return value
}
