package compare

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/judgments"
)

// run makes a run of one system over queries q1, q2, ...; each query judges
// the title "right", which stands at the given rank (0: not returned).
func run(ranks ...int) *eval.Run {
	r := &eval.Run{
		Manifest: eval.Manifest{
			Suite: "films", Tool: "releval test", Systems: evaltest.Systems(10), Metrics: []string{"mrr@10"},
			Indices: []eval.IndexInfo{{Name: "films", UUID: "u1", Documents: 12}}, QueryCount: len(ranks),
		},
		Complete: &eval.Complete{},
	}
	for i, rank := range ranks {
		hits := []eval.Hit{}
		for h := 1; h <= 5; h++ {
			title := fmt.Sprintf("wrong %d", h)
			if h == rank {
				title = "right"
			}
			hits = append(hits, eval.Hit{Document: &eval.Document{ID: title, Title: title}, Score: float64(10 - h)})
		}
		r.Queries = append(r.Queries, eval.Query{
			Number: i, ID: fmt.Sprintf("q%d", i+1), Text: fmt.Sprintf("query %d", i+1),
			Judgments: []judgments.Judgment{{Title: "right", Grade: 1}},
			Results:   eval.Results{eval.FirstStage: {Hits: hits}},
		})
	}
	return r
}

// runs compares by the metrics of the new run's manifest.
func runs(base, next *eval.Run, o Options) (*Result, error) {
	e, err := score.Evaluate(next, nil)
	if err != nil {
		return nil, err
	}
	return Runs(base, e, o)
}

func TestRuns(t *testing.T) {
	result, err := runs(run(1, 2, 1), run(2, 1, 1), Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := result.Differences[0]
	// (1 + 1/2 + 1)/3 both times; one query lost 1/2, one won 1/2.
	if math.Abs(d.BaseMean-2.5/3) > 1e-12 || d.Mean != 0 || d.Wins != 1 || d.Losses != 1 || d.Ties != 1 {
		t.Errorf("got %+v", d)
	}
	worst := result.Moves[0][0]
	if worst.Query != 0 || worst.Difference != -0.5 {
		t.Errorf("the largest loss: got query %d by %v, want 0 by -0.5", worst.Query, worst.Difference)
	}
	sum := 0.0
	for _, c := range worst.Changes {
		sum += c.Contribution
	}
	if math.Abs(sum-worst.Difference) > 1e-12 {
		t.Errorf("the contributions add up to %v, the difference is %v", sum, worst.Difference)
	}
	if len(result.Settings) != 0 || len(result.Meaningless) != 0 {
		t.Errorf("nothing else differs, got %q and %q", result.Settings, result.Meaningless)
	}
}

// edited is run(1, 2, 1) with a change.
func edited(edit func(*eval.Run)) *eval.Run {
	r := run(1, 2, 1)
	edit(r)
	return r
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		name, want string
		next       *eval.Run
	}{
		{"all judged otherwise", "no query has the same text and the same judgments in both (films with 3 queries there, films with 3 queries here)", edited(func(r *eval.Run) {
			for i := range r.Queries {
				r.Queries[i].Judgments[0].Grade = 2
			}
		})},
		{"another index", "they searched different indices, films there and books here", edited(func(r *eval.Run) {
			r.Manifest.Index, r.Manifest.Indices = "books", []eval.IndexInfo{{Name: "books", UUID: "u2"}}
		})},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			base := run(1, 2, 1)
			base.Manifest.Index = "films"
			if test.next.Manifest.Index == "" {
				test.next.Manifest.Index = "films"
			}
			_, err := runs(base, test.next, Options{})
			refusal, ok := errors.AsType[*Refusal](err)
			if !ok || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "--force") {
				t.Fatalf("got error %v, want a refusal: %q", err, test.want)
			}
			if err := Check(base, test.next); err == nil || err.Error() != refusal.Error() {
				t.Errorf("before the search: %v, want %v", err, refusal)
			}
			forced, err := runs(base, test.next, Options{Force: true})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(refusal.Reasons, forced.Meaningless[:1]); diff != "" {
				t.Errorf("a forced comparison should keep the reasons:\n%s", diff)
			}
		})
	}
}

