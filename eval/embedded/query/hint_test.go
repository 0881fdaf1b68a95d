package query

import "testing"

// A misspelt query type gets the near one, and every type that is proposed
// exists.
func TestHint(t *testing.T) {
	p := &parser{}
	for _, name := range ownQueries() {
		if p.kind(name) == nil {
			t.Errorf("%s is proposed, and no query type", name)
		}
	}
	for name, want := range map[string]string{"mutli_match": " did you mean [multi_match]?", "boool": " did you mean [bool]?", "quite_another": ""} {
		if got := Hint(name, ownQueries()); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
