package preflight_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/preflight"
)

// either answers by the first of the overrides that does.
func either(overrides ...evaltest.Override) evaltest.Override {
	return func(w http.ResponseWriter, r *http.Request) bool {
		return slices.ContainsFunc(overrides, func(o evaltest.Override) bool { return o(w, r) })
	}
}

var elasticEndpoint = evaltest.At("/_inference/", 200, `{"endpoints":[{"inference_id":".rerank-v1-elasticsearch","task_type":"rerank","service":"elasticsearch","service_settings":{"model_id":".rerank-v1","num_threads":1}}]}`)

// longPlots are documents whose plots have so many characters.
func longPlots(lengths ...int) string {
	var b strings.Builder
	for i, n := range lengths {
		fmt.Fprintf(&b, `{"id": "%d", "title": "T%d", "plot": %q}`+"\n", i, i, strings.Repeat("x", n))
	}
	return b.String()
}

// manyPassages are n documents, of which those with an even number, as they
// come, have two values.
func manyPassages(n int) string {
	var b strings.Builder
	for i := range n {
		plot := `"one"`
		if i%2 == 0 {
			plot = `["one", "two"]`
		}
		fmt.Fprintf(&b, `{"id": "%03d", "title": "T%d", "plot": %s}`+"\n", i, i, plot)
	}
	return b.String()
}