// The same index by another name, or made again behind the same name, is no
// other index.
func TestSameIndex(t *testing.T) {
	for _, test := range []struct {
		name, there, here string
		was, is           []eval.IndexInfo
		same              bool
	}{
		{"made again", "films", "films", []eval.IndexInfo{{Name: "films", UUID: "u1"}}, []eval.IndexInfo{{Name: "films", UUID: "u2"}}, true},
		{"alias over it", "films-1", "films", []eval.IndexInfo{{Name: "films-1", UUID: "u1"}}, []eval.IndexInfo{{Name: "films-1", UUID: "u1"}}, true},
		{"name behind the alias", "films", "films-1", []eval.IndexInfo{{Name: "films-1"}}, nil, true},
		{"renamed", "a", "b", []eval.IndexInfo{{Name: "a", UUID: "u1"}}, []eval.IndexInfo{{Name: "b", UUID: "u1"}}, true},
		{"one of several", "films,books", "films", nil, nil, true},
		{"another", "films", "books", []eval.IndexInfo{{Name: "films"}}, []eval.IndexInfo{{Name: "books"}}, false},
	} {
		a, b := eval.Manifest{Index: test.there, Indices: test.was}, eval.Manifest{Index: test.here, Indices: test.is}
		if got := sameIndex(&a, &b); got != test.same {
			t.Errorf("%s: %v, want %v", test.name, got, test.same)
		}
	}
}

// Shared queries are compared, the others named. A gate may pass on what is
// shared only where queries were added alone, and no more than there were.
func TestRunsThatDiffer(t *testing.T) {
	for _, test := range []struct {
		name  string
		next  *eval.Run
		want  LeftOut
		n     int
		doubt string
	}{
		{"nothing", run(1, 2, 1), LeftOut{}, 3, ""},
		{"added", run(1, 2, 1, 1), LeftOut{Added: []string{"q4"}}, 3, ""},
		{"more added than shared", run(1, 2, 1, 1, 1, 1, 1), LeftOut{Added: []string{"q4", "q5", "q6", "q7"}}, 3, "only 3 of 7 queries are shared"},
		{"removed", run(1, 2), LeftOut{Removed: []string{"q3"}}, 2, "1 query was removed"},
		{"judged otherwise", edited(func(r *eval.Run) { r.Queries[1].Judgments[0].Grade = 2 }), LeftOut{Regraded: []string{"q2"}}, 2, "1 query was judged otherwise"},
		{"worded otherwise", edited(func(r *eval.Run) { r.Queries[0].Text = "another" }), LeftOut{Reworded: []string{"q1"}}, 2, "1 query was worded otherwise"},
		{"one added, one removed, one judged otherwise", edited(func(r *eval.Run) {
			r.Queries[0].ID, r.Queries[1].Judgments[0].Grade = "new", 3
		}), LeftOut{Added: []string{"new"}, Removed: []string{"q1"}, Regraded: []string{"q2"}}, 1, "1 query was removed, 1 query was judged otherwise, only 1 of 3 queries are shared"},
		{"another name", edited(func(r *eval.Run) { r.Manifest.Suite = "books" }), LeftOut{}, 3, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			result, err := runs(run(1, 2, 1), test.next, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, result.LeftOut); diff != "" {
				t.Error(diff)
			}
			if n := result.Differences[0].N; n != test.n || len(result.Meaningless) > 0 {
				t.Errorf("compared on %d queries, want %d; meaningless: %q", n, test.n, result.Meaningless)
			}
			if (result.Doubt == "") != (test.doubt == "") || !strings.Contains(result.Doubt, test.doubt) {
				t.Errorf("doubt %q, want %q", result.Doubt, test.doubt)
			}
		})
	}
}

