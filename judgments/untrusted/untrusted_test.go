package untrusted

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/releval/releval/judgments"
)

// attacks are retrievers and queries that would leave the index, by what a
// refusal says of them.
var attacks = map[string]struct{ is, raw, says string }{
	"script score":              {"query", `{"script_score":{"query":{"match_all":{}},"script":{"source":"1"}}}`, "script"},
	"script query":              {"query", `{"script":{"script":"doc['a'].value"}}`, "script"},
	"script in function_score":  {"query", `{"function_score":{"functions":[{"script_score":{"script":"1"}}]}}`, "script"},
	"script of terms_set":       {"query", `{"terms_set":{"tags":{"terms":["a"],"minimum_should_match_script":{"source":"1"}}}}`, "script"},
	"script sort":               {"retriever", `{"standard":{"sort":[{"_script":{"type":"number","script":"1"}}]}}`, "script"},
	"script fields":             {"request", `{"script_fields":{"a":{"script":"1"}}}`, "script"},
	"scripted metric":           {"request", `{"aggs":{"a":{"scripted_metric":{"map_script":"1"}}}}`, "script"},
	"intervals by script":       {"query", `{"intervals":{"t":{"match":{"query":"a","filter":{"script":{"source":"1"}}}}}}`, "script"},
	"suggester's template":      {"request", `{"suggest":{"s":{"phrase":{"field":"a","collate":{"query":{"source":"{}"}}}}}}`, "template"},
	"runtime mappings":          {"request", `{"runtime_mappings":{"secret":{"type":"keyword"}}}`, "fields by scripts"},
	"terms lookup":              {"query", `{"terms":{"tags":{"index":"secret","id":"1","path":"tags"}}}`, "another document"},
	"terms lookup, deep":        {"retriever", `{"rrf":{"retrievers":[{"standard":{"filter":{"bool":{"must":[{"terms":{"tags":{"index":"secret","id":"1","path":"tags"}}}]}}}}]}}`, "names an index"},
	"more_like_this, like":      {"query", `{"more_like_this":{"like":[{"_index":"secret","_id":"1"}]}}`, "another document"},
	"more_like_this, same":      {"query", `{"more_like_this":{"like":{"_id":"1"}}}`, "another document"},
	"more_like_this, unlike":    {"query", `{"more_like_this":{"like":"text","unlike":[{"_index":"secret","_id":"1"}]}}`, "another document"},
	"percolate":                 {"query", `{"percolate":{"field":"q","index":"secret","id":"1"}}`, "queries from documents"},
	"indexed shape":             {"query", `{"geo_shape":{"place":{"indexed_shape":{"index":"secret","id":"1","path":"p"}}}}`, "another document"},
	"vector of a document":      {"retriever", `{"knn":{"field":"v","query_vector_builder":{"lookup":{"index":"secret","id":"1","path":"v"}}}}`, "another document"},
	"filter by index":           {"query", `{"term":{"_index":"secret"}}`, "name of an index"},
	"filters by index":          {"query", `{"bool":{"filter":[{"terms":{"_index":["secret"]}}]}}`, "name of an index"},
	"index in a query string":   {"query", `{"query_string":{"query":"_index:secret"}}`, "field _index"},
	"index as a field":          {"query", `{"multi_match":{"query":"secret","fields":["_index"]}}`, "field _index"},
	"index that exists":         {"query", `{"exists":{"field":"_index"}}`, "field _index"},
	"boosted indices":           {"request", `{"indices_boost":[{"secret":2}]}`, "names indices"},
	"a query in base64":         {"query", `{"wrapper":{"query":"e30="}}`, "base64"},
	"pinned documents":          {"query", `{"pinned":{"docs":[{"_index":"secret","_id":"1"}],"organic":{"match_all":{}}}}`, "names documents"},
	"pinned retriever":          {"retriever", `{"pinned":{"ids":["1"],"retriever":{"standard":{}}}}`, "names documents"},
	"query rules":               {"retriever", `{"rule":{"ruleset_ids":["a"],"match_criteria":{},"retriever":{"standard":{}}}}`, "query rules"},
	"an unknown query":          {"query", `{"bool":{"should":[{"leak_everything":{}}]}}`, "no kind of query"},
	"an unknown retriever":      {"retriever", `{"rrf":{"retrievers":[{"retriever":{"leak_everything":{}},"weight":2}]}}`, "no kind of retriever"},
	"an unknown retriever, top": {"retriever", `{"leak_everything":{}}`, "no kind of retriever"},
	"a point in time":           {"request", `{"pit":{"id":"x"}}`, "point in time"},
	"escaped key":               {"query", `{"t\u0065rms":{"tags":{"ind\u0065x":"secret","id":"1","path":"tags"}}}`, "names an index"},
	"too many hits":             {"retriever", `{"standard":{"size":1000000}}`, "at most 1000"},
	"too many candidates":       {"retriever", `{"knn":{"field":"v","num_candidates":1000000}}`, "at most 10000"},
	"too large a window":        {"retriever", `{"text_similarity_reranker":{"retriever":{"standard":{}},"rank_window_size":100000}}`, "at most 1000"},
	"more_like_this's window":   {"retriever", `{"rescorer":{"retriever":{"standard":{}},"rescore":{"window_size":100000,"query":{"rescore_query":{"match_all":{}}}}}}`, "at most 1000"},
}

