package convert

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/releval/releval/judgments"
)

func TestDetect(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.json": `{"judgmentRatings":[]}`, "b.json": `{"requests":[{"ratings":[]}]}`, "c.ndjson": `{"_source":{"scenario_id":"x"}}`,
		"d.json": `{}`, "e.txt": "1 0 d 1\n", "f.txt": "1 Q0 d 1 2 t\n", "g.txt": "one two\n",
		"qrels.dev.small.tsv": "# so\n11\t0\t70\t1\n12\t0\t16\t1\n", "table.tsv": "11\tfirst question\t70\t1\n", "run.dev.tsv": "11\t70\t1\n11\t16\t2\n12\t7\t1\n",
		"grades.tsv": "11\t70\t1\n11\t16\t1\n", "list": "# qid:1: rambo\n4 qid:1 1:0.5 # 7555 Rambo\n", "x.data": "query,docid,rating\na,1,2\n",
		"scores.tsv": "query-id\tcorpus-id\tscore\n1\td\t1\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		path string
		want Format
	}{
		{"suite.yaml", Suite}, {"x.YML", Suite}, {"x.qrels", Qrels}, {"qrels.robust04.txt", Qrels}, {"x.run", TRECRun}, {"x.tsv.gz", TSV},
		{"x.csv", Quepid}, {"new.json", RankEval}, {"folder/", BEIR}, {dir, BEIR},
		{"a.json", OpenSearch}, {"b.json", RankEval}, {"c.ndjson", Studio}, {"e.txt", Qrels}, {"f.txt", TRECRun},
		{"qrels.dev.small.tsv", Qrels}, {"table.tsv", TSV}, {"run.dev.tsv", MSMARCO}, {"grades.tsv", TSV}, {"list", RankLib}, {"x.data", CSV}, {"scores.tsv", TSV},
	} {
		path := c.path
		if _, err := os.Stat(filepath.Join(dir, path)); err == nil {
			path = filepath.Join(dir, path)
		}
		if got, err := detect(path); got != c.want {
			t.Errorf("%s: %q (%v), want %q", c.path, got, err, c.want)
		}
	}
	for _, name := range []string{"d.json", "g.txt", "none"} {
		if f, err := detect(filepath.Join(dir, name)); err == nil {
			t.Errorf("%s: %q, want an error", name, f)
		}
	}
	if _, err := ParseFormat("qrel"); err == nil || !strings.Contains(err.Error(), `did you mean "qrels"?`) {
		t.Errorf("%v", err)
	}
}

