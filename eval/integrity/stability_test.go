package integrity

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
)

func TestCheckStability(t *testing.T) {
	hits := func(pairs ...any) *eval.Result {
		r := &eval.Result{}
		for i := 0; i < len(pairs); i += 2 {
			r.Hits = append(r.Hits, eval.Hit{Document: &eval.Document{ID: pairs[i].(string)}, Score: pairs[i+1].(float64)})
		}
		return r
	}
	first := hits("a", 3.0, "b", 2.0, "c", 2.0, "d", 1.0)
	tests := []struct {
		name  string
		again []*eval.Result
		want  []Unstable
	}{
		{"same", []*eval.Result{first}, nil},
		{"a failed repeat is no other ranking", []*eval.Result{{Error: "away"}}, nil},
		{"equal scores swapped", []*eval.Result{first, hits("a", 3.0, "c", 2.0, "b", 2.0, "d", 1.0)}, []Unstable{{Query: "q", System: eval.FirstStage, Different: 1, Repeats: 2, TiesExplain: true}}},
		{"a tie at the end gave way", []*eval.Result{hits("a", 3.0, "b", 2.0, "c", 2.0, "e", 1.0)}, []Unstable{{Query: "q", System: eval.FirstStage, Different: 1, Repeats: 1, TiesExplain: true}}},
		{"a better one gave way", []*eval.Result{hits("a", 3.0, "b", 2.0, "e", 2.0, "d", 1.0)}, []Unstable{{Query: "q", System: eval.FirstStage, Different: 1, Repeats: 1, TiesExplain: false}}},
		{"scores moved", []*eval.Result{hits("b", 3.5, "a", 3.0, "c", 2.0, "d", 1.0)}, []Unstable{{Query: "q", System: eval.FirstStage, Different: 1, Repeats: 1, TiesExplain: false}}},
		{"shorter", []*eval.Result{hits("a", 3.0)}, []Unstable{{Query: "q", System: eval.FirstStage, Different: 1, Repeats: 1, TiesExplain: false}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			q := eval.Query{ID: "q", Results: eval.Results{eval.FirstStage: first}}
			for _, again := range test.again {
				q.Repeats = append(q.Repeats, eval.Results{eval.FirstStage: again})
			}
			run := &eval.Run{Manifest: eval.Manifest{Systems: evaltest.Systems(10)}, Queries: []eval.Query{q}}
			if diff := cmp.Diff(test.want, CheckStability(run)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
