package plan_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/judgments"
)

const several = `
search:
  index: films
  title_field: title
  params: {lang: en}
  retrievers:
    bm25: {standard: {query: {match: {plot: "{{query}}"}}, filter: {term: {lang: "{{lang}}"}}}}
    near: {knn: {field: v, query_vector: "{{vector}}", k: 100, num_candidates: 100}}
    hybrid: {rrf: {rank_window_size: 40, retrievers: [{standard: {query: {match: {plot: "{{inference_text}}"}}}}]}}
  rerankers:
    short: {field: tagline, rank_window_size: 20, over: [bm25], filter: {term: {lang: "{{lang}}"}}}
    elastic: {field: plot, rank_window_size: 30}
  requests:
    app: {body: {_source: true, size: 7, query: {match: {plot: "{{query}}"}}, fields: [x]}}
    esql: {esql: "FROM films METADATA _id | WHERE MATCH(plot, ?query) AND l == ?lang"}
metrics: [ndcg@10, recall@50]
queries:
  - {query: crime, inference_text: what a "crime", params: {vector: [0.10, 2]}, relevant: [Heat]}
  - {query: snow, params: {vector: [1], lang: de}, relevant: [Fargo]}
`

func parsed(t *testing.T, text string) *judgments.Suite {
	t.Helper()
	suite, err := judgments.Parse("s.yaml", []byte(text), judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return suite
}

func planned(t *testing.T, text string, o plan.Overrides) *plan.Plan {
	t.Helper()
	p, err := plan.New(parsed(t, text), o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Every first stage stands before what reranks it, each with a depth of its
// own: 50 for the cutoff, no more than the 40 that hybrid's window allows, and
// what the request itself says.
func TestSystems(t *testing.T) {
	p := planned(t, several, plan.Overrides{})
	var got []string
	for _, s := range p.Systems() {
		got = append(got, strings.TrimSpace(fmt.Sprint(s.Name, " ", s.Kind, " ", s.FirstStage, " ", s.Reranker, " ", s.Depth)))
	}
	want := []string{
		"bm25 retriever   50", "bm25+elastic reranked bm25 elastic 30",
		"bm25/short retriever   50", "bm25+short reranked bm25/short short 20",
		"near retriever   50", "near+elastic reranked near elastic 30",
		"hybrid retriever   40", "hybrid+elastic reranked hybrid elastic 30",
		"app request   7", "esql request   50",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(p.Suite.Systems(), p.Names()); diff != "" {
		t.Errorf("the suite says it otherwise:\n%s", diff)
	}
	for _, s := range p.FirstStages() {
		if s.Name == "hybrid" && (s.Depth != 40 || s.Wanted != 50 || s.Path != "search.retrievers.hybrid") {
			t.Errorf("%+v", s)
		}
	}
}

// Each system is searched once, with its placeholders filled.
func TestRequests(t *testing.T) {
	p := planned(t, several, plan.Overrides{})
	var names []string
	bodies := make(map[string]string)
	for _, r := range p.Requests(p.Queries[0]) {
		names = append(names, r.System)
		bodies[r.System] = string(r.ESQL)
		if r.ESQL == nil {
			bodies[r.System] = string(p.Body(r, "id"))
		}
		if !json.Valid([]byte(bodies[r.System])) {
			t.Errorf("%s: %s", r.System, bodies[r.System])
		}
	}
	if diff := cmp.Diff(p.Names(), names); diff != "" {
		t.Error(diff)
	}
	const head, tail = `,"from":0,"track_total_hits":false,"_source":false,"fields":["title"],`, `,"pit":{"id":"id","keep_alive":"10m"}}`
	const bm25 = `{"standard":{"query":{"match":{"plot":"crime"}},"filter":{"term":{"lang":"en"}}}}`
	for name, want := range map[string]string{
		"bm25":       `{"size":50` + head + `"retriever":` + bm25 + tail,
		"bm25/short": `{"size":50` + head + `"retriever":{"standard":{"query":{"match":{"plot":"crime"}},"filter":[{"term":{"lang":"en"}},{"term":{"lang":"en"}}]}}` + tail,
		"bm25+short": `{"size":20` + head + `"retriever":{"text_similarity_reranker":{"retriever":` + bm25 + `,"field":"tagline","inference_text":"what a \"crime\"","rank_window_size":20,"filter":{"term":{"lang":"en"}}}}` + tail,
		"near":       `{"size":50` + head + `"retriever":{"knn":{"field":"v","query_vector":[0.10,2],"k":100,"num_candidates":100}}` + tail,
		"app":        `{"size":7` + head + `"query":{"match":{"plot":"crime"}}` + tail,
		"esql":       `{"query":"FROM films METADATA _id | WHERE MATCH(plot, ?query) AND l == ?lang","params":[{"query":"crime"},{"lang":"en"}]}`,
	} {
		if diff := cmp.Diff(want, bodies[name]); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	if !strings.Contains(bodies["hybrid"], `"what a \"crime\""`) {
		t.Error(bodies["hybrid"])
	}
	if r := p.FirstStageRequest(p.Queries[1], "bm25"); !strings.Contains(string(r.Retriever), `"lang":"de"`) {
		t.Errorf("the query's own parameter does not count: %s", r.Retriever)
	}
	for _, r := range p.Rerankers {
		if got := string(p.Body(p.RerankRequest(p.Queries[0], r), "id")); got != bodies[r.Name] {
			t.Errorf("%s alone is %s, want %s", r.Name, got, bodies[r.Name])
		}
	}
}

func TestRequestOptions(t *testing.T) {
	p := planned(t, `
search:
  index: films
  title_field: title
  retriever: {standard: {query: {match: {plot: "{{query}}"}}}}
  requests: {app: {body: {query: {match: {plot: "{{query}}"}}, timeout: 9s}}}
  request: {runtime_mappings: {year: {type: long}}, min_score: 0.5, timeout: 2s, routing: a}
queries: [{query: x, relevant: [A]}]
`, plan.Overrides{})
	requests := p.Requests(p.Queries[0])
	if got := string(p.Body(requests[0], "")); !strings.Contains(got, `,"runtime_mappings":{"year":{"type":"long"}},"min_score":0.5,"timeout":"2s","retriever":`) {
		t.Error(got)
	}
	if got := string(p.Body(requests[1], "")); !strings.HasSuffix(got, `"timeout":"9s","min_score":0.5,"runtime_mappings":{"year":{"type":"long"}}}`) || strings.Count(got, "timeout") != 1 {
		t.Error(got)
	}
}

func TestChoosingSystems(t *testing.T) {
	for chosen, want := range map[string]string{
		"bm25+short":       "bm25/short bm25+short",
		"hybrid,bm25":      "bm25 hybrid",
		"esql":             "esql",
		"bm25+elastic,app": "bm25 bm25+elastic app",
	} {
		p := planned(t, several, plan.Overrides{Systems: strings.Split(chosen, ",")})
		if got := strings.Join(p.Names(), " "); got != want {
			t.Errorf("--system %s gives %s, want %s", chosen, got, want)
		}
		if n := len(p.Requests(p.Queries[0])); n != len(p.Names()) {
			t.Errorf("%d searches for %v", n, p.Names())
		}
	}
	p := planned(t, several, plan.Overrides{Rerankers: []string{"short"}, Window: 5})
	if got := strings.Join(p.Names(), " "); got != "bm25 bm25/short bm25+short near hybrid app esql" || p.Rerankers[0].Window != 5 {
		t.Error(got)
	}
	if got := strings.Join(p.Reranking().Names(), " "); got != "bm25/short bm25+short" {
		t.Error(got)
	}
	_, err := plan.New(parsed(t, several), plan.Overrides{Systems: []string{"bm25+elastik"}})
	if err == nil || !strings.Contains(err.Error(), `--system: the suite has no system "bm25+elastik"; did you mean "bm25+elastic"?`) {
		t.Error(err)
	}
}

// A suite of one retriever searches what it did: the names, the depth of the
// largest window, and the very bodies. A filter of a reranker's own, with its
// placeholders, is in the first stage that it is compared with as well.
func TestOneRetrieverStays(t *testing.T) {
	p := planned(t, `
search:
  index: films
  title_field: title
  retriever: {standard: {query: {match: {plot: "about {{query}}"}}}}
  rerankers: {elastic: {field: plot, rank_window_size: 60}, deep: {field: plot, inference_id: x, min_score: 0.5}, crime: {field: plot, filter: {match: {genre: "{{query}}"}}}}
metrics: [ndcg@10]
queries: [{query: 'a "crime"', relevant: [A]}]
`, plan.Overrides{})
	if got := strings.Join(p.Names(), " "); got != eval.FirstStage+" elastic deep first-stage/crime crime" || p.Systems()[0].Depth != 60 || p.Systems()[3].Depth != 10 {
		t.Errorf("%s, depths %d and %d", got, p.Systems()[0].Depth, p.Systems()[3].Depth)
	}
	const filter = `{"match":{"genre":"a \"crime\""}}`
	const head = `,"from":0,"track_total_hits":false,"_source":false,"fields":["title"],"retriever":`
	const first = `{"standard":{"query":{"match":{"plot":"about a \"crime\""}}}}`
	want := []string{
		`{"size":60` + head + first + `}`,
		`{"size":60` + head + `{"text_similarity_reranker":{"retriever":` + first + `,"field":"plot","inference_text":"a \"crime\"","rank_window_size":60}}}`,
		`{"size":10` + head + `{"text_similarity_reranker":{"retriever":` + first + `,"field":"plot","inference_text":"a \"crime\"","inference_id":"x","rank_window_size":10,"min_score":0.5}}}`,
		`{"size":10` + head + `{"standard":{"query":{"match":{"plot":"about a \"crime\""}},"filter":[` + filter + `]}}}`,
		`{"size":10` + head + `{"text_similarity_reranker":{"retriever":` + first + `,"field":"plot","inference_text":"a \"crime\"","rank_window_size":10,"filter":` + filter + `}}}`,
	}
	var got []string
	for _, r := range p.Requests(p.Queries[0]) {
		got = append(got, string(p.Body(r, "")))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
