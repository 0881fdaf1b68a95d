package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/plan"
)

func TestSmallChildWindowFailsBeforeTheFirstSearch(t *testing.T) {
	d := newDouble(20)
	suite := newPlan(t, d, 3, "pointwise").Suite
	suite.Search.Retriever = json.RawMessage(`{"rrf":{"rank_window_size":20,"retrievers":[]}}`)
	p, err := plan.New(suite, plan.Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = Execute(context.Background(), p, d, Options{Windows: []int{5, 50}})
	var small *smallWindowError
	if !errors.As(err, &small) || !strings.Contains(err.Error(), "search.retriever.rrf.rank_window_size is 20") {
		t.Errorf("error %v does not name the setting", err)
	}
	if d.opened != 0 || d.first != 0 {
		t.Error("the cluster was asked all the same")
	}
}

// A failed query counts 0 at every window, is named, and is neither audited
// nor timed.
func TestFailedQueries(t *testing.T) {
	d := newDouble(60)
	failures := 0
	d.fail = func(window int) error {
		d.mu.Lock()
		defer d.mu.Unlock()
		if window == 20 && failures < 2 {
			failures++
			return &cluster.Error{Kind: cluster.KindTimeout, What: "too late"}
		}
		return nil
	}
	result, run := executed(t, d, newPlan(t, d, 8, "pointwise"), Options{Windows: []int{5, 20}, LatencySamples: -1, Concurrency: 1})
	r := result.Rerankers[0]
	if len(r.Failed) != 2 || run.Failed() != 2 {
		t.Fatalf("failed: %v, want 2", r.Failed)
	}
	if r.Points[0].Losses.Unanswered == 0 {
		t.Error("the relevant documents of failed queries are not counted as unanswered")
	}
	if r.Origin != Audited || r.Audit.Cells != 6 {
		t.Errorf("audit %v, want 6 cells of the answered queries", r.Audit)
	}
}

// Failing searches of the audit and of the latency sample do not stop a sweep.
func TestFailingAuditAndLatency(t *testing.T) {
	d := newDouble(60)
	d.fail = func(window int) error {
		if window == 5 {
			return &cluster.Error{Kind: cluster.KindTimeout, What: "too late"}
		}
		return nil
	}
	result, _ := executed(t, d, newPlan(t, d, 8, "pointwise"), Options{Windows: []int{5, 20}, Concurrency: 1})
	r := result.Rerankers[0]
	if r.Origin != Unaudited || r.Audit.Failed != 8 || r.Audit.Passed() {
		t.Errorf("origin %q, audit %v: want nothing known", r.Origin, r.Audit)
	}
	if d.reranked[5] != 0 {
		t.Errorf("%d searches at window 5 succeeded", d.reranked[5])
	}
	if r.Latency != nil || !strings.Contains(strings.Join(r.Notes, "\n"), "the latencies were not measured") {
		t.Errorf("notes %q do not say that latencies are missing", r.Notes)
	}
}

// A lost point in time is replaced, and said.
func TestLostPointInTime(t *testing.T) {
	d := newDouble(60)
	d.lose = make(map[string]bool)
	o := Options{Windows: []int{5, 20}, Audit: 10, LatencySamples: 2}
	o.Notify = func(s Step) {
		if s.Name == "audit" {
			d.mu.Lock()
			d.lose["pit-1"] = true
			delete(d.open, "pit-1")
			d.mu.Unlock()
		}
	}
	result, _ := executed(t, d, newPlan(t, d, 8, "pointwise"), o)
	if d.opened != 2 {
		t.Errorf("%d points in time were opened, want 2", d.opened)
	}
	if !strings.Contains(strings.Join(result.Notes, "\n"), "the point in time was lost") {
		t.Errorf("notes %q do not say so", result.Notes)
	}
	if result.Rerankers[0].Origin != Audited {
		t.Errorf("origin %q", result.Rerankers[0].Origin)
	}
}

func TestInterrupted(t *testing.T) {
	d := newDouble(60)
	for _, at := range []string{"pass", "audit", "measure", "latency"} {
		ctx, cancel := context.WithCancel(context.Background())
		o := Options{Windows: []int{5, 20}, Notify: func(s Step) {
			if s.Name == at {
				cancel()
			}
		}}
		_, _, err := Execute(ctx, newPlan(t, d, 8, "listwise"), d, o)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("interrupted in the %s: %v, want the context's error", at, err)
		}
		cancel()
		if len(d.open) != 0 {
			t.Errorf("interrupted in the %s: a point in time is left open", at)
		}
	}
}
