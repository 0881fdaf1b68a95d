package agree

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/judgments"
)

func judge(file string, queries ...Query) Judge { return Judge{File: file, Queries: queries} }

func j(title, id string, grade float64) judgments.Judgment {
	return judgments.Judgment{Title: title, ID: id, Grade: grade}
}

func TestCompare(t *testing.T) {
	a := judge("a.yaml",
		Query{ID: "x", Text: "x", Asked: "x", Relevant: []judgments.Judgment{j("A", "", 0), j("B", "", 1), j("C", "c1", 2), j("D", "", 3), j("E", "", 1)}},
		Query{ID: "other", Text: "Same Text", Asked: "Same Text", Relevant: []judgments.Judgment{j("F", "", 0)}},
		Query{ID: "gone", Text: "gone", Asked: "gone"},
	)
	b := judge("b.yaml",
		Query{ID: "y", Text: "same  text", Asked: "same text", Relevant: []judgments.Judgment{j("f", "", 3)}},
		Query{ID: "x", Text: "x", Asked: "x", Relevant: []judgments.Judgment{j("a", "", 0), j("B", "", 2), j("C", "c2", 2), j("C", "c1", 2), j("D", "d", 3)}},
		Query{ID: "new", Text: "new", Asked: "new"},
	)
	got, err := Compare(a, b)
	if err != nil {
		t.Fatal(err)
	}
	// The pairs are A 0-0, B 1-2, C 2-2, D 3-3, F 0-3. E has no partner, and
	// the second C is another document.
	if got.Queries != 2 || got.Pairs != 5 || got.Same != 3 || got.OnlyA != 1 || got.OnlyB != 1 {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff([]string{"gone"}, got.QueriesOnlyA); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"new"}, got.QueriesOnlyB); diff != "" {
		t.Error(diff)
	}
	if len(got.Disagreements) != 2 || got.Disagreements[0].Title != "F" || got.Disagreements[1].Title != "B" {
		t.Errorf("%+v", got.Disagreements)
	}
	// Unweighted: 3 of 5 agree; by chance 0: 2·1, 1: 1·0, 2: 1·2, 3: 1·2 of
	// 25, which is 6/25. (3/5 - 6/25) / (1 - 6/25) = 9/19.
	if math.Abs(got.Unweighted.Value-9./19) > 1e-12 {
		t.Errorf("kappa %v, want 9/19", got.Unweighted)
	}
	// Linear: the distances are 1 and 3, in all 4. By chance each of 0 0 1 2 3
	// against each of 0 2 2 3 3: 10 + 10 + 7 + 4 + 5 = 36 over 5 pairs, which
	// is 7.2. 1 - 4/7.2 = 4/9.
	if math.Abs(got.Linear.Value-4./9) > 1e-12 {
		t.Errorf("linear kappa %v, want 4/9", got.Linear)
	}
}

func TestCompareRefuses(t *testing.T) {
	a := judge("a.yaml", Query{ID: "x", Relevant: []judgments.Judgment{j("A", "", 1)}})
	b := judge("b.yaml", Query{ID: "x", Relevant: []judgments.Judgment{j("B", "", 1)}})
	if _, err := Compare(a, b); err == nil || err.Error() != "a.yaml and b.yaml have no graded document in common" {
		t.Error(err)
	}
	got, err := Compare(a, a)
	if err != nil || !math.IsNaN(got.Unweighted.Value) {
		t.Errorf("%v, %v, want no kappa for one grade", got, err)
	}
}

// Two judges agree on the two documents that both graded, and seven were graded
// by one alone: kappa is 1, and worth little.
func TestCoverage(t *testing.T) {
	a := judge("a", Query{ID: "q1", Relevant: []judgments.Judgment{j("Jaws", "", 2), j("Heat", "", 1), j("Alien", "", 2), j("M", "", 2)}},
		Query{ID: "q2", Relevant: []judgments.Judgment{j("Seven", "", 0), j("Zodiac", "", 0)}})
	b := judge("b", Query{ID: "q1", Relevant: []judgments.Judgment{j("Jaws", "", 2), j("Heat", "", 1), j("Up", "", 2), j("Her", "", 2)}},
		Query{ID: "q2", Relevant: []judgments.Judgment{j("Drive", "", 1)}})
	got, err := Compare(a, b)
	if err != nil {
		t.Fatal(err)
	}
	if got.Pairs != 2 || got.OnlyA != 4 || got.OnlyB != 3 || got.Neither != 0 || math.Abs(got.Coverage()-2./9) > 1e-12 {
		t.Errorf("%+v, coverage %v", got, got.Coverage())
	}
	for _, k := range []Kappa{got.Unweighted, got.Linear, got.Quadratic} {
		// Two documents leave room for an agreement no better than chance.
		if k.Value != 1 || k.Low > 0.2 || k.High != 1 {
			t.Errorf("kappa %+v", k)
		}
	}
}

// A document that was offered and not graded belongs to nobody, or to the one
// who graded it.
func TestNeither(t *testing.T) {
	a := judge("a", Query{ID: "q", Relevant: []judgments.Judgment{j("A", "", 1), j("B", "", 2)}, Open: []judgments.Judgment{j("C", "", 0), j("D", "", 0), j("E", "", 0)}})
	b := judge("b", Query{ID: "q", Relevant: []judgments.Judgment{j("A", "", 1), j("C", "", 2)}, Open: []judgments.Judgment{j("B", "", 0), j("D", "", 0), j("F", "", 0)}})
	got, err := Compare(a, b)
	if err != nil {
		t.Fatal(err)
	}
	// A in both; B by a, C by b; D, offered to both, and E and F by neither.
	if got.Pairs != 1 || got.OnlyA != 1 || got.OnlyB != 1 || got.Neither != 3 {
		t.Errorf("%+v", got)
	}
}

func TestAmbiguousTitle(t *testing.T) {
	a := judge("a", Query{ID: "x", Relevant: []judgments.Judgment{j("C", "", 1), j("D", "", 1)}})
	b := judge("b", Query{ID: "x", Relevant: []judgments.Judgment{j("C", "c1", 1), j("C", "c2", 2), j("D", "", 1)}})
	got, err := Compare(a, b)
	if err != nil || got.Pairs != 1 || got.OnlyA != 1 || got.OnlyB != 2 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRead(t *testing.T) {
	folder := t.TempDir()
	suite, filled := filepath.Join(folder, "s.yaml"), filepath.Join(folder, "p.yaml")
	for path, text := range map[string]string{
		suite:  "search: {index: i, title_field: title, retriever: {match: {query: \"{{query}}\"}}}\nqueries:\n  - query: q\n    relevant: [A, {title: B, grade: 3}]\n",
		filled: "pool: s\nqueries:\n  - id: q\n    candidates:\n      - grade: 1\n        title: A\n      - grade: 0\n        title: B\n      - grade: ?\n        title: C\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	load := func(path string) (*judgments.Suite, error) { return judgments.Load(path, judgments.Options{}) }
	a, err := Read(suite, load)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Read(filled, load)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Compare(a, b)
	if err != nil {
		t.Fatal(err)
	}
	// Both graded A 1; B is 3 here and 0 there.
	want := []Disagreement{{
		Query: "q", Title: "B", A: 3, B: 0,
		AtA: judgments.Position{File: suite, Line: 4, Column: 27}, AtB: judgments.Position{File: filled, Line: 7, Column: 16},
	}}
	if diff := cmp.Diff(want, got.Disagreements); diff != "" || got.Pairs != 2 || got.Same != 1 {
		t.Errorf("%d of %d are the same\n%s", got.Same, got.Pairs, diff)
	}
}
