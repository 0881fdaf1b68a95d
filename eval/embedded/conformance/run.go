package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/embedded/analysis"
)

// indexName is the index that Run makes on both sides, and deletes.
const indexName = "releval-conformance"

// Seed and RandomCount are what Run gives RandomCases.
const (
	Seed        = 19
	RandomCount = 400
)

// NewEngine is an engine whose reranker scores as the test plugin's does.
func NewEngine() *embedded.Engine {
	plain := DefaultTrigrams()
	ties, listwise := plain, plain
	ties.Quantum, listwise.Listwise = 0.5, 1
	return embedded.New(embedded.Options{Endpoints: []embedded.Endpoint{
		{ID: embedded.BuiltinEndpoint, Service: "trigrams", Model: "trigrams", Scorer: plain},
		{ID: tiesEndpoint, Service: "trigrams", Model: "ties", Scorer: ties},
		{ID: listwiseEndpoint, Service: "trigrams", Model: "listwise", Scorer: listwise},
		{ID: limitedEndpoint, Service: "trigrams", Model: "limited", Scorer: plain, TopN: limitedTopN},
	}})
}

// Run compares a new engine with the server. It makes an index of its own
// there, and endpoints for the test plugin, and deletes them at the end.
func Run(t *testing.T, server Target) {
	ctx := t.Context()
	engine := Target{URL: "http://embedded", Transport: NewEngine()}
	documents := Documents()
	for _, target := range []Target{engine, server} {
		if err := target.index(ctx, indexName, Definition, documents); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		// The test's own context has ended by now.
		if _, err := server.Do(context.Background(), http.MethodDelete, "/"+indexName, ""); err != nil {
			t.Error(err)
		}
	})
	compare := func(t *testing.T, cases []Case) {
		for _, c := range cases {
			ours, err := engine.Do(ctx, http.MethodPost, "/"+indexName+"/_search", c.Body)
			if err != nil {
				t.Fatal(err)
			}
			theirs, err := server.Do(ctx, http.MethodPost, "/"+indexName+"/_search", c.Body)
			if err != nil {
				t.Fatal(err)
			}
			if err := Difference(ours, theirs); err != nil {
				t.Errorf("%s\n%s", c.Name, err)
			}
		}
	}
	t.Run("searches", func(t *testing.T) { compare(t, Cases()) })
	t.Run("random searches", func(t *testing.T) { compare(t, RandomCases(Seed, RandomCount)) })
	t.Run("bad searches", func(t *testing.T) { compare(t, BadCases()) })
	t.Run("reranked searches", func(t *testing.T) {
		needPlugin(t, server)
		compare(t, RerankCases())
		compare(t, BadRerankCases())
	})
	t.Run("vectors", func(t *testing.T) {
		compare(t, VectorCases())
		compare(t, BadVectorCases())
	})
	t.Run("fusion", func(t *testing.T) {
		needPlugin(t, server)
		compare(t, FusionCases())
		compare(t, BadFusionCases())
		compare(t, RandomFusionCases(Seed, RandomCount/4))
		if weights(t, server) {
			compare(t, NewerFusionCases())
			compare(t, NewerBadFusionCases())
		}
	})
	t.Run("analysis", func(t *testing.T) { compareAnalysis(t, server) })
	t.Run("after changes", func(t *testing.T) {
		change(t, engine, server, documents)
		compare(t, Cases())
		compare(t, RandomCases(Seed+1, RandomCount/4))
		compare(t, VectorCases())
	})
}

// needPlugin makes the endpoints of the reranked cases, or skips the test on a
// server without the plugin.
func needPlugin(t *testing.T, server Target) {
	ctx := t.Context()
	for id, settings := range map[string]string{
		tiesEndpoint: `{"quantum":0.5}`, listwiseEndpoint: `{"listwise":true}`, limitedEndpoint: fmt.Sprintf(`{"top_n":%d}`, limitedTopN),
	} {
		path := "/_inference/rerank/" + id
		if _, err := server.Do(ctx, http.MethodDelete, path, ""); err != nil {
			t.Fatal(err)
		}
		a, err := server.Do(ctx, http.MethodPut, path, `{"service":"rerank_probe","service_settings":`+settings+`}`)
		if err != nil {
			t.Fatal(err)
		}
		if a.Status != http.StatusOK {
			t.Skipf("the server has not the reranker of the test plugin: %.200s", a.Body)
		}
		t.Cleanup(func() {
			if _, err := server.Do(context.Background(), http.MethodDelete, path, ""); err != nil {
				t.Error(err)
			}
		})
	}
}

// weights says whether the server's rrf takes weights, as from 9.2 on.
func weights(t *testing.T, server Target) bool {
	a, err := server.Do(t.Context(), http.MethodPost, "/"+indexName+"/_search", NewerFusionCases()[0].Body)
	if err != nil {
		t.Fatal(err)
	}
	return a.Status == http.StatusOK
}

// change deletes every seventh document of the engine's index and replaces every
// eleventh. The server gets a new index of what is then left, since it forgets
// deleted documents only when it thinks fit: the engine's numbers must be as if
// they had never been there.
func change(t *testing.T, engine, server Target, documents []Document) {
	var lines strings.Builder
	var left, replaced []Document
	for i, d := range documents {
		switch {
		case i%7 == 3:
			fmt.Fprintf(&lines, "{\"delete\":{\"_id\":%q}}\n", d.ID)
		case i%11 == 5:
			d.Source = documents[(i+100)%len(documents)].Source
			fmt.Fprintf(&lines, "{\"index\":{\"_id\":%q}}\n%s\n", d.ID, d.Source)
			replaced = append(replaced, d)
		default:
			left = append(left, d)
		}
	}
	if err := engine.bulk(t.Context(), indexName, lines.String()); err != nil {
		t.Fatal(err)
	}
	if err := server.index(t.Context(), indexName, Definition, append(left, replaced...)); err != nil {
		t.Fatal(err)
	}
}

// compareAnalysis compares the terms that both sides find in texts.
func compareAnalysis(t *testing.T, server Target) {
	for _, name := range []string{"standard", "english"} {
		analyzer, ok := analysis.Named(name)
		if !ok {
			t.Fatalf("no analyzer %s", name)
		}
		for _, text := range Texts() {
			body, err := json.Marshal(map[string]string{"analyzer": name, "text": text})
			if err != nil {
				t.Fatal(err)
			}
			answer, err := server.must(t.Context(), http.MethodPost, "/_analyze", string(body))
			if err != nil {
				t.Fatal(err)
			}
			var theirs struct {
				Tokens []struct {
					Token    string
					Position int
				}
			}
			if err := json.Unmarshal(answer, &theirs); err != nil {
				t.Fatal(err)
			}
			tokens, _ := analyzer.Analyze(nil, text)
			want := make([]analysis.Token, len(theirs.Tokens))
			for i, tok := range theirs.Tokens {
				want[i] = analysis.Token{Term: tok.Token, Position: tok.Position}
			}
			if fmt.Sprint(tokens) != fmt.Sprint(want) {
				t.Errorf("%s of %.80q: %v, want %v", name, text, tokens, want)
			}
		}
	}
}
