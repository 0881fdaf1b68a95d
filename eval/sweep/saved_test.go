package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/runfile"
	"github.com/releval/releval/judgments"
)

// A run saved by a sweep gives the same numbers without the cluster.
func TestSavedRunGivesTheSameNumbers(t *testing.T) {
	d := newDouble(120)
	whole := newPlan(t, d, 12, "pointwise")
	path := filepath.Join(t.TempDir(), "run.jsonl")
	var manifest eval.Manifest
	o := Options{Windows: []int{5, 10, 40}, LatencySamples: -1}
	o.Pass = func(ctx context.Context, snapshot *execute.Snapshot, plan *plan.Plan) (*eval.Run, error) {
		manifest = eval.Manifest{Systems: plan.Systems(), QueryCount: 12,
			Metrics: []string{"ndcg@10", "mrr", "recall@50", "map", "judged@10"},
		}
		journal, err := runfile.Create(path, manifest)
		if err != nil {
			return nil, err
		}
		queries, err := (&execute.Runner{Snapshot: snapshot, Journal: journal}).Run(ctx, plan, nil)
		return &eval.Run{Manifest: manifest, Queries: queries}, errors.Join(err, journal.Complete(eval.Complete{Queries: 12}), journal.Close())
	}
	live, _, err := Execute(context.Background(), whole, d, o)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := runfile.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	saved, err := FromRun(&stored.Run, Options{Windows: []int{5, 10, 40}})
	if err != nil {
		t.Fatal(err)
	}
	// What the suite's own window is, a saved run does not say.
	live.Rerankers[0].Recommendation.Decision, saved.Rerankers[0].Recommendation.Decision = Decision{}, Decision{}
	for i := range live.Rerankers[0].Points {
		live.Rerankers[0].Points[i].Present = false
	}
	if diff := cmp.Diff(asJSON(t, live.Rerankers[0].Points), asJSON(t, saved.Rerankers[0].Points)); diff != "" {
		t.Errorf("points (-live +saved):\n%s", diff)
	}
	if diff := cmp.Diff(asJSON(t, live.Rerankers[0].Recommendation), asJSON(t, saved.Rerankers[0].Recommendation)); diff != "" {
		t.Errorf("recommendation (-live +saved):\n%s", diff)
	}
	if !saved.Saved || saved.Rerankers[0].Origin != Unaudited || saved.Rerankers[0].Audit != nil || saved.Rerankers[0].Latency != nil {
		t.Errorf("a saved run claims an audit or a latency: %+v", saved.Rerankers[0])
	}
	if !strings.Contains(strings.Join(saved.Notes, "\n"), "not audited, and no latency measured") {
		t.Errorf("notes %q do not say so", saved.Notes)
	}
}

func TestSavedRunWindows(t *testing.T) {
	run := &eval.Run{
		Manifest: eval.Manifest{
			Systems: evaltest.Systems(70, eval.System{Name: "small", Window: 25}, eval.System{Name: "large", Window: 70}), Metrics: []string{"ndcg@10"},
		},
		Queries: []eval.Query{{ID: "q", Results: eval.Results{eval.FirstStage: {}, "small": {}, "large": {}}}},
	}
	windowsOf := func(r *Result, i int) (windows []int) {
		for _, p := range r.Rerankers[i].Points {
			windows = append(windows, p.Window)
		}
		return windows
	}
	result, err := FromRun(run, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{5, 10, 20, 25}, windowsOf(result, 0)); diff != "" {
		t.Errorf("windows of small (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{5, 10, 20, 25, 50, 70}, windowsOf(result, 1)); diff != "" {
		t.Errorf("windows of large (-want +got):\n%s", diff)
	}
	if !strings.Contains(strings.Join(result.Notes, "\n"), "the run is not complete") {
		t.Errorf("notes %q do not say that the run was cut short", result.Notes)
	}
	for _, test := range []struct {
		o    Options
		want string
	}{
		{Options{Windows: []int{5, 71}}, "the window 71 cannot be derived: the run was searched at 70 at most"},
		{Options{Windows: []int{30}}, "the window 30 cannot be derived for small, which was searched at 25"},
		{Options{Rerankers: []string{"other"}}, `no reranker "other", it has small, large`},
	} {
		if _, err := FromRun(run, test.o); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v does not say %q", err, test.want)
		}
	}
	if result, err := FromRun(run, Options{Rerankers: []string{"large"}, Windows: []int{30}}); err != nil || len(result.Rerankers) != 1 {
		t.Errorf("one reranker alone: %v", err)
	}
	run.Manifest.Systems = run.Manifest.Systems[:1]
	if _, err := FromRun(run, Options{}); err == nil || !strings.Contains(err.Error(), "no reranker") {
		t.Errorf("error %v", err)
	}
}

