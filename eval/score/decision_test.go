package score

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/judgments"
)

// matrix is a run of two first stages with a reranker over each. Each query has
// one relevant document of three hits, at these ranks.
func matrix(ranks map[string][]int) *eval.Run {
	run := &eval.Run{Manifest: eval.Manifest{Metrics: []string{"mrr"}, Concurrency: 2}}
	run.Manifest.Systems = []eval.System{
		{Name: "a", Kind: eval.KindRetriever, Depth: 3}, {Name: "a+r", Kind: eval.KindReranked, FirstStage: "a", Reranker: "r", Window: 2, Depth: 2},
		{Name: "b", Kind: eval.KindRetriever, Depth: 3}, {Name: "b+r", Kind: eval.KindReranked, FirstStage: "b", Reranker: "r", Window: 3, Depth: 3},
	}
	for q := range ranks["a"] {
		query := eval.Query{Number: q, ID: fmt.Sprint(q), Text: "x", Judgments: []judgments.Judgment{{ID: "1", Grade: 1}}, Results: eval.Results{}}
		for _, s := range run.Manifest.Systems {
			r := &eval.Result{TookMS: int64(q), WallMS: float64(q) + 0.5}
			for rank := 1; rank <= s.Depth; rank++ {
				id := fmt.Sprint(10 + rank)
				if rank == ranks[s.Name][q] {
					id = "1"
				}
				r.Hits = append(r.Hits, eval.Hit{Document: &eval.Document{ID: id, Title: id}, Score: float64(9-rank) + float64(s.Window)/10})
			}
			query.Results[s.Name] = r
		}
		run.Queries = append(run.Queries, query)
	}
	return run
}