// Every attack is refused as a retriever or a query, as a reranker's filter, as
// a request, and as a parameter that is put into one.
func TestAttacksAreRefused(t *testing.T) {
	for name, a := range attacks {
		t.Run(name, func(t *testing.T) {
			raw, is := a.raw, request
			switch a.is {
			case "query":
				raw = `{"query":` + raw + `}`
			case "retriever":
				is = retriever
			}
			if found := strings.Join(JSON([]byte(raw), is), "\n"); !strings.Contains(found, a.says) {
				t.Errorf("%s is refused as %q, want %q", raw, found, a.says)
			}
			if found := JSON([]byte(a.raw), parameter); len(found) == 0 {
				t.Errorf("the parameter %s is not refused", a.raw)
			}
			if a.is != "query" {
				return
			}
			s := suite()
			s.Search.Rerankers = []judgments.Reranker{{Name: "r", Field: "plot", Extra: map[string]json.RawMessage{"filter": json.RawMessage(a.raw)}}}
			if found := allowing().Check(s); !strings.Contains(said(found), a.says) {
				t.Errorf("as a reranker's filter it is refused as %q", said(found))
			}
		})
	}
}

// What suites usually say passes.
func TestUsualSearchesPass(t *testing.T) {
	for raw, is := range map[string]role{
		`{"standard":{"query":{"multi_match":{"query":"{{query}}","fields":["title^2","plot"]}}}}`:                                                                                                                 retriever,
		`{"standard":{"query":{"bool":{"must":[{"match":{"description":{"query":"{{query}}"}}}],"filter":"{{tenant}}"}}}}`:                                                                                         retriever,
		`{"rrf":{"rank_window_size":100,"retrievers":[{"standard":{"query":{"match":{"t":"{{query}}"}}}},{"knn":{"field":"v","query_vector":"{{v}}","k":100,"num_candidates":200}}]}}`:                             retriever,
		`{"linear":{"retrievers":[{"retriever":{"standard":{"query":{"semantic":{"field":"s","query":"{{query}}"}}}},"weight":2,"normalizer":"minmax"}]}}`:                                                         retriever,
		`{"rescorer":{"retriever":{"standard":{}},"rescore":{"window_size":50,"query":{"rescore_query":{"match_phrase":{"t":"{{query}}"}},"query_weight":1}}}}`:                                                    retriever,
		`{"query":{"function_score":{"query":{"match_all":{}},"functions":[{"filter":{"term":{"a":1}},"weight":2},{"field_value_factor":{"field":"n"}}]}},"rescore":{"query":{"rescore_query":{"match_all":{}}}}}`: request,
		`{"query":{"terms":{"tags":["a","b"]}},"sort":["_score",{"_id":"asc"}]}`:                                                                                                                                   request,
		`[0.1,0.2]`:                   parameter,
		`{"term":{"tenant":7}}`:       parameter,
		`"de"`:                        parameter,
		`[{"range":{"n":{"gte":1}}}]`: parameter,
	} {
		if found := JSON([]byte(raw), is); len(found) > 0 {
			t.Errorf("%s is refused: %q", raw, found)
		}
	}
}