// Where relevant documents are lost is counted for each window.
func TestLosses(t *testing.T) {
	hits := func(ids ...string) *eval.Result {
		r := &eval.Result{}
		for i, id := range ids {
			r.Hits = append(r.Hits, eval.Hit{Document: &eval.Document{ID: id}, Score: float64(10 - i)})
		}
		return r
	}
	run := &eval.Run{
		Manifest: eval.Manifest{Systems: evaltest.Systems(5, eval.System{Name: "r", Window: 5}), Metrics: []string{"ndcg@2"},
			Unresolved: []string{"id gone"}},
		Queries: []eval.Query{
			{ID: "q", Judgments: []judgments.Judgment{{ID: "a", Grade: 1}, {ID: "c", Grade: 2}, {ID: "d", Grade: 1}, {ID: "e", Grade: 1}, {ID: "lost", Grade: 1}, {ID: "gone", Grade: 1}, {ID: "b", Grade: 0}},
				// d has no value in the field.
				Results: eval.Results{eval.FirstStage: hits("a", "b", "c", "d", "e"), "r": hits("e", "b", "c", "a")}},
			{ID: "failed", Judgments: []judgments.Judgment{{ID: "x", Grade: 1}},
				Results: eval.Results{eval.FirstStage: hits("x"), "r": {Error: "no"}}},
		},
		Complete: &eval.Complete{},
	}
	result, err := FromRun(run, Options{Windows: []int{1, 3, 4, 5}})
	if err != nil {
		t.Fatal(err)
	}
	want := []Losses{
		{Found: 1, Undelivered: 4, NotInIndex: 1, Unanswered: 1},                       // a
		{Found: 1, Below: 1, Undelivered: 3, NotInIndex: 1, Unanswered: 1},             // b c | a
		{Found: 1, Below: 1, Dropped: 1, Undelivered: 2, NotInIndex: 1, Unanswered: 1}, // b c | a, without d
		{Found: 1, Below: 2, Dropped: 1, Undelivered: 1, NotInIndex: 1, Unanswered: 1}, // e b | c a
	}
	for i, p := range result.Rerankers[0].Points {
		if diff := cmp.Diff(want[i], p.Losses); diff != "" {
			t.Errorf("window %d (-want +got):\n%s", p.Window, diff)
		}
	}
	// Six relevant documents of q; the other query has no answer.
	if got, want := float64(result.Rerankers[0].Points[3].Recall), 4.0/6; math.Abs(got-want) > 1e-12 {
		t.Errorf("recall %v, want %v", got, want)
	}
	if got := result.Rerankers[0].Dropped; got != 1 {
		t.Errorf("%d documents dropped, want 1", got)
	}
	// Nobody looked up why, so that no cause may be named.
	said := strings.Join(result.Rerankers[0].Notes, "\n")
	if !strings.Contains(said, "left out 1 document of the largest window: reason not known") || strings.Contains(said, "no value") || strings.Contains(said, "min_score") {
		t.Errorf("notes %q", said)
	}
	// Window 1 gives both systems a alone; nDCG of the ceiling is that of the
	// first stage and below, so no share of it can be captured.
	if p := result.Rerankers[0].Points[3]; !p.Captured.Defined() || p.Captured > 1 {
		t.Errorf("captured %v", p.Captured)
	}
}

