package sweep

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/stats"
)

func executed(t *testing.T, d *double, plan *plan.Plan, o Options) (*Result, *eval.Run) {
	t.Helper()
	result, run, err := Execute(context.Background(), plan, d, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.open) != 0 {
		t.Errorf("%d points in time are left open", len(d.open))
	}
	return result, run
}

// The number of searches is two a query, the audit and the latency sample, and
// does not depend on the number of windows but in the latency sample.
func TestNumberOfSearches(t *testing.T) {
	const queries, documents = 30, 300
	for _, windows := range [][]int{{5, 10, 20, 50, 100}, mustWindows(t, "1..200")} {
		t.Run(fmt.Sprintf("%d windows", len(windows)), func(t *testing.T) {
			d := newDouble(documents)
			result, _ := executed(t, d, newPlan(t, d, queries, "pointwise"), Options{Windows: windows, Audit: 25, LatencySamples: 3})
			largest := windows[len(windows)-1]
			reranked := 0
			for _, n := range d.reranked {
				reranked += n
			}
			// Latency: for each query of the sample one search to throw away,
			// one without the reranker, one at each window.
			want := Cost{
				Pass: 2 * queries, PassDocuments: queries * largest,
				Audit:   25,
				Latency: 3 * (2 + len(windows)),
			}
			sum := largest
			for _, w := range windows {
				sum += w
			}
			want.LatencyDocuments = 3 * sum
			want.AuditDocuments = result.Cost.AuditDocuments // checked below
			if diff := cmp.Diff(want, result.Cost); diff != "" {
				t.Errorf("cost (-want +got):\n%s", diff)
			}
			if got := d.first + reranked; got != want.Searches() {
				t.Errorf("%d searches reached the cluster, want %d", got, want.Searches())
			}
			if got := reranked; got != queries+25+3*(1+len(windows)) {
				t.Errorf("%d reranked searches, want %d", got, queries+25+3*(1+len(windows)))
			}
			// Documents without the field are in the windows but not scored.
			if total := result.Cost.Documents(); d.scored > total || d.scored < total*8/10 {
				t.Errorf("%d documents were scored, the result says at most %d", d.scored, total)
			}
			if result.Rerankers[0].Origin != Audited {
				t.Errorf("origin %q, want %q", result.Rerankers[0].Origin, Audited)
			}
		})
	}
}

// Without an audit and latencies the pass is all, and every document that it
// scores is counted.
func TestNumberOfSearchesOfThePassAlone(t *testing.T) {
	for _, count := range []int{5, 200} {
		d := newDouble(400)
		windows := make([]int, count)
		for i := range windows {
			windows[i] = 200 - count + i + 1
		}
		result, _ := executed(t, d, newPlan(t, d, 12, "pointwise"), Options{Windows: windows, Audit: -1, LatencySamples: -1})
		if d.first != 12 || len(d.reranked) != 1 || d.reranked[200] != 12 {
			t.Errorf("%d windows: %d first-stage searches and %v reranked, want 12 and 12 at window 200", count, d.first, d.reranked)
		}
		scored := int(math.Round(result.Rerankers[0].Points[count-1].Documents * 12))
		if scored != d.scored {
			t.Errorf("%d windows: the result says that %d documents are scored, the reranker saw %d", count, scored, d.scored)
		}
		if result.Cost.Searches() != 24 {
			t.Errorf("%d windows: cost %d searches, want 24", count, result.Cost.Searches())
		}
	}
}

// expected are a run's values by system, metric and query, over the orders of
// hits that the server left tied.
func expected(run *eval.Run, chosen []metrics.Metric) [][][]float64 {
	all := make([][][]float64, len(run.Manifest.Systems))
	for s, system := range run.Manifest.Names() {
		all[s] = make([][]float64, len(chosen))
		for m, metric := range chosen {
			for i := range run.Queries {
				q := &run.Queries[i]
				ranking := metrics.Ranking{Grades: q.Grades(q.Results[system].Hits), Judged: q.Judged()}
				all[s][m] = append(all[s][m], metric.Expected(ranking, tiesOf(q.Results[system]), run.Manifest.Seed).Value)
			}
		}
	}
	return all
}

