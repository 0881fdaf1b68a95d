package pool

import (
	"bytes"
	"compress/gzip"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
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
		r.Hits = append(r.Hits, eval.Hit{ID: id, Title: strings.ToUpper(id)})
	}
	return r
}

// twoSystems is a run of one query: A is judged.
func twoSystems() *eval.Run {
	return &eval.Run{
		Manifest: eval.Manifest{Suite: "s", Systems: []string{"first-stage", "elastic"}},
		Queries: []eval.Query{{
			ID: "q", Text: "q", Judgments: []eval.Judgment{{Title: "A", Grade: 1}},
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
	run.Queries[0].Judgments = append(run.Queries[0].Judgments, eval.Judgment{Title: "C", ID: "other", Grade: 2})
	run.Queries[0].Results["elastic"].Hits = append(run.Queries[0].Results["elastic"].Hits,
		eval.Hit{ID: "a2", Title: "A"}, eval.Hit{ID: "b2", Title: "B"})
	needs := make(map[string]bool)
	for _, c := range New(run, metric(t, "ndcg@10"), Options{}).Queries[0].Candidates {
		needs[c.ID] = c.NeedsID
	}
	want := map[string]bool{"b": true, "b2": true, "c": true, "d": false}
	if diff := cmp.Diff(want, needs); diff != "" {
		t.Error(diff)
	}
}

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
	run.Queries[0].Results["elastic"].Hits = append(run.Queries[0].Results["elastic"].Hits, eval.Hit{ID: "w", Title: "Women\u0092s"})
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

func TestReadText(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"small": "pool: s\n", "large": strings.Repeat("#\n", 100), "binary": "PK\x00\x01"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"large": "large: larger than 0 MiB", "binary": "binary: not a text file", "none": "none: no such file; name a suite", ".": "is a directory",
	} {
		if _, err := ReadText(filepath.Join(dir, name), 100); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	if text, err := ReadText(filepath.Join(dir, "small"), 100); err != nil || string(text) != "pool: s\n" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "p.yaml: the file is empty"},
		{"queries: []\n", "p.yaml:1:1: a pool file needs pool"},
		{"pool: s\nqueries:\n  - id: q\n    candidates:\n      - grade: x\n        title: T\n", `p.yaml:5:16: a grade is a number, 0 or more, or ? where it is not judged; not "x"`},
		{"pool: s\nqueries:\n  - id: q\n    candidates:\n      - grade: -1\n        title: T\n", "p.yaml:5:16: a grade is a number"},
		{"pool: s\nqueries:\n  - id: q\n    candidates:\n      - title: T\n", "p.yaml:5:9: a candidate needs grade"},
		{"pool: s\nqueries:\n  - id: q\n    candidates:\n      - grade: 1\n", "p.yaml:5:9: a candidate needs title or id"},
		{"pool: s\nqueries:\n  - id: q\n    candidate: []\n", `p.yaml:4:5: unknown key "candidate" in a query, which has id, query, inference_text, candidates; did you mean "candidates"?`},
		{"pool: [\n", "p.yaml:1:1: not YAML"},
		{"pool: \xff\n", "p.yaml: not UTF-8"},
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

func TestReadRun(t *testing.T) {
	text := "# a run\nq Q0 a 1 2.5 tag\nq Q0 b 2 2.5 tag\nq Q0 c 3 9 tag\n\nr\tQ0\tx\t1\t1\ttag\nq Q0 c 4 1 tag\n"
	path := filepath.Join(t.TempDir(), "x.run.gz")
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	got, tag, err := ReadRun(path, 2)
	if err != nil || tag != "tag" {
		t.Fatal(tag, err)
	}
	// c has the highest score; of a and b with equal ones the greater id.
	want := map[string]Ranking{"q": {{"c", 9}, {"b", 2.5}}, "r": {{"x", 1}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var cut bytes.Buffer
	z = gzip.NewWriter(&cut)
	if _, err := z.Write([]byte("q Q0 a 1 2 t\nq Q0 b")); err != nil {
		t.Fatal(err)
	}
	if err := z.Flush(); err != nil {
		t.Fatal(err)
	}
	for bad, want := range map[string]string{
		cut.String():       ":2: unexpected EOF",
		"q Q0 a 1\n":       ":1: a run has query",
		"\nq Q0 a 1 x t\n": `:2: the score "x" is not a number`,
		"":                 ": holds no ranking",
	} {
		if _, _, err := readRun(strings.NewReader(bad), 10); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", bad, err, want)
		}
	}
}

func TestFirstSuite(t *testing.T) {
	queries, again, err := ReadQueries("q.txt", strings.NewReader("# a log\n heist \n\nHEIST\ncafé: \"noir\"\n"))
	if err != nil || again != 1 {
		t.Fatal(again, err)
	}
	text, err := NewSuite(queries, First{File: "f.yaml", Name: "f", Index: "films", TitleField: "title", Fields: []string{"title^2", "plot"}, RerankField: "plot", Window: 20})
	if err != nil {
		t.Fatal(err)
	}
	s, err := judgments.Parse("f.yaml", text, judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Queries) != 2 || s.Queries[1].Text != `café: "noir"` || len(s.Gates) != 1 || s.Search.Rerankers[0].Window != 20 {
		t.Errorf("%s", text)
	}
	want := `{"standard":{"query":{"multi_match":{"fields":["title^2","plot"],"query":"{{query}}"}}}}`
	if got := string(judgments.CanonicalJSON(s.Search.Retriever)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for bad, want := range map[string]string{
		"#\n":             "q.txt: holds no query",
		"a\nb\xff\n":      "q.txt:2: not UTF-8",
		"a\n\nb\x07ell\n": "q.txt:3: the query contains the control character U+0007",
		"a\n" + strings.Repeat("x", 1<<20) + "\n": "q.txt:2: the line is longer than 1 MiB",
	} {
		if _, _, err := ReadQueries("q.txt", strings.NewReader(bad)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.20q: %v, want %s", bad, err, want)
		}
	}
}

func TestSnippet(t *testing.T) {
	for _, c := range []struct {
		text   string
		length int
		want   string
	}{
		{"a\n  b\x1b[2Jc", 0, "a b [2Jc"},
		{"one two three", 9, "one two ..."},
		{"日本語日本語", 3, "日本語 ..."},
		{"short", 9, "short"},
	} {
		if got := snippet(c.text, c.length); got != c.want {
			t.Errorf("snippet(%q, %d) = %q, want %q", c.text, c.length, got, c.want)
		}
	}
}

func FuzzReadRun(f *testing.F) {
	f.Add("q Q0 a 1 2.5 tag\nq Q0 b 2 1e3\n")
	f.Add("# x\n\nq Q0 a 1 -Inf t")
	f.Fuzz(func(t *testing.T, text string) {
		rankings, _, err := readRun(strings.NewReader(text), 3)
		if err == nil && len(rankings) == 0 {
			t.Fatal("no ranking and no error")
		}
		for q, r := range rankings {
			if len(r) == 0 || len(r) > 3 {
				t.Fatalf("%q has %d hits, want 1 to 3", q, len(r))
			}
		}
	})
}
