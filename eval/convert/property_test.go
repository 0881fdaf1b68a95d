package convert

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/releval/releval/judgments"
)

var texts = []string{"crime", "Heat", "The Godfather", "a: b", "#x", "-1", "=SUM(A1)", "null", "1917", "\"quoted\"", "a,b", "naïve", "日本", "Σίσυφος", "it's", "{{x", "\u2028", "ß"}

// genCollection draws judgments with ids, with titles or with both, that
// every format can hold but for what is named.
func genCollection(t *rapid.T, ids, titles bool) *collection {
	c := &collection{Texts: true}
	c.Suite.Name = "drawn"
	c.Suite.Search = judgments.Search{Index: "films", TitleField: "title", Retriever: []byte(`{"standard":{"query":{"match":{"title":{"query":"{{query}}"}}}}}`)}
	text := rapid.OneOf(rapid.SampledFrom(texts), rapid.StringMatching(`[!-~][ -~]{0,10}[!-~]`))
	seen := map[string]bool{}
	for i := range rapid.IntRange(1, 5).Draw(t, "queries") {
		q := judgments.Query{ID: fmt.Sprintf("q%d", i), Text: text.Draw(t, "query")}
		q.InferenceText = q.Text
		if oneLine(q.Text) != q.Text || seen[judgments.FoldTitle(q.Text)] {
			continue
		}
		seen[judgments.FoldTitle(q.Text)] = true
		judged := map[string]bool{}
		for range rapid.IntRange(1, 5).Draw(t, "judgments") {
			j := judgments.Judgment{Grade: float64(rapid.IntRange(0, 4).Draw(t, "grade"))}
			if titles {
				j.Title = oneLine(text.Draw(t, "title"))
			}
			if ids && (!titles || rapid.Bool().Draw(t, "has id")) {
				j.ID = rapid.StringMatching(`[A-Za-z0-9:_.-]{1,8}`).Draw(t, "id")
			}
			if j.Title == "" && j.ID == "" || judged["t"+judgments.FoldTitle(j.Title)] && j.Title != "" || judged["i"+j.ID] && j.ID != "" {
				continue
			}
			judged["t"+judgments.FoldTitle(j.Title)], judged["i"+j.ID] = true, true
			q.Relevant = append(q.Relevant, j)
		}
		if len(q.Relevant) > 0 {
			c.Suite.Queries = append(c.Suite.Queries, q)
		}
	}
	return c
}

// TestRoundTrips writes drawn collections and reads them back, in each
// format as far as it goes.
func TestRoundTrips(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		format      Format
		name        string
		ids, titles bool
		// texts alone tell queries apart in some formats.
		noQueryIDs bool
	}{
		{Suite, "x.yaml", true, true, false},
		{Suite, "y.yaml", false, true, false},
		{Qrels, "x.qrels", true, false, false},
		{Qrels, "y.qrels", false, true, false},
		{TSV, "x.tsv", true, true, false},
		{TSV, "y.tsv.gz", false, true, false},
		{TSV, "z.tsv", true, false, false},
		{CSV, "w.csv", true, true, false},
		{Quepid, "x.csv", true, false, true},
		{RankEval, "x.json", true, false, false},
		{OpenSearch, "y.json", true, false, true},
		{Studio, "x.ndjson", true, false, false},
		{BEIR, "beir", true, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				in := genCollection(t, c.ids, c.titles)
				if len(in.Suite.Queries) == 0 {
					t.Skip("no query drawn")
				}
				path := filepath.Join(dir, c.name)
				if _, err := save(context.Background(), c.format, path, in, WriteOptions{Workspace: "w"}); err != nil {
					t.Fatal(err)
				}
				out, err := readFormat(context.Background(), c.format, path, ReadOptions{})
				if err != nil {
					content, _ := os.ReadFile(path)
					t.Fatalf("%v\n%s", err, content)
				}
				want, got := plain(in), plain(out)
				if c.noQueryIDs {
					for i := range want {
						want[i].ID = ""
					}
				}
				if diff := cmp.Diff(folded(want), folded(got), cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("(-written +read)\n%s", diff)
				}
			})
			// Mapping files of one draw must not explain the next.
			for _, ending := range []string{titlesEnding, queriesEnding} {
				os.Remove(filepath.Join(dir, c.name+ending))
			}
		})
	}
}

// folded compares titles as judgments do: of two spellings of one title in
// different queries the mapping file of TREC keeps the first.
func folded(queries []plainQuery) []plainQuery {
	for i := range queries {
		for k := range queries[i].Judged {
			queries[i].Judged[k].Title = judgments.FoldTitle(queries[i].Judged[k].Title)
		}
	}
	return queries
}