// asJSON is indented JSON, in which an undefined number equals another.
func asJSON(t *testing.T, value any) string {
	t.Helper()
	encoded, err := json.MarshalIndent(value, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

// A reranked document that ties with the end of the first stage's window may
// be in it, and counts at the largest window; one that does not tie cannot,
// and is said.
func TestRerankedHitsBeyondTheWindow(t *testing.T) {
	runOf := func(last, beyond float64) *eval.Run {
		first := []eval.Hit{{Document: &eval.Document{ID: "a"}, Score: 3}, {Document: &eval.Document{ID: "b"}, Score: 2}, {Document: &eval.Document{ID: "c"}, Score: last}, {Document: &eval.Document{ID: "x"}, Score: beyond}}
		reranked := []eval.Hit{{Document: &eval.Document{ID: "x"}, Score: 5}, {Document: &eval.Document{ID: "a"}, Score: 4}, {Document: &eval.Document{ID: "b"}, Score: 3}}
		return &eval.Run{
			Manifest: eval.Manifest{Systems: evaltest.Systems(10, eval.System{Name: "r", Window: 3}), Metrics: []string{"mrr"}},
			Queries: []eval.Query{{ID: "q", Judgments: []judgments.Judgment{{ID: "x", Grade: 1}},
				Results: eval.Results{eval.FirstStage: {Hits: first}, "r": {Hits: reranked}}}},
			Complete: &eval.Complete{},
		}
	}
	for _, test := range []struct {
		last, beyond float64
		noted        bool
	}{{1, 1, false}, {1, 0.5, true}} {
		result, err := FromRun(runOf(test.last, test.beyond), Options{Windows: []int{2, 3}})
		if err != nil {
			t.Fatal(err)
		}
		r := result.Rerankers[0]
		if r.Points[0].Values[0] != 0 || r.Points[1].Values[0] != 1 {
			t.Errorf("mrr %v and %v, want 0 at window 2 and 1 at the window that was searched", r.Points[0].Values[0], r.Points[1].Values[0])
		}
		if noted := strings.Contains(strings.Join(r.Notes, "\n"), "that the first stage did not deliver"); noted != test.noted {
			t.Errorf("scores %v and %v: notes %q", test.last, test.beyond, r.Notes)
		}
	}
}

// Windows below the one of the run are derived whether or not that one is
// among those asked for.
func TestSavedRunAtSmallerWindowsAlone(t *testing.T) {
	d := newDouble(120)
	plan := newPlan(t, d, 12, "pointwise", "listwise")
	_, run := executed(t, d, plan, Options{Windows: []int{40}, Audit: -1, LatencySamples: -1})
	all, err := FromRun(run, Options{Windows: []int{5, 10, 40}})
	if err != nil {
		t.Fatal(err)
	}
	// What a window loses is against the largest one asked for.
	alone := func(points []Point) []Point {
		points = slices.Clone(points)
		for i := range points {
			points[i].Loss, points[i].AtMost = 0, 0
		}
		return points
	}
	for _, windows := range [][]int{{5, 10}, {10}} {
		some, err := FromRun(run, Options{Windows: windows})
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range some.Rerankers {
			if diff := cmp.Diff(asJSON(t, alone(all.Rerankers[i].Points[2-len(windows):2])), asJSON(t, alone(r.Points))); diff != "" {
				t.Errorf("%s at %v (-with window 40 +without):\n%s", r.Name, windows, diff)
			}
			if len(r.Notes) > 0 && strings.Contains(strings.Join(r.Notes, "\n"), "did not deliver") {
				t.Errorf("%s at %v: notes %q", r.Name, windows, r.Notes)
			}
		}
	}
}

// At the run's own window a sweep has the numbers of an evaluation of the
// queries that both systems answered, whatever failed: a query without an
// answer, or one that was not reranked.
func TestFailuresAreLeftOut(t *testing.T) {
	d := newDouble(120)
	plan := newPlan(t, d, 12, "pointwise")
	_, run := executed(t, d, plan, Options{Windows: []int{40}, Audit: -1, LatencySamples: -1})
	failed := &eval.Result{Error: "too late"}
	run.Queries[2].Results["pointwise"] = failed
	run.Queries[5].Results = eval.Results{eval.FirstStage: failed, "pointwise": failed}
	first := run.Queries[7].Results[eval.FirstStage]
	run.Queries[7].Results["pointwise"] = &eval.Result{Hits: first.Hits[:min(40, len(first.Hits))]}
	run.Queries[9].Results = eval.Results{eval.FirstStage: {}, "pointwise": {}}
	for _, name := range []string{"judged@10", "rbp_residual"} {
		m, err := metrics.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		plan.Metrics = append(plan.Metrics, m)
	}
	evaluate := func(left ...string) [][][]float64 {
		answered := *run
		answered.Queries = slices.DeleteFunc(slices.Clone(run.Queries), func(q eval.Query) bool { return slices.Contains(left, q.ID) })
		return expected(&answered, plan.Metrics)
	}
	firstStage, both := evaluate("q5"), evaluate("q2", "q5", "q7")
	result, err := FromRun(run, Options{Windows: []int{10, 40}, Metrics: plan.Metrics})
	if err != nil {
		t.Fatal(err)
	}
	r := result.Rerankers[0]
	for m, metric := range plan.Metrics {
		if got, want := result.FirstStage.Values[m], metric.Aggregate(firstStage[0][m]).Value; math.Abs(float64(got)-want) > 1e-12 {
			t.Errorf("%s of the first stage: %v, the run has %v", metric, got, want)
		}
		if got, want := r.Without[m], metric.Aggregate(both[0][m]).Value; math.Abs(float64(got)-want) > 1e-12 {
			t.Errorf("%s without the reranker: %v, the run has %v", metric, got, want)
		}
		if got, want := r.Points[1].Values[m], metric.Aggregate(both[1][m]).Value; math.Abs(float64(got)-want) > 1e-12 {
			t.Errorf("%s at window 40: %v, the run has %v", metric, got, want)
		}
	}
	if r.Answered != 9 || r.Recommendation.Queries > 9 {
		t.Errorf("%d queries answered, %d taken", r.Answered, r.Recommendation.Queries)
	}
	if diff := cmp.Diff([]string{"q2", "q5", "q7"}, r.Failed); diff != "" {
		t.Errorf("failed (-want +got):\n%s", diff)
	}
}
