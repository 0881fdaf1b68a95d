package execute

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/runfile"
	"github.com/releval/releval/judgments"
)

// answering is a cluster that answers every search with one hit.
type answering struct{ search func() }

func (answering) OpenPIT(context.Context, string, time.Duration) (cluster.PIT, error) {
	return cluster.PIT{ID: "pit"}, nil
}

func (answering) ClosePIT(context.Context, string) error { return nil }

func (a answering) Search(ctx context.Context, _ []byte, _ cluster.SearchOptions) (cluster.Response, error) {
	if a.search != nil {
		a.search()
	}
	if ctx.Err() != nil {
		return cluster.Response{}, &cluster.Error{Kind: cluster.KindCanceled, What: "canceled"}
	}
	return cluster.Response{Hits: []cluster.Hit{{ID: "1", Score: 1}}, Attempts: 1}, nil
}

func smallPlan(t *testing.T, queries int) *plan.Plan {
	t.Helper()
	suite := &judgments.Suite{Name: "small", Search: judgments.Search{Index: "i", TitleField: "title", Retriever: json.RawMessage(`{}`)}}
	for i := range queries {
		suite.Queries = append(suite.Queries, judgments.Query{ID: fmt.Sprint("q", i), Text: "text"})
	}
	plan, err := plan.New(suite, plan.Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// onWrite is a storage that tells of a write, and may refuse it.
type onWrite func(p []byte) (int, error)

func (w onWrite) Write(p []byte) (int, error) { return w(p) }
func (w onWrite) Sync() error                 { return nil }
func (w onWrite) Close() error                { return nil }

// A journal's error in the middle ends the search, and no interruption hides
// it; what was kept before is returned, and nothing else.
func TestRunnerStopsWhereTheJournalFails(t *testing.T) {
	for _, interrupted := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) { // waits for every goroutine
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			written := 0
			j := runfile.NewJournal("run.jsonl", onWrite(func(p []byte) (int, error) {
				if written++; written > 3 {
					if interrupted {
						cancel()
					}
					return 0, syscall.ENOSPC
				}
				return len(p), nil
			}))
			r := Runner{Cluster: answering{search: func() { time.Sleep(time.Millisecond) }}, Journal: j}
			queries, err := r.Run(ctx, smallPlan(t, 1000), nil)
			if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "free some room") {
				t.Errorf("interrupted %v: error %v, want the journal's", interrupted, err)
			}
			if len(queries) != 3 {
				t.Errorf("interrupted %v: %d queries, want the 3 that were kept", interrupted, len(queries))
			}
			if err := j.Close(); !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("interrupted %v: closing gives %v", interrupted, err)
			}
		})
	}
}

// Where it is interrupted while the recorder works, every answered query is
// kept.
func TestRunnerKeepsWhatWasAnsweredBeforeAnInterruption(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		written := 0
		j := runfile.NewJournal("run.jsonl", onWrite(func(p []byte) (int, error) {
			if written++; written == 5 {
				cancel()
			}
			time.Sleep(10 * time.Millisecond) // slower than the search
			return len(p), nil
		}))
		r := Runner{Cluster: answering{search: func() { time.Sleep(time.Millisecond) }}, Journal: j, Concurrency: 3}
		queries, err := r.Run(ctx, smallPlan(t, 1000), nil)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want the context's", err)
		}
		if len(queries) != written || written < 5 || written > 9 {
			t.Errorf("%d queries returned and %d written, want the same, and those that were in flight", len(queries), written)
		}
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
}