func TestPreflightFindings(t *testing.T) {
	sound := evaltest.SuiteHead + evaltest.Standard + evaltest.Rerankers + evaltest.SuiteTail
	replaced := func(old, by string) string {
		if !strings.Contains(sound, old) {
			t.Fatalf("the suite lacks %q", old)
		}
		return strings.Replace(sound, old, by, 1)
	}
	tests := []struct {
		name      string
		suite     string
		documents string
		endpoints []embedded.Endpoint
		override  evaltest.Override
		severity  preflight.Severity
		want      string
	}{
		{name: "missing title field", suite: replaced("title_field: title", "title_field: titel"), severity: preflight.SeverityError, want: `has no field "titel"`},
		{name: "missing field", suite: replaced("field: plot", "field: plott"), severity: preflight.SeverityError, want: `has no field "plott"`},
		{name: "title that cannot be fetched", suite: replaced("  documents: documents.ndjson\n", "  documents: documents.ndjson\n  mappings: {properties: {name: {type: text}}}\n  title_field: name\n"), severity: preflight.SeverityError, want: `no value of the field "name" could be fetched from any of 4 documents`},
		{name: "reranker's field without values", suite: strings.Replace(replaced("field: plot", "field: story"), "  documents: documents.ndjson\n", "  documents: documents.ndjson\n  mappings: {properties: {story: {type: text}}}\n", 1), severity: preflight.SeverityError, want: `no value of the field "story"`},
		{name: "half of the documents lack the field", documents: evaltest.Documents + `{"id": "5", "title": "A"}` + "\n" + `{"id": "6", "title": "B"}` + "\n" + `{"id": "7", "title": "C"}` + "\n" + `{"id": "8", "title": "D", "plot": null}` + "\n", severity: preflight.SeverityWarning, want: `4 of 8 documents have no value in the field "plot"`},
		{name: "retriever's field that no index maps", suite: replaced(`{match: {plot: "{{query}}"}}`, `{multi_match: {query: "{{query}}", fields: [plot^2, "plt*", genre]}}`), severity: preflight.SeverityWarning, want: `the retriever searches "genre" and "plt*", which no index behind films maps`},
		{name: "retriever without a field that is mapped", suite: replaced(`{match: {plot: "{{query}}"}}`, `{multi_match: {query: "{{query}}", fields: [plott, genre]}}`), severity: preflight.SeverityError, want: `the retriever searches "genre" and "plott", which no index behind films maps`},
		{name: "chunks before 9.2", suite: replaced("field: plot,", "field: plot, chunk_rescorer: {size: 2},"), override: evaltest.At("/$", 200, `{"name":"n","cluster_name":"c","version":{"number":"9.1.8"},"tagline":"You Know, for Search"}`), severity: preflight.SeverityError, want: "the reranker elastic has chunk_rescorer, which Elasticsearch 9.1.8 does not know"},
		{name: "several values", documents: evaltest.Documents + `{"id": "5", "title": "Ran", "plot": ["A king divides his realm.", "His sons fight."]}` + "\n", severity: preflight.SeverityWarning, want: "1 document has several values in plot: the server scores only the first"},
		{name: "several values in a part of the index", documents: manyPassages(120), severity: preflight.SeverityWarning, want: "50 of 100 documents looked at have several values in plot"},
		// 512 tokens of 4 characters are 2,048, of which the query "creature" takes 8
		{name: "longer than the model reads", documents: longPlots(2040, 2041, 10), override: elasticEndpoint, severity: preflight.SeverityWarning, want: "about 1 of 3 documents looked at (33 %) are longer in plot than the 512 tokens that .rerank-v1 reads"},
		{name: "collapse", suite: replaced(`{match: {plot: "{{query}}"}}`, `{match: {plot: "{{query}}"}}, collapse: {field: title.keyword}`), severity: preflight.SeverityWarning, want: "the retriever has collapse, which the server does not apply under a reranker"},
		{name: "missing endpoint", suite: replaced("field: plot,", "field: plot, inference_id: nowhere,"), severity: preflight.SeverityError, want: `"nowhere" does not exist`},
		{name: "endpoint of another task", override: evaltest.At("/_inference/", 400, `{"error":{"type":"status_exception","reason":"Incompatible task_type, the requested type [rerank] does not match the model type [sparse_embedding]"},"status":400}`), severity: preflight.SeverityError, want: "Incompatible task_type"},
		{name: "top_n below the window", suite: replaced("field: plot,", "field: plot, inference_id: narrow,"), endpoints: []embedded.Endpoint{{ID: "narrow", Service: "cohere", Model: "rerank-v3", TopN: 2, Scorer: ranked{}}}, severity: preflight.SeverityError, want: "narrow returns the top 2 results, and the window of elastic is 3"},
		{name: "listwise model", suite: replaced("field: plot,", "field: plot, inference_id: jina,"), endpoints: []embedded.Endpoint{{ID: "jina", Service: "jinaai", Model: "jina-reranker-v3", Scorer: ranked{}}}, severity: preflight.SeverityWarning, want: "jina-reranker-v3 of elastic is listwise"},
		{name: "endpoint that may not be seen", override: evaltest.At("/_inference/", 403, evaltest.Forbidden), severity: preflight.SeverityNote, want: "the inference endpoint of elastic is not visible"},
		{name: "window above max_result_window", suite: strings.Replace(replaced("rank_window_size: 3", "rank_window_size: 50"), "  documents: documents.ndjson\n", "  documents: documents.ndjson\n  settings: {index: {max_result_window: 20}}\n", 1), severity: preflight.SeverityError, want: "the depth 50 of elastic is above index.max_result_window 20"},
		{name: "child window below the depth", suite: strings.Replace(sound, evaltest.Standard, `  retriever: {rrf: {rank_window_size: 5, retrievers: [{standard: {query: {match: {plot: "{{query}}"}}}}]}}`+"\n", 1), severity: preflight.SeverityWarning, want: "search.retriever is searched 5 deep, and not 10"},
		{name: "version that ranks wrongly", override: evaltest.At("/$", 200, `{"name":"n","cluster_name":"c","version":{"number":"8.17.1"},"tagline":"You Know, for Search"}`), severity: preflight.SeverityWarning, want: "Elasticsearch 8.17.1 is known to rerank wrongly"},
		{name: "version that mixes up several indices", override: either(
			evaltest.At("/$", 200, `{"name":"n","cluster_name":"c","version":{"number":"8.17.0"},"tagline":"You Know, for Search"}`),
			evaltest.At("/_field_caps", 200, `{"indices":["films-1","films-2"],"fields":{"title":{"text":{"type":"text"}},"plot":{"text":{"type":"text"}}}}`),
		), severity: preflight.SeverityError, want: "films stands for 2 indices: Elasticsearch 8.17.0 reranks wrong documents over several; search one index, or use 8.17.2 or later"},
		{name: "version without rerankers", override: evaltest.At("/$", 200, `{"name":"n","cluster_name":"c","version":{"number":"8.13.4"},"tagline":"You Know, for Search"}`), severity: preflight.SeverityError, want: "Elasticsearch 8.13.4 is too old"},
		{name: "basic licence", override: evaltest.At("/_license", 200, `{"license":{"status":"active","type":"basic"}}`), severity: preflight.SeverityWarning, want: "the licence is basic (active)"},
		{name: "expired trial", override: evaltest.At("/_license", 200, `{"license":{"status":"expired","type":"trial"}}`), severity: preflight.SeverityWarning, want: "the licence is trial (expired)"},
		{name: "no privilege to read", override: evaltest.At("/_has_privileges", 200, `{"username":"ci","cluster":{"monitor":false,"monitor_inference":false},"index":{"films":{"read":false,"view_index_metadata":false}}}`), severity: preflight.SeverityWarning, want: "the user ci may not read all of films"},
		{name: "settings that may not be seen", override: evaltest.At("/_settings", 403, evaltest.Forbidden), severity: preflight.SeverityNote, want: "the settings of films are not visible"},
		{name: "version that may not be seen", override: evaltest.At("/$", 403, evaltest.Forbidden), severity: preflight.SeverityNote, want: "the server's version is not known"},
		{name: "metric deeper than the window", severity: preflight.SeverityNote, suite: replaced("ndcg@3", "ndcg@10"), want: "ndcg@10 looks deeper than the window 3 of elastic"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.suite == "" {
				test.suite = sound
			}
			test.suite = onlyLast(test.suite, "  title_field: ")
			if test.documents == "" {
				test.documents = evaltest.Documents
			}
			var overrides []evaltest.Override
			if test.override != nil {
				overrides = append(overrides, test.override)
			}
			client, plan := evaltest.Served(t, test.suite, test.documents, test.endpoints, overrides...)
			seen, err := preflight.Inspect(t.Context(), client, plan)
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, f := range seen.Findings {
				if strings.Contains(f.String(), "\n") {
					t.Errorf("more than one line: %q", f)
				}
				if strings.Contains(f.String(), test.want) {
					found = true
					if f.Severity != test.severity {
						t.Errorf("%q is of severity %s, want %s", f, f.Severity, test.severity)
					}
				}
			}
			if !found {
				t.Errorf("no finding says %q: %v", test.want, seen.Findings)
			}
			if err := seen.Errors(); (err != nil) != (test.severity == preflight.SeverityError) {
				t.Errorf("the findings' error is %v", err)
			}
		})
	}
	t.Run("nothing to find", func(t *testing.T) {
		client, plan := evaltest.Served(t, sound, evaltest.Documents, nil)
		preflight, err := preflight.Inspect(t.Context(), client, plan)
		if err != nil || len(preflight.Findings) > 0 {
			t.Errorf("findings %v, error %v, want none", preflight.Findings, err)
		}
		if preflight.Several || preflight.Endpoints[""].Service == "" {
			t.Errorf("several indices: %v, endpoint %+v", preflight.Several, preflight.Endpoints[""])
		}
	})
}

