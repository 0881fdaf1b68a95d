package propose

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/releval/releval/eval/check"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/queries"
	"github.com/releval/releval/judgments"
)

// lengths scores texts by their length.
type lengths struct{}

func (lengths) Score(_ string, texts []string) ([]float64, error) {
	scores := make([]float64, len(texts))
	for i, t := range texts {
		scores[i] = float64(len(t))
	}
	return scores, nil
}

// answers puts answers of its own before the engine's, by the method and the
// beginning of the path.
type answers struct {
	engine http.RoundTripper
	status int
	by     map[string]string
	asked  []string
}

func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	a.asked = append(a.asked, r.Method+" "+r.URL.Path)
	for start, body := range a.by {
		if strings.HasPrefix(r.Method+" "+r.URL.Path, start) {
			return &http.Response{StatusCode: a.status, Header: http.Header{"X-Elastic-Product": {"Elasticsearch"}, "Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		}
	}
	return a.engine.RoundTrip(r)
}

const forbidden = `{"error":{"root_cause":[{"type":"security_exception","reason":"action is unauthorized"}],"type":"security_exception","reason":"action is unauthorized"},"status":403}`

// open makes an engine with an index called shop, and puts answers before it.
func open(t testing.TB, mapping string, status int, by map[string]string, documents ...string) (*cluster.Client, *answers) {
	t.Helper()
	engine := embedded.New(embedded.Options{Endpoints: []embedded.Endpoint{
		{ID: "cohere_rerank.v3", Service: "cohere", Model: "rerank-v3.5", Scorer: lengths{}, TopN: 20},
		{ID: "hybrid", Service: "jinaai", Model: "jina-reranker-v2", Scorer: lengths{}},
	}})
	a := &answers{engine: engine, status: status}
	client, err := cluster.New(cluster.Config{Transport: a, Retries: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	if err := client.CreateIndex(t.Context(), "shop", []byte(mapping)); err != nil {
		t.Fatal(err)
	}
	var lines bytes.Buffer
	for i, d := range documents {
		fmt.Fprintf(&lines, "{\"index\":{\"_id\":\"%d\"}}\n%s\n", i, d)
	}
	if len(documents) > 0 {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://embedded/shop/_bulk?refresh=true", &lines)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-ndjson")
		response, err := engine.RoundTrip(request)
		if err != nil || response.StatusCode != 200 {
			t.Fatal(response, err)
		}
		response.Body.Close()
	}
	a.by, a.asked = by, nil
	return client, a
}

// shop is an index as a shop has it.
const shop = `{"mappings":{"properties":{
	"sku":{"type":"text"},
	"brand":{"type":"keyword"},
	"product":{"properties":{"name":{"type":"text","fields":{"raw":{"type":"keyword"}}}}},
	"brand_name":{"type":"text"},
	"description":{"type":"text","fields":{"meaning":{"type":"semantic_text"}}},
	"internal":{"type":"text","index":false},
	"vector":{"type":"dense_vector","dims":3}}}}`

var products = []string{
	`{"sku":"a-1","brand":"Acme","brand_name":"Acme","product":{"name":"Rain jacket"},"description":"A light jacket that keeps the rain out on long walks.","internal":"a long note of the warehouse about where the jackets lie and what they cost, nothing for a search"}`,
	`{"sku":"a-2","brand":"Acme","brand_name":"Acme","product":{"name":"Wool jumper"},"description":"Warm, and soft on the skin.","vector":[1,0,0]}`,
	`{"sku":"b-1","brand":"Bolt","brand_name":"Acme","product":{"name":"Trail shoes"},"description":"Shoes with a grip for wet rock."}`,
	`{"sku":"b-2","brand":"Bolt","brand_name":"Bolt","product":{"name":"Head torch"}}`,
}

// choose looks and chooses.
func choose(t testing.TB, c *cluster.Client, index string, w Wishes) (*Proposal, error) {
	t.Helper()
	x, err := Look(t.Context(), c, index)
	if err != nil {
		return nil, err
	}
	return Choose(x, w)
}

// passes runs releval check's findings over a suite, and wants no error.
func passes(t *testing.T, c *cluster.Client, text []byte) *judgments.Suite {
	t.Helper()
	suite, err := judgments.Parse("new.yaml", text, judgments.Options{})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	p, err := plan.New(suite, plan.Overrides{})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	found, err := check.Online(t.Context(), c, p, check.Options{Concurrency: 1, Note: func(string) {}})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if counts := check.Count(found); counts.Errors > 0 {
		t.Fatalf("check finds %v in\n%s", found, text)
	}
	return suite
}

// What is proposed by itself: the title by its name and what it holds, no
// multi-fields, no identifiers, nothing that is not indexed; a reranker for each
// endpoint with a name that is free and a window that it allows; three first
// stages. It passes releval check against the same cluster.
func TestProposal(t *testing.T) {
	c, asked := open(t, shop, 0, nil, products...)
	p, err := choose(t, c, "shop", Wishes{})
	if err != nil {
		t.Fatal(err)
	}
	for _, request := range asked.asked {
		if method, _, _ := strings.Cut(request, " "); method == http.MethodPut || method == http.MethodDelete {
			t.Errorf("a look changes something: %s", request)
		}
	}
	text, err := p.Suite(listed("rain", `a "quoted" wish: {{x}}`), File{Path: "new.yaml", Name: "new"})
	if err != nil {
		t.Fatal(err)
	}
	s := passes(t, c, text)
	if s.Search.TitleField != "product.name" || s.Search.Index != "shop" {
		t.Errorf("title field %s of %s", s.Search.TitleField, s.Search.Index)
	}
	words := `{"standard":{"query":{"multi_match":{"fields":["product.name^2","description","brand_name"],"query":"{{query}}"}}}}`
	meaning := `{"standard":{"query":{"semantic":{"field":"description.meaning","query":"{{inference_text}}"}}}}`
	got := make(map[string]string)
	for _, r := range s.Search.Retrievers {
		got[r.Name] = string(judgments.CanonicalJSON(r.Body))
	}
	want := map[string]string{"bm25": words, "semantic": meaning, "hybrid": `{"rrf":{"rank_window_size":50,"retrievers":[` + words + `,` + meaning + `]}}`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	type reranker struct {
		name, field, id string
		window          int
	}
	var rerankers []reranker
	for _, r := range s.Search.Rerankers {
		rerankers = append(rerankers, reranker{r.Name, r.Field, r.InferenceID, r.Window})
	}
	wanted := []reranker{{"elastic", "description", ".rerank-v1-elasticsearch", 50}, {"cohere-rerank-v3", "description", "cohere_rerank.v3", 20}, {"hybrid-reranker", "description", "hybrid", 50}}
	if !slices.Equal(rerankers, wanted) {
		t.Errorf("rerankers %v, want %v", rerankers, wanted)
	}
	if !slices.Equal(p.Systems(), s.Systems()) {
		t.Errorf("said to be %v, are %v", p.Systems(), s.Systems())
	}
	for _, part := range []string{
		"  # Its value identifies a document to the judgments: of 4 documents looked at, 100 % have it,\n  # and 100 % of the values differ.\n  title_field:",
		"  # in a document on average: product.name 11, description 37 and brand_name 4.\n",
		"  # description.meaning is a semantic_text field, whose model searches by meaning.\n  # hybrid fuses both.\n  retrievers:",
		"  # cohere-rerank-v3: cohere, rerank-v3.5, at most 20 results\n",
	} {
		if !strings.Contains(string(text), part) {
			t.Errorf("the suite does not say %q:\n%s", part, text)
		}
	}
}

// What the user names counts, and is checked.
func TestWishes(t *testing.T) {
	c, _ := open(t, shop, 0, nil, products...)
	p, err := choose(t, c, "shop", Wishes{TitleField: "sku", Fields: []string{"brand_name", "product.*^3"}, RerankField: "product.name", InferenceIDs: []string{"hybrid"}, Window: 7})
	if err != nil {
		t.Fatal(err)
	}
	text, err := p.Suite(listed("rain"), File{Path: "new.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	s := passes(t, c, text)
	if r := s.Search.Rerankers; len(r) != 1 || r[0].Field != "product.name" || r[0].Window != 7 || s.Search.TitleField != "sku" || !strings.Contains(string(text), "[brand_name, product.*^3]") {
		t.Errorf("%s", text)
	}
	for _, title := range []string{"brand", "_id"} {
		p, err := choose(t, c, "shop", Wishes{TitleField: title})
		if err != nil {
			t.Fatal(err)
		}
		text, err := p.Suite(listed("rain"), File{Path: "new.yaml"})
		if err != nil {
			t.Fatal(err)
		}
		passes(t, c, text)
		if !strings.Contains(string(text), "# Its value identifies a document to the judgments.\n  title_field: "+title+"\n") {
			t.Errorf("%s", text)
		}
	}
	for want, w := range map[string]Wishes{
		`--title-field: shop has no field "product.nam"; did you mean "product.name"?`:                                                   {TitleField: "product.nam"},
		`--field: shop has no field "zzz"; it has brand, brand_name,`:                                                                    {Fields: []string{"zzz^2"}},
		`--rerank-field: shop has no field "descriptio"; did you mean`:                                                                   {RerankField: "descriptio"},
		`--inference-id: the cluster has no endpoint "nope" for reranking; it has .rerank-v1-elasticsearch, cohere_rerank.v3 and hybrid`: {InferenceIDs: []string{"nope"}},
		`--inference-id: "hybrid" is given twice`:                                                                                        {InferenceIDs: []string{"hybrid", "hybrid"}},
		`--embedding-model is for a field of type dense_vector, and shop has none that is searched`:                                      {EmbeddingModel: "e5"},
	} {
		if _, err := choose(t, c, "shop", w); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", w, err, want)
		}
	}
}

// A field of vectors is searched where its model is named, and explained where
// it is not.
func TestVectors(t *testing.T) {
	c, _ := open(t, `{"mappings":{"properties":{"title":{"type":"text"},"v":{"type":"dense_vector","dims":3}}}}`, 0, nil, `{"title":"one","v":[1,0,0]}`, `{"title":"two","v":[0,1,0]}`)
	p, err := choose(t, c, "shop", Wishes{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := p.Suite(listed("rain"), File{Path: "new.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	if s := passes(t, c, text); len(s.Search.Retrievers) != 1 || !strings.Contains(string(text), "# v is a field of vectors with 3 dimensions.") {
		t.Errorf("%s", text)
	}
	// What the comment says to do works.
	_, line, _ := strings.Cut(string(text), "# vectors: ")
	line, _, _ = strings.Cut(line, "\n")
	follow := strings.Replace(string(text), "  retrievers:\n", "  retrievers:\n    vectors: "+line+"\n", 1)
	follow = strings.Replace(follow, "- query: rain", "- {query: rain, params: {vector: [0.5, 0.5, 0]}}", 1)
	if s := passes(t, c, []byte(follow)); len(s.Search.Retrievers) != 2 {
		t.Errorf("%s", follow)
	}
	if p, err = choose(t, c, "shop", Wishes{EmbeddingModel: "e5"}); err != nil {
		t.Fatal(err)
	}
	if text, err = p.Suite(listed("rain"), File{Path: "new.yaml"}); err != nil || !strings.Contains(string(text), "model_id: e5") || !strings.Contains(string(text), "hybrid:") {
		t.Errorf("%v\n%s", err, text)
	}
}

// What the cluster lacks, or does not show.
func TestWhatIsMissing(t *testing.T) {
	plain := `{"mappings":{"properties":{"title":{"type":"text"}}}}`
	document := `{"title":"Rain jacket"}`
	for _, test := range []struct {
		name, mapping, index string
		status               int
		by                   map[string]string
		documents            []string
		w                    Wishes
		want                 string
	}{
		{"no such index", plain, "ship", 0, nil, []string{document}, Wishes{}, `the index "ship" does not exist`},
		{"no fields", `{}`, "shop", 0, nil, nil, Wishes{}, "shop has no fields: index some documents first"},
		{"no title", `{"mappings":{"properties":{"body":{"type":"text"}}}}`, "shop", 0, nil, []string{`{"body":"x y"}`}, Wishes{}, "no field of shop looks like a title"},
		{"the same title everywhere", plain, "shop", 0, nil, []string{document, document}, Wishes{}, "no field of shop looks like a title"},
		{"no text field", `{"mappings":{"properties":{"title":{"type":"keyword"},"year":{"type":"integer"}}}}`, "shop", 0, nil, []string{document}, Wishes{}, "shop has no text field with values"},
		{"no endpoint", plain, "shop", 200, map[string]string{"GET /_inference": `{"endpoints":[]}`}, []string{document}, Wishes{}, "the cluster has no inference endpoint for reranking: make one by PUT _inference/rerank/NAME, or leave rerankers out"},
		{"no endpoint, one named", plain, "shop", 200, map[string]string{"GET /_inference": `{"endpoints":[]}`}, []string{document}, Wishes{InferenceIDs: []string{"x"}}, `--inference-id: the cluster has no endpoint "x" for reranking, nor any other`},
		{"endpoints forbidden", plain, "shop", 403, map[string]string{"GET /_inference": forbidden}, []string{document}, Wishes{}, "name the endpoint by --inference-id"},
		{"endpoints broken", plain, "shop", 500, map[string]string{"GET /_inference": `{"error":"oops","status":500}`}, []string{document}, Wishes{InferenceIDs: []string{"x"}}, "list the inference endpoints"},
		{"nothing may be seen", plain, "shop", 403, map[string]string{"GET /shop/_mapping": forbidden, "POST /shop/_field_caps": forbidden, "GET /shop/_field_caps": forbidden}, []string{document}, Wishes{}, "lacks the privilege for this request"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, _ := open(t, test.mapping, test.status, test.by, test.documents...)
			_, err := choose(t, c, test.index, test.w)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
}

// A key that may search and no more gets a suite too.
func TestHidden(t *testing.T) {
	c, _ := open(t, shop, 403, map[string]string{"GET /shop/_mapping": forbidden, "GET /_inference": forbidden}, products...)
	x, err := Look(t.Context(), c, "shop")
	if err != nil || x.Hidden == nil || x.EndpointsHidden == nil {
		t.Fatal(x, err)
	}
	p, err := Choose(x, Wishes{InferenceIDs: []string{"hybrid"}})
	if err != nil {
		t.Fatal(err)
	}
	text, err := p.Suite(listed("rain"), File{Path: "new.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	if s := passes(t, c, text); s.Search.TitleField != "product.name" || s.Search.Rerankers[0].Field != "description" || !strings.Contains(string(text), "# hybrid-reranker: not looked up") {
		t.Errorf("%s", text)
	}
}

// First stages alone need no endpoint, and a field of which only the meaning is
// indexed is read by rerankers.
func TestFewOfAll(t *testing.T) {
	c, _ := open(t, shop, 403, map[string]string{"GET /_inference": forbidden}, products...)
	p, err := choose(t, c, "shop", Wishes{Alone: true})
	if err != nil {
		t.Fatal(err)
	}
	text, err := p.Suite(listed("rain"), File{Path: "new.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	if s := passes(t, c, text); !slices.Equal(s.Systems(), []string{"bm25", "semantic", "hybrid"}) || len(s.Gates) > 0 {
		t.Errorf("%s", text)
	}
	c, _ = open(t, `{"mappings":{"properties":{"title":{"type":"text"},"body":{"type":"semantic_text"}}}}`, 0, nil, `{"title":"Rain jacket","body":"Keeps the rain out on long walks."}`, `{"title":"Head torch","body":"Light for the way back."}`)
	if p, err = choose(t, c, "shop", Wishes{}); err != nil {
		t.Fatal(err)
	}
	if text, err = p.Suite(listed("rain"), File{Path: "new.yaml"}); err != nil {
		t.Fatal(err)
	}
	if s := passes(t, c, text); s.Search.Rerankers[0].Field != "body" || !slices.Contains(s.Systems(), "semantic+elastic") {
		t.Errorf("%s", text)
	}
}

// heavy refuses searches that ask for many documents, or for meanings.
type heavy struct {
	Looker
	most     int
	meanings bool
	asked    []string
}

func (h *heavy) Search(ctx context.Context, body []byte, o cluster.SearchOptions) (cluster.Response, error) {
	h.asked = append(h.asked, fmt.Sprint(o.Size))
	switch {
	case !h.meanings && strings.Contains(string(body), `"body"`):
		return cluster.Response{}, &cluster.Error{Kind: cluster.KindInvalidRequest}
	case o.Size > h.most:
		return cluster.Response{}, &cluster.Error{Kind: cluster.KindTooLarge}
	}
	return h.Looker.Search(ctx, body, o)
}

// Documents too large to look at a hundred of are looked at in tens, or one.
func TestHeavyDocuments(t *testing.T) {
	c, _ := open(t, `{"mappings":{"properties":{"title":{"type":"text"},"body":{"type":"semantic_text"}}}}`, 0, nil, `{"title":"a b"}`, `{"title":"c d"}`)
	for _, test := range []struct {
		heavy   heavy
		sampled int
		asked   string
	}{
		{heavy{most: 100, meanings: true}, 2, "100"},
		{heavy{most: 9, meanings: true}, 1, "100 10 1"},
		{heavy{most: 10}, 2, "100 100 10"},
		{heavy{most: 0, meanings: true}, 0, "100 10 1"},
	} {
		h := test.heavy
		h.Looker = c
		x, err := Look(t.Context(), &h, "shop")
		if got := strings.Join(h.asked, " "); got != test.asked || (err == nil) != (test.sampled > 0) || err == nil && x.Sampled != test.sampled {
			t.Errorf("%d documents at most: asked for %s, want %s: %v", h.most, got, test.asked, err)
		}
	}
}

// Of an index with more fields than are looked at, those that may be titles are
// looked at first.
func TestManyFields(t *testing.T) {
	var properties strings.Builder
	for i := range 3 * sampledFields {
		fmt.Fprintf(&properties, `"f%03d":{"type":"text"},`, i)
	}
	c, _ := open(t, `{"mappings":{"properties":{`+properties.String()+`"title":{"type":"text"}}}}`, 0, nil, `{"title":"Rain jacket","f001":"keeps the rain out"}`, `{"title":"Head torch","f001":"lights the way"}`)
	p, err := choose(t, c, "shop", Wishes{})
	if err != nil || p.TitleField != "title" || !slices.Equal(p.Fields, []string{"title^2", "f001"}) || p.Rerankers[0].Field != "f001" {
		t.Errorf("%+v, %v", p, err)
	}
}

// An index without documents is judged by the names of its fields.
func TestEmptyIndex(t *testing.T) {
	c, _ := open(t, shop, 0, nil)
	p, err := choose(t, c, "shop", Wishes{})
	if err != nil || p.TitleField != "product.name" || len(p.Fields) == 0 || p.Rerankers[0].Field == "product.name" {
		t.Errorf("%+v, %v", p, err)
	}
}

// Whatever fields and endpoints are called, the suite can be read, says what it
// is to say, and its systems have names of their own.
func TestAnyNames(t *testing.T) {
	name := rapid.StringMatching(`[a-zA-Z0-9_ .:#"'{}\[\]*&!|>%@+/^-]{1,12}|\p{L}{1,5}|\x1b\[2J|a\nb`)
	id := rapid.StringMatching(`[a-z0-9_.@%{}+'!&-]{1,70}|\p{Ll}{1,5}`)
	rapid.Check(t, func(t *rapid.T) {
		x := &Index{Name: "i" + id.Draw(t, "index"), Sampled: 2}
		for _, n := range append(rapid.SliceOfDistinct(name, func(s string) string { return s }).Draw(t, "fields"), "title") {
			typ := rapid.SampledFrom([]string{"text", "keyword", "semantic_text", "dense_vector"}).Draw(t, "type")
			if n == "title" {
				typ = "text"
			}
			x.Fields = append(x.Fields, Field{MappedField: cluster.MappedField{Name: n, Type: typ, Searchable: true}, Filled: 1, Single: 1, Distinct: 1, Length: float64(len(n)), Words: 2})
		}
		for _, id := range rapid.SliceOfNDistinct(id, 1, 5, func(s string) string { return s }).Draw(t, "endpoints") {
			x.Endpoints = append(x.Endpoints, cluster.Endpoint{ID: "e" + id, Service: name.Draw(t, "service"), Model: name.Draw(t, "model"), TopN: rapid.IntRange(0, 60).Draw(t, "top")})
		}
		p, err := Choose(x, Wishes{EmbeddingModel: "", TitleField: "title"})
		if err != nil {
			t.Fatal(err)
		}
		text, err := p.Suite(listed("rain"), File{Path: "new.yaml", Name: "new"})
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		s, err := judgments.Parse("new.yaml", text, judgments.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Search.Rerankers) != len(x.Endpoints) || !slices.Equal(s.Systems(), p.Systems()) {
			t.Errorf("%v of %d endpoints\n%s", s.Systems(), len(x.Endpoints), text)
		}
	})
}

func TestReadQueries(t *testing.T) {
	read, again, err := ReadQueries("q.txt", strings.NewReader("\ufeff# a log\n heist \n\nHEIST\ncafé: \"noir\"\n"))
	if err != nil || again != 1 || !slices.Equal(read.Queries, []queries.Query{{Line: 2, Text: "heist"}, {Line: 5, Text: `café: "noir"`}}) {
		t.Fatal(read, again, err)
	}
	for bad, want := range map[string]string{
		"#\n":             "q.txt: holds no query",
		"a\nb\xff\n":      "q.txt:2:1: not UTF-8",
		"a\n\nb\x07ell\n": "q.txt:3: the query contains the control character U+0007",
		"a\n" + strings.Repeat("x", 1<<20+1) + "\n": "q.txt:2:1: the line is longer than 1 MiB",
	} {
		if _, _, err := ReadQueries("q.txt", strings.NewReader(bad)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.20q: %v, want %s", bad, err, want)
		}
	}
}

var _ Looker = (*cluster.Client)(nil)

// listed are queries as a list of one a line has them.
func listed(texts ...string) []queries.Query {
	var all []queries.Query
	for i, text := range texts {
		all = append(all, queries.Query{Line: i + 1, Text: text})
	}
	return all
}
