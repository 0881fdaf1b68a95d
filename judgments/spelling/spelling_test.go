package spelling

import (
	"testing"

	"pgregory.net/rapid"
)

func TestNearest(t *testing.T) {
	keys := []string{"query", "id", "inference_text", "relevant", "expect", "tags", "quarantine"}
	for _, c := range []struct {
		word, want string
		candidates []string
	}{
		{"relevent", "relevant", keys},
		{"Query", "query", keys},
		{"qurey", "query", keys},
		{"inference-text", "inference_text", keys},
		{"ids", "id", keys},
		{"title", "", keys},
		{"", "", keys},
		{"x", "", nil},
		{"ndgc@10", "ndcg@10", []string{"mrr@10", "ndcg@10"}},
	} {
		if got := Nearest(c.word, c.candidates); got != c.want {
			t.Errorf("Nearest(%q) = %q, want %q", c.word, got, c.want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"kitten", "sitting", 3}, // the textbook pair: two replacements, one insertion
		{"ab", "ba", 1},          // a swap
		{"ca", "abc", 3},         // optimal string alignment edits no pair twice
		{"", "abc", 3},
		{"é", "e", 1},
	} {
		if got := Distance(c.a, c.b, 10); got != c.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestDistanceLimit(t *testing.T) {
	word := rapid.StringMatching(`[abc]{0,8}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		limit := rapid.IntRange(0, 8).Draw(t, "limit")
		exact := Distance(a, b, 100)
		if got := Distance(a, b, limit); got != min(exact, limit+1) {
			t.Fatalf("Distance(%q, %q, %d) = %d, and %d without a limit", a, b, limit, got, exact)
		}
		if exact != Distance(b, a, 100) {
			t.Fatalf("the distance of %q and %q depends on their order", a, b)
		}
		if (exact == 0) != (a == b) {
			t.Fatalf("the distance of %q and %q is %d", a, b, exact)
		}
	})
}
