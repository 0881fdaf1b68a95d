package reports

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/releval/releval/eval/compare"
	"github.com/releval/releval/eval/gate"
	"github.com/releval/releval/judgments"
	"github.com/releval/releval/reports/grid"
)

// manyGates are so many gates that failed, each of two lines.
func manyGates(n int) []gate.Result {
	var gates []gate.Result
	for i := range n {
		gates = append(gates, gate.Result{
			Source: "{metric: ndcg@3}", Position: judgments.Position{File: "films.yaml", Line: 30 + i, Column: 5}, System: "elastic", Metric: "ndcg@3",
			Expected: "a drop of at most 0.02 against the baseline with confidence 0.95", Actual: "-0.158", Margin: -0.138, Verdict: gate.Failed,
		})
	}
	return gates
}

// On a terminal of 80 columns an answer is one screen, whatever the report is
// about; no line is wider than the terminal; and of the gates that did not pass
// the first is there in full.
func TestScreenIsOneScreen(t *testing.T) {
	baseline := func(r *Report) *Report {
		r.Baseline = &BaselineView{
			Name: "main.jsonl", Differences: r.Compared.Differences, Queries: [][]QueryRow{nil, r.Queries[0]},
			LeftOut: compare.LeftOut{Added: []string{"a", "b"}, Removed: []string{"c"}, Regraded: []string{"d"}, Reworded: []string{"e"}},
		}
		for i := range 40 {
			r.Baseline.Settings = append(r.Baseline.Settings, compare.Setting{What: fmt.Sprintf("retriever, standard.query.bool.should[%d].multi_match.fields", i), Old: strings.Repeat("[plot]", 40), New: "[title]"})
		}
		return r
	}
	gated := func(r *Report) *Report {
		r.Gates = manyGates(200)
		return r
	}
	noSweep := func(r *Report) *Report {
		r.Sweep = nil
		return r
	}
	for name, r := range map[string]*Report{
		"sweep": full(), "sweeps": sweepsOfThree(), "sample": noSweep(full()), "several": several(), "single": single(), "large": large500(), "hostile": hostileReport(),
		"gates": gated(noSweep(full())), "gates of several": gated(several()), "baseline": baseline(noSweep(full())), "baseline and gates": gated(baseline(several())),
		"cut": mustReport(cutSample()),
	} {
		for _, width := range []int{80, 100, 120, 200} {
			content, err := render(Table, r, Options{Screen: true, Width: width})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			lines := strings.Split(strings.TrimSuffix(string(content), "\n"), "\n")
			if len(lines) > screenLines {
				t.Errorf("%s: %d lines at %d columns, want at most %d:\n%s", name, len(lines), width, screenLines, content)
			}
			for _, line := range lines {
				if w := grid.Width(line); w > width {
					t.Errorf("%s: a line of %d columns at %d: %q", name, w, width, line)
				}
			}
			if !strings.Contains(string(content), "--details") {
				t.Errorf("%s: does not say how to see the rest", name)
			}
		}
		if len(r.Gates) == 200 {
			content, _ := render(Table, r, Options{Screen: true})
			joined := strings.Join(strings.Fields(string(content)), " ")
			if !strings.Contains(joined, "films.yaml:30:5 failed: ndcg@3 of elastic: expected a drop of at most 0.02 against the baseline with confidence 0.95, found -0.158") {
				t.Errorf("%s: the first gate is not there in full:\n%s", name, content)
			}
			if !strings.Contains(joined, "more, which the details list") || !strings.Contains(joined, "Gates: 200 failed") {
				t.Errorf("%s: does not count the gates that it leaves out:\n%s", name, content)
			}
		}
	}
}

// A change on a terminal says what fell, on which queries by their text, and
// which setting differs, before anything of the reranker's gain.
func TestScreenLeadsWithTheChange(t *testing.T) {
	r := full()
	r.Sweep = nil
	fell := r.Compared.Differences[0]
	fell.Base, fell.System, fell.Says = "elastic", "elastic", "lowers"
	fell.BaseMean, fell.NextMean, fell.Mean, fell.Low, fell.High = 0.9, 0.6, -0.3, -0.5, -0.1
	r.Baseline = &BaselineView{
		Name: "main.jsonl", Differences: append(r.Compared.Differences[:0:0], fell), Queries: [][]QueryRow{nil, r.Queries[0]},
		Settings: []compare.Setting{{What: "window of elastic", Old: "50", New: "15"}},
	}
	content, err := render(Table, r, Options{Screen: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"elastic fell: 0.900 → 0.600, -0.300 [-0.500, -0.100], ",
		"window of elastic: 50 → 15",
		"a robbery that goes wrong", // the query, not its id
		"films.yaml:30:5 failed: ndcg@3 of elastic: expected at least 0.8, found 0.642",
	} {
		if !strings.Contains(string(content), want) {
			t.Errorf("%q is missing in:\n%s", want, content)
		}
	}
	junit, err := render(JUnit, r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, printed, _ := strings.Cut(string(junit), "<system-out>")
	place := -1
	for _, want := range []string{"Against the baseline main.jsonl:", "elastic fell: ndcg@3 from 0.900 to 0.600", "What differs, old → new:", "window of elastic: 50 → 15", "elastic changed ndcg@3 by"} {
		at := strings.Index(printed, want)
		if at <= place {
			t.Errorf("%q is at %d, after %d is expected:\n%s", want, at, place, printed)
		}
		place = at
	}
	r.RunFile = "new.jsonl"
	if next := strings.Join(r.next(), "; "); !strings.Contains(next, "releval report new.jsonl --query heist --baseline main.jsonl") {
		t.Errorf("the advice leaves the baseline out: %s", next)
	}
	for format, more := range map[Format]string{Table: "0.413", Markdown: "0.413"} {
		content, err := render(format, r, Options{Query: "heist"})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"Against the baseline main.jsonl", "ndcg@3 1.000 → 0.587, -" + more} {
			if !strings.Contains(strings.ReplaceAll(string(content), "\\", ""), want) {
				t.Errorf("%s: %q is missing in:\n%s", format, want, content)
			}
		}
	}
	if strings.Contains(string(content), "raises") {
		t.Errorf("speaks of the reranker's gain:\n%s", content)
	}
	fell.Says, fell.Low, fell.High = "unsettled", math.NaN(), math.NaN()
	r.Baseline.Differences[0] = fell
	if content, _ = render(Table, r, Options{Screen: true}); strings.Contains(string(content), "fell:") || !strings.Contains(string(content), "elastic changed here: 0.900 → 0.600, -0.300, ") {
		t.Errorf("says more than is settled:\n%s", content)
	}
}

// What is true of several systems is one caution, and the serious ones stand
// with the answer.
func TestScreenCautions(t *testing.T) {
	run := sample()
	for _, result := range run.Queries[2].Results {
		result.Hits = nil
	}
	r := mustReport(run)
	content, err := render(Table, r, Options{Screen: true})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(content), "Do not trust these numbers yet: elastic: 1 of 4 queries failed") {
		t.Errorf("the failed query is not said:\n%s", content)
	}
	if said := "! first-stage and elastic: 1 of 4 queries found nothing and count 0"; !strings.Contains(string(content), said) {
		t.Errorf("%q is missing in:\n%s", said, content)
	}
}