func mustDecide(t *testing.T, run *eval.Run) (*Comparisons, *Decision) {
	t.Helper()
	e, err := Evaluate(run, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := e.Compare(stats.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := e.Decide(c)
	if err != nil {
		t.Fatal(err)
	}
	return c, d
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

// Over a, r lifts the document from rank 2 to 1 in three queries of four: gains
// of 1/2, 1/2, 1/2, 0. Over b, from 3 to 1, and to 3 from 1: 2/3, -2/3, 0, 0.
func TestGainsOfOneRerankerAreCompared(t *testing.T) {
	ranks := map[string][]int{"a": {2, 2, 2, 1}, "a+r": {1, 1, 1, 1}, "b": {3, 1, 1, 1}, "b+r": {1, 3, 1, 1}}
	run := matrix(ranks)
	c, _ := mustDecide(t, run)
	if len(c.Gains) != 1 {
		t.Fatalf("%d differences of gains", len(c.Gains))
	}
	g := c.Gains[0]
	// the difference is 0 - 3/8; by query 2/3-1/2, -2/3-1/2, 0-1/2, 0
	if g.Base != "a+r" || g.System != "b+r" || !near(g.BaseMean, 3.0/8) || !near(g.NextMean, 0) || !near(g.Mean, -3.0/8) {
		t.Errorf("%+v", g)
	}
	if g.Wins != 1 || g.Losses != 2 || g.Ties != 1 || g.Primary || !math.IsNaN(g.PCorrected) {
		t.Errorf("%+v", g)
	}
	// of the 8 flips of three signs, 1/6 -7/6 -1/2 reach 3/2 in size: only
	// those with |±1/6 ±7/6 ±1/2| ≥ 3/2: 11/6 and 3/2, each twice, are 4
	if !near(g.P, 4.0/8) {
		t.Errorf("p is %v", g.P)
	}
	family := c.Differences[0].Family

	run.Manifest.Compare = []judgments.Comparison{{System: "a+r", Versus: "b+r"}}
	c, _ = mustDecide(t, run)
	g = c.Gains[0]
	if g.Base != "b+r" || g.System != "a+r" || !near(g.Mean, 3.0/8) || !g.Primary || g.Family != family+1 {
		t.Errorf("asked for, it is %+v", g)
	}
	named := slices.IndexFunc(c.Differences, func(d Difference) bool { return d.Base == "b+r" && d.System == "a+r" })
	if named != 2 { // after the two with their first stages
		t.Errorf("the pair that is asked for comes at %d", named)
	}
}

// The bounds of a gain's difference may pass 1: it lies between -2 and 2.
func TestGainDifferencesHaveTheirOwnRange(t *testing.T) {
	ranks := map[string][]int{}
	for range 40 {
		for system, rank := range map[string]int{"a": 3, "a+r": 1, "b": 1, "b+r": 3} {
			ranks[system] = append(ranks[system], rank)
		}
	}
	c, _ := mustDecide(t, matrix(ranks))
	g := c.Gains[0] // -2/3 - 2/3 on every query
	// all values alike, c from the least possible -2: c - (2+c)(1-alpha^(1/n))
	low := -4.0/3 - (2-4.0/3)*(1-math.Pow(0.025, 1.0/40))
	if !near(g.Mean, -4.0/3) || math.Abs(g.Low-low) > 0.001 || g.Says != stats.Lowers {
		t.Errorf("%v from %v to %v, want from %v: %s", g.Mean, g.Low, g.High, low, g.Says)
	}
	if g.IfJudged.Low > g.Mean || g.IfJudged.High < g.Mean {
		t.Errorf("judging could give from %v to %v", g.IfJudged.Low, g.IfJudged.High)
	}
}

func TestDecisionTable(t *testing.T) {
	run := matrix(map[string][]int{"a": {2, 3, 2, 1}, "a+r": {1, 0, 1, 1}, "b": {3, 1, 1, 1}, "b+r": {1, 3, 1, 1}})
	run.Manifest.Systems[1].Prices = []judgments.Price{{USD: 2, Per: judgments.PerThousand}}
	run.Manifest.Systems[3].Prices = []judgments.Price{{USD: 3, Per: judgments.PerDocuments}}
	run.Queries[3].Results["b"].WallMS = 0.125
	_, d := mustDecide(t, run)
	var names []string
	for _, row := range d.Rows {
		names = append(names, row.Name)
	}
	// 3/4; 5/6 of b (1/3+3 over 4) and of b+r alike: the earlier is the best
	if !slices.Equal(names, []string{"b", "b+r", "a+r", "a"}) || d.Best != "b" || !slices.Equal(d.Alike, []string{"b+r", "a+r", "a"}) {
		t.Errorf("%v, best %s, alike %v", names, d.Best, d.Alike)
	}
	if !slices.Equal(d.Highest, []string{"b", "b+r"}) {
		t.Errorf("%v share the highest mean", d.Highest)
	}
	// within a window of 2, the second query's document is not there: 3/4; in
	// one of 3 it always is
	if got := d.Row("a+r").Ceiling; !near(got, 0.75) {
		t.Errorf("the ceiling of a+r is %v", got)
	}
	if got := d.Row("b+r").Ceiling; !near(got, 1) || !math.IsNaN(d.Row("b").Ceiling) {
		t.Errorf("the ceilings of b+r and b are %v and %v", got, d.Row("b").Ceiling)
	}
	// 2 dollars for 1,000 searches; 3 documents a search at 3 for 1,000 are 9
	if a, b := d.Row("a+r"), d.Row("b+r"); a.USD != 2 || b.USD != 9 || a.Documents != 2 || b.Documents != 3 || !slices.Equal(d.Cheapest, []string{"a+r"}) || !d.Unpriced {
		t.Errorf("%v and %v dollars, %v and %v documents; cheapest %v", a.USD, b.USD, a.Documents, b.Documents, d.Cheapest)
	}
	// 0.125 0.5 1.5 2.5 have the median 1; the others 0.5 1.5 2.5 3.5 have 2
	if !slices.Equal(d.Fastest, []string{"b"}) || d.Row("b").Latency.Wall.P50 != 1 || d.Row("a").Latency.Wall.P50 != 2 {
		t.Errorf("fastest %v", d.Fastest)
	}
	for _, row := range d.Rows {
		if row.Front != (row.Name == "b") {
			t.Errorf("%s on the front: %v", row.Name, row.Front)
		}
		if row.Latency.Concurrency != 2 || row.Latency.Searches != 4 || !math.IsNaN(row.Latency.Wall.P95) {
			t.Errorf("%s: %+v", row.Name, row.Latency)
		}
	}
}

// Times of samples stand in the place of the run's, and a mixture of loads is
// none that is known.
func TestLatencyOf(t *testing.T) {
	ranks := map[string][]int{}
	for _, system := range []string{"a", "a+r", "b", "b+r"} {
		ranks[system] = make([]int, 21)
	}
	run := matrix(ranks)
	// took 0 to 20: the 95th percentile is at rank 0.95·20 = 19
	if l := LatencyOf(run, "a"); l.Took.P50 != 10 || l.Took.P95 != 19 || l.Wall.P95 != 19.5 || l.Concurrency != 2 || l.Sampled {
		t.Errorf("%+v", l)
	}
	run.Queries[20].Results["a"] = &eval.Result{Error: "gone"} // 20 are left: 0.95·19 = 18.05
	if l := LatencyOf(run, "a"); l.Searches != 20 || !near(l.Took.P95, 18.05) {
		t.Errorf("%+v", l)
	}
	run.Queries[19].Results["a"] = &eval.Result{Error: "gone"}
	if l := LatencyOf(run, "a"); l.Searches != 19 || !math.IsNaN(l.Took.P95) {
		t.Errorf("%+v", l)
	}
	run.Queries[3].Concurrency = 4
	if l := LatencyOf(run, "a"); l.Concurrency != 0 {
		t.Errorf("%+v", l)
	}
	run.Complete = &eval.Complete{Latency: &eval.Samples{Queries: []string{"7", "3"}, Times: map[string][]eval.Time{"a": {{TookMS: 5, WallMS: 6}, {TookMS: 7, WallMS: 9}}, "b": {{Error: "gone"}, {Error: "gone"}}}}}
	if l := LatencyOf(run, "a"); !l.Sampled || l.Concurrency != 1 || l.Searches != 2 || l.Took.P50 != 6 || l.Wall.P50 != 7.5 {
		t.Errorf("%+v", l)
	}
	if l := LatencyOf(run, "b"); l.Sampled {
		t.Errorf("samples without an answer are taken: %+v", l)
	}
	if times := TimesOf(run, "a", []int{3}); !times.Sampled || len(times.Answered) != 1 || times.Answered[0].Query != 3 || times.Answered[0].TookMS != 7 {
		t.Errorf("of query 3: %+v", times)
	}
}

// Where nothing is judged relevant, or nothing is found, no value says anything:
// not that one system is the highest, and not how far others may differ.
func TestNoEvidenceWithoutRelevanceOrHits(t *testing.T) {
	tests := []struct {
		name   string
		change func(q *eval.Query)
		want   string
	}{
		{"nothing is judged", func(q *eval.Query) { q.Judgments = nil }, "no judgment of any query has a grade above 0"},
		{"nothing is relevant", func(q *eval.Query) { q.Judgments[0].Grade = 0 }, "no judgment of any query has a grade above 0"},
		{"nothing is found", func(q *eval.Query) {
			for _, r := range q.Results {
				r.Hits = nil
			}
		}, "no system found anything for any query"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			run := matrix(map[string][]int{"a": {2, 2, 2, 1, 1, 2, 1, 2}, "a+r": {1, 1, 1, 1, 1, 2, 1, 1}, "b": {3, 1, 2, 2, 1, 1, 1, 1}, "b+r": {1, 3, 2, 2, 1, 1, 1, 1}})
			for q := range run.Queries {
				test.change(&run.Queries[q])
			}
			c, d := mustDecide(t, run)
			for _, p := range c.Differences {
				if p.Says != stats.NoEvidence || p.Uninformative != test.want || !math.IsNaN(p.P) || !math.IsNaN(p.Upper) {
					t.Errorf("%s over %s: %s, %q, p %v, upper bound %v", p.System, p.Base, p.Says, p.Uninformative, p.P, p.Upper)
				}
			}
			if d.Best != "" || !math.IsNaN(d.Rows[0].High) {
				t.Errorf("the best is %q, up to %v; want none, and no bound", d.Best, d.Rows[0].High)
			}
			// One query that is judged, and for which something is found, is evidence.
			run.Queries[0] = matrix(map[string][]int{"a": {2}, "a+r": {1}, "b": {3}, "b+r": {1}}).Queries[0]
			if c, _ := mustDecide(t, run); c.Differences[0].Says == stats.NoEvidence || c.Best == "" {
				t.Errorf("one query of evidence: %+v, best %q", c.Differences[0].Says, c.Best)
			}
		})
	}
}
