package judgments

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func pointer(f float64) *float64 { return &f }

// TestParse reads a suite that says everything and compares every value.
func TestParse(t *testing.T) {
	s, err := Load("testdata/ok/full.yaml", Options{Metric: knownMetric})
	if err != nil {
		t.Fatal(err)
	}
	want := &Suite{
		File:    "testdata/ok/full.yaml",
		Name:    "full",
		Cluster: "https://localhost:9200",
		Search: Search{
			Index:      "films-*,more",
			TitleField: "title.keyword", TitleFieldPosition: Position{"testdata/ok/full.yaml", 5, 16},
			Documents: filepath.FromSlash("testdata/ok/films.ndjson.gz"),
			Mappings:  json.RawMessage(`{"properties":{"title":{"type":"text"}}}`),
			Settings:  json.RawMessage(`{"number_of_shards":1}`),
			Retriever: json.RawMessage(`{"rrf":{"rank_window_size":100,"retrievers":[` +
				`{"standard":{"query":{"multi_match":{"query":"{{query}}","fields":["plot^2","title"]}}}},` +
				`{"knn":{"field":"vector","k":10,"num_candidates":50,"query_vector_builder":{"text_embedding":{"model_id":"m","model_text":"about {{query}}"}}}}]}}`),
			RetrieverPosition: Position{File: "testdata/ok/full.yaml", Line: 10, Column: 5},
			Rerankers: []Reranker{
				{Name: "elastic", Field: "plot", InferenceID: ".rerank-v1-elasticsearch", Window: 100, MinScore: pointer(-1.5)},
				{Name: "cohere v3.5", Field: "plot", InferenceID: "cohere", Window: 10, Extra: map[string]json.RawMessage{"filter": json.RawMessage(`[{"term":{"genre":"crime"}}]`)}},
			},
		},
		Metrics: []MetricName{{Name: "ndcg@10"}, {Name: "map"}},
		Gates: []Gate{
			{Source: "{metric: ndcg@10, system: elastic, min: 0.5, max: 0.9}", Metric: "ndcg@10", System: "elastic", Min: pointer(0.5), Max: pointer(0.9)},
			{Source: "{metric: map, tag: long-tail, versus: first-stage, min_gain: 0, confidence: 0.9}", Metric: "map", Tag: "long-tail", Versus: "first-stage", MinGain: pointer(0), Confidence: 0.9},
			{Source: "{metric: wall_p95, system: first-stage, max: 1.5s}", Metric: "wall_p95", System: "first-stage", Max: pointer(1500)},
			{Source: "{metric: failed, max: 0}", Metric: "failed", Max: pointer(0)},
			{Source: "{metric: map, versus: baseline, max_query_drop: 0.3, max_queries: 0, inconclusive: fail}", Metric: "map", Versus: "baseline", MaxQueryDrop: pointer(0.3), MaxQueries: new(0), Inconclusive: InconclusiveFails},
			{Source: "{metric: map, versus: baseline, max_query_drop: 0.3, max_share: 0.02, inconclusive: pass}", Metric: "map", Versus: "baseline", MaxQueryDrop: pointer(0.3), MaxShare: pointer(0.02), Inconclusive: InconclusivePasses},
		},
		Queries: []Query{
			{ID: "1917", Text: "1917", InferenceText: "1917", Tags: []string{"numbers", "long-tail"},
				Relevant: []Judgment{{Title: "1917", Grade: 1}, {Title: "300", ID: "300", Grade: 0}}},
			{ID: "several-lines", Text: "several\nlines\n", InferenceText: "several\nlines\n",
				Relevant: []Judgment{{ID: "tt0113277", Grade: 2.5}},
				Expect: []Expectation{
					{Source: "{id: tt0113277, within: 3, system: elastic}", ID: "tt0113277", Within: 3, System: "elastic"},
					{Source: "{title: Heat, not_within: 10}", Title: "Heat", NotWithin: 10},
					{Source: "{title: Heat, before: Ronin, system: first-stage}", Title: "Heat", Before: "Ronin", System: "first-stage"},
				},
				Quarantine: &Quarantine{Until: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC), Reason: "the plot was rewritten"}},
		},
	}
	got := *s
	got.Hash = ""
	places := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Position" }, cmp.Ignore())
	if diff := cmp.Diff(want, &got, places); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"first-stage", "elastic", "first-stage/cohere v3.5", "cohere v3.5"}, s.Systems()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"numbers", "long-tail"}, s.Tags()); diff != "" {
		t.Error(diff)
	}
}

