package pool

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/judgments"
)

func metric(t *testing.T, name string) metrics.Metric {
	t.Helper()
	m, err := metrics.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func result(ids ...string) *eval.Result {
	r := &eval.Result{}
	for _, id := range ids {
		r.Hits = append(r.Hits, eval.Hit{Document: &eval.Document{ID: id, Title: strings.ToUpper(id)}})
	}
	return r
}

// twoSystems is a run of one query: A is judged.
func twoSystems() *eval.Run {
	return &eval.Run{
		Manifest: eval.Manifest{Suite: "s", Systems: evaltest.Systems(10, eval.System{Name: "elastic", Window: 10})},
		Queries: []eval.Query{{
			ID: "q", Text: "q", Judgments: []judgments.Judgment{{Title: "A", Grade: 1}},
			Results: eval.Results{"first-stage": result("a", "b", "c", "d"), "elastic": result("a", "d", "c")},
		}},
	}
}

func titlesOf(p *Pool) []string {
	var all []string
	for _, q := range p.Queries {
		for _, c := range q.Candidates {
			all = append(all, q.ID+" "+c.Title)
		}
	}
	return all
}

func TestOrderAndImpact(t *testing.T) {
	p := New(twoSystems(), metric(t, "precision@3"), Options{})
	// At a cutoff of 3, B counts for the first stage alone, D for the
	// reranker alone, and C for both: B and D each move the difference by
	// one third, C by nothing, though it moves either value. Of the equal
	// two the better rank decides, 2 both, then the id.
	if diff := cmp.Diff([]string{"q B", "q D", "q C"}, titlesOf(p)); diff != "" {
		t.Fatal(diff)
	}
	for i, want := range []float64{1. / 3, 1. / 3, 0} {
		if got := p.Queries[0].Candidates[i].Impact; math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: impact %v, want %v", p.Queries[0].Candidates[i].Title, got, want)
		}
	}
	if diff := cmp.Diff([]Rank{{"first-stage", 4}, {"elastic", 2}}, p.Queries[0].Candidates[1].Ranks); diff != "" {
		t.Error(diff)
	}
}

func TestImpactOfNDCG(t *testing.T) {
	// With A of grade 1 at rank 1 in both, a B of grade 1 at rank 2 of the
	// first stage makes it (1 + 1/log2(3)) / (1 + 1/log2(3)) = 1, and the
	// reranker, which lacks B, 1 / (1 + 1/log2(3)).
	p := New(twoSystems(), metric(t, "ndcg@10"), Options{})
	second := 1 / math.Log2(3)
	want := 1 - 1/(1+second)
	for _, c := range p.Queries[0].Candidates {
		if c.Title == "B" && math.Abs(c.Impact-want) > 1e-12 {
			t.Errorf("impact %v, want %v", c.Impact, want)
		}
	}
}

func TestDepthAndLimit(t *testing.T) {
	run := twoSystems()
	if got := titlesOf(New(run, metric(t, "precision@3"), Options{Depth: 2})); !cmp.Equal(got, []string{"q B", "q D"}) {
		t.Errorf("depth 2: %v", got)
	}
	p := New(run, metric(t, "precision@3"), Options{Limit: 1})
	if got := titlesOf(p); !cmp.Equal(got, []string{"q B"}) || p.Left != 2 {
		t.Errorf("limit 1: %v, %d left", got, p.Left)
	}
}

// Where the server decided no order, hits below the depth could as well have
// stood within it.
func TestTiesAtTheDepth(t *testing.T) {
	run := twoSystems()
	run.Queries[0].Results = eval.Results{"first-stage": result("a", "b", "c", "d"), "elastic": result("a")}
	for _, c := range []struct {
		ties [][2]int
		want []string
	}{
		{nil, []string{"q B"}},
		{[][2]int{{1, 2}, {3, 4}}, []string{"q B"}},
		{[][2]int{{2, 3}}, []string{"q B", "q C"}},
		{[][2]int{{1, 4}}, []string{"q B", "q C", "q D"}},
	} {
		run.Queries[0].Results["first-stage"].Ties = c.ties
		if diff := cmp.Diff(c.want, titlesOf(New(run, metric(t, "precision@1"), Options{Depth: 2}))); diff != "" {
			t.Errorf("ties %v: %s", c.ties, diff)
		}
	}
}

func TestBlind(t *testing.T) {
	run := twoSystems()
	var ids []string
	for i := range 30 {
		ids = append(ids, string(rune('a'+i%26))+strings.Repeat("x", i/26))
	}
	run.Queries[0].Results["elastic"] = result(ids...)
	blind := Options{Depth: 30, Blind: true, Seed: 7}
	first, second := New(run, metric(t, "ndcg@10"), blind), New(run, metric(t, "ndcg@10"), blind)
	if !cmp.Equal(titlesOf(first), titlesOf(second)) {
		t.Error("one seed gives two orders")
	}
	blind.Seed = 8
	if cmp.Equal(titlesOf(first), titlesOf(New(run, metric(t, "ndcg@10"), blind))) {
		t.Error("two seeds give one order")
	}
	var b bytes.Buffer
	if err := first.Write(&b, "p.yaml", "s.yaml"); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "elastic") || strings.Contains(b.String(), "could move") {
		t.Errorf("it says which system found what:\n%s", b.String())
	}
}

// TestSharedTitles wants an id where the title alone does not do, and leaves
// out what cannot be judged beside a judgment without an id.
func TestSharedTitles(t *testing.T) {
	run := twoSystems()
	run.Queries[0].Judgments = append(run.Queries[0].Judgments, judgments.Judgment{Title: "C", ID: "other", Grade: 2})
	run.Queries[0].Results["elastic"].Hits = append(run.Queries[0].Results["elastic"].Hits,
		eval.Hit{Document: &eval.Document{ID: "a2", Title: "A"}}, eval.Hit{Document: &eval.Document{ID: "b2", Title: "B"}})
	needs := make(map[string]bool)
	for _, c := range New(run, metric(t, "ndcg@10"), Options{}).Queries[0].Candidates {
		needs[c.ID] = c.NeedsID
	}
	want := map[string]bool{"b": true, "b2": true, "c": true, "d": false}
	if diff := cmp.Diff(want, needs); diff != "" {
		t.Error(diff)
	}
}

func TestSnippet(t *testing.T) {
	for _, c := range []struct {
		text   string
		length int
		want   string
	}{
		{"a\n  b\x1b[2Jc", 0, "a b[2Jc"},
		{"one two three", 9, "one two ..."},
		{"日本語日本語", 3, "日本語 ..."},
		{"short", 9, "short"},
	} {
		if got := snippet(c.text, c.length); got != c.want {
			t.Errorf("snippet(%q, %d) = %q, want %q", c.text, c.length, got, c.want)
		}
	}
}