// onlyLast keeps the last of the lines that begin so: a later setting replaces
// an earlier one.
func onlyLast(text, begin string) string {
	lines := strings.SplitAfter(text, "\n")
	last := -1
	for i, line := range lines {
		if strings.HasPrefix(line, begin) {
			if last >= 0 {
				lines[last] = ""
			}
			last = i
		}
	}
	return strings.Join(lines, "")
}

// ranked scores texts by their length.
type ranked struct{}

func (ranked) Score(_ string, texts []string) ([]float64, error) {
	scores := make([]float64, len(texts))
	for i, text := range texts {
		scores[i] = float64(len(text)) / 10
	}
	return scores, nil
}

// A key that may do nothing but search runs a suite through. What could not be
// looked at is noted, and the answers are those that any key gets.
func TestSearchOnlyKey(t *testing.T) {
	text := evaltest.SuiteHead + evaltest.Standard + evaltest.Rerankers + evaltest.SuiteTail
	searchOnly := func(w http.ResponseWriter, r *http.Request) bool {
		for _, allowed := range []string{"/_search", "/_pit", "/_field_caps", "/_count"} {
			if strings.HasSuffix(r.URL.Path, allowed) {
				return false
			}
		}
		evaltest.Answer(w, 403, evaltest.Forbidden)
		return true
	}
	var runs [2]*eval.Run
	for i, overrides := range [][]evaltest.Override{nil, {searchOnly}} {
		client, plan := evaltest.Served(t, text, evaltest.Documents, nil, overrides...)
		run, err := execute.Execute(t.Context(), client, plan, execute.Settings{WarmUp: 1e9})
		if err != nil {
			t.Fatal(err)
		}
		if run.Complete == nil || run.Failed() > 0 {
			t.Fatalf("complete: %v, %d failed", run.Complete != nil, run.Failed())
		}
		runs[i] = run
	}
	for i := range runs[0].Queries {
		if a, b := evaltest.Timeless(t, &runs[0].Queries[i], ""), evaltest.Timeless(t, &runs[1].Queries[i], ""); a != b {
			t.Errorf("the search-only key gets %s\nwant %s", b, a)
		}
	}
	notes := strings.Join(runs[1].Manifest.Notes, "\n")
	for _, part := range []string{"version is not known", "settings of films are not visible", "inference endpoint of elastic is not visible"} {
		if !strings.Contains(notes, part) {
			t.Errorf("the notes lack %q:\n%s", part, notes)
		}
	}
	if got := runs[1].Manifest.Indices; len(got) != 1 || got[0].Documents != 4 {
		t.Errorf("the manifest knows of %v, want the number of documents", got)
	}
	if different := runs[0].Manifest.Differences(&runs[1].Manifest); strings.Contains(fmt.Sprint(different), "documents behind") {
		t.Errorf("the same index is taken for another: %v", different)
	}
}

