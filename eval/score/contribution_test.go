package score

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/judgments"
)

// Whatever the metric and the two rankings, what the documents contributed
// adds up to the difference.
func TestChangesAddUp(t *testing.T) {
	names := []string{"ndcg@10", "ndcg", "ndcg_exp@5", "mrr", "mrr@3", "map", "map@5", "precision@5", "recall@10", "success@3", "err@10", "rbp", "rprec", "bpref"}
	titles := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"}
	rapid.Check(t, func(t *rapid.T) {
		m, err := metrics.Parse(rapid.SampledFrom(names).Draw(t, "metric"))
		if err != nil {
			t.Fatal(err)
		}
		q := &eval.Query{}
		for _, title := range titles {
			if rapid.Bool().Draw(t, "judged") {
				q.Judgments = append(q.Judgments, judgments.Judgment{Title: title, Grade: float64(rapid.IntRange(0, 3).Draw(t, "grade"))})
			}
		}
		draw := func(label string) *eval.Result {
			order := rapid.Permutation(titles).Draw(t, label)
			r := &eval.Result{}
			for _, title := range order[:rapid.IntRange(0, len(order)).Draw(t, label+" length")] {
				r.Hits = append(r.Hits, eval.Hit{Document: &eval.Document{ID: title, Title: title}})
			}
			return r
		}
		before, after := draw("before"), draw("after")
		value := func(r *eval.Result) float64 {
			return m.Score(metrics.Ranking{Grades: q.Grades(r.Hits), Judged: q.Judged()})
		}
		sum := 0.0
		for _, c := range Changes(m, q, before, after) {
			sum += c.Contribution
		}
		if want := value(after) - value(before); math.Abs(sum-want) > 1e-12 {
			t.Fatalf("%s: the contributions add up to %v, the difference is %v", m, sum, want)
		}
	})
}

// The document that did most is one of those that moved the value the way it
// went, though a better one moved the other way.
func TestMainGoesTheWayOfTheDifference(t *testing.T) {
	m, err := metrics.Parse("ndcg@5")
	if err != nil {
		t.Fatal(err)
	}
	q := &eval.Query{Judgments: []judgments.Judgment{{Title: "Alien", Grade: 1}, {Title: "Jaws", Grade: 1}}}
	answer := func(titles ...string) *eval.Result {
		r := &eval.Result{}
		for _, title := range titles {
			r.Hits = append(r.Hits, eval.Hit{Document: &eval.Document{ID: title, Title: title}})
		}
		return r
	}
	both, one := answer("Jaws", "Alien"), answer("Alien")
	for _, test := range []struct {
		before, after *eval.Result
		difference    float64
		ranks         [2]int
	}{{both, one, -0.387, [2]int{1, 0}}, {one, both, 0.387, [2]int{0, 1}}} {
		main := Main(Changes(m, q, test.before, test.after), test.difference)
		if main == nil || main.Title != "Jaws" || main.Before != test.ranks[0] || main.After != test.ranks[1] {
			t.Errorf("%+v did most of %v", main, test.difference)
		}
	}
	if main := Main(Changes(m, q, both, one), 0.387); main != nil && main.Title == "Jaws" {
		t.Errorf("a loss did most of a gain: %+v", main)
	}
	if main := Main(nil, -1); main != nil {
		t.Errorf("%+v did it where nothing is known", main)
	}
}