// TestPositions spells out places that later edits rely on.
func TestPositions(t *testing.T) {
	s, err := Load("testdata/ok/design.yaml", Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, want string
		got        Position
	}{
		{"query", "testdata/ok/design.yaml:25:5", s.Queries[0].Position},
		{"plain title", "testdata/ok/design.yaml:28:9", s.Queries[0].Relevant[0].Position},
		{"title of a mapping", "testdata/ok/design.yaml:33:17", s.Queries[1].Relevant[1].Position},
		{"gate", "testdata/ok/design.yaml:20:5", s.Gates[1].Position},
		{"reranker", "testdata/ok/design.yaml:13:5", s.Search.Rerankers[0].Position},
		{"metric", "testdata/ok/design.yaml:17:20", s.Metrics[1].Position},
	} {
		if got := filepath.ToSlash(c.got.String()); got != c.want {
			t.Errorf("%s is at %s, want %s", c.name, got, c.want)
		}
	}
}

func TestDefaults(t *testing.T) {
	s, err := Load("testdata/ok/minimal.yaml", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range s.Metrics {
		names = append(names, m.Name)
	}
	if diff := cmp.Diff([]string{"ndcg@10", "mrr@10", "recall@50"}, names); diff != "" {
		t.Error(diff)
	}
	if s.Name != "minimal" || s.Queries[0].ID != "crime" || s.Queries[0].InferenceText != "crime" {
		t.Errorf("name %q, query %+v", s.Name, s.Queries[0])
	}
	if len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0].String(), "minimal.yaml:2:3: no rerankers") {
		t.Errorf("warnings: %v", s.Warnings)
	}
}

func TestWarnings(t *testing.T) {
	s, err := Load("testdata/ok/unjudged.yaml", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var lines []int
	for _, w := range s.Warnings {
		lines = append(lines, w.Line)
	}
	if diff := cmp.Diff([]int{2, 6, 7, 9}, lines); diff != "" {
		t.Errorf("warnings on lines (-want +got):\n%s", diff)
	}
}

func TestDeriveIDs(t *testing.T) {
	queries := []Query{
		{Text: "C++"}, {Text: "C#"}, {Text: "Löwe & Bär!"}, {Text: "???"}, {Text: "x", ID: "a-b"}, {Text: "a b"},
		{Text: strings.Repeat("word ", 40)},
	}
	DeriveIDs(queries)
	ids := map[string]bool{}
	for _, q := range queries {
		if ids[q.ID] {
			t.Errorf("the id %q stands twice", q.ID)
		}
		ids[q.ID] = true
	}
	for _, want := range []string{"löwe-bär", "query", "a-b"} {
		if !ids[want] {
			t.Errorf("%q is not among %v", want, ids)
		}
	}
	for i, prefix := range map[int]string{0: "c-", 1: "c-", 5: "a-b-"} {
		if !strings.HasPrefix(queries[i].ID, prefix) {
			t.Errorf("%q gets the id %q, want %s and a part of a hash", queries[i].Text, queries[i].ID, prefix)
		}
	}
	if n := len(queries[6].ID); n > maxSlug {
		t.Errorf("an id of %d characters", n)
	}
	// Their ids do not depend on the order.
	turned := []Query{{Text: "C#"}, {Text: "C++"}}
	DeriveIDs(turned)
	if turned[0].ID != queries[1].ID || turned[1].ID != queries[0].ID {
		t.Errorf("%v and %v", turned, queries[:2])
	}
}

func TestGateOption(t *testing.T) {
	o := Options{Gate: func(g Gate, s *Suite) []Problem {
		if g.MinGain != nil {
			return []Problem{{Message: "never holds in " + s.Name}}
		}
		return nil
	}}
	_, err := Load("testdata/ok/full.yaml", o)
	var ps Problems
	if !errors.As(err, &ps) || len(ps) != 1 || !strings.HasSuffix(ps[0].String(), "full.yaml:21:5: never holds in full") {
		t.Errorf("%v", err)
	}
}