// Raw JSON is found wherever a suite keeps it, also under keys that come later.
func TestEveryRawValueIsFound(t *testing.T) {
	type Param struct {
		Name  string
		Value json.RawMessage
	}
	type later struct {
		judgments.Position
		Nested  []struct{ Body json.RawMessage }
		Pointer *struct{ Deep map[string]json.RawMessage }
		Params  []Param
		ESQL    string
	}
	attack := json.RawMessage(`{"terms":{"a":{"index":"secret","id":"1","path":"b"}}}`)
	at := judgments.Position{File: "s.yaml", Line: 7, Column: 3}
	for name, l := range map[string]later{
		"list":      {Position: at, Nested: []struct{ Body json.RawMessage }{{attack}}},
		"map":       {Position: at, Pointer: &struct{ Deep map[string]json.RawMessage }{map[string]json.RawMessage{"x": attack}}},
		"parameter": {Position: at, Params: []Param{{"x", attack}}},
		"esql":      {Position: at, ESQL: "FROM secret"},
	} {
		c := &checker{}
		c.walk(reflect.ValueOf(l), judgments.Position{}, "search", request)
		if len(c.problems) == 0 || c.problems[0].Line != 7 {
			t.Errorf("%s: %q", name, said(c.problems))
		}
	}
}

func suite() *judgments.Suite {
	return &judgments.Suite{File: "s.yaml", Search: judgments.Search{
		Index: "films", TitleField: "title", Retriever: json.RawMessage(`{"standard":{"query":{"match":{"plot":"{{query}}"}}}}`),
	}}
}

func allowing() Policy { return Policy{Indices: []string{"films*"}, TitleFields: []string{"title"}} }

func said(p judgments.Problems) string {
	if len(p) == 0 {
		return ""
	}
	return p.Error()
}

func TestPolicy(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*judgments.Suite)
		says   string // empty where the suite passes
	}{
		"nothing":                {func(*judgments.Suite) {}, ""},
		"embedded":               {func(s *judgments.Suite) { s.Cluster = "embedded" }, ""},
		"a cluster":              {func(s *judgments.Suite) { s.Cluster = "https://elsewhere" }, "cluster"},
		"another index":          {func(s *judgments.Suite) { s.Search.Index = "secret" }, "--allow-index"},
		"one more index":         {func(s *judgments.Suite) { s.Search.Index = "films,secret" }, "--allow-index"},
		"all indices":            {func(s *judgments.Suite) { s.Search.Index = "_all" }, "--allow-index"},
		"a pattern":              {func(s *judgments.Suite) { s.Search.Index = "*" }, "--allow-index"},
		"the allowed pattern":    {func(s *judgments.Suite) { s.Search.Index = "films*" }, ""},
		"a pattern that matches": {func(s *judgments.Suite) { s.Search.Index = "films-*,-films-a" }, "--allow-index"},
		"another cluster":        {func(s *judgments.Suite) { s.Search.Index = "films:secret" }, "--allow-index"},
		"date mathematics":       {func(s *judgments.Suite) { s.Search.Index = "<films-{now/d}>" }, "--allow-index"},
		"another title field":    {func(s *judgments.Suite) { s.Search.TitleField = "salary" }, "--allow-title-field"},
		"a large window":         {func(s *judgments.Suite) { s.Search.Rerankers = []judgments.Reranker{{Window: 1001}} }, "rank_window_size"},
		"many queries":           {func(s *judgments.Suite) { s.Queries = make([]judgments.Query, MaxQueries+1) }, "2,001 queries"},
		"a query for the index":  {func(s *judgments.Suite) { s.Queries = []judgments.Query{{Text: "_index:secret"}} }, "_index"},
		"a file that is missing": {func(s *judgments.Suite) { s.Search.Documents = "missing" }, "cannot be read"},
	} {
		s := suite()
		c.change(s)
		found := said(allowing().Check(s))
		if c.says == "" && found != "" || !strings.Contains(found, c.says) {
			t.Errorf("%s: %q, want %q", name, found, c.says)
		}
	}
	if found := said(Policy{}.Check(suite())); !strings.Contains(found, "--allow-index") || !strings.Contains(found, "--allow-title-field") {
		t.Errorf("without leave: %q", found)
	}
}