// TestRefused reads what is wrong and wants the place and the reason.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		format     Format
		text, want string
	}{
		{Qrels, "1 0 d 1\n1 0 d\n1 0 e x\n", "x:2: 3 fields, want 4"},
		{Qrels, "1 0 d 1\n1 0 e x\n", `x:2: the grade "x" is not a number`},
		{Qrels, "1 0 d 1\n1 0 d 1\n", `x:2: document "d" is judged a second time for query "1", first at line 1`},
		{Qrels, "", "x: the file holds no judgment"},
		{Qrels, "1 0 d NaN\n", "is not a number"},
		{Qrels, "\x1f\x8b\x08", "unexpected EOF"},
		{TSV, "a\tb\t1\n" + strings.Repeat("a\tb\tx\n", 100), "too many problems"},
		{TSV, "a\td\xff\t1\n", "x:1:1: not UTF-8"},
		{TSV, "a b c\n", "x:1:1: a table has columns separated by tabs, commas or semicolons"},
		{TSV, "a\tb\t1\na\tb\n", "x:2:1: 2 columns, where the first line has 3"},
		{TSV, "a\tb\t1\na\tb\tone\n", "x:2:1: the grade \"one\" is not a number"},
		{TSV, "a\t \t1\n", "x:1:1: the document is empty"},
		{Quepid, "", "the file is empty"},
		{Quepid, "a,b,c\n", "x:1:1: the first line \"a, b, c\""},
		{CSV, "query,doc,note\na,b,x\n", "x:1:1: the header \"query, doc, note\" names no column"},
		{CSV, "suche,film,note\na,b,1\n", "x:1:1: the first line \"suche, film, note\" is neither a header whose columns are known nor a row with a grade"},
		{Quepid, "query,docid,rating\na,b,good\n", "x:2:1: the grade \"good\""},
		{Quepid, "query,docid,rating\na,\"b,1\n", "x:2:1: a quote is opened in this row and not closed"},
		{Quepid, "query,docid,rating\n,b,1\n", "x:2:1: the query is empty"},
		{RankEval, "{\"requests\":[\n{]}", "x:2:2: not JSON"},
		{RankEval, "", "the file is empty"},
		{RankEval, `{"requests":"x"}`, "x:1:1: not the body of a _rank_eval request: requests must be a list, not text"},
		{RankEval, `{"requests":[{"id":5,"ratings":[]}]}`, "requests.id must be text, not a number"},
		{RankEval, `[1]`, "not the body of a _rank_eval request: it must be an object, not a list"},
		{OpenSearch, `{"judgmentRatings":{"a":{"1":2}}}`, `query "a": it must be a list, not an object`},
		{Studio, `{"_id":"s","_source":true}`, "neither a scenario nor a judgement: it must be an object, not true or false"},
		{RankEval, "{}", "x:1:1: not the body of a _rank_eval request"},
		{RankEval, `{"requests":[{"id":"a","ratings":[{"_id":"x","rating":"high"}]}]}`, `request "a", document "x": the grade "high" is not a number`},
		{RankEval, `{"requests":[{"id":"a","ratings":[]},{"id":"a","ratings":[]}]}`, `the request id "a" is given twice`},
		{RankEval, `{"requests":[]}`, "no query in it"},
		{OpenSearch, `{"name":"x"}`, "x:1:1: not a judgment list"},
		{OpenSearch, `{"judgmentRatings":[{"query":"a","ratings":[{"docId":"d"}]}]}`, `query "a", document "d": a rating is missing`},
		{OpenSearch, strings.Repeat("[", 100_000), "not JSON"},
		{OpenSearch, strings.Repeat("[", 100) + strings.Repeat("]", 100), "nested too deeply"},
		{Studio, "{\"_id\":\"a\",\"_source\":{}}\n\n[1]", "x:3:1: a document is a JSON object"},
		{Studio, `{"scenario_id":"s","doc_id":"d"}`, `scenario "s", document "d": a rating is missing`},
		{Suite, "queries: []\n", "x:1:1: a suite needs search"},
	} {
		path := tempFile(t, "x", c.text)
		_, err := readFormat(t.Context(), c.format, path, ReadOptions{})
		if err == nil {
			t.Errorf("%s %.40q: no error, want %q", c.format, c.text, c.want)
			continue
		}
		if got := strings.ReplaceAll(err.Error(), path, "x"); !strings.Contains(got, c.want) {
			t.Errorf("%s %.40q: %s, want %q", c.format, c.text, got, c.want)
		}
	}
	if _, err := readFormat(t.Context(), Qrels, filepath.Join(t.TempDir(), "none"), ReadOptions{}); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("%v", err)
	}
	if _, err := readFormat(t.Context(), BEIR, t.TempDir(), ReadOptions{}); err == nil || !strings.Contains(err.Error(), "not a BEIR folder") {
		t.Errorf("%v", err)
	}
}

// TestSuiteMended writes what a suite refuses and loads it.
func TestSuiteMended(t *testing.T) {
	path := tempFile(t, "x.tsv", "query_id\tquery\ttitle\tdoc_id\tgrade\n"+
		"a b\tCrime\tHeat\t\t1\n"+
		"a b\tCrime\tHEAT\t7\t2\n"+
		"c\tcrime\tRonin\t\t-1\n"+
		"c\tcrime\tRonin\t\t0.5\n"+
		"a-b\theist\tA\x1b[31m film\t\t1\n"+
		"d\theist?\tAlien\t8\t1\n"+
		"d\theist?\tAliens\t8\t3\n")
	out := filepath.Join(t.TempDir(), "s.yaml")
	result, err := Job{In: path, Out: out, Search: SearchOptions{Fields: []string{"title^2", "plot"}, RerankField: "plot", Window: 20, InferenceID: "mine", Index: "films"}, Force: true}.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := judgments.Load(out, judgments.Options{})
	if err != nil {
		t.Fatalf("%v\n%s", err, fileText(t, out))
	}
	wantQueries(t, []plainQuery{
		{ID: "a-b", Text: "Crime", Judged: []plainJudgment{{ID: "7", Title: "HEAT", Grade: 2}}},
		{ID: "c", Text: "crime", Judged: []plainJudgment{{Title: "Ronin", Grade: 0.5}}},
		{ID: "a-b-2", Text: "heist", Judged: []plainJudgment{{Title: "A[31m film", Grade: 1}}},
		{ID: "d", Text: "heist?", Judged: []plainJudgment{{ID: "8", Title: "Alien", Grade: 3}}},
	}, &collection{Suite: *s})
	wantSaid(t, slices.Concat(result.Losses, result.Notes),
		`2 judgments given twice with different grades, of which the higher is kept: "Ronin" for "crime" (-1 and 0.5), "Aliens" for "heist?" (1 and 3)`,
		`1 judgment of a title that another judgment names with an id, left out`,
		`1 title without its control characters, so that it may match no document`,
		`1 query id with white space, which becomes a hyphen: "a b"`)
	r := s.Search.Rerankers[0]
	if s.Search.Index != "films" || r.Window != 20 || r.InferenceID != "mine" || r.Field != "plot" {
		t.Errorf("%+v", s.Search)
	}
}

