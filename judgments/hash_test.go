package judgments

import (
	"strings"
	"testing"
)

const hashed = `search:
  index: films
  title_field: title
  retriever: {standard: {query: {match: {plot: "{{query}}"}}, min_score: 1.0}}
  rerankers:
    elastic: {field: plot, rank_window_size: 10}
queries:
  - query: crime
    relevant: [Heat, {title: Ronin, grade: 2}]
  - query: heist
    relevant: [{title: Heat, id: 1}]
`

func hashes(t *testing.T, text string) [3]string {
	t.Helper()
	s, err := Parse("suite.yaml", []byte(text), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return [3]string{s.JudgmentsHash(), s.QueriesHash(), s.SearchHash()}
}

// TestHashes changes one thing at a time and looks which hashes follow.
func TestHashes(t *testing.T) {
	base := hashes(t, hashed)
	for _, h := range base {
		if len(h) != 64 {
			t.Fatalf("%q is no SHA-256 in hexadecimal", h)
		}
	}
	for _, c := range []struct {
		name, old, new string
		changed        [3]bool
	}{
		{"comment", "queries:", "queries: # many", [3]bool{}},
		{"default left out", ", rank_window_size: 10", "", [3]bool{}},
		{"order of keys", `{query: {match: {plot: "{{query}}"}}, min_score: 1.0}`, `{min_score: 1.0, query: {match: {plot: "{{query}}"}}}`, [3]bool{}},
		{"order of judgments", "[Heat, {title: Ronin, grade: 2}]", "[{grade: 2, title: Ronin}, heat]", [3]bool{}},
		{"title beside an id", "{title: Heat, id: 1}", "{title: Heat (1995), id: '1'}", [3]bool{}},
		{"inference text written out", "query: crime", "query: crime\n    inference_text: crime", [3]bool{}},
		{"id written out", "query: crime", "query: crime\n    id: crime", [3]bool{}},
		{"index", "films", "films-2", [3]bool{}},
		{"grade", "grade: 2", "grade: 3", [3]bool{true, false, false}},
		{"title", "Heat,", "Alien,", [3]bool{true, false, false}},
		{"document id", "id: 1", "id: 2", [3]bool{true, false, false}},
		{"inference text", "query: crime", "query: crime\n    inference_text: x", [3]bool{false, true, false}},
		{"query id", "query: crime", "query: crime\n    id: x", [3]bool{true, true, false}},
		{"window", "rank_window_size: 10", "rank_window_size: 20", [3]bool{false, false, true}},
		{"retriever", "min_score: 1.0", "min_score: 2.0", [3]bool{false, false, true}},
		{"title field", "title_field: title", "title_field: name", [3]bool{false, false, true}},
		{"reranker's name", "elastic:", "other:", [3]bool{false, false, true}},
	} {
		if !strings.Contains(hashed, c.old) {
			t.Fatalf("%s: %q is not in the suite", c.name, c.old)
		}
		got := hashes(t, strings.Replace(hashed, c.old, c.new, 1))
		for i, what := range []string{"judgments", "queries", "search"} {
			if (got[i] != base[i]) != c.changed[i] {
				t.Errorf("%s: the hash of %s changed: %v, want %v", c.name, what, got[i] != base[i], c.changed[i])
			}
		}
	}
}