// Every window of the result has the numbers of a run at that window alone.
func TestEveryWindowIsThatOfARealRun(t *testing.T) {
	d := newDouble(90)
	windows := mustWindows(t, "1..60")
	result, _ := executed(t, d, newPlan(t, d, 15, "pointwise"), Options{Windows: windows, Audit: -1, LatencySamples: -1})
	for i, w := range windows {
		plan := newPlan(t, d, 15, "pointwise")
		plan.Rerankers[0].Window = w
		plan.Depth = 60
		runner := execute.Runner{Cluster: d}
		queries, err := runner.Run(context.Background(), plan, nil)
		if err != nil {
			t.Fatal(err)
		}
		run := &eval.Run{Manifest: eval.Manifest{Systems: plan.Systems()}, Queries: queries}
		values := expected(run, plan.Metrics)
		for m, metric := range plan.Metrics {
			want := metric.Aggregate(values[1][m]).Value
			if got := float64(result.Rerankers[0].Points[i].Values[m]); got != want {
				t.Errorf("%s at window %d: %v, a run has %v", metric, w, got, want)
			}
		}
		if i%20 == 9 {
			bounds, err := stats.DifferenceInterval(differences(values[0][0], values[1][0]), 0.95)
			if err != nil {
				t.Fatal(err)
			}
			gain := result.Rerankers[0].Points[i].Gain
			want := Interval{Number(bounds.Mean), Number(bounds.Low), Number(bounds.High)}
			if diff := cmp.Diff(want, gain); diff != "" {
				t.Errorf("gain at window %d (-run +sweep):\n%s", w, diff)
			}
		}
	}
}

// A reranker that looks at the whole list makes the audit fail, and the sweep
// falls back to measuring every window.
func TestListwiseFallsBackToMeasuring(t *testing.T) {
	d := newDouble(120)
	windows := []int{5, 10, 20, 40}
	var steps []Step
	o := Options{Windows: windows, Audit: 20, LatencySamples: -1, Notify: func(s Step) { steps = append(steps, s) }}
	result, _ := executed(t, d, newPlan(t, d, 10, "listwise"), o)
	r := result.Rerankers[0]
	if r.Audit.Passed() || r.Audit.Different == 0 || len(r.Audit.Findings) != r.Audit.Different {
		t.Fatalf("the audit passed: %+v", r.Audit)
	}
	if r.Audit.Cells != 20 || r.Audit.Identical+r.Audit.Swapped+r.Audit.Different != 20 {
		t.Errorf("20 cells are not accounted for: %+v", r.Audit)
	}
	if finding := r.Audit.Findings[0]; finding.Query == "" || finding.Window == 0 || !strings.Contains(finding.Reason, "scores changed with the window") {
		t.Errorf("a finding does not say what differs: %+v", finding)
	}
	if r.Origin != Measured {
		t.Errorf("origin %q, want %q", r.Origin, Measured)
	}
	// One search a query for the first stage, and one at each window but the
	// largest, which the pass has searched.
	if want := 10 * 4; result.Cost.Measured != want {
		t.Errorf("%d searches measured, want %d", result.Cost.Measured, want)
	}
	if last := steps[len(steps)-1]; last.Name != "measure" || last.Searches != 40 || last.Reason == "" {
		t.Errorf("the last step is %+v, want the announced measuring", last)
	}
	// The numbers are those of real runs, which derived ones are not.
	for i, w := range windows {
		plan := newPlan(t, d, 10, "listwise")
		plan.Rerankers[0].Window = w
		queries, err := (&execute.Runner{Cluster: d}).Run(context.Background(), plan, nil)
		if err != nil {
			t.Fatal(err)
		}
		values := expected(&eval.Run{Manifest: eval.Manifest{Systems: plan.Systems()}, Queries: queries}, plan.Metrics)
		want := plan.Metrics[0].Aggregate(values[1][0]).Value
		if got := float64(r.Points[i].Values[0]); got != want {
			t.Errorf("window %d: %v, a run has %v", w, got, want)
		}
	}
}

func TestDeriveOnlyKeepsAnApproximation(t *testing.T) {
	d := newDouble(120)
	result, _ := executed(t, d, newPlan(t, d, 10, "listwise"), Options{Windows: []int{5, 10, 40}, LatencySamples: -1, DeriveOnly: true})
	if r := result.Rerankers[0]; r.Origin != Approximated || r.Audit.Passed() {
		t.Errorf("origin %q and audit %v, want an approximation", r.Origin, r.Audit)
	}
	if result.Cost.Measured != 0 {
		t.Errorf("%d searches measured, want none", result.Cost.Measured)
	}
}

// A first stage whose own order moves with the window is caught as well.
func TestMovingFirstStageFailsTheAudit(t *testing.T) {
	d := newDouble(120)
	d.shift = true
	result, _ := executed(t, d, newPlan(t, d, 10, "pointwise"), Options{Windows: []int{5, 10, 40}, LatencySamples: -1})
	r := result.Rerankers[0]
	if r.Origin != Measured || r.Audit.Different == 0 {
		t.Fatalf("origin %q and audit %v, want the windows measured", r.Origin, r.Audit)
	}
	if reason := r.Audit.Findings[0].Reason; !strings.Contains(reason, "the search returns") {
		t.Errorf("the reason %q does not name what the search returns", reason)
	}
}

