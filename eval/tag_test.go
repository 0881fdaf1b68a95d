package eval

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/judgments"
)

// taggedRun has three queries; the reranker lifts the judged title of the
// first from rank 2 to 1, loses that of the second, and fails the third.
func taggedRun() *Run {
	hits := func(titles ...string) *Result {
		r := &Result{}
		for _, t := range titles {
			r.Hits = append(r.Hits, Hit{ID: t, Title: t})
		}
		return r
	}
	judged := []Judgment{{Title: "A", Grade: 1}}
	return &Run{
		Manifest: Manifest{Systems: []string{FirstStage, "elastic"}, Metrics: []string{"mrr"}, QueryCount: 3},
		Queries: []Query{
			{ID: "1", Tags: []string{"long", "names"}, Judgments: judged, Results: Results{FirstStage: hits("B", "A"), "elastic": hits("A", "B")}},
			{ID: "2", Tags: []string{"long"}, Judgments: judged, Results: Results{FirstStage: hits("A"), "elastic": hits("B")}},
			{ID: "3", Judgments: judged, Results: Results{FirstStage: hits("A"), "elastic": {Error: "gone"}}},
		},
		Complete: &Complete{Queries: 3, Failed: 1},
	}
}

func TestByTag(t *testing.T) {
	e, err := Evaluate(taggedRun(), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []TagScores{
		// (1/2 + 1)/2 without, (1 + 0)/2 with.
		{Tag: "long", Queries: 2, Means: [][]float64{{0.75}, {0.5}}, Wins: []int{0, 1}, Losses: []int{0, 1}, Ties: []int{2, 0}},
		{Tag: "names", Queries: 1, Means: [][]float64{{0.5}, {1}}, Wins: []int{0, 1}, Losses: []int{0, 0}, Ties: []int{1, 0}},
		{Tag: "", Queries: 1, Failed: 1, Means: [][]float64{{1}, {0}}, Wins: []int{0, 0}, Losses: []int{0, 1}, Ties: []int{1, 0}},
	}
	if diff := cmp.Diff(want, ByTag(e)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	untagged := taggedRun()
	for i := range untagged.Queries {
		untagged.Queries[i].Tags = nil
	}
	if e, err = Evaluate(untagged, nil); err != nil || ByTag(e) != nil {
		t.Error("a run without tags has a table of them", err)
	}
}

func TestSelect(t *testing.T) {
	run := taggedRun()
	got, err := Select(run, "long")
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Queries) != 2 || got.Manifest.QueryCount != 2 || got.Manifest.SuiteQueries != 3 || got.Complete.Queries != 2 || got.Complete.Failed != 0 {
		t.Errorf("%+v, %+v", got.Manifest, got.Complete)
	}
	if run.Manifest.QueryCount != 3 || run.Complete.Failed != 1 {
		t.Error("the run itself changed")
	}
	if _, err := Select(run, "nmaes"); err == nil || !strings.Contains(err.Error(), `did you mean "names"?`) {
		t.Error(err)
	}
}

func TestRejudge(t *testing.T) {
	suite, err := judgments.Parse("s.yaml", []byte(`search: {index: i, title_field: title, retriever: {match: {query: "{{query}}"}}}
queries:
  - {id: new, query: new, relevant: [A]}
  - {id: "2", query: two, relevant: [{title: B, grade: 2}]}
  - {id: "1", query: other words, relevant: [B]}
`), judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := NewPlan(suite, Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	run := taggedRun()
	run.Queries[0].Text, run.Queries[1].Text = "one", "two"
	got, err := plan.Rejudge(run)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Queries) != 1 || got.Queries[0].Number != 1 || got.Queries[0].Results["elastic"] != run.Queries[1].Results["elastic"] {
		t.Fatalf("%+v", got.Queries)
	}
	if diff := cmp.Diff([]Judgment{{Title: "B", Grade: 2}}, got.Queries[0].Judgments); diff != "" {
		t.Error(diff)
	}
	run.Queries = run.Queries[:1]
	if _, err := plan.Rejudge(run); err == nil {
		t.Error("no error without a query in common")
	}
}
