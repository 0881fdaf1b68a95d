package plan

import (
	"strings"
	"testing"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/judgments"
)

func chosen(t *testing.T, rerankers bool, ids ...string) *judgments.Suite {
	t.Helper()
	text := `name: chosen
search:
  index: films
  title_field: title
  retriever: {standard: {query: {match: {plot: "{{query}}"}}}}
`
	if rerankers {
		text += "  rerankers: {elastic: {field: plot}, deep: {field: plot, rank_window_size: 200}}\n"
	}
	text += "queries:\n"
	for _, id := range ids {
		text += "  - {id: " + id + ", query: about " + id + ", relevant: [Heat]}\n"
	}
	suite, err := judgments.Parse("chosen.yaml", []byte(text), judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return suite
}

func TestChoosingQueries(t *testing.T) {
	suite := chosen(t, true, "heist", "a/b", "a/c/d", "x")
	for glob, want := range map[string]string{
		"":       "heist a/b a/c/d x",
		"*":      "heist a/b a/c/d x", // the slash of an id is no folder
		"a*":     "a/b a/c/d",
		"a/?":    "a/b",
		"[a-h]*": "heist a/b a/c/d",
		"x":      "x",
	} {
		plan, err := New(suite, Overrides{QueryGlob: glob})
		if err != nil {
			t.Errorf("%q: %v", glob, err)
			continue
		}
		var got []string
		for _, q := range plan.Queries {
			got = append(got, q.ID)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q takes %v, want %s", glob, got, want)
		}
	}
	for glob, says := range map[string]string{"nothing*": "no query id of the suite matches", "[a": "is not a pattern"} {
		if _, err := New(suite, Overrides{QueryGlob: glob}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", glob, err, says)
		}
	}
}

func TestChoosingRerankers(t *testing.T) {
	suite := chosen(t, true, "heist")
	plan, err := New(suite, Overrides{Rerankers: []string{"deep", "elastic", "deep"}})
	if err != nil || strings.Join(plan.Names(), " ") != eval.FirstStage+" deep elastic" {
		t.Errorf("%v, %v", plan.Names(), err)
	}
	if _, err := New(suite, Overrides{Rerankers: []string{"shallow"}}); err == nil || !strings.Contains(err.Error(), `no reranker "shallow", it has elastic, deep`) {
		t.Error(err)
	}
	if _, err := New(chosen(t, false, "heist"), Overrides{Rerankers: []string{"elastic"}}); err == nil || !strings.Contains(err.Error(), "it has none") {
		t.Error(err)
	}
}
