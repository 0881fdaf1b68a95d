package pool

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/judgments"
)

// Two queries: in q1 the reranker raises the judged A from rank 2 to 1 over X,
// precision@1 +1/2 over both; in q2 nothing is judged and Y and Z change
// places. If X or Y is relevant the sign turns or goes; Z only helps.
func twoQueries() *eval.Run {
	return &eval.Run{
		Manifest: eval.Manifest{Suite: "s", Systems: evaltest.Systems(10, eval.System{Name: "elastic", Window: 10})},
		Queries: []eval.Query{
			{ID: "q1", Text: "one", Number: 0, Judgments: []judgments.Judgment{{Title: "A", Grade: 1}},
				Results: eval.Results{"first-stage": result("x", "a"), "elastic": result("a", "x")}},
			{ID: "q2", Text: "two", Number: 1, Judgments: []judgments.Judgment{{Title: "B", Grade: 1}},
				Results: eval.Results{"first-stage": result("y", "z"), "elastic": result("z", "y")}},
		},
	}
}

func TestWhatSettlesComesFirst(t *testing.T) {
	p := New(twoQueries(), metric(t, "precision@1"), Options{})
	if len(p.Open) != 1 {
		t.Fatalf("open: %+v", p.Open)
	}
	// The worst: X and Y relevant, Z not: (0 − 1)/2. The best: X and Y not, Z
	// relevant: (1 + 1)/2. With X judged 0 the worst is (1 − 1)/2 = 0, so both
	// are needed.
	if o := p.Open[0]; o.Base != "first-stage" || o.System != "elastic" || o.Difference != 0.5 || o.Low != -0.5 || o.High != 1 || o.Documents != 2 {
		t.Errorf("%+v", o)
	}
	got := make(map[string]bool)
	for _, q := range p.Queries {
		for _, c := range q.Candidates {
			got[c.Title] = c.Settles > 0
		}
	}
	if !got["X"] || !got["Y"] || got["Z"] || p.Settling() != 2 {
		t.Errorf("settling: %v", got)
	}
	if limited := New(twoQueries(), metric(t, "precision@1"), Options{Limit: 2}); limited.Settling() != 2 || limited.Count() != 2 || limited.Left != 1 {
		t.Errorf("a limit of 2 keeps %v", titlesOf(limited))
	}
	var b bytes.Buffer
	if err := p.Write(&b, "pool.yaml", "s.yaml"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"# elastic against first-stage: precision@1 +0.500 as things stand,\n# from -0.500 to +1.000 if all unjudged hits were judged; judging 2 documents could settle its sign.\n",
		"could settle a comparison\n      - grade: ?\n        title: X\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	if _, err := Parse("pool.yaml", b.Bytes()); err != nil {
		t.Error(err)
	}
	b.Reset()
	blind := New(twoQueries(), metric(t, "precision@1"), Options{Blind: true})
	if err := blind.Write(&b, "pool.yaml", "s.yaml"); err != nil || strings.Contains(b.String(), "elastic") || strings.Contains(b.String(), "0.500") || !strings.Contains(b.String(), "# 2 documents among these could settle") {
		t.Errorf("%v: a blind pool says\n%s", err, b.String())
	}
}

// What settles is listed below Depth too, where the metric sees it: A lifts
// precision@2 by 1/2, which takes both X and Y to turn.
func TestWhatSettlesBelowDepth(t *testing.T) {
	run := twoQueries()
	run.Queries = run.Queries[:1]
	run.Queries[0].Results = eval.Results{"first-stage": result("x", "y"), "elastic": result("a", "w")}
	p := New(run, metric(t, "precision@2"), Options{Depth: 1})
	if len(p.Open) != 1 || p.Open[0].Documents != 2 || strings.Join(titlesOf(p), ", ") != "q1 X, q1 Y" {
		t.Errorf("%+v, candidates %v", p.Open, titlesOf(p))
	}
}

// Once everything marked is judged not relevant the sign is settled.
func TestJudgingSettles(t *testing.T) {
	lead := metric(t, "ndcg@3")
	rapid.Check(t, func(rt *rapid.T) {
		run := &eval.Run{Manifest: eval.Manifest{Suite: "s", Systems: evaltest.Systems(6, eval.System{Name: "a", Window: 6}, eval.System{Name: "b", Window: 6})}}
		for i := range rapid.IntRange(1, 4).Draw(rt, "queries") {
			ids := []string{"u", "v", "w", "x", "y", "z"}
			q := eval.Query{ID: fmt.Sprint(i), Text: "q", Number: i, Results: eval.Results{}}
			for _, name := range []string{"first-stage", "a", "b"} {
				q.Results[name] = result(rapid.Permutation(ids).Draw(rt, name)...)
			}
			for _, id := range ids {
				if grade := rapid.IntRange(-1, 3).Draw(rt, "grade"); grade >= 0 {
					q.Judgments = append(q.Judgments, judgments.Judgment{Title: strings.ToUpper(id), Grade: float64(grade)})
				}
			}
			run.Queries = append(run.Queries, q)
		}
		o := Options{MaxGrade: 3}
		p := New(run, lead, o)
		behind := false // a query without what settles
		for _, q := range p.Queries {
			if first := q.Candidates[0].Settles > 0; first && behind {
				rt.Fatalf("query %s stands behind others: %v", q.ID, titlesOf(p))
			} else if !first {
				behind = true
			}
			rest := false
			for _, c := range q.Candidates {
				if c.Settles > 0 && rest {
					rt.Fatalf("query %s: %s stands behind others", q.ID, c.Title)
				}
				rest = rest || c.Settles == 0
				if c.Settles > 0 {
					run.Queries[q.Number].Judgments = append(slices.Clone(run.Queries[q.Number].Judgments), judgments.Judgment{Title: c.Title})
				}
			}
		}
		after := New(run, lead, o)
		for _, was := range p.Open {
			for _, is := range after.Open {
				if was.Documents > 0 && was.Base == is.Base && was.System == is.System {
					rt.Fatalf("%+v is still open: %+v", was, is)
				}
			}
		}
	})
}