func TestSeveralRerankers(t *testing.T) {
	d := newDouble(120)
	result, run := executed(t, d, newPlan(t, d, 10, "pointwise", "listwise"), Options{Windows: []int{5, 10, 40}, Audit: 12, LatencySamples: 2})
	if len(result.Rerankers) != 2 || result.Rerankers[0].Origin != Audited || result.Rerankers[1].Origin != Measured {
		t.Fatalf("origins %q and %q", result.Rerankers[0].Origin, result.Rerankers[1].Origin)
	}
	if result.Cost.Pass != 30 {
		t.Errorf("%d searches in the pass, want 30: one a query for the first stage and for each reranker", result.Cost.Pass)
	}
	if got := run.Manifest.LargestWindow(); got != 40 || run.Manifest.Depth() < 40 {
		t.Errorf("the run's window is %d and its depth %d, want 40 and more", got, run.Manifest.Depth())
	}
	for _, r := range result.Rerankers {
		if r.Latency.First == nil || r.Latency.First.Samples != 2 {
			t.Errorf("%s: the first stage has the latency %+v", r.Name, r.Latency.First)
		}
	}
}

// Latencies are measured one search at a time, whatever the concurrency.
func TestLatencyIsMeasuredAlone(t *testing.T) {
	d := newDouble(120)
	o := Options{Windows: []int{5, 10, 40}, Audit: -1, LatencySamples: 4, Concurrency: 8}
	o.Notify = func(s Step) {
		if s.Name == "latency" {
			d.mu.Lock()
			d.alone = true
			d.mu.Unlock()
		}
	}
	result, _ := executed(t, d, newPlan(t, d, 10, "pointwise"), o)
	if !d.alone {
		t.Error("two searches were in flight while latencies were measured")
	}
	r := result.Rerankers[0]
	if r.Latency.Queries != 4 {
		t.Errorf("the sample has %d queries, want 4", r.Latency.Queries)
	}
	if got := r.Points[0].Latency.WallP50; got < 3 || got > 8 {
		t.Errorf("wall p50 at window 5 is %v ms, the cluster says 3 ms + 1 ms a hit", got)
	}
	if got := r.Points[2].Latency.TookP95; got != 2 {
		t.Errorf("took p95 is %v ms, want 2", got)
	}
	// Hits without the field cost nothing in the double, hence the room.
	if fit := r.Latency.Wall; fit == nil || math.Abs(fit.PerDocument-1) > 0.1 || math.Abs(fit.Base-3) > 1 {
		t.Errorf("the fit is %+v, the cluster takes 3 ms + 1 ms a hit", fit)
	}
}

func TestLatencyBudget(t *testing.T) {
	d := newDouble(120)
	for _, test := range []struct {
		budget time.Duration
		want   int
	}{{25 * time.Millisecond, 20}, {time.Second, 40}, {time.Millisecond, 0}} {
		result, _ := executed(t, d, newPlan(t, d, 10, "pointwise"), Options{Windows: []int{5, 10, 20, 40}, Audit: -1, LatencySamples: 4, LatencyBudget: test.budget})
		choice := result.Rerankers[0].Recommendation.Budget
		if choice == nil || choice.Window != test.want || choice.Sentence == "" {
			t.Errorf("budget %v: %+v, want window %d", test.budget, choice, test.want)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	d := newDouble(20)
	for want, o := range map[string]Options{
		"not ascending":    {Windows: []int{10, 5}},
		"is not from 1 to": {Windows: []int{0}},
		"delta":            {Delta: 2},
		"confidence":       {Confidence: 0.2},
		"latency budget":   {LatencyBudget: -1},
	} {
		if _, _, err := Execute(context.Background(), newPlan(t, d, 2, "pointwise"), d, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
	plan := newPlan(t, d, 2)
	if _, _, err := Execute(context.Background(), plan, d, Options{}); err == nil || !strings.Contains(err.Error(), "no reranker") {
		t.Errorf("error %v for a suite without a reranker", err)
	}
}

func mustWindows(t testing.TB, text string) []int {
	t.Helper()
	windows, err := ParseWindows(text)
	if err != nil {
		t.Fatal(err)
	}
	return windows
}

// Rerankers that differ in their window alone are one sweep.
func TestSameRerankerIsSweptOnce(t *testing.T) {
	d := newDouble(60)
	plan := newPlan(t, d, 8, "pointwise", "listwise")
	twin := plan.Rerankers[0]
	twin.Name, twin.Window = "shallow", 3
	limited := plan.Rerankers[0]
	limited.Name, limited.MinScore = "limited", new(float64)
	plan.Rerankers = append(plan.Rerankers, twin, limited)
	result, _ := executed(t, d, plan, Options{Windows: []int{3, 20}, LatencySamples: -1})
	var names []string
	for _, r := range result.Rerankers {
		names = append(names, r.Name)
	}
	if diff := cmp.Diff([]string{"pointwise", "listwise", "limited"}, names); diff != "" {
		t.Errorf("swept (-want +got):\n%s", diff)
	}
	if !strings.Contains(strings.Join(result.Notes, "\n"), "the reranker shallow is pointwise at window 3, and is not swept again") {
		t.Errorf("notes %q do not say so", result.Notes)
	}
}