// Documents lie in the suite's folder, whatever links say, and are bounded by
// what they unpack to.
func TestDocuments(t *testing.T) {
	outside, folder := t.TempDir(), t.TempDir()
	write := func(path, content string) string {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	secret := write(filepath.Join(outside, "secret"), "{}\n")
	link, linked := filepath.Join(folder, "link"), filepath.Join(folder, "dir")
	for from, to := range map[string]string{link: secret, linked: outside} {
		if err := os.Symlink(to, from); err != nil {
			t.Skip(err)
		}
	}
	bomb := filepath.Join(folder, "bomb.gz")
	file, err := os.Create(bomb)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(file)
	for range 65 {
		if _, err := z.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	file.Close()
	for path, says := range map[string]string{
		write(filepath.Join(folder, "docs"), "{}\n"): "",
		secret:                                   "outside",
		link:                                     "outside",
		filepath.Join(linked, "secret"):          "outside",
		folder + "/../" + filepath.Base(outside): "outside",
		folder:                                   "no regular file",
		os.DevNull:                               "outside",
		bomb:                                     "unpacks to more than 64 MiB",
	} {
		s := suite()
		s.File, s.Search.Documents = filepath.Join(folder, "s.yaml"), path
		if found := said(allowing().Check(s)); says == "" && found != "" || !strings.Contains(found, says) {
			t.Errorf("%s: %q, want %q", path, found, says)
		}
	}
	if err := CheckFile(link); err == nil {
		t.Error("a suite that is a link out of its folder passes")
	}
	if err := CheckInput(folder); err == nil {
		t.Error("a folder with a link out of it passes")
	}
}

// Texts of documents go to no rerank API that was not named.
func TestRerankAPIsAreAllowedByAddress(t *testing.T) {
	reranker := func(api, url string) judgments.Reranker {
		return judgments.Reranker{Name: "r", API: &judgments.RerankAPI{API: api, URL: url, Fields: []string{"plot"}}}
	}
	for _, tt := range []struct {
		r       judgments.Reranker
		allowed []string
		ok      bool
	}{
		{reranker("cohere", ""), nil, false},
		{reranker("cohere", ""), []string{"cohere"}, true},
		{reranker("cohere", ""), []string{"jina", "https://api.cohere.com"}, false},
		{reranker("cohere", "https://evil.example"), []string{"cohere"}, false},
		{reranker("tei", "http://tei:8080"), []string{"http://tei:8080"}, true},
		{reranker("tei", "http://tei:8080/rerank"), []string{"http://TEI:8080/"}, true},
		{reranker("tei", "http://tei:8080/other"), []string{"http://tei:8080/rerank"}, false},
		{reranker("tei", "http://tei:8081"), []string{"http://tei:8080"}, false},
		{reranker("tei", "https://tei:8080"), []string{"http://tei:8080"}, false},
		{reranker("tei", "http://tei.evil.example"), []string{"http://tei"}, false},
		{reranker("inference", ""), nil, true}, // the cluster's own, as without an API
		{reranker("inference", "http://other:9200"), nil, false},
	} {
		s, policy := suite(), allowing()
		s.Search.Rerankers = []judgments.Reranker{tt.r}
		policy.RerankURLs = tt.allowed
		found := policy.Check(s)
		if (len(found) == 0) != tt.ok || !tt.ok && !strings.Contains(said(found), "--allow-rerank-url") {
			t.Errorf("%s at %q, allowed %v: %s", tt.r.API.API, tt.r.API.URL, tt.allowed, said(found))
		}
	}
}
