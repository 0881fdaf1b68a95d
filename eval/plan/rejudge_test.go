package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/judgments"
)

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
	p, err := plan.New(suite, plan.Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	run := evaltest.TaggedRun()
	run.Queries[0].Text, run.Queries[1].Text = "one", "two"
	got, err := p.Rejudge(run)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Queries) != 1 || got.Queries[0].Number != 1 || got.Queries[0].Results["elastic"] != run.Queries[1].Results["elastic"] {
		t.Fatalf("%+v", got.Queries)
	}
	if diff := cmp.Diff([]judgments.Judgment{{Title: "B", Grade: 2}}, got.Queries[0].Judgments, cmpopts.IgnoreTypes(judgments.Position{})); diff != "" {
		t.Error(diff)
	}
	run.Queries = run.Queries[:1]
	if _, err := p.Rejudge(run); err == nil {
		t.Error("no error without a query in common")
	}
}
