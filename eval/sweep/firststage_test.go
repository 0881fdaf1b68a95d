package sweep

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/judgments"
)

// setting is what the tests compare of an eval.SmallWindow.
type setting struct {
	Path    string
	Value   int
	Missing bool
}

func TestCheckFirstStage(t *testing.T) {
	const prefix = "search.retriever."
	for _, test := range []struct {
		name, retriever string
		want            []setting
	}{
		{"standard has none", `{"standard":{"query":{"match":{"plot":"{{query}}"}}}}`, nil},
		{"wide rrf", `{"rrf":{"rank_window_size":100,"retrievers":[{"standard":{}},{"knn":{"k":100,"num_candidates":200}}]}}`, nil},
		{"narrow rrf", `{"rrf":{"rank_window_size":50,"retrievers":[{"standard":{}}]}}`,
			[]setting{{prefix + "rrf.rank_window_size", 50, false}}},
		{"rrf without", `{"rrf":{"retrievers":[{"standard":{}}]}}`,
			[]setting{{prefix + "rrf.rank_window_size", 10, true}}},
		{"linear, its children wrapped", `{"linear":{"rank_window_size":"99","retrievers":[{"retriever":{"standard":{}},"weight":2},{"retriever":{"knn":{"k":20,"num_candidates":50}}}]}}`,
			[]setting{
				{prefix + "linear.rank_window_size", 99, false},
				{prefix + "linear.retrievers[1].retriever.knn.k", 20, false},
				{prefix + "linear.retrievers[1].retriever.knn.num_candidates", 50, false},
			}},
		{"knn alone", `{"knn":{"field":"v","k":10,"num_candidates":100}}`,
			[]setting{{prefix + "knn.k", 10, false}}},
		{"rescorer", `{"rescorer":{"retriever":{"standard":{}},"rescore":{"window_size":40,"query":{}}}}`,
			[]setting{{prefix + "rescorer.rescore.window_size", 40, false}}},
		{"rescorers", `{"rescorer":{"retriever":{"standard":{}},"rescore":[{"window_size":100},{"query":{}}]}}`,
			[]setting{{prefix + "rescorer.rescore[1].window_size", 10, true}}},
		{"rule over pinned over standard", `{"rule":{"rank_window_size":100,"retriever":{"pinned":{"ids":["1"],"retriever":{"standard":{}}}}}}`,
			[]setting{{prefix + "rule.retriever.pinned.rank_window_size", 10, true}}},
		{"a reranker inside", `{"text_similarity_reranker":{"rank_window_size":30,"retriever":{"standard":{}}}}`,
			[]setting{{prefix + "text_similarity_reranker.rank_window_size", 30, false}}},
		{"a kind not known", `{"novel":{"rank_window_size":3,"retriever":{"standard":{}}}}`,
			[]setting{{prefix + "novel.rank_window_size", 3, false}}},
		{"a kind not known without", `{"novel":{"retriever":{"standard":{}}}}`, nil},
		{"odd but the server's business", `{"rrf":{"rank_window_size":{},"retrievers":{}}}`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := checkFirstStage("search.retriever", json.RawMessage(test.retriever), 100)
			var small *smallWindowError
			if err != nil && !errors.As(err, &small) {
				t.Fatal(err)
			}
			var got []setting
			if small != nil {
				for _, s := range small.Settings {
					got = append(got, setting{s.Path, s.Value, s.Missing})
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSmallWindowErrorSaysWhatToDo(t *testing.T) {
	err := checkFirstStage("search.retriever", json.RawMessage(`{"rrf":{"retrievers":[{"knn":{"k":20,"num_candidates":200}}]}}`), 100)
	const want = "the first stage has a window of its own below the largest window 100: " +
		"search.retriever.rrf.rank_window_size is missing, which means 10, and search.retriever.rrf.retrievers[0].knn.k is 20; " +
		"raise it to 100 or more, or sweep windows up to 10"
	if err == nil || err.Error() != want {
		t.Errorf("error %q\nwant  %q", err, want)
	}
}

func TestCheckFirstStageAtTheBound(t *testing.T) {
	if err := checkFirstStage("search.retriever", json.RawMessage(`{"rrf":{"rank_window_size":100}}`), 100); err != nil {
		t.Errorf("a window as large as the largest is refused: %v", err)
	}
	if err := checkFirstStage("search.retriever", json.RawMessage(`{"rrf":{}}`), 10); err != nil {
		t.Errorf("the default window as large as the largest is refused: %v", err)
	}
}

// By default no window is swept above the smallest of the first stages' own.
func TestDefaultWindowsOf(t *testing.T) {
	for _, test := range []struct {
		name, retrievers string
		want             []int
		note             string
	}{
		{"none", `{a: {standard: {query: {match: {plot: "{{query}}"}}}}}`, []int{5, 10, 20, 50, 100, 200}, ""},
		{"one", `{a: {standard: {query: {match: {plot: "{{query}}"}}}}, b: {rrf: {rank_window_size: 60, retrievers: [{standard: {query: {match: {plot: "{{query}}"}}}}]}}}`,
			[]int{5, 10, 20, 50}, "search.retrievers.b.rrf.rank_window_size is 60, and so no window above it is swept; raise it, or leave that first stage out by --system"},
		{"the smallest of several", `{a: {rrf: {retrievers: [{standard: {query: {match: {plot: "{{query}}"}}}}]}}, b: {rrf: {rank_window_size: 60, retrievers: [{standard: {query: {match: {plot: "{{query}}"}}}}]}}}`,
			[]int{5, 10}, "search.retrievers.a.rrf.rank_window_size is missing, which means 10, and so no window above it is swept; raise it, or leave that first stage out by --system"},
	} {
		text := "search:\n  index: i\n  title_field: t\n  rerankers: {r: {field: plot}}\n  retrievers: " + test.retrievers + "\nqueries: [{query: x, relevant: [A]}]\n"
		suite, err := judgments.Parse("s.yaml", []byte(text), judgments.Options{})
		if err != nil {
			t.Fatal(err)
		}
		p, err := plan.New(suite, plan.Overrides{})
		if err != nil {
			t.Fatal(err)
		}
		windows, note := DefaultWindowsOf(p)
		if !slices.Equal(windows, test.want) || note != test.note {
			t.Errorf("%s: %v, %q", test.name, windows, note)
		}
	}
}
