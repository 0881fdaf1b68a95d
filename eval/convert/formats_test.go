package convert

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/judgments"
)

func TestTSV(t *testing.T) {
	for _, c := range []struct {
		name, text, column string
		want               []plainQuery
	}{
		{"header in another order", "grade\tdoc_id\tquery\tquery_id\n1\t15854\tfast cars\tqid:1\n0\t650\tfast cars\tqid:1\n", "",
			[]plainQuery{{ID: "qid:1", Text: "fast cars", Judged: []plainJudgment{{ID: "15854", Grade: 1}, {ID: "650"}}}}},
		{"no header, ids", "fast cars\t15854\t1\nheist\t650\t2.5\n", "",
			[]plainQuery{{Text: "fast cars", Judged: []plainJudgment{{ID: "15854", Grade: 1}}}, {Text: "heist", Judged: []plainJudgment{{ID: "650", Grade: 2.5}}}}},
		{"no header, titles", "crime\tHeat\t1\ncrime\tThe Godfather\t2\n", "",
			[]plainQuery{{Text: "crime", Judged: []plainJudgment{{Title: "Heat", Grade: 1}, {Title: "The Godfather", Grade: 2}}}}},
		{"titles of one word, said to be", "crime\tHeat\t1\n", "title",
			[]plainQuery{{Text: "crime", Judged: []plainJudgment{{Title: "Heat", Grade: 1}}}}},
		{"ids with spaces, said to be", "crime\ta b\t1\n", "id",
			[]plainQuery{{Text: "crime", Judged: []plainJudgment{{ID: "a b", Grade: 1}}}}},
		{"four columns", "q1\tcrime\td1\t3\n", "",
			[]plainQuery{{ID: "q1", Text: "crime", Judged: []plainJudgment{{ID: "d1", Grade: 3}}}}},
		{"title column", "query\ttitle\trating\ncrime\tHeat\t1\n", "",
			[]plainQuery{{Text: "crime", Judged: []plainJudgment{{Title: "Heat", Grade: 1}}}}},
		{"both", "query\tdoc_id\ttitle\tgrade\ncrime\t949\tHeat\t1\nCRIME\t\tRonin\t1\n", "",
			[]plainQuery{{Text: "crime", Judged: []plainJudgment{{ID: "949", Title: "Heat", Grade: 1}, {Title: "Ronin", Grade: 1}}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantQueries(t, c.want, read(t, TSV, tempFile(t, "x.tsv", c.text), ReadOptions{Column: c.column}))
		})
	}
}

func TestTSVBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "films.tsv.gz")
	c := filmsCollection(t)
	write(t, TSV, path, c, WriteOptions{})
	wantQueries(t, plain(c), read(t, TSV, path, ReadOptions{}))
}

// TestTSVKeepsSpaces writes what a table can hold as it stands.
func TestTSVKeepsSpaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.tsv")
	c := &collection{Texts: true, Suite: judgments.Suite{Queries: []judgments.Query{{ID: "q", Text: "a  b\tc", Relevant: []judgments.Judgment{{ID: "x  y", Title: "Apollo 10½:  A Childhood", Grade: 1}}}}}}
	write(t, TSV, path, c, WriteOptions{})
	wantQueries(t, []plainQuery{{ID: "q", Text: "a  b\tc", Judged: []plainJudgment{{ID: "x  y", Title: "Apollo 10½:  A Childhood", Grade: 1}}}}, read(t, TSV, path, ReadOptions{}))
}