// fuzzRead looks for files that make a reader panic, and for what it reads
// and the suite's writer then makes unreadable.
func fuzzRead(f *testing.F, format Format, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, "x")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := readFormat(t.Context(), format, path, ReadOptions{})
		if err != nil {
			return
		}
		if err := setSearch(c, SearchOptions{Index: "x"}); err != nil {
			t.Fatal(err)
		}
		c.Suite.Search.Retriever = []byte(`{"standard":{"query":{"match":{"title":"{{query}}"}}}}`)
		out := filepath.Join(dir, "suite.yaml")
		if _, err := save(t.Context(), Suite, out, c, WriteOptions{}); err != nil {
			return
		}
		if _, err := judgments.Load(out, judgments.Options{}); err != nil {
			written, _ := os.ReadFile(out)
			t.Fatalf("%v\n%s", err, written)
		}
		if _, err := save(t.Context(), Qrels, filepath.Join(dir, "x.qrels"), c, WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if c.counts().Judgments == 0 {
			return
		}
		again, err := readFormat(t.Context(), Qrels, filepath.Join(dir, "x.qrels"), ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if again.counts().Judgments > c.counts().Judgments {
			t.Fatalf("%d judgments became %d", c.counts().Judgments, again.counts().Judgments)
		}
	})
}

func FuzzQrels(f *testing.F) { fuzzRead(f, Qrels, "1 0 d 2\n1 0 e -1\n", "q 0 d 1e3\r\n\n") }

func FuzzMSMARCO(f *testing.F) { fuzzRead(f, MSMARCO, "1\td\t1\n1\te\t2\n") }

func FuzzRun(f *testing.F) { fuzzRead(f, TRECRun, "1 Q0 d 1 2.5 t\n1 Q0 e 2 2.5 t\n") }

func FuzzTSV(f *testing.F) {
	fuzzRead(f, TSV, "query_id\tquery\tdoc_id\tgrade\nq1\ta\tb\t1\n", "a b\tThe Film\t2\n", "query\ttitle\trating\n\"\t\\\t0\n", "a\tb\t1\na\tB\t-2\n")
}

func FuzzTable(f *testing.F) {
	fuzzRead(f, CSV, "query;title;grade\n\"a;\nb\";Heat;1,5\n", "query,docid,ann,bob\na,1,3,\n", "a,b,1\n", "query\n", "\xff\xfeq\x00")
}

func FuzzRankLib(f *testing.F) {
	fuzzRead(f, RankLib, "# qid:1: x\n1 qid:1 1:2 # d title\n", "2 qid:9 #docid = G inc = 1\n")
}

func FuzzRRE(f *testing.F) {
	fuzzRead(f, RRE, `{"query_groups":[{"queries":[{"placeholders":{"$query":"a"}}],"relevant_documents":{"1":["x",7],"y":{"gain":2}}}]}`)
}

func FuzzQuepidJSON(f *testing.F) {
	fuzzRead(f, Quepid, quepidBookText, `{"name":"s","docs":{"20":[{"id":"7","explain":{"value":2.5}}]},"queries":[{"query_id":20,"query_text":"a","ratings":{"9":3.0}}]}`)
}

func FuzzQuepid(f *testing.F) {
	fuzzRead(f, Quepid, "query,docid,rating\n\"a \"\"b\",1,2\n -c,2,\nd\n", "Query Text,Doc ID,Doc Position,Title,Rating\na,1,1,T,3\n")
}

func FuzzRankEval(f *testing.F) {
	fuzzRead(f, RankEval,
		`{"requests":[{"id":"a","request":{"query":{"match":{"f":"x"}}},"ratings":[{"_index":"i","_id":"1","rating":2}]}],"metric":{"dcg":{"k":10}}}`,
		`{"templates":[{"id":"t","template":{"source":{"query":{"match":{"f":"{{q}}"}}}}}],"requests":[{"id":"a","template_id":"t","params":{"q":"x"},"ratings":[]}]}`)
}

func FuzzStudio(f *testing.F) {
	fuzzRead(f, Studio, `{"_id":"s","_source":{"values":{"text":"x"}}}`+"\n"+`{"_id":"j","_source":{"scenario_id":"s","doc_id":"1","rating":2}}`, `{"hits":{"hits":[{"scenario_id":"a b","doc_id":" ","rating":"1"}]}}`)
}

func FuzzOpenSearch(f *testing.F) {
	fuzzRead(f, OpenSearch, `{"judgmentRatings":[{"query":"a","ratings":[{"docId":"1","rating":"2.0"}]}]}`, `[{"judgmentScores":{"a":[{"docId":1,"score":0}]}}]`)
}