// The spelling and the order of judgments change nothing.
func TestSameJudgmentsInOtherWords(t *testing.T) {
	base, next := run(1), run(1)
	base.Queries[0].Judgments = []judgments.Judgment{{Title: "Right", Grade: 1}, {ID: "7", Title: "x", Grade: 2}}
	next.Queries[0].Judgments = []judgments.Judgment{{ID: "7", Title: "y", Grade: 2}, {Title: "right ", Grade: 1}}
	if _, err := runs(base, next, Options{}); err != nil {
		t.Error(err)
	}
}

func TestForcedComparisonUsesWhatBothHave(t *testing.T) {
	result, err := runs(run(1, 2), run(2, 1, 1, 3), Options{Force: true})
	if err != nil {
		t.Fatal(err)
	}
	if n := result.Differences[0].N; n != 2 {
		t.Errorf("got %d queries, want the 2 that both have", n)
	}
	if diff := cmp.Diff([]string{"q3", "q4"}, result.Added); diff != "" {
		t.Error(diff)
	}
	// Both sides are measured with the new run's judgments.
	next := run(1, 2)
	next.Queries[0].Judgments[0].Title = "wrong 2"
	result, err = runs(run(1, 2), next, Options{Force: true})
	if err != nil {
		t.Fatal(err)
	}
	if d := result.Differences[0].Mean; d != 0 {
		t.Errorf("the same rankings under the same judgments differ by %v", d)
	}
}

func TestNothingInCommon(t *testing.T) {
	next := run(1)
	next.Queries[0].ID = "other"
	if _, err := runs(run(1), next, Options{Force: true}); err == nil || !strings.Contains(err.Error(), "no query in common") {
		t.Errorf("got %v", err)
	}
	next = run(1)
	next.Manifest.Systems[0].Name = "other"
	next.Queries[0].Results["other"] = next.Queries[0].Results[eval.FirstStage]
	if _, err := runs(run(1), next, Options{Force: true}); err == nil || !strings.Contains(err.Error(), "no system in common: first-stage there, other here") {
		t.Errorf("got %v", err)
	}
}

