package eval

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCheckStability(t *testing.T) {
	hits := func(pairs ...any) *Result {
		r := &Result{}
		for i := 0; i < len(pairs); i += 2 {
			r.Hits = append(r.Hits, Hit{ID: pairs[i].(string), Score: pairs[i+1].(float64)})
		}
		return r
	}
	first := hits("a", 3.0, "b", 2.0, "c", 2.0, "d", 1.0)
	tests := []struct {
		name  string
		again []*Result
		want  []Unstable
	}{
		{"same", []*Result{first}, nil},
		{"a failed repeat is no other ranking", []*Result{{Error: "away"}}, nil},
		{"equal scores swapped", []*Result{first, hits("a", 3.0, "c", 2.0, "b", 2.0, "d", 1.0)}, []Unstable{{"q", FirstStage, 1, 2, true}}},
		{"a tie at the end gave way", []*Result{hits("a", 3.0, "b", 2.0, "c", 2.0, "e", 1.0)}, []Unstable{{"q", FirstStage, 1, 1, true}}},
		{"a better one gave way", []*Result{hits("a", 3.0, "b", 2.0, "e", 2.0, "d", 1.0)}, []Unstable{{"q", FirstStage, 1, 1, false}}},
		{"scores moved", []*Result{hits("b", 3.5, "a", 3.0, "c", 2.0, "d", 1.0)}, []Unstable{{"q", FirstStage, 1, 1, false}}},
		{"shorter", []*Result{hits("a", 3.0)}, []Unstable{{"q", FirstStage, 1, 1, false}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			q := Query{ID: "q", Results: Results{FirstStage: first}}
			for _, again := range test.again {
				q.Repeats = append(q.Repeats, Results{FirstStage: again})
			}
			run := &Run{Manifest: Manifest{Systems: []string{FirstStage}}, Queries: []Query{q}}
			if diff := cmp.Diff(test.want, CheckStability(run)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A query searched three times counts by the median of its values.
func TestEvaluateTakesTheMedian(t *testing.T) {
	answer := func(rank int) *Result {
		r := &Result{}
		for i := 1; i <= 4; i++ {
			title := "wrong"
			if i == rank {
				title = "right"
			}
			r.Hits = append(r.Hits, Hit{ID: title, Title: title})
		}
		return r
	}
	run := &Run{
		Manifest: Manifest{Systems: []string{FirstStage}, Metrics: []string{"mrr"}},
		Queries: []Query{{
			ID: "q", Judgments: []Judgment{{Title: "right", Grade: 1}},
			Results: Results{FirstStage: answer(1)},
			Repeats: []Results{{FirstStage: answer(4)}, {FirstStage: answer(2)}},
		}},
	}
	e, err := Evaluate(run, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := e.Systems[0].Values[0][0]; got != 0.5 {
		t.Errorf("got %v, want 1/2, the median of 1, 1/4 and 1/2", got)
	}
}