// TestSuiteQueryIDs writes ids that are too long for a suite, and queries of
// which nothing is left.
func TestSuiteQueryIDs(t *testing.T) {
	long := strings.Repeat("long ", 60)
	out := filepath.Join(t.TempDir(), "s.yaml")
	search := SearchOptions{Fields: []string{"title"}}
	for _, c := range []struct {
		file, text string
		losses     []string
	}{
		{"ids.tsv", "query_id\tquery\tdoc_id\tgrade\n" + strings.Repeat("i", 257) + "\tfoo\t1\t2\n", []string{"1 query id longer than 256 bytes"}},
		{"positions.csv", "Query Text,Doc ID,Doc Position,Rating\n" + long + ",1,1,3\na b,1,1,3\n", []string{"1 run left out"}},
	} {
		result, err := Job{In: tempFile(t, c.file, c.text), Out: out, Search: search}.Run(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		wantSaid(t, slices.Concat(result.Losses, result.Notes), c.losses...)
		s, err := judgments.Load(out, judgments.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range s.Queries {
			if len(q.ID) > judgments.MaxQueryID || len(q.Relevant) != 1 {
				t.Errorf("%+v", q)
			}
		}
	}
	_, err := Job{In: tempFile(t, "control.tsv", "query\ttitle\tgrade\n\x7f\tA\t1\n"), Out: out, Search: search}.Run(t.Context(), nil)
	if err == nil || !strings.Contains(err.Error(), "no query with a text") {
		t.Errorf("%v", err)
	}
}

// TestControlCharacters joins judgments with a document whose title no suite
// can hold: the Windows apostrophe as a control character.
func TestControlCharacters(t *testing.T) {
	documents := tempFile(t, "films.ndjson", `{"_id":"7","title":"Schindler\u0092s List"}`+"\n"+`{"_id":"8","title":"Heat"}`+"\n")
	for _, table := range []string{"query\tdoc_id\tgrade\nlist\t7\t2\nlist\t8\t1\n", "query\ttitle\tgrade\nlist\tSchindler\u0092s List\t2\nlist\tHeat\t1\n"} {
		out := filepath.Join(t.TempDir(), "s.yaml")
		result, err := Job{In: tempFile(t, "x.tsv", table), Out: out, Search: SearchOptions{Documents: documents}}.Run(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		wantSaid(t, slices.Concat(result.Losses, result.Notes), "1 judgment by its document's id alone, because of control characters")
		s, err := judgments.Load(out, judgments.Options{})
		if err != nil {
			t.Fatal(err)
		}
		wantQueries(t, []plainQuery{{ID: "list", Text: "list", Judged: []plainJudgment{{ID: "7", Grade: 2}, {Title: "Heat", Grade: 1}}}}, &collection{Suite: *s})
	}
}

// TestSuiteInPlace wants a suite's comments to be listed as lost, and refuses
// to write over the suite itself.
func TestSuiteInPlace(t *testing.T) {
	in := tempFile(t, "films.yaml", "# Why these films.\n"+films)
	result, err := Job{In: in, Out: filepath.Join(t.TempDir(), "out.yaml")}.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	wantSaid(t, slices.Concat(result.Losses, result.Notes), "the suite's comments")
	for _, out := range []string{in, filepath.Join(filepath.Dir(in), ".", "..", filepath.Base(filepath.Dir(in)), "films.yaml")} {
		if _, err := (Job{In: in, Out: out}).Run(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "would be written over itself") {
			t.Errorf("%s: %v", out, err)
		}
	}
}

func TestSuiteKeepsEverything(t *testing.T) {
	in := tempFile(t, "films.yaml", films)
	out := filepath.Join(t.TempDir(), "out.yaml")
	result, err := Job{In: in, Out: out}.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	wantSaid(t, slices.Concat(result.Losses, result.Notes))
	a, err := judgments.Load(in, judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := judgments.Load(out, judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if a.JudgmentsHash() != b.JudgmentsHash() || a.QueriesHash() != b.QueriesHash() || a.SearchHash() != b.SearchHash() || len(a.Gates) != len(b.Gates) || len(a.Queries[0].Expect) != len(b.Queries[0].Expect) {
		t.Errorf("%s", fileText(t, out))
	}
}

// TestIdentify writes titles to a format that has ids alone.
func TestIdentify(t *testing.T) {
	documents := tempFile(t, "films.ndjson", `{"_id":"1","name":"The silence of the lambs"}
{"_id":"2","name":"Ronin"}
{"_id":"3","name":"RONIN"}
`)
	in := tempFile(t, "films.yaml", films)
	out := filepath.Join(t.TempDir(), "out.json")
	result, err := Job{In: in, Out: out, To: OpenSearch, Search: SearchOptions{Documents: documents, TitleField: "name"}, Force: true}.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	wantQueries(t, []plainQuery{
		{Text: "crime in the city", Judged: []plainJudgment{{ID: "949", Grade: 2}, {ID: "1", Grade: 3}}},
		{Text: "heist", Judged: []plainJudgment{{ID: "1", Grade: 1}, {ID: "8195", Grade: 1}}},
	}, read(t, OpenSearch, out, ReadOptions{}))
	if !strings.Contains(result.Notes[0], `1 judgment of a title that several documents have, without an id: "Ronin" for "crime in the city" (2 3)`) {
		t.Errorf("%q", result.Notes)
	}
}

func TestTitlesOf(t *testing.T) {
	for _, c := range []struct{ source, path, want string }{
		{`{"title":"a"}`, "title", "a"},
		{`{"title":["a","b"]}`, "title", "a|b"},
		{`{"title":1917}`, "title", "1917"},
		{`{"title":null}`, "title", ""},
		{`{"film":{"title":"a"}}`, "film.title", "a"},
		{`{"film.title":"a"}`, "film.title", "a"},
		{`{"a.b":{"c":"x"}}`, "a.b.c", "x"},
		{`{"title":{"en":"a"}}`, "title", ""},
		{`{}`, "title", ""},
		// Nested objects, a flattened field, a sub-field, the id.
		{`{"names":[{"title":"a"},{"title":["b","c"]},{"x":"y"}]}`, "names.title", "a|b|c"},
		{`{"labels":{"title":"a","other":"b"}}`, "labels.title", "a"},
		{`{"title":"a"}`, "title.raw", "a"},
		{`{"title":{"raw":"b","x":"c"}}`, "title.raw", "b"},
		{`{"title":"a"}`, "_id", "7"},
	} {
		if got := strings.Join(titlesOf(judgments.Document{ID: "7", Source: []byte(c.source)}, c.path), "|"); got != c.want {
			t.Errorf("%s of %s is %q, want %q", c.path, c.source, got, c.want)
		}
	}
}

// TestNothingHalfWritten fails in the middle of writing and looks for files.
func TestNothingHalfWritten(t *testing.T) {
	dir := t.TempDir()
	c := filmsCollection(t)
	c.Suite.Search.Documents = tempFile(t, "films.ndjson", "{\"_id\":\"1\"}\n{broken\n")
	if _, err := save(t.Context(), BEIR, filepath.Join(dir, "out"), c, WriteOptions{}); err == nil || !strings.Contains(err.Error(), "films.ndjson:2:2: not JSON") {
		t.Errorf("%v", err)
	}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			t.Errorf("%s is left", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	old := tempFile(t, "old.yaml", "old")
	if _, err := save(t.Context(), Suite, old, &collection{Suite: judgments.Suite{Queries: []judgments.Query{{Text: "x"}}}}, WriteOptions{}); err == nil {
		t.Error("a suite without a search is written")
	}
	if fileText(t, old) != "old" {
		t.Error("the old file is gone")
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	path := tempFile(t, "x.qrels", strings.Repeat("1 0 d 1\n", 5000))
	if _, err := readFormat(ctx, Qrels, path, ReadOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestStdoutFull(t *testing.T) {
	in := tempFile(t, "films.yaml", films)
	if _, err := (Job{In: in, Out: "-", To: TSV}).Run(t.Context(), full{}); err == nil || !strings.HasPrefix(err.Error(), "standard output: ") {
		t.Errorf("%v", err)
	}
}

// TestDevice writes into a device, which must stay one.
func TestDevice(t *testing.T) {
	before, err := os.Stat(os.DevNull)
	if err != nil {
		t.Skip(err)
	}
	in := tempFile(t, "films.yaml", films)
	if _, err := (Job{In: in, Out: os.DevNull, To: Qrels}).Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(os.DevNull); err != nil || after.Mode() != before.Mode() {
		t.Errorf("%v, %v", after, err)
	}
}

// full is a device without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestStdout(t *testing.T) {
	var b bytes.Buffer
	in := tempFile(t, "films.yaml", films)
	if _, err := (Job{In: in, Out: "-", To: Qrels, Force: true}).Run(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(b.String(), "crime 0 949 2\n") {
		t.Errorf("%s", b.String())
	}
	if _, err := (Job{In: in, Out: "-"}).Run(t.Context(), &b); err == nil {
		t.Error("no format is named, and no error")
	}
}