func TestQuepid(t *testing.T) {
	c := read(t, Quepid, tempFile(t, "x.csv", "query,docid,rating\r\nstar wars,11,3\r\n\"a, \"\"b\"\"\",12,0\r\n -minus,13,1\r\nunrated\r\n"), ReadOptions{})
	wantQueries(t, []plainQuery{
		{Text: "star wars", Judged: []plainJudgment{{ID: "11", Grade: 3}}},
		{Text: `a, "b"`, Judged: []plainJudgment{{ID: "12"}}},
		{Text: "-minus", Judged: []plainJudgment{{ID: "13", Grade: 1}}},
		{Text: "unrated"},
	}, c)
	if len(c.Runs) > 0 {
		t.Errorf("%d runs from an export without positions", len(c.Runs))
	}
	out := filepath.Join(t.TempDir(), "y.csv")
	wantSaid(t, write(t, Quepid, out, c, WriteOptions{}))
	if diff := cmp.Diff("query,docid,rating\nstar wars,11,3\n\"a, \"\"b\"\"\",12,0\n\" -minus\",13,1\nunrated\n", fileText(t, out)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	wantQueries(t, plain(c), read(t, Quepid, out, ReadOptions{}))
}

// TestQuepidMark reads a file of a spreadsheet, which puts a byte order mark
// in front.
func TestQuepidMark(t *testing.T) {
	for _, header := range []string{`"query","docid","rating"`, `query,docid,rating`} {
		c := read(t, Quepid, tempFile(t, "x.csv", "\ufeff"+header+"\nheist,1,2\n"), ReadOptions{})
		wantQueries(t, []plainQuery{{Text: "heist", Judged: []plainJudgment{{ID: "1", Grade: 2}}}}, c)
	}
	c := filmsCollection(t)
	losses := write(t, Quepid, filepath.Join(t.TempDir(), "y.csv"), c, WriteOptions{})
	if len(losses) == 0 || !strings.Contains(losses[1], "2 query ids") {
		t.Errorf("%q", losses)
	}
}

func TestQuepidDetailed(t *testing.T) {
	c := read(t, Quepid, tempFile(t, "x.csv", `Team Name,Case Name,Case ID,Query Text,Doc ID,Doc Position,Title,Rating,overview
Team,Films,8,crime,2,2,Ronin,,x
Team,Films,8,crime,1,1,"Heat, The",3,y
`), ReadOptions{})
	wantQueries(t, []plainQuery{{ID: "crime", Text: "crime", Judged: []plainJudgment{{ID: "1", Title: "Heat, The", Grade: 3}}}}, c)
	if len(c.Runs) != 1 || c.Runs[0].Tag != "Films" || len(c.Runs[0].Queries) != 1 {
		t.Fatalf("runs: %+v", c.Runs)
	}
	var ids []string
	for _, h := range c.Runs[0].Queries[0].Hits {
		ids = append(ids, h.ID)
	}
	if diff := cmp.Diff([]string{"1", "2"}, ids); diff != "" {
		t.Error(diff)
	}
	out := filepath.Join(t.TempDir(), "y.run")
	write(t, TRECRun, out, c, WriteOptions{})
	if !strings.HasPrefix(fileText(t, out), "crime Q0 1 1 ") {
		t.Errorf("%s", fileText(t, out))
	}
}

func beirFolder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestBEIR(t *testing.T) {
	dir := beirFolder(t, map[string]string{
		"queries.jsonl": `{"_id":"1","text":"crime","metadata":{}}` + "\n" + `{"_id":"2","text":"heist"}` + "\n" + `{"_id":"3","text":"unjudged"}` + "\n",
		"corpus.jsonl": `{"_id":"a","title":"Heat","text":"A cop & a robber.","metadata":{"year":1995}}` + "\n" +
			`{"_id":"b","title":"HEAT","text":"Another one."}` + "\n" + `{"_id":"c","title":"Ronin","text":"A case."}` + "\n" + `{"_id":"d","title":"","text":"No title."}` + "\n",
		"qrels/test.tsv": "query-id\tcorpus-id\tscore\n2\tc\t1\n1\ta\t2\n1\tc\t0\n1\td\t1\n",
		"qrels/dev.tsv":  "query-id\tcorpus-id\tscore\n3\tc\t1\n",
	})
	c := read(t, BEIR, dir, ReadOptions{})
	wantQueries(t, []plainQuery{
		{ID: "1", Text: "crime", Judged: []plainJudgment{{ID: "a", Grade: 2}, {ID: "c"}, {ID: "d", Grade: 1}}},
		{ID: "2", Text: "heist", Judged: []plainJudgment{{ID: "c", Grade: 1}}},
	}, c)
	wantSaid(t, said(&c.ledger), "1 query left out, without judgments in the split test")
	wantQueries(t, []plainQuery{{ID: "3", Text: "unjudged", Judged: []plainJudgment{{ID: "c", Grade: 1}}}}, read(t, BEIR, dir, ReadOptions{Split: "dev"}))
	if _, err := readFormat(t.Context(), BEIR, dir, ReadOptions{Split: "train"}); err == nil || !strings.Contains(err.Error(), `no split "train" among its qrels (dev, test)`) {
		t.Errorf("%v", err)
	}

	// To a suite: titles, with the id where two documents share one.
	out := filepath.Join(t.TempDir(), "sub", "suite.yaml")
	result, err := Job{In: dir, Out: out}.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := judgments.Load(out, judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	wantQueries(t, []plainQuery{
		{ID: "1", Text: "crime", Judged: []plainJudgment{{ID: "a", Title: "Heat", Grade: 2}, {Title: "Ronin"}, {ID: "d", Grade: 1}}},
		{ID: "2", Text: "heist", Judged: []plainJudgment{{Title: "Ronin", Grade: 1}}},
	}, &collection{Suite: *s})
	if want := (Resolution{Documents: 4, Titles: 2, AmbiguousTitles: 1, AmbiguousDocuments: 2, Judged: 4, ByTitle: 2, ByBoth: 1, ByID: 1, JudgedAmbiguous: 1}); *result.Resolution != want {
		t.Errorf("%+v, want %+v", *result.Resolution, want)
	}
	if s.Search.Documents != filepath.Join(dir, "corpus.jsonl") {
		t.Errorf("documents %q", s.Search.Documents)
	}
	if r := s.Search.Rerankers; len(r) != 1 || r[0].Field != "text" || r[0].Window != 100 {
		t.Errorf("rerankers %+v", r)
	}
	for range judgments.Documents(s.Search.Documents) {
		break
	}

	// And back: the titles find their ids in the corpus.
	again := filepath.Join(t.TempDir(), "again")
	if _, err := (Job{In: out, Out: again + "/", To: BEIR}).Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	wantQueries(t, plain(c), read(t, BEIR, again, ReadOptions{}))
	var got, want any
	line, _, _ := strings.Cut(fileText(t, filepath.Join(again, "corpus.jsonl")), "\n")
	if err := json.Unmarshal([]byte(line), &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(`{"_id":"a","title":"Heat","text":"A cop & a robber.","metadata":{"year":1995}}`), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("corpus (-want +got):\n%s", diff)
	}
}

func TestOpenSearch(t *testing.T) {
	want := []plainQuery{
		{Text: "red dress", Judged: []plainJudgment{{ID: "B07", Grade: 3}, {ID: "B01", Grade: 0.25}}},
		{Text: "blue jeans", Judged: []plainJudgment{{ID: "B02"}}},
	}
	body := `{"name":"Imported","description":"x","type":"IMPORT_JUDGMENT","judgmentRatings":[
 {"query":"red dress","ratings":[{"docId":"B07","rating":"3.000"},{"rating":0.25,"docId":"B01"}]},
 {"query":"blue jeans","ratings":[{"docId":"B02","rating":"0"}]}]}`
	c := read(t, OpenSearch, tempFile(t, "x.json", body), ReadOptions{})
	wantQueries(t, want, c)
	if c.Suite.Name != "Imported" {
		t.Errorf("name %q", c.Suite.Name)
	}
	response := `{"took":3,"hits":{"total":{"value":1},"hits":[{"_index":"search-relevance-judgment","_id":"b5","_score":1,"_source":` + body + `}]}}`
	wantQueries(t, want, read(t, OpenSearch, tempFile(t, "x.json", response), ReadOptions{}))
	older := `{"name":"x","judgmentScores":{"red dress":[{"docId":"B07","score":"3.000"},{"docId":"B01","score":"0.25"}],"blue jeans":[{"docId":"B02","score":"0.000"}]}}`
	wantQueries(t, []plainQuery{want[1], want[0]}, read(t, OpenSearch, tempFile(t, "x.json", older), ReadOptions{}))
	out := filepath.Join(t.TempDir(), "y.json")
	wantSaid(t, write(t, OpenSearch, out, c, WriteOptions{}))
	wantQueries(t, want, read(t, OpenSearch, out, ReadOptions{}))
	wantSaid(t, write(t, OpenSearch, out, filmsCollection(t), WriteOptions{}),
		"3 judgments left out", "2 query ids", "how to search", "1 gate", "inference_text", "1 expectation", "tags", "quarantine")
}

func TestStudio(t *testing.T) {
	want := []plainQuery{
		{ID: "s1", Text: "crime", Judged: []plainJudgment{{ID: "949", Grade: 3}, {ID: "8195"}}},
		{ID: "s2", Text: "heist", Judged: []plainJudgment{{ID: "949", Grade: 1}}},
	}
	lines := `{"_index":"esrs-scenarios","_id":"s1","_source":{"workspace_id":"w","name":"Crime","values":{"text":"crime"},"tags":["a"],"@meta":{"created_by":"x"}}}
{"_index":"esrs-judgements","_id":"j1","_source":{"workspace_id":"w","scenario_id":"s1","index":"films","doc_id":"949","rating":3}}
{"_index":"esrs-judgements","_id":"j2","_source":{"workspace_id":"w","scenario_id":"s1","index":"films","doc_id":"8195","rating":0}}
{"_index":"esrs-judgements","_id":"j3","_source":{"workspace_id":"w","scenario_id":"s2","index":"films","doc_id":"949","rating":1}}
{"_index":"esrs-scenarios","_id":"s2","_source":{"workspace_id":"w","name":"Heist","values":{"query":"heist","language":"en"}}}
{"_index":"esrs-workspaces","_id":"w","_source":{"name":"Films","index_pattern":"films","params":["text"]}}
`
	c := read(t, Studio, tempFile(t, "x.ndjson", lines), ReadOptions{})
	wantQueries(t, []plainQuery{want[0], want[1]}, c)
	wantSaid(t, said(&c.ledger), "1 document left out, neither a scenario nor a judgement: w")
	if c.Suite.Search.Index != "films" || len(c.Suite.Queries[0].Tags) != 1 {
		t.Errorf("index %q, tags %q", c.Suite.Search.Index, c.Suite.Queries[0].Tags)
	}
	// Two search responses after one another.
	hits := strings.Split(strings.TrimSpace(lines), "\n")
	responses := `{"hits":{"hits":[` + strings.Join(hits[:2], ",") + `]}}` + "\n" + `{"hits":{"hits":[` + strings.Join(hits[2:5], ",") + `]}}`
	wantQueries(t, want, read(t, Studio, tempFile(t, "x.json", responses), ReadOptions{}))

	out := filepath.Join(t.TempDir(), "y.ndjson")
	losses := write(t, Studio, out, c, WriteOptions{Workspace: "w2"})
	wantSaid(t, losses)
	wantQueries(t, want, read(t, Studio, out, ReadOptions{}))
	if _, err := save(t.Context(), Studio, out, c, WriteOptions{}); err == nil || !strings.Contains(err.Error(), "workspace") {
		t.Errorf("%v", err)
	}
	unclear := `{"_id":"s1","_source":{"values":{"de":"Krimi","en":"crime"}}}`
	if _, err := readFormat(t.Context(), Studio, tempFile(t, "x.ndjson", unclear), ReadOptions{}); err == nil || !strings.Contains(err.Error(), "x.ndjson:1:1: ") || !strings.Contains(err.Error(), "de, en") {
		t.Errorf("%v", err)
	}
	if got := read(t, Studio, tempFile(t, "x.ndjson", unclear), ReadOptions{Param: "de"}).Suite.Queries[0].Text; got != "Krimi" {
		t.Errorf("text %q", got)
	}
}

func TestRankEval(t *testing.T) {
	body := `{"requests":[
 {"id":"q1","request":{"query":{"multi_match":{"query":"crime","fields":["title^2","crime"]}}},"ratings":[{"_index":"films","_id":"949","rating":2},{"_index":"films","_id":"8195","rating":0}]},
 {"id":"q2","request":{"query":{"multi_match":{"query":"heist","fields":["title^2","crime"]}}},"ratings":[]}],
 "metric":{"precision":{"k":5,"relevant_rating_threshold":2}}}`
	c := read(t, RankEval, tempFile(t, "x.json", body), ReadOptions{})
	want := []plainQuery{
		{ID: "q1", Text: "crime", Judged: []plainJudgment{{ID: "949", Grade: 2}, {ID: "8195"}}},
		{ID: "q2", Text: "heist"},
	}
	wantQueries(t, want, c)
	wantSaid(t, said(&c.ledger))
	if got := string(c.Suite.Search.Retriever); got != `{"standard":{"query":{"multi_match":{"fields":["title^2","crime"],"query":"{{query}}"}}}}` {
		t.Errorf("retriever %s", got)
	}
	if c.Suite.Search.Index != "films" || len(c.Suite.Metrics) != 1 || c.Suite.Metrics[0].Name != "precision(rel=2)@5" {
		t.Errorf("index %q, metrics %v", c.Suite.Search.Index, c.Suite.Metrics)
	}
	out := filepath.Join(t.TempDir(), "y.json")
	wantSaid(t, write(t, RankEval, out, c, WriteOptions{}))
	again := read(t, RankEval, out, ReadOptions{})
	wantQueries(t, want, again)
	if diff := cmp.Diff(c.Suite.Search, again.Suite.Search); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(c.Suite.Metrics, again.Suite.Metrics); diff != "" {
		t.Error(diff)
	}
}

func TestRankEvalOfSuite(t *testing.T) {
	out := filepath.Join(t.TempDir(), "y.json")
	losses := write(t, RankEval, out, filmsCollection(t), WriteOptions{})
	wantSaid(t, losses, "the gain of ndcg@10", "3 judgments left out", "1 metric", "1 reranker", "1 gate", "inference_text", "1 expectation", "tags", "quarantine")
	want := `{"requests":[
 {"id":"crime","request":{"query":{"multi_match":{"query":"crime in the city","fields":["title","plot"]}}},"ratings":[{"_index":"films","_id":"949","rating":2}]},
 {"id":"heist","request":{"query":{"multi_match":{"query":"heist","fields":["title","plot"]}}},"ratings":[{"_index":"films","_id":"8195","rating":1}]}],
 "metric":{"dcg":{"k":10,"normalize":true}}}`
	var a, b any
	if err := json.Unmarshal([]byte(want), &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(fileText(t, out)), &b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRankEvalTemplates(t *testing.T) {
	body := `{"templates":[{"id":"match","template":{"source":{"query":{"match":{"{{field}}":{"query":"{{query_string}}","operator":"{{operator}}"}}}}}}],
 "requests":[{"id":"q1","template_id":"match","params":{"query_string":"crime","operator":"and"},"ratings":[{"_index":"films","_id":"1","rating":1}]},
 {"id":"q2","template_id":"match","params":{"query_string":"heist","operator":"and"},"ratings":[]}]}`
	c := read(t, RankEval, tempFile(t, "x.json", body), ReadOptions{})
	if c.Suite.Queries[0].Text != "crime" || c.Suite.Queries[1].Text != "heist" {
		t.Errorf("%+v", c.Suite.Queries)
	}
	if got := string(c.Suite.Search.Retriever); !strings.Contains(got, `"operator":"and","query":"{{query}}"`) {
		t.Errorf("retriever %s", got)
	}
}

func TestRankEvalDifferentSearches(t *testing.T) {
	body := `{"requests":[
 {"id":"q1","request":{"query":{"match":{"title":"crime"}}},"ratings":[]},
 {"id":"q2","request":{"query":{"match":{"plot":"heist"}}},"ratings":[]},
 {"id":"q3","request":{"query":{"match_all":{}}},"ratings":[]}]}`
	c := read(t, RankEval, tempFile(t, "x.json", body), ReadOptions{})
	wantQueries(t, []plainQuery{{ID: "q1", Text: "crime"}, {ID: "q2", Text: "heist"}, {ID: "q3", Text: "q3"}}, c)
	wantSaid(t, said(&c.ledger), "1 request whose text is not found")
	if c.searchUnknown == "" {
		t.Error("the searches differ, and it is not said")
	}
	if c.Suite.Search.Retriever != nil {
		t.Errorf("retriever %s", c.Suite.Search.Retriever)
	}
}

// TestRankEvalSearches takes requests apart: the text is what differs from
// request to request, and what is the same in all is how to search.
func TestRankEvalSearches(t *testing.T) {
	two := func(a, b string) string {
		return `{"requests":[{"id":"q1","request":` + a + `,"ratings":[]},{"id":"q2","request":` + b + `,"ratings":[]}]}`
	}
	for _, c := range []struct {
		name, body, retriever, field string
		texts                        [2]string
	}{
		{"semantic", two(`{"query":{"semantic":{"field":"body_semantic","query":"cats"}}}`, `{"query":{"semantic":{"field":"body_semantic","query":"dogs"}}}`),
			`{"standard":{"query":{"semantic":{"field":"body_semantic","query":"{{query}}"}}}}`, "", [2]string{"cats", "dogs"}},
		{"constant filter", two(`{"query":{"bool":{"must":{"match":{"a":"cats"}},"filter":{"match":{"shop":"a longer constant"}}}}}`, `{"query":{"bool":{"must":{"match":{"a":"dogs"}},"filter":{"match":{"shop":"a longer constant"}}}}}`),
			`{"standard":{"query":{"bool":{"filter":{"match":{"shop":"a longer constant"}},"must":{"match":{"a":"{{query}}"}}}}}}`, "", [2]string{"cats", "dogs"}},
		{"keyword", two(`{"query":{"term":{"a":"cats"}}}`, `{"query":{"term":{"a":"dogs"}}}`),
			`{"standard":{"query":{"term":{"a":"{{query}}"}}}}`, "", [2]string{"cats", "dogs"}},
		{"reranker", two(`{"retriever":{"text_similarity_reranker":{"retriever":{"standard":{"query":{"match":{"a":"cats"}}}},"field":"plot","inference_id":"m","inference_text":"which cats?","rank_window_size":20}}}`,
			`{"retriever":{"text_similarity_reranker":{"retriever":{"standard":{"query":{"match":{"a":"dogs"}}}},"field":"plot","inference_id":"m","inference_text":"which dogs?","rank_window_size":20}}}`),
			`{"standard":{"query":{"match":{"a":"{{query}}"}}}}`, "plot", [2]string{"cats", "dogs"}},
		{"three braces", `{"templates":[{"id":"t","template":{"source":"{\"query\":{\"match\":{\"title\":{{#toJson}}q{{/toJson}}}},\"size\":{{n}},\"track_total_hits\":\"{{{q}}}\"}"}}],
 "requests":[{"id":"q1","template_id":"t","params":{"q":"say \"tv\"","n":5,"lang":"en"},"ratings":[]},{"id":"q2","template_id":"t","params":{"q":"radio","n":5,"lang":"en"},"ratings":[]}]}`,
			`{"standard":{"query":{"match":{"title":"{{query}}"}}}}`, "", [2]string{`say "tv"`, "radio"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := read(t, RankEval, tempFile(t, "x.json", c.body), ReadOptions{})
			if got.Suite.Queries[0].Text != c.texts[0] || got.Suite.Queries[1].Text != c.texts[1] || len(got.losses()) > 0 {
				t.Errorf("texts %+v, losses %q", plain(got), got.losses())
			}
			if string(got.Suite.Search.Retriever) != c.retriever {
				t.Errorf("retriever %s (%s), want %s", got.Suite.Search.Retriever, got.searchUnknown, c.retriever)
			}
			if r := got.Suite.Search.Rerankers; c.field != "" && (len(r) != 1 || r[0].Field != c.field || r[0].Window != 20 || r[0].InferenceID != "m" || got.Suite.Queries[1].InferenceText != "which dogs?") {
				t.Errorf("rerankers %+v", r)
			}
		})
	}
}

func TestRankEvalMetrics(t *testing.T) {
	for metric, want := range map[string][]string{
		`{"expected_reciprocal_rank":{"maximum_relevance":3,"k":10}}`: {"err(max=3)@10"},
		`{"expected_reciprocal_rank":{"maximum_relevance":4}}`:        {"err@10"},
		`{"dcg":{"k":5,"normalize":true}}`:                            {"ndcg_exp@5"},
		`{"mean_reciprocal_rank":{}}`:                                 {"mrr@10"},
		`{"recall":{"k":20,"relevant_rating_threshold":2}}`:           {"recall(rel=2)@20"},
		`{"precision":{"ignore_unlabeled":true}}`:                     {"precision@10", "ignore_unlabeled of the metric precision"},
		`{"precision":{"ignore_unlabeled":false}}`:                    {"precision@10"},
		`{"precision":{"unknown_option":1}}`:                          {"precision@10", "unknown_option of the metric precision"},
		`{"inverse":{"k":1}}`:                                         {"", "the metric inverse"},
		`[]`:                                                          {"", "the metric, which is not understood"},
	} {
		var l ledger
		got := metricName(&l, json.RawMessage(metric))
		if got != want[0] {
			t.Errorf("%s is %q, want %q", metric, got, want[0])
		}
		wantSaid(t, said(&l), want[1:]...)
	}
}

func TestRankLib(t *testing.T) {
	c := read(t, RankLib, tempFile(t, "x.txt", "# grade (0-4)\tqueryid\tdocId\ttitle\n# qid:1: rambo*1\n#\n4\tqid:1 #\t7555\tRambo\n0 qid:1 1:0.5 2:1 # 13258 Son of Rambow\n2 qid:10 1:0.03 #docid = GX029-35-5894638 inc = 0.01 prob = 0.13\n"), ReadOptions{})
	wantQueries(t, []plainQuery{
		{ID: "1", Text: "rambo", Judged: []plainJudgment{{ID: "7555", Title: "Rambo", Grade: 4}, {ID: "13258", Title: "Son of Rambow"}}},
		{ID: "10", Text: "10", Judged: []plainJudgment{{ID: "GX029-35-5894638", Grade: 2}}},
	}, c)
	wantSaid(t, said(&c.ledger), "3 features of judgments left out")
	for text, want := range map[string]string{
		"1 qid:2 1:3\n":    "no document behind a #",
		"1 2 3 # d\n":      "a line is a grade, qid:ID",
		"x qid:2 # d\n":    `the grade "x" is not a number`,
		"1 qid: 1:2 # d\n": "a line is a grade, qid:ID",
	} {
		if _, err := readFormat(t.Context(), RankLib, tempFile(t, "x.txt", text), ReadOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// TestMSMARCO wants a run without scores to be ranked as its ranks say.
func TestMSMARCO(t *testing.T) {
	in := tempFile(t, "run.tsv", "11\t70\t2\n11\t16\t1\n12\t7\t1\n")
	out := filepath.Join(t.TempDir(), "out.run")
	if _, err := (Job{In: in, From: MSMARCO, Out: out}).Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("11 Q0 16 1 1 run\n11 Q0 70 2 0.5 run\n12 Q0 7 1 1 run\n", fileText(t, out)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, text := range []string{"11 70 0\n", "11 70\n", "11 70 x\n", "11 70 1\n11 70 2\n"} {
		if c, err := readFormat(t.Context(), MSMARCO, tempFile(t, "run.tsv", text), ReadOptions{}); err == nil {
			t.Errorf("%q is read: %+v", text, c.Runs)
		}
	}
}

const quepidBookText = `{"name":"Films","show_rank":false,"scorer":{"name":"nDCG@10"},"query_doc_pairs":[
 {"query_text":"crime film","doc_id":"949","position":1,"document_fields":"{\"title\":\"Heat\",\"year\":1995}","information_need":"a film","judgements":[
  {"rating":3.0,"unrateable":false,"user_email":"ann@example.org"},{"rating":2.0,"unrateable":false,"user_email":"bob@example.org"}]},
 {"query_text":"crime film","doc_id":7,"position":2,"document_fields":{"title":"HEAT","_id":"x"},"judgements":[{"rating":1,"user_email":"ann@example.org"},{"rating":null,"unrateable":true,"user_email":"bob@example.org"}]},
 {"query_text":"c++","doc_id":"949","position":1,"document_fields":"{\"title\":\"Heat\",\"year\":1995}","judgements":[]}]}`

// TestQuepidBook makes a suite with documents and a file for each rater, and
// runs of snapshots whose queries have the same ids.
func TestQuepidBook(t *testing.T) {
	dir := t.TempDir()
	in := tempFile(t, "book.json", quepidBookText)
	for rule, want := range map[string]float64{"": 2.5, "mean": 2.5, "max": 3} {
		out := filepath.Join(dir, "films"+rule+".yaml")
		result, err := Job{In: in, Out: out, Read: ReadOptions{Raters: rule}}.Run(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		wantSaid(t, slices.Concat(result.Losses, result.Notes), "1 information need left out", "1 judgement without a rating", "1 pair that nobody rated",
			"2 raters: a document's grade is the", "2 documents in", "2 raters whose own grades are in a file for releval agree")
		s, err := judgments.Load(out, judgments.Options{})
		if err != nil {
			t.Fatal(err)
		}
		wantQueries(t, []plainQuery{
			{ID: "crime-film", Text: "crime film", Judged: []plainJudgment{{ID: "949", Title: "Heat", Grade: want}, {ID: "7", Title: "HEAT", Grade: 1}}},
			{ID: "c", Text: "c++"},
		}, &collection{Suite: *s})
		var titles []string
		for d, err := range judgments.Documents(s.Search.Documents) {
			if err != nil {
				t.Fatal(err)
			}
			titles = append(titles, d.ID+" "+first(titlesOf(d, "title")))
		}
		if diff := cmp.Diff([]string{"7 HEAT", "949 Heat"}, titles); diff != "" {
			t.Errorf("documents (-want +got):\n%s", diff)
		}
	}
	bob, err := judgments.Load(filepath.Join(dir, "films.bob-example-org.yaml"), judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	wantQueries(t, []plainQuery{{ID: "crime-film", Text: "crime film", Judged: []plainJudgment{{ID: "949", Title: "Heat", Grade: 2}}}}, &collection{Suite: *bob})

	snapshot := tempFile(t, "snapshot.json", `{"id":1,"name":"with vectors","has_snapshot_file":false,"docs":{"20":[{"id":"7","explain":{"value":2.5},"rated_only":false},{"id":"949","explain":"{\"value\":1.5}"},{"id":"8","rated_only":true}],"21":[{"id":7}]},
 "queries":[{"query_id":20,"query_text":"Crime film","ratings":{"949":3.0,"8":null}},{"query_id":21,"query_text":"c++","ratings":{}}]}`)
	out := filepath.Join(dir, "v.run")
	if _, err := (Job{In: snapshot, Out: out}).Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("crime-film Q0 7 1 2.5 with-vectors\ncrime-film Q0 949 2 1.5 with-vectors\nc Q0 7 1 0 with-vectors\n", fileText(t, out)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	one := tempFile(t, "case.json", `{"case_name":"Films","queries":[{"query_text":"crime film","ratings":[{"doc_id":"949","rating":2,"user_email":"ann@example.org"},{"doc_id":"7","rating":null}]}]}`)
	wantQueries(t, []plainQuery{{ID: "crime-film", Text: "crime film", Judged: []plainJudgment{{ID: "949", Grade: 2}}}}, read(t, Quepid, one, ReadOptions{}))
	for _, text := range []string{`{"queries":[{"query_text":""}]}`, `{"query_doc_pairs":[{"query_text":"q","doc_id":{},"judgements":[]}]}`, `{"x":1}`, `{"query_doc_pairs":[{"query_text":"q","doc_id":"1","document_fields":"[]"}]}`,
		`{"queries":[{"query_id":1,"query_text":"q"}],"docs":{"1":[{"id":"a"},{"id":"a"}]}}`, `{"queries":[{"query_text":"q","ratings":[{"doc_id":"1","rating":"good"}]}]}`} {
		if c, err := readFormat(t.Context(), Quepid, tempFile(t, "x.json", text), ReadOptions{}); err == nil {
			t.Errorf("%s is read: %+v", text, plain(c))
		}
	}
}

// TestOpenSearchQueries takes what is glued to a query's text off, and reads
// query sets.
func TestOpenSearchQueries(t *testing.T) {
	glued := `{"name":"x","judgmentRatings":[{"query":"what is it#{\"referenceAnswer\":\"a search engine\"}","ratings":[{"docId":"1","rating":"2"}]},{"query":"c#{ in sharp","ratings":[{"docId":"2","rating":"1"}]}]}`
	c := read(t, OpenSearch, tempFile(t, "x.json", glued), ReadOptions{})
	wantQueries(t, []plainQuery{{Text: "what is it", Judged: []plainJudgment{{ID: "1", Grade: 2}}}, {Text: "c#{ in sharp", Judged: []plainJudgment{{ID: "2", Grade: 1}}}}, c)
	wantSaid(t, said(&c.ledger), "1 query whose further fields")
	for _, text := range []string{
		`{"name":"TVs","sampling":"manual","querySetQueries":[{"queryText":"tv"},{"queryText":"capital of France","referenceAnswer":"Paris"}]}`,
		`{"queryText":"tv"}` + "\n" + `{"queryText":"capital of France","referenceAnswer":"Paris"}` + "\n",
	} {
		in := tempFile(t, "x.json", text)
		if f, err := detect(in); f != OpenSearch {
			t.Errorf("%s is %q (%v)", text, f, err)
		}
		c := read(t, OpenSearch, in, ReadOptions{})
		wantQueries(t, []plainQuery{{Text: "tv"}, {Text: "capital of France"}}, c)
		wantSaid(t, said(&c.ledger), "1 field of a query besides its text left out: referenceAnswer")
	}
	if c, err := readFormat(t.Context(), OpenSearch, tempFile(t, "x.json", `{"querySetQueries":[{"text":"tv"}]}`), ReadOptions{}); err == nil {
		t.Errorf("%+v", c)
	}
}

func TestRRE(t *testing.T) {
	group := func(relevant string) string {
		return `{"index":"films","id_field":"id","topics":[{"description":"d","query_groups":[{"name":"g","queries":[{"template":"q.json","placeholders":{"$query":"heat"}},{"template":"q.json","placeholders":{"$query":"HEAT film"}}],"relevant_documents":` + relevant + `}]}]}`
	}
	judged := []plainJudgment{{ID: "1", Grade: 3}, {ID: "2", Grade: 2}}
	for _, relevant := range []string{`{"1":{"gain":3},"2":{"gain":"2"}}`, `{"2":["2"],"3":[1]}`, `[{"1":{"gain":3}},{"2":{"gain":2}}]`} {
		in := tempFile(t, "x.json", group(relevant))
		if f, err := detect(in); f != RRE {
			t.Errorf("%q (%v)", f, err)
		}
		c := read(t, RRE, in, ReadOptions{})
		for i := range c.Suite.Queries {
			slices.SortFunc(c.Suite.Queries[i].Relevant, func(a, b judgments.Judgment) int { return strings.Compare(a.ID, b.ID) })
		}
		wantQueries(t, []plainQuery{{Text: "heat", Judged: judged}, {Text: "HEAT film", Judged: judged}}, c)
		if c.Suite.Search.Index != "films" {
			t.Errorf("index %q", c.Suite.Search.Index)
		}
	}
	flat := `{"index":"i","queries":[{"placeholders":{"$query":"a","$filter":"b"}}],"relevant_documents":{"x":{"gain":1}}}`
	c := read(t, RRE, tempFile(t, "x.json", flat), ReadOptions{})
	wantQueries(t, []plainQuery{{Text: "a", Judged: []plainJudgment{{ID: "x", Grade: 1}}}}, c)
	wantSaid(t, said(&c.ledger), "1 placeholder besides the query left out: $filter")
	if got := read(t, RRE, tempFile(t, "x.json", flat), ReadOptions{Param: "filter"}).Suite.Queries[0].Text; got != "b" {
		t.Errorf("--param filter gives %q", got)
	}
	for _, text := range []string{group(`{"1":{}}`), group(`{"high":["1"]}`), group(`{"1":3}`), group(`"x"`), `{"query_groups":[{"queries":[{"placeholders":{"$a":"x","$b":"y"}}]}]}`, `{"query_groups":[{"relevant_documents":{"1":{"gain":1}}}]}`} {
		if c, err := readFormat(t.Context(), RRE, tempFile(t, "x.json", text), ReadOptions{}); err == nil {
			t.Errorf("%s is read: %+v", text, plain(c))
		}
	}
}

// TestHuggingFace reads the layouts in which data sets like BEIR's are shared.
func TestHuggingFace(t *testing.T) {
	want := []plainQuery{{ID: "1", Text: "crime", Judged: []plainJudgment{{ID: "a", Grade: 2}}}}
	queries, corpus := `{"_id":"1","text":"crime"}`+"\n", `{"_id":"a","title":"Heat","text":"x"}`+"\n"
	for name, files := range map[string]map[string]string{
		"json lines":      {"queries.jsonl": queries, "corpus.jsonl": corpus, "qrels/test.jsonl": `{"query-id":"1","corpus-id":"a","score":2}` + "\n"},
		"beside":          {"queries.jsonl": queries, "corpus.jsonl": corpus, "test.tsv": "query-id\tcorpus-id\tscore\n1\ta\t2\n"},
		"folders":         {"queries/queries.jsonl": queries, "corpus/corpus.jsonl": corpus, "qrels/test.tsv": "1\ta\t2\n"},
		"one split alone": {"queries.jsonl": queries, "qrels/dev.tsv": "1\ta\t2\n"},
	} {
		dir := beirFolder(t, files)
		c, err := readFormat(t.Context(), BEIR, dir, ReadOptions{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		wantQueries(t, want, c)
		if (c.Suite.Search.Documents == "") != (len(files) == 2) {
			t.Errorf("%s: documents %q", name, c.Suite.Search.Documents)
		}
	}
	dir := beirFolder(t, map[string]string{"queries/x.parquet": "PAR1"})
	if _, err := readFormat(t.Context(), BEIR, dir, ReadOptions{}); err == nil || !strings.Contains(err.Error(), "Parquet files are not read") {
		t.Errorf("%v", err)
	}
}