func TestSmallWindows(t *testing.T) {
	tests := []struct{ name, retriever, want string }{
		{"none", `{"standard":{"query":{"match":{"rrf":{"query":"{{query}}"}}}}}`, ""},
		{"large enough", `{"rrf":{"rank_window_size":"100","retrievers":[]}}`, ""},
		{"default", `{"rrf":{"retrievers":[{"standard":{}},{"retriever":{"linear":{"rank_window_size":20,"retrievers":[]}},"weight":2}]}}`,
			"search.retriever.rrf.rank_window_size 10 missing refused, search.retriever.rrf.retrievers[1].retriever.linear.rank_window_size 20 refused"},
		{"knn", `{"knn":{"field":"v","k":5,"num_candidates":1000}}`, "search.retriever.knn.k 5"},
		{"rescorer", `{"rescorer":{"retriever":{"standard":{}},"rescore":[{"window_size":7},{"query":{}}]}}`, "search.retriever.rescorer.rescore[0].window_size 7, search.retriever.rescorer.rescore[1].window_size 10 missing"},
		{"no JSON", `{`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var parts []string
			for _, s := range plan.SmallWindows("search.retriever", []byte(test.retriever), 100) {
				part := fmt.Sprint(s.Path, " ", s.Value)
				if s.Missing {
					part += " missing"
				}
				if s.Refused {
					part += " refused"
				}
				parts = append(parts, part)
			}
			if got := strings.Join(parts, ", "); got != test.want {
				t.Errorf("got %s\nwant %s", got, test.want)
			}
		})
	}
}
