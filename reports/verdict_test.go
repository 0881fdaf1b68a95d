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

// difference is one of ndcg@10, without and with elastic, on that many queries.
func difference(t *testing.T, says stats.Says, n int, edit func(*score.Difference)) *score.Difference {
	t.Helper()
	metric, err := metrics.Parse("ndcg@10")
	if err != nil {
		t.Fatal(err)
	}
	nan := math.NaN()
	d := &score.Difference{
		Metric: metric, Base: eval.FirstStage, System: "elastic", Primary: true, Says: says, Total: n, Family: 1, SD: nan, P: 0.2, PCorrected: 0.2,
		Interval: stats.Interval{N: n, Confidence: 0.95, Low: nan, High: nan, Lower: nan, Upper: nan, TooFew: n < stats.MinQueries},
		IfJudged: metrics.Settling{Low: nan, High: nan},
	}
	edit(d)
	return d
}

func TestVerdicts(t *testing.T) {
	for name, c := range map[string]struct {
		d    *score.Difference
		want []string
	}{
		"raises": {difference(t, stats.Raises, 60, func(d *score.Difference) {
			d.BaseMean, d.NextMean, d.Mean, d.Low, d.High, d.PCorrected = 0.612, 0.745, 0.133, 0.091, 0.178, 0.0004
			d.Wins, d.Losses, d.Ties = 30, 12, 18
		}), []string{"elastic raises ndcg@10 from 0.612 to 0.745: +0.133 (95 % interval +0.091 to +0.178, p < 0.001).", "Of 60 queries, 12 fell, 30 rose, 18 stayed."}},
		"lowers": {difference(t, stats.Lowers, 60, func(d *score.Difference) {
			d.Mean, d.Low, d.High, d.Confidence, d.PCorrected, d.Losses = -0.1, -0.2, -0.01, 0.9, 0.04, 3
		}), []string{"elastic lowers ndcg@10", "-0.100 (90 % interval -0.200 to -0.010, p = 0.040)", "3 fell, none rose"}},
		"only the test": {difference(t, stats.DiffersHere, 60, func(d *score.Difference) {
			d.Mean, d.Low, d.High, d.PCorrected, d.SD, d.Changed = 0.1, -0.01, 0.2, 0.01, 0.2, 30
		}), []string{"elastic changed ndcg@10 by +0.100 on these 60 queries", "the systems differ on them (p = 0.010)", "for queries like them the mean difference is between -0.010 and +0.200, which 60 queries do not settle",
			// 2.8·0.2/√60 + 2.2/60 = 0.109
			"The smallest true difference that 60 queries show in four suites of five is about 0.109."}},
		"neither": {difference(t, stats.Unsettled, 114, func(d *score.Difference) {
			d.Mean, d.BaseMean, d.NextMean, d.Low, d.High, d.Lower, d.Upper, d.Losses, d.Ties, d.Changed, d.SD = -0.079, 0.5, 0.421, -0.13, 0.01, -0.12, 0.004, 9, 105, 3, 0.2
		}), []string{"elastic changed ndcg@10 by -0.079 on these 114 queries, from 0.500 to 0.421; whether others like them would change is not settled (p = 0.200): at most 0.120 worse and 0.004 better, each with 95 %.",
			"Of 114 queries, 9 fell, none rose, 105 stayed.", "at least 6 must change, and 3 did"}},
		"nothing changed": {difference(t, stats.Unchanged, 114, func(d *score.Difference) {
			d.BaseMean, d.NextMean, d.Ties, d.Lower, d.Upper = 0.5, 0.5, 114, -0.026, 0.026
		}), []string{"elastic changes ndcg@10 on none of 114 queries: 0.500 without and with it; for queries like them at most 0.026 worse and 0.026 better, each with 95 %."}},
		"too few": {difference(t, stats.Unsettled, 12, func(d *score.Difference) { d.Mean, d.Wins = 0.1, 1 }),
			[]string{"elastic changed ndcg@10 by +0.100 on these 12 queries", "12 queries are too few to say anything about others like them"}},
		"no order": {difference(t, stats.NoEvidence, 0, func(d *score.Difference) { d.Total, d.NextUnanswered, d.NoOrder = 12, 12, 12 }),
			[]string{"There is no evidence on elastic: no order in 12 of 12 queries, where all hits share one score."}},
		"no answers": {difference(t, stats.NoEvidence, 0, func(d *score.Difference) { d.Total, d.NextUnanswered = 12, 12 }),
			[]string{"There is no evidence on elastic: it answered 0 of 12 queries."}},
		"no first stage": {difference(t, stats.NoEvidence, 0, func(d *score.Difference) { d.Total, d.BaseUnanswered = 12, 12 }),
			[]string{"first-stage answered 0 of 12 queries"}},
		"open sign": {difference(t, stats.Raises, 60, func(d *score.Difference) {
			d.Mean, d.Low, d.High = 0.1, 0.05, 0.15
			d.IfJudged = metrics.Settling{Low: -0.36, High: 0.4, Open: true}
			d.JudgeFirst = make([]score.Hole, 12)
		}), []string{"If the unjudged hits were judged: from -0.360 to +0.400, so that the sign is open; judging 12 documents could settle it."}},
		"settled sign": {difference(t, stats.Raises, 60, func(d *score.Difference) {
			d.Mean, d.Low, d.High = 0.1, 0.05, 0.15
			d.IfJudged = metrics.Settling{Low: 0.02, High: 0.4}
		}), []string{"from +0.020 to +0.400; the sign stays."}},
	} {
		v := newVerdict(c.d)
		said := strings.Join([]string{v.Sentence, v.Counts, v.Judged, v.Power}, " ")
		for _, want := range c.want {
			if !strings.Contains(said, want) {
				t.Errorf("%s: %q is missing in %q", name, want, said)
			}
		}
		if strings.Contains(said, "NaN") || strings.Contains(said, "no change") {
			t.Errorf("%s: %q", name, said)
		}
	}
}

