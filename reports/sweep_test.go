package reports

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/releval/releval/eval/sweep"
	"github.com/releval/releval/reports/grid"
)

// swept is the sample with a sweep of its own run.
func swept(t *testing.T) (*Report, *sweep.Result) {
	t.Helper()
	run := sample()
	result, err := sweep.FromRun(run, sweep.Options{Windows: []int{1, 2, 3, 4}})
	if err != nil {
		t.Fatal(err)
	}
	r := mustReport(run)
	r.Sweep = result
	return r, result
}

// Every format says what the sweep found.
func TestSweepInEveryFormat(t *testing.T) {
	r, result := swept(t)
	recommended := result.Rerankers[0].Recommendation.Enough.Sentence
	for _, f := range []Format{Table, Markdown, HTML, JSON} {
		var b bytes.Buffer
		if err := Write(&b, f, r, Options{Width: 200}); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		text := strings.ReplaceAll(b.String(), "\\", "")
		for _, want := range []string{sentence(recommended)[:40], "not audited"} {
			if !strings.Contains(strings.ReplaceAll(text, "\n", " "), want) {
				t.Errorf("%s does not say %q", f, want)
			}
		}
		if f != JSON && !strings.Contains(text, "Where relevant documents are lost") {
			t.Errorf("%s does not show where documents are lost", f)
		}
	}
}

// The whole result stands in the JSON report, and reads back.
func TestSweepDetailInJSON(t *testing.T) {
	r, result := swept(t)
	var b bytes.Buffer
	if err := Write(&b, JSON, r, Options{}); err != nil {
		t.Fatal(err)
	}
	var read struct {
		Sweeps []struct {
			Detail sweep.Reranker `json:"detail"`
		} `json:"sweeps"`
	}
	if err := json.Unmarshal(b.Bytes(), &read); err != nil {
		t.Fatal(err)
	}
	got, want := read.Sweeps[0].Detail, result.Rerankers[0]
	if got.Points[3].Losses != want.Points[3].Losses || got.Points[3].Values[0] != want.Points[3].Values[0] || got.Recommendation.Best != want.Recommendation.Best {
		t.Errorf("read back %+v, want %+v", got.Points[3], want.Points[3])
	}
}

func TestSweepSentences(t *testing.T) {
	audit := &sweep.Audit{Cells: 5, Identical: 3, Different: 2, Seed: 7, Findings: []sweep.Cell{
		{Query: "crime", Window: 5, Reason: "rank 1 is another"}, {Query: "heist", Window: 10, Reason: "rank 2 is another"},
	}}
	fit := &sweep.Fit{Base: 12.34567, PerDocument: 0.9, R2: 0.97}
	result := &sweep.Result{Metrics: []string{"ndcg@10"}, Delta: 0.01, Windows: []int{5, 10}, Cost: sweep.Cost{Pass: 20, Audit: 5, Measured: 20, Latency: 8, PassDocuments: 1000}}
	one := &sweep.Reranker{Name: "r", Largest: 10, Audit: audit, Latency: &sweep.Latency{Queries: 2, Wall: fit, Failed: 1}}
	for _, test := range []struct{ got, want string }{
		{auditSays(result, &sweep.Reranker{Largest: 10, Origin: sweep.Measured, Audit: audit}), "every window was searched"},
		{auditSays(result, &sweep.Reranker{Largest: 10, Origin: sweep.Measured, Audit: audit}), `query "crime" at window 5: rank 1 is another; query "heist" at window 10`},
		{auditSays(result, &sweep.Reranker{Largest: 10, Origin: sweep.Measured, Audit: audit}), "a listwise model"},
		{auditSays(result, &sweep.Reranker{Largest: 10, Origin: sweep.Approximated, Audit: audit}), "only an approximation"},
		{auditSays(result, &sweep.Reranker{Largest: 10, Origin: sweep.Unaudited}), "were not audited"},
		{latencySays(result, one), "wall clock about 12.346 ms + 0.9 ms · w (R² 0.97)"},
		{latencySays(result, one), "1 search failed"},
		{strings.Join(sweepNotes(result), " "), "The sweep over 2 windows took 53 searches: 20 in the pass, 5 for the audit, 20 to measure windows, 8 for latencies; the rerankers scored 1,000 documents."},
	} {
		if !strings.Contains(test.got, test.want) {
			t.Errorf("%q does not say %q", test.got, test.want)
		}
	}
	if got := latencySays(result, &sweep.Reranker{}); got != "" {
		t.Errorf("without latencies: %q", got)
	}
}

