package sweep

import (
	"context"
	"sync"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/judgments"
)

// keepAlive is how long the point in time outlives the last search.
const keepAlive = 10 * time.Minute

// view is one view of the index for the whole sweep: every search of it, the
// runner's included, uses one point in time, so that nothing that differs can
// come from a document indexed in between. It counts what it is asked.
type view struct {
	execute.Searcher
	index          string
	titleField     string
	severalIndices bool

	mu       sync.Mutex
	pit      string
	open     bool
	idle     bool // no runner is at work
	searches int
	reopened bool // it was lost on the way
}

// OpenPIT opens the point in time. A runner calls it at its start, where one
// in hand will do, and again where it was lost.
func (v *view) OpenPIT(ctx context.Context, index string, d time.Duration) (cluster.PIT, error) {
	v.mu.Lock()
	start, pit := v.open && v.idle, cluster.PIT{ID: v.pit, KeepAlive: d}
	v.idle = false
	v.mu.Unlock()
	if start {
		return pit, nil
	}
	pit, err := v.Searcher.OpenPIT(ctx, index, d)
	if err != nil {
		return pit, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.open {
		v.reopened = true
	}
	v.pit, v.open = pit.ID, true
	return pit, nil
}

// ClosePIT keeps the point in time: the audit and the latencies come after
// the runner is done.
func (v *view) ClosePIT(_ context.Context, id string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.pit, v.idle = id, true
	return nil
}

// Search sends a search, and counts it where it is one of the sweep's: looking
// titles up and warming up name an index instead of the point in time.
func (v *view) Search(ctx context.Context, body []byte, o cluster.SearchOptions) (cluster.Response, error) {
	if o.Index == "" {
		v.mu.Lock()
		v.searches++
		v.mu.Unlock()
	}
	response, err := v.Searcher.Search(ctx, body, o)
	if err == nil && response.PIT != "" {
		v.mu.Lock()
		v.pit = response.PIT
		v.mu.Unlock()
	}
	return response, err
}

// close frees the point in time, even where the sweep was interrupted. That it
// could not be closed costs nothing but its keep-alive.
func (v *view) close(ctx context.Context) {
	if !v.open {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = v.Searcher.ClosePIT(ctx, v.pit)
}

// taken returns how many searches were sent since the last call.
func (v *view) taken() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	n := v.searches
	v.searches = 0
	return n
}

// first searches a query without a reranker, rerank with one at a window.
func (v *view) first(ctx context.Context, p *plan.Plan, q judgments.Query, size int) (*eval.Result, error) {
	return v.search(ctx, p, plan.Request{System: eval.FirstStage, Retriever: p.FirstStageRetriever(q), Size: size})
}

func (v *view) rerank(ctx context.Context, p *plan.Plan, q judgments.Query, r judgments.Reranker, window int) (*eval.Result, error) {
	r.Window = window
	return v.search(ctx, p, plan.Request{System: r.Name, Retriever: p.RerankRetriever(q, r), Size: window})
}

// search sends one search. Where the point in time was lost it opens another,
// once.
func (v *view) search(ctx context.Context, p *plan.Plan, r plan.Request) (*eval.Result, error) {
	for again := false; ; again = true {
		v.mu.Lock()
		pit := v.pit
		v.mu.Unlock()
		response, err := v.Search(ctx, p.Body(r.Retriever, r.Size, pit), cluster.SearchOptions{Size: r.Size})
		if err == nil {
			return eval.NewResult(response, v.titleField, v.severalIndices), nil
		}
		if again || cluster.KindOf(err) != cluster.KindLostPIT {
			return nil, err
		}
		if err := v.reopen(ctx, pit); err != nil {
			return nil, err
		}
	}
}

// reopen replaces a lost point in time, unless another search has done so.
func (v *view) reopen(ctx context.Context, lost string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.pit != lost {
		return nil
	}
	pit, err := v.Searcher.OpenPIT(ctx, v.index, keepAlive)
	if err == nil {
		v.pit, v.reopened = pit.ID, true
	}
	return err
}