func TestSettingsThatDiffer(t *testing.T) {
	set := func(edit func(*eval.Manifest)) *eval.Run {
		r := run(1, 2)
		r.Manifest.Cluster = eval.ClusterInfo{Kind: "elasticsearch", Version: "9.1.0"}
		r.Manifest.Systems = evaltest.Systems(10, eval.System{Name: "elastic", Field: "plot", InferenceID: "a", Model: "m", Window: 50})
		r.Manifest.Systems[0].Retriever = []byte(`{"standard":{"query":{"multi_match":{"query":"{{query}}","fields":["plot","genre"]}},"filter":[{"term":{"a":1}},{"term":{"b":2}}]}}`)
		edit(&r.Manifest)
		for i := range r.Queries {
			r.Queries[i].Results["elastic"] = r.Queries[i].Results[eval.FirstStage]
		}
		return r
	}
	for _, test := range []struct {
		name string
		edit func(*eval.Manifest)
		want []string
	}{
		{"nothing", func(*eval.Manifest) {}, nil},
		{"fields", func(m *eval.Manifest) {
			m.Systems[0].Retriever = []byte(`{"standard": {"filter": [{"term": {"a": 1}}, {"term": {"b": 3}}], "query": {"multi_match": {"fields": ["title"], "query": "{{query}}"}}}}`)
		}, []string{
			`retriever, standard.filter[1].term.b: 2 → 3`,
			`retriever, standard.query.multi_match.fields: ["plot","genre"] → ["title"]`,
		}},
		{"a member more, another query", func(m *eval.Manifest) {
			m.Systems[0].Retriever = []byte(`{"standard":{"query":{"match":{"plot":"{{query}}"}},"filter":[{"term":{"a":1}},{"term":{"b":2}}],"min_score":0.5}}`)
		}, []string{
			`retriever, standard.min_score: none → 0.5`,
			`retriever, standard.query: {"multi_match":{"fields":["plot","genre"],"query":"{{query}}"}} → {"match":{"plot":"{{query}}"}}`,
		}},
		{"another kind of retriever", func(m *eval.Manifest) { m.Systems[0].Retriever = []byte(`{"knn":{"field":"v"}}`) }, []string{
			`retriever: {"standard":{"filter":[{"term":{"a":1}},{"term":{"b":2}}],"query":{"multi_match":{"fields":["plot","genre"],"query":"{{query}}"}}}} → {"knn":{"field":"v"}}`,
		}},
		{"the reranker", func(m *eval.Manifest) {
			s := &m.Systems[1]
			s.Window, s.Field, s.InferenceID, s.Model = 15, "title", "", "n"
			s.Extra = map[string]json.RawMessage{"filter": []byte(`{"term":{"x":1}}`)}
			s.MinScore = new(0.25)
		}, []string{
			`window of elastic: 50 → 15`, `field of elastic: plot → title`, `endpoint of elastic: a → the server's own`, `model of elastic: m → n`,
			`min_score of elastic: none → 0.25`, `filter of elastic: none → {"term":{"x":1}}`,
		}},
		{"the index, the server and the tool", func(m *eval.Manifest) {
			m.Indices, m.Cluster.Version, m.Tool = []eval.IndexInfo{{Name: "films", UUID: "u2", Documents: 11}}, "9.2.0", "releval newer"
		}, []string{`documents in films: 12 → 11`, `the index films was made again`, `server: elasticsearch 9.1.0 → elasticsearch 9.2.0`, `releval: releval test → releval newer`}},
		{"a system removed", func(m *eval.Manifest) { m.Systems = m.Systems[:1] }, []string{`1 system removed: elastic`}},
		{"gates", func(m *eval.Manifest) { m.Gates = []judgments.Gate{{Metric: "mrr"}} }, []string{`the gates changed`}},
	} {
		result, err := runs(set(func(*eval.Manifest) {}), set(test.edit), Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range result.Settings {
			got = append(got, s.String())
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s:\n%s", test.name, diff)
		}
	}
}

// The hashes of a run that was cut to some queries are of the others too: they
// say nothing about a run of those alone.
func TestASelectionIsNoCause(t *testing.T) {
	for _, cut := range []bool{false, true} {
		base, next := run(1, 2), run(1, 2)
		base.Manifest.Hashes = eval.Hashes{Titles: "of 114", Queries: "of 114"}
		next.Manifest.Hashes = eval.Hashes{Titles: "of 2", Queries: "of 2"}
		base.Cut = cut
		result, err := runs(base, next, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if said := len(result.Settings); said != map[bool]int{false: 2, true: 0}[cut] {
			t.Errorf("cut %v: %v", cut, result.Settings)
		}
	}
}

// An answer that the reranker did not rank is no evidence: its query neither
// rose nor fell.
func TestAnswersThatWereNotRerankedDoNotMove(t *testing.T) {
	reranked := func(rank int) *eval.Run {
		r := run(2)
		r.Manifest.Systems = evaltest.Systems(10, eval.System{Name: "elastic", Window: 5})
		first := r.Queries[0].Results[eval.FirstStage]
		r.Queries[0].Results["elastic"] = run(rank).Queries[0].Results[eval.FirstStage]
		if rank == 2 { // as the first stage has it
			r.Queries[0].Results["elastic"] = first
		}
		return r
	}
	for _, test := range []struct{ before, after int }{{2, 1}, {1, 2}} {
		result, err := runs(reranked(test.before), reranked(test.after), Options{})
		if err != nil {
			t.Fatal(err)
		}
		move, d := result.Moves[1][0], result.Differences[1]
		if !math.IsNaN(move.Difference) || move.Changes != nil || d.Says != stats.NoEvidence || d.N != 0 {
			t.Errorf("rank %d to %d: a difference of %v, %s on %d queries, want no evidence", test.before, test.after, move.Difference, d.Says, d.N)
		}
	}
}
