package score

import (
	"math"
	"strings"
	"testing"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/judgments"
)

// answerOf is an answer of documents a, b, c … with these scores; the ranks
// that share one are tied.
func answerOf(names string, scores ...float64) *eval.Result {
	r := &eval.Result{}
	for i, name := range strings.Split(names, "") {
		r.Hits = append(r.Hits, eval.Hit{Document: &eval.Document{ID: name, Title: name}, Score: scores[i]})
	}
	for from, to := 0, 0; from < len(scores); from = to {
		for to = from + 1; to < len(scores) && scores[to] == scores[from]; {
			to++
		}
		if to-from > 1 {
			r.Ties = append(r.Ties, [2]int{from + 1, to})
		}
	}
	return r
}

func tiedRun(first, elastic *eval.Result, metrics ...string) *eval.Run {
	return &eval.Run{
		Manifest: eval.Manifest{Systems: evaltest.Systems(10, eval.System{Name: "elastic", Window: 10}), Metrics: metrics},
		Queries:  []eval.Query{{ID: "q", Judgments: []judgments.Judgment{{Title: "b", Grade: 1}}, Results: eval.Results{eval.FirstStage: first, "elastic": elastic}}},
	}
}

// The order of ties is an accident: b at rank 2 of three tied hits is at 1, 2 or
// 3 alike. Hits of a reranker that all share one score within a metric's depth
// are no order by that metric.
func TestTies(t *testing.T) {
	for name, test := range map[string]struct {
		first, elastic  *eval.Result
		metric          string
		value, asRanked float64 // of elastic
		unanswered      bool
		says            stats.Says
	}{
		"an expectation":           {answerOf("abcd", 4, 3, 2, 1), answerOf("abcd", 2, 2, 2, 1), "mrr", (1 + 1.0/2 + 1.0/3) / 3, 0.5, false, stats.Unsettled},
		"no order":                 {answerOf("abcd", 4, 3, 2, 1), answerOf("bacd", 2, 2, 2, 2), "mrr", math.NaN(), math.NaN(), true, stats.NoEvidence},
		"no order in reach":        {answerOf("abcd", 4, 3, 2, 1), answerOf("bacd", 2, 2, 2, 1), "mrr@3", math.NaN(), math.NaN(), true, stats.NoEvidence},
		"one hit is an order":      {answerOf("ab", 4, 3), answerOf("b", 2), "mrr", 1, 1, false, stats.Unsettled},
		"a first stage of 1 score": {answerOf("ab", 1, 1), answerOf("ba", 2, 1), "mrr", 1, 1, false, stats.Unsettled},
	} {
		e, err := Evaluate(tiedRun(test.first, test.elastic, test.metric), nil)
		if err != nil {
			t.Fatal(err)
		}
		s := e.System("elastic")
		same := func(a, b float64) bool { return math.Abs(a-b) < 1e-12 || math.IsNaN(a) && math.IsNaN(b) }
		if !same(s.Values[0][0], test.value) || !same(s.AsRanked[0][0], test.asRanked) || (s.Unanswered(0, 0) != "") != test.unanswered {
			t.Errorf("%s: %v, as ranked %v, %q", name, s.Values[0][0], s.AsRanked[0][0], s.Unanswered(0, 0))
		}
		c, err := e.Compare(stats.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Differences[0].Says; got != test.says {
			t.Errorf("%s: it says %s, want %s", name, got, test.says)
		}
	}
}

// A difference is bounded over every grading of what either system returned,
// the same document having the same grade in both: a at rank 1 without, at rank
// 2 with, and b the other way round. Without a judgment for a, mrr is 1/2 and 1;
// if a is relevant it is 1 and 1.
func TestBoundsOfADifference(t *testing.T) {
	e, err := Evaluate(tiedRun(answerOf("ab", 2, 1), answerOf("ba", 2, 1), "mrr"), nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := e.Compare(stats.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := c.Differences[0]
	if d.Mean != 0.5 || d.IfJudged.Low != 0 || d.IfJudged.High != 0.5 || !d.IfJudged.Open {
		t.Errorf("%+v, want 0.5, between 0 and 0.5", d.IfJudged)
	}
	if len(d.JudgeFirst) != 1 || d.JudgeFirst[0].Query != "q" || d.JudgeFirst[0].ID != "a" {
		t.Errorf("to be judged first: %+v, want a of q", d.JudgeFirst)
	}
}

// A failed repeat is a failure.
func TestFailedRepeats(t *testing.T) {
	run := tiedRun(answerOf("ab", 2, 1), answerOf("ba", 2, 1), "mrr")
	run.Queries[0].Repeats = []eval.Results{{eval.FirstStage: answerOf("ab", 2, 1), "elastic": {Error: "429"}}}
	e, err := Evaluate(run, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s := e.System("elastic"); s.Errors[0] != "repeat 1 failed: 429" || s.Failed != 1 || !math.IsNaN(s.Values[0][0]) {
		t.Errorf("%q, %d failed, %v", s.Errors[0], s.Failed, s.Values[0][0])
	}
}
