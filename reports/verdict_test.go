package reports

import (
	"math"
	"strings"
	"testing"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
)

func TestVerdicts(t *testing.T) {
	metric, err := metrics.Parse("ndcg@10")
	if err != nil {
		t.Fatal(err)
	}
	nan := math.NaN()
	for name, c := range map[string]struct {
		comparison stats.Comparison
		p          float64
		direction  direction
		want       []string
	}{
		"better": {stats.Comparison{N: 60, BaseMean: 0.612, NextMean: 0.745, Difference: 0.133, Low: 0.091, High: 0.178, Wins: 30, Losses: 12, Ties: 18}, 0.0004, better,
			[]string{"elastic raises ndcg@10 from 0.612 to 0.745: +0.133 (95 % interval +0.091 to +0.178, p < 0.001).", "30 won, 12 lost, 18 tied of 60 queries."}},
		"worse": {stats.Comparison{N: 60, Difference: -0.1, Low: -0.2, High: -0.01, Confidence: 0.9, Losses: 3}, 0.04, worse,
			[]string{"elastic lowers ndcg@10", "-0.100 (90 % interval -0.200 to -0.010, p = 0.040)"}},
		"only the interval": {stats.Comparison{N: 60, Difference: 0.1, Low: 0.01, High: 0.2, Wins: 3, Detectable: 0.12, QueriesNeeded: 90}, 0.2, unclear,
			[]string{"~ elastic makes no difference to ndcg@10 that this suite can see", "The smallest difference that 60 queries can show is 0.120; for one of 0.100 it would take about 90 queries."}},
		"only the test": {stats.Comparison{N: 60, Difference: 0.1, Low: -0.01, High: 0.2, Wins: 3}, 0.01, unclear, nil},
		"same": {stats.Comparison{N: 5, BaseMean: 0.5, NextMean: 0.5, Ties: 5}, 1, same,
			[]string{"elastic changes ndcg@10 on none of 5 queries: 0.500 without and with it."}},
		"one query": {stats.Comparison{N: 1, BaseMean: 0.5, NextMean: 0.6, Difference: 0.1, Low: nan, High: nan, Detectable: nan, Wins: 1}, 1, unclear,
			[]string{"+0.100 (95 % interval ?, p = 1.000)", "With 1 query no difference can be tested: a test needs at least 2."}},
		"nothing defined": {stats.Comparison{BaseMean: nan, NextMean: nan, Difference: nan, Low: nan, High: nan}, 1, unclear,
			[]string{"? without, ? with it", "No query has a value of ndcg@10 on both sides."}},
		"hopeless": {stats.Comparison{N: 9, Difference: 0.0001, Low: -1, High: 1, Wins: 1, Detectable: 0.5, QueriesNeeded: 1e9}, 1, unclear, []string{"over a million queries"}},
	} {
		v := newVerdict(score.Difference{Metric: metric, Base: eval.FirstStage, System: "elastic", Comparison: c.comparison, AdjustedP: c.p})
		if v.Direction != c.direction {
			t.Errorf("%s: the direction is %s, want %s", name, v.Direction, c.direction)
		}
		said := v.Sentence + " " + v.Counts + " " + v.Power
		for _, want := range c.want {
			if !strings.Contains(said, want) {
				t.Errorf("%s: %q is missing in %q", name, want, said)
			}
		}
		if strings.Contains(said, "NaN") {
			t.Errorf("%s: %q", name, said)
		}
	}
}

func TestWording(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{pValue(0.0009999), "<0.001"}, {pValue(0.05), "0.050"}, {pSaid(0), "p < 0.001"}, {grade(math.NaN()), "–"}, {grade(0), "0"},
		{coverage(0), "95 %"}, {coverage(0.999), "99.9 %"}, {ranksMoved(0, 3), "– → 3"},
		{quoted("it's", "X"), `'it'\''s'`}, {quoted("", "RUN"), "RUN"}, {quoted("a/b.jsonl", "X"), "a/b.jsonl"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// TestFindings holds what a report says could not be trusted against a run
// with one of each.
func TestFindings(t *testing.T) {
	run := sample()
	run.Complete = nil
	run.Manifest.QueryCount = 6
	run.Manifest.Metrics = []string{"ndcg@3", "recall@50"}
	run.Queries[1].Results["elastic"].Hits = run.Queries[1].Results["elastic"].Hits[:1]
	run.Queries[2].Results["elastic"] = run.Queries[2].Results[eval.FirstStage]
	run.Queries[3].Results[eval.FirstStage].Hits = nil
	run.Queries[3].Judgments[0].Grade = 0
	r := mustReport(run)
	r.Unresolved = []string{"The Lost Film"}
	all := ""
	for _, f := range r.findings() {
		mark := "- "
		if f.Serious {
			mark = "! "
		}
		all += mark + f.Text + ": " + strings.Join(f.Items, "; ") + "\n"
	}
	for _, want := range []string{
		"! the run is incomplete: 2 of 6 queries are missing from every number here",
		"! elastic: 1 of 4 queries failed and count 0: space: search failed",
		"! elastic did not rerank 1 query: toys: order and scores are those of the first stage",
		"- elastic left out 2 documents of its window for 1 query: 2 without a value in its field: heist: Dogs and Heat",
		"- first-stage: 1 of 4 queries found nothing and count 0: space",
		"- elastic: 4 of 7 hits in the top 10 (57 %) are unjudged and count as non-relevant",
		"- 1 judged title matches no document in the index, where no search can find it: The Lost Film",
		"- 1 query has no relevant judgment and counts 0 whatever is returned: space",
		"- elastic returns no more than its window of 4, which limits recall@50",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is missing in:\n%s", want, all)
		}
	}
	if strings.Index(all, "\n- ") < strings.LastIndex(all, "\n! ") {
		t.Errorf("the serious ones do not come first:\n%s", all)
	}
	if next := r.next(); len(next) != 3 || !strings.HasPrefix(next[0], "finish the run: releval run films.yaml --resume RUN") {
		t.Errorf("to do next: %q", next)
	}
}