// A system is as it was only where every metric is, and what happened comes
// before what it may mean.
func TestBaselineSentences(t *testing.T) {
	same := difference(t, stats.Unchanged, 20, func(d *score.Difference) { d.NextMean, d.Ties = 0.5, 20 })
	fell := difference(t, stats.DiffersHere, 114, func(d *score.Difference) {
		d.Mean, d.BaseMean, d.NextMean, d.Low, d.High, d.PCorrected, d.Losses, d.Ties = -0.079, 0.5, 0.421, -0.14, 0.01, 0.004, 9, 105
	})
	for _, c := range []struct {
		d    *score.Difference
		all  []score.Difference
		want string
	}{
		{same, []score.Difference{*same, *same}, "elastic is as it was: every metric is the same on each of 20 queries."},
		{same, []score.Difference{*same, *fell}, "elastic has the same ndcg@10, 0.500, on each of 20 queries, but not the same ndcg@10."},
		{fell, []score.Difference{*fell}, "Of 114 queries, 9 fell, none rose, 105 stayed. elastic changed on these queries: ndcg@10 from 0.500 to 0.421, -0.079 (p = 0.004); for queries like them the mean difference is between -0.140 and +0.010, which 114 queries do not settle."},
	} {
		if got := baselineSentence(c.d, c.all); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
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
		"! elastic: 1 of 4 queries failed and count in no comparison: space: search failed",
		"! elastic did not rerank 1 query: toys: order and scores are those of the first stage",
		"- elastic left out 2 documents of its window for 1 query: 2 without a value in its field: heist: Dogs and Heat",
		"- first-stage: 1 of 4 queries found nothing and counts 0: space",
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
	if next := r.next(); len(next) != 3 || !strings.HasPrefix(next[0], "finish the run: releval run films.yaml --out") {
		t.Errorf("to do next: %q", next)
	}
}