func TestSentence(t *testing.T) {
	for in, want := range map[string]string{
		"window 5 is best": "Window 5 is best.", "ndcg@10 falls": "ndcg@10 falls.", "min_score 3 cuts": "min_score 3 cuts.", "done.": "Done.", "": "",
	} {
		if got := sentence(in); got != want {
			t.Errorf("sentence(%q) = %q, want %q", in, got, want)
		}
	}
}

// Several rerankers stand side by side, a row for each window that any has.
func TestSweepsTogether(t *testing.T) {
	nan := math.NaN()
	r := &Report{Sweep: sweepOf("ndcg@10", 0.3,
		sweep.Reranker{Name: "one", Recommendation: recommends(10), Points: []sweep.Point{pointAt(5, .4, 0, 0, 0, 1, 1, 2), pointAt(10, .5, 0, 0, 0, 1, 1, 2)}})}
	if g := r.sweepsTogether(); g != nil {
		t.Error("one sweep alone has a table side by side")
	}
	r.Sweep.Rerankers = append(r.Sweep.Rerankers,
		sweep.Reranker{Name: "two", Points: []sweep.Point{pointAt(10, .6, 0, 0, 0, 1, 1, 2), pointAt(20, .7, 0, 0, 0, 1, 1, 2)}})
	g := r.sweepsTogether()
	var rows []string
	for _, row := range g.Rows {
		rows = append(rows, row[0].Text+" "+row[1].Text+" "+row[4].Text)
	}
	if got, want := strings.Join(rows, ", "), "5 0.400 –, 10 → 0.500 0.600, 20 – 0.700"; got != want {
		t.Errorf("rows %q, want %q", got, want)
	}
	// Latencies that nobody measured take up no columns.
	r.Sweep.Rerankers[0].Points[0].Latency.WallP95 = sweep.Number(nan)
	r.Sweep.Rerankers[0].Points[1].Latency = nil
	r.Sweep.Rerankers[1].Points[0].Latency, r.Sweep.Rerankers[1].Points[1].Latency = nil, nil
	var heads []string
	for _, c := range r.sweepsTogether().Columns {
		heads = append(heads, c.Head)
	}
	if got, want := strings.Join(heads, ", "), "window, one, gain, two, gain"; got != want {
		t.Errorf("heads %q, want %q", got, want)
	}
	if text, err := r.sweepsTogether().Text(grid.Screen{}); err != nil || !strings.Contains(text, "0.700") {
		t.Errorf("%v:\n%s", err, text)
	}
}

// A sweep on a cluster shows both clocks.
func TestLatencyGrid(t *testing.T) {
	one := &sweep.Reranker{
		Latency: &sweep.Latency{Queries: 3, Wall: &sweep.Fit{Base: 10, PerDocument: 1}},
		Points:  []sweep.Point{{Window: 5, Latency: &sweep.Times{TookP50: 11, TookP95: 12, WallP50: 13, WallP95: 14}}},
	}
	var got []string
	for _, c := range latencyGrid(one).Rows[0] {
		got = append(got, c.Text)
	}
	if want := "5 13 14 11 12 15"; strings.Join(got, " ") != want {
		t.Errorf("row %q, want %q", got, want)
	}
}
