package pool

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/judgments"
)

const suiteText = `# The suite.
name: s
search: {index: i, title_field: title, retriever: {match: {query: "{{query}}"}}}
queries:
  - query: q # what is asked
    relevant:
      - A
  - query: second
`

func parse(t *testing.T) *judgments.Suite {
	t.Helper()
	s, err := judgments.Parse("s.yaml", []byte(suiteText), judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestRoundTrip writes candidates, fills grades in, and merges them.
func TestRoundTrip(t *testing.T) {
	run := twoSystems()
	run.Queries = append(run.Queries, eval.Query{Number: 1, ID: "second", Text: "second", InferenceText: "asked: \"so\"", Results: eval.Results{"elastic": result("x")}})
	p := New(run, metric(t, "precision@3"), Options{})
	p.Queries[1].Candidates[1].Text = "grade: ? # no grade\n- title: not one"
	p.Queries[1].Candidates[1].NeedsID = true
	var b bytes.Buffer
	if err := p.Write(&b, "p.yaml", "s.yaml"); err != nil {
		t.Fatal(err)
	}
	if !IsPool(b.Bytes()) || IsPool([]byte(suiteText)) {
		t.Error("a pool file cannot be told from a suite")
	}
	f, err := Parse("p.yaml", b.Bytes())
	if err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	if all, graded := f.Count(); all != 4 || graded != 0 {
		t.Fatalf("%d candidates, %d graded", all, graded)
	}
	// Both queries can move as far; the better rank comes first.
	if f.Queries[0].ID != "second" || f.Queries[0].InferenceText != "asked: \"so\"" {
		t.Fatalf("first comes %+v", f.Queries[0])
	}
	if c := f.Queries[1].Candidates[1]; c.Title != "D" || c.ID != "d" || c.Text != "grade: ? # no grade\n- title: not one" {
		t.Errorf("%+v", c)
	}
	for i, g := range []struct {
		query, candidate int
		grade            float64
		word             string
	}{{0, 0, 0, "0"}, {1, 0, 2.5, "2.5"}, {1, 1, 1, "1"}} {
		text, next, err := f.Grade(g.query, g.candidate, &g.grade)
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.Replace(string(f.text), "- grade: ?", "- grade: "+g.word, 1); want != string(text) {
			t.Errorf("%d: more than the grade changed:\n%s", i, text)
		}
		f = next
	}
	if all, graded := f.Count(); all != 4 || graded != 3 {
		t.Errorf("%d candidates, %d graded", all, graded)
	}
	if _, f, err = f.Grade(1, 0, nil); err != nil || f.Queries[1].Candidates[0].Grade != nil {
		t.Error("the grade cannot be taken back", err)
	}
}

func TestMerge(t *testing.T) {
	f, err := Parse("p.yaml", []byte("pool: s\nqueries:\n  - id: q\n    candidates:\n      - {grade: 3, title: B}\n      - {grade: 1, title: A}\n      - grade: ?\n        title: C\n  - query: Second\n    candidates:\n      - grade: 2 # sure\n        title: X\n        id: x1\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, done, err := Merge(parse(t), []byte(suiteText), f)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(suiteText, "      - A\n  - query: second\n", "      - A\n      - {title: B, grade: 3}\n  - query: second\n    relevant:\n      - {title: X, id: x1, grade: 2}\n", 1)
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Merged{Added: 2, Already: 1, Ungraded: 1}, done); diff != "" {
		t.Error(diff)
	}
	again, err := judgments.Parse("s.yaml", got, judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if text, done, err := Merge(again, got, f); text != nil || done.Added != 0 || err != nil {
		t.Errorf("merged twice: %+v, %v", done, err)
	}
}

// TestControlCharacters judges a document whose title no suite can hold, by its
// id.
func TestControlCharacters(t *testing.T) {
	run := twoSystems()
	run.Queries[0].Results["elastic"].Hits = append(run.Queries[0].Results["elastic"].Hits, eval.Hit{Document: &eval.Document{ID: "w", Title: "Women\u0092s"}})
	found := New(run, metric(t, "ndcg@10"), Options{}).Queries[0].Candidates
	if i := slices.IndexFunc(found, func(c Candidate) bool { return c.ID == "w" }); i < 0 || !found[i].NeedsID {
		t.Errorf("%+v", found)
	}
	f, err := Parse("p.yaml", []byte("pool: s\nqueries:\n  - id: q\n    candidates:\n      - {grade: 3, title: \"Women\\u0092s\", id: w}\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := Merge(parse(t), []byte(suiteText), f)
	if err != nil || !strings.Contains(string(got), "      - A\n      - {id: w, grade: 3}\n") {
		t.Errorf("%v\n%s", err, got)
	}
}

// TestMark reads a file that an editor put a byte order mark in front of.
func TestMark(t *testing.T) {
	text := []byte("\ufeffpool: s\nqueries:\n  - id: q\n    candidates:\n      - grade: ?\n        title: B\n")
	if !IsPool(text) {
		t.Error("it is taken for a suite")
	}
	f, err := Parse("p.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	grade := 2.0
	got, _, err := f.Grade(0, 0, &grade)
	if want := strings.Replace(string(text), "?", "2", 1); err != nil || string(got) != want {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}

func TestMergeRefuses(t *testing.T) {
	for _, c := range []struct{ queries, want string }{
		{"- id: other\n  candidates: [{grade: 1, title: B}]", `p.yaml:3:3: the suite s.yaml has no query "other"`},
		{"- id: q\n  candidates: [{grade: 2, title: a}]", `p.yaml:4:24: "a" has grade 2 here and 1 in s.yaml:7:9; make them the same`},
		{"- id: q\n  candidates: [{grade: 2, title: \"\\x07\"}]", `p.yaml:4:24: a suite cannot hold the title "\a", because of its control characters; name the document by its id`},
		{"- id: q\n  candidates: [{grade: 2, title: A, id: a}]", `p.yaml:4:24: "A" is judged in s.yaml:7:9, once with an id and once without; give both an id`},
	} {
		f, err := Parse("p.yaml", []byte("pool: s\nqueries:\n"+c.queries+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		text, _, err := Merge(parse(t), []byte(suiteText), f)
		if text != nil || err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "p.yaml:1:1: the file is empty; make a new one by releval pool"},
		{"queries: []\n", "p.yaml:1:1: a pool file needs pool"},
		{"pool: s\nqueries:\n  - id: q\n    candidates:\n      - grade: x\n        title: T\n", `p.yaml:5:16: a grade is a number, 0 or more, or ? where it is not judged; not "x"`},
		{"pool: s\nqueries:\n  - id: q\n    candidates:\n      - grade: \"3\"\n        title: T\n", "p.yaml:5:16: a grade is a number"},
		{"pool: s\npool: t\n", `p.yaml:2:1: the key "pool" stands twice in a pool file, first on line 1; remove one`},
		{"pool: s\nqueries:\n  - id: q\n    candidates:\n      - grade: 1\n        title: 1917\n", `p.yaml:6:16: title must be text, not a number; write it in quotes: "1917"`},
		{"pool: s\nqueries:\n  - id: q\n    candidates:\n      - grade: -1\n        title: T\n", "p.yaml:5:16: a grade is a number"},
		{"pool: s\nqueries:\n  - id: q\n    candidates:\n      - title: T\n", "p.yaml:5:9: a candidate needs grade"},
		{"pool: s\nqueries:\n  - id: q\n    candidates:\n      - grade: 1\n", "p.yaml:5:9: a candidate needs title or id"},
		{"pool: s\nqueries:\n  - id: q\n    candidate: []\n", `p.yaml:4:5: unknown key "candidate" in a query; did you mean "candidates"?`},
		{"pool: [\n", "p.yaml:1:1: a value is missing"},
		{"pool: \xff\n", "p.yaml:1:7: not UTF-8"},
	} {
		_, err := Parse("p.yaml", []byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %s", c.text, err, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("pool: s\nqueries:\n  - id: q\n    candidates:\n      - grade: ?\n        title: T\n"))
	f.Add([]byte("pool: s\nqueries: [{id: q, candidates: [{grade: 1, title: T}]}]\n"))
	f.Add([]byte("pool: &a [*a]\nqueries: *a\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := Parse("p.yaml", text)
		if err != nil {
			return
		}
		for i, q := range file.Queries {
			for k := range q.Candidates {
				grade := 3.0
				if _, changed, err := file.Grade(i, k, &grade); err == nil && *changed.Queries[i].Candidates[k].Grade != 3 {
					t.Fatal("the grade is not there")
				}
			}
		}
	})
}
