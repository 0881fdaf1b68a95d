package eval

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/releval/releval/eval/cluster"
)

func TestTiesByWhatTheRetrieverSortsBy(t *testing.T) {
	hits := []cluster.Hit{
		{Score: 3, Sort: []string{`"a"`, "1", "7"}},
		{Score: 3, Sort: []string{`"a"`, "2", "8"}},
		{Score: 3, Sort: []string{`"a"`, "2", "9"}},
		{Score: 2, Sort: []string{`"b"`, "2", "1"}},
		{Score: 2, Sort: []string{`"b"`, "3", "2"}},
	}
	byScore := [][2]int{{1, 3}, {4, 5}}
	for retriever, want := range map[string][][2]int{
		`{"standard":{"query":{"match_all":{}}}}`:                                             byScore,
		`{"standard":{"query":{"match_all":{}},"sort":"_score"}}`:                             byScore,
		`{"standard":{"sort":["_score",{"_shard_doc":"asc"}]}}`:                               byScore,
		`{"standard":{"sort":"name"}}`:                                                        {{1, 3}, {4, 5}},
		`{"standard":{"sort":["name",{"year":{"order":"desc"}}]}}`:                            {{2, 3}},
		`{"standard":{"sort":{"name":"asc","year":"asc"}}}`:                                   {{2, 3}},
		`{"standard":{"sort":["name","year",{"_shard_doc":"desc"}]}}`:                         {{2, 3}},
		`{"standard":{"sort":["name","year","_doc"]}}`:                                        nil,
		`{"standard":{"sort":["name","year","_doc","more than the server shows"]}}`:           nil,
		`{"knn":{"field":"v"}}`:                                                               byScore,
		`{"rrf":{"retrievers":[]}}`:                                                           nil,
		`{"linear":{"retrievers":[{"retriever":{"standard":{"sort":"name"}}}]}}`:              byScore,
		`{"rescorer":{"retriever":{"standard":{}}}}`:                                          byScore,
		`{"pinned":{"retriever":{"rrf":{}}}}`:                                                 nil,
		`{"rule":{"retriever":{"standard":{}}}}`:                                              byScore,
		`{"text_similarity_reranker":{"retriever":{"rrf":{"retrievers":[]}},"field":"plot"}}`: byScore,
		`{"of_a_later_release":{}}`:                                                           nil,
		`no JSON`:                                                                             nil,
	} {
		system := System{Kind: KindRetriever, Retriever: json.RawMessage(retriever)}
		if diff := cmp.Diff(want, system.Order().Ties(hits)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", retriever, diff)
		}
	}
	reranked := System{Kind: KindReranked, FirstStage: FirstStage}
	if diff := cmp.Diff(byScore, reranked.Order().Ties(hits)); diff != "" {
		t.Errorf("reranked (-want +got):\n%s", diff)
	}
	for body, want := range map[string][][2]int{
		"": nil, // ES|QL
		`{"query":{"match_all":{}},"rescore":{}}`:                    byScore,
		`{"query":{"match_all":{}},"sort":["name",{"year":"desc"}]}`: {{2, 3}},
		`{"retriever":{"rrf":{}}}`:                                   nil,
	} {
		request := System{Kind: KindRequest, Body: json.RawMessage(body)}
		if diff := cmp.Diff(want, request.Order().Ties(hits)); diff != "" {
			t.Errorf("the request %s (-want +got):\n%s", body, diff)
		}
	}
}

// What is one number to the server is one here, though JSON has more digits.
func TestTiesAreOfFloat32(t *testing.T) {
	third := float64(float32(1) / 3)
	hits := []cluster.Hit{{Score: third}, {Score: math.Nextafter(third, 1)}, {Score: float64(math.Nextafter32(float32(third), 0))}}
	if diff := cmp.Diff([][2]int{{1, 2}}, Order{}.Ties(hits)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	unscored := []cluster.Hit{{Score: math.NaN()}, {Score: math.NaN()}}
	if ties := (Order{}).Ties(unscored); ties != nil {
		t.Errorf("hits without a score tie: %v", ties)
	}
}

// Two ranks are in one range exactly where all between them have one score,
// and the ranges are in order.
func TestTiesProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scores := rapid.SliceOf(rapid.IntRange(0, 3)).Draw(t, "scores")
		hits, scored := make([]cluster.Hit, len(scores)), make([]Hit, len(scores))
		for i, s := range scores {
			hits[i].Score, scored[i].Score = float64(s), float64(s)
		}
		ties := Order{}.Ties(hits)
		if diff := cmp.Diff(ties, Order{}.TiesOf(scored)); diff != "" {
			t.Fatalf("other ties without sort values:\n%s", diff)
		}
		in := func(i, j int) bool {
			for _, r := range ties {
				if r[0] <= i+1 && j+1 <= r[1] {
					return true
				}
			}
			return false
		}
		for i := range scores {
			for j := i + 1; j < len(scores); j++ {
				tied := true
				for k := i; k < j; k++ {
					tied = tied && scores[k] == scores[k+1]
				}
				if in(i, j) != tied {
					t.Fatalf("ranks %d and %d: tied %v, in the ranges %v: %v", i+1, j+1, tied, ties, in(i, j))
				}
			}
		}
		for i := 1; i < len(ties); i++ {
			if ties[i][0] <= ties[i-1][1] {
				t.Fatalf("ranges are not in order: %v", ties)
			}
		}
	})
}

func TestTieNotes(t *testing.T) {
	m := Manifest{Format: 2, Systems: []System{
		{Name: "a", Kind: KindRetriever, Retriever: json.RawMessage(`{"standard":{"sort":"year"}}`)},
		{Name: "b", Kind: KindRetriever, Retriever: json.RawMessage(`{"rrf":{}}`)},
		{Name: "b+r", Kind: KindReranked, FirstStage: "b"},
	}}
	want := []string{"b: no ties are assumed, because the server may tell equal scores apart by what its answers do not show"}
	if diff := cmp.Diff(want, m.TieNotes()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	m.Format = 1
	want = append([]string{"a: no ties are assumed, because its retriever sorts, and a run file of format 1 has no sort values"}, want...)
	if diff := cmp.Diff(want, m.TieNotes()); diff != "" {
		t.Errorf("format 1 (-want +got):\n%s", diff)
	}
}
