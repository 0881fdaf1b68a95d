package sweep

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/judgments"
)

// twoStages is a run of two first stages that return the same documents in
// orders of their own, with a good reranker over each and one that shuffles.
func twoStages(queries int) *eval.Run {
	random := rand.New(rand.NewPCG(11, 12))
	run := &eval.Run{Manifest: eval.Manifest{Metrics: []string{"ndcg@5"}, QueryCount: queries}}
	for _, stage := range []string{"a", "b"} {
		run.Manifest.Systems = append(run.Manifest.Systems,
			eval.System{Name: stage, Kind: eval.KindRetriever, Depth: 12},
			eval.System{Name: stage + "+good", Kind: eval.KindReranked, FirstStage: stage, Reranker: "good", Window: 12, Depth: 12},
			eval.System{Name: stage + "+odd", Kind: eval.KindReranked, FirstStage: stage, Reranker: "odd", Window: 12, Depth: 12})
	}
	run.Manifest.Systems = append(run.Manifest.Systems, eval.System{Name: "app", Kind: eval.KindRequest, Depth: 12})
	run.Manifest.Systems[1].Prices = []judgments.Price{{USD: 1, Per: judgments.PerDocuments}}
	list := func(order []int, scale float64) *eval.Result {
		r := &eval.Result{WallMS: 1000}
		for i, id := range order {
			r.Hits = append(r.Hits, eval.Hit{Document: &eval.Document{ID: fmt.Sprint(id), Title: fmt.Sprint(id)}, Score: scale * float64(20-i)})
		}
		return r
	}
	for n := range queries {
		q := eval.Query{Number: n, ID: fmt.Sprint(n), Text: "x", Judgments: []judgments.Judgment{{ID: "0", Grade: 1}, {ID: "1", Grade: 1}}, Results: eval.Results{}}
		for i, stage := range []string{"a", "b"} {
			order := random.Perm(12)
			if i == 1 && n%2 == 0 { // b is the better one
				order = append([]int{0}, without0(order)...)
			}
			good := append([]int{0, 1}, without0(without1(random.Perm(12)))...)
			if n%5 == 4 {
				good = random.Perm(12)
			}
			q.Results[stage], q.Results[stage+"+good"], q.Results[stage+"+odd"] = list(order, 1), list(good, 0.5), list(random.Perm(12), 0.25)
		}
		q.Results["app"] = list(random.Perm(12), 1)
		run.Queries = append(run.Queries, q)
	}
	return run
}

func without0(order []int) []int { return leftOutOf(order, 0) }
func without1(order []int) []int { return leftOutOf(order, 1) }

func leftOutOf(order []int, id int) []int {
	var rest []int
	for _, d := range order {
		if d != id {
			rest = append(rest, d)
		}
	}
	return rest
}

// The table's numbers are those of a run that was searched at the windows.
func TestBestWindows(t *testing.T) {
	run := twoStages(60)
	result, err := FromRun(run, Options{Windows: []int{2, 4, 8, 12}})
	if err != nil {
		t.Fatal(err)
	}
	b := result.Best
	if len(b.Rows) != 7 || b.Queries != 60 {
		t.Fatalf("%d rows on %d queries", len(b.Rows), b.Queries)
	}
	at := *run
	at.Manifest.Systems = append([]eval.System(nil), run.Manifest.Systems...)
	at.Queries = nil
	for _, q := range run.Queries {
		results := eval.Results{}
		for i, s := range at.Manifest.Systems {
			results[s.Name] = q.Results[s.Name]
			if row := b.Row(s.Name); s.FirstStage != "" {
				at.Manifest.Systems[i].Window = row.Window
				results[s.Name] = &eval.Result{Hits: Derive(q.Results[s.FirstStage].Hits, q.Results[s.Name].Hits, row.Window)}
			}
		}
		q.Results = results
		at.Queries = append(at.Queries, q)
	}
	e, err := score.Evaluate(&at, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range e.Systems {
		row := b.Row(s.System)
		if s.System == "app" {
			if row.Compared || !math.IsNaN(row.Mean) {
				t.Errorf("a request has no window, and has the row %+v", row)
			}
			continue
		}
		if want, _ := score.Mean(s.Values[0]); math.Abs(row.Mean-want) > 1e-12 || !(row.Low < want && want < row.High) {
			t.Errorf("%s at window %d: %v (%v to %v), want %v", s.System, row.Window, row.Mean, row.Low, row.High, want)
		}
		if row.FirstStage == "" {
			continue
		}
		if want := b.Row(row.FirstStage).Mean; math.Abs(row.Gain.BaseMean-want) > 1e-12 || math.Abs(row.Gain.Mean-(row.Mean-want)) > 1e-12 {
			t.Errorf("%s gains %v over %v, want %v", s.System, row.Gain.Mean, row.Gain.BaseMean, want)
		}
		if row.Documents != float64(row.Window) || row.Latency.Searches != 0 {
			t.Errorf("%s scores %v documents at window %d, and has the latency %+v", s.System, row.Documents, row.Window, row.Latency)
		}
	}
	if row := b.Row("a+good"); row.USD != float64(row.Window) {
		t.Errorf("%v dollars at window %d, and a document of 1,000 costs one", row.USD, row.Window)
	}
	// two first stages and four rerankers at four windows: 18 contenders, less
	// the pairs of one reranker
	if want := 18*17/2 - 4*6; b.Family != want {
		t.Errorf("a family of %d, want %d", b.Family, want)
	}
	if best := b.Row(b.Best); best.Reranker != "good" || !b.Row("a+odd").Apart || !b.Row("a").Apart {
		t.Errorf("the best is %s; a+odd and a are told apart: %v, %v", b.Best, b.Row("a+odd").Apart, b.Row("a").Apart)
	}
	for _, one := range result.Rerankers {
		want := 0.0
		for q := range run.Queries {
			want += e.System(one.FirstStage).Values[0][q] / 60
		}
		if math.Abs(float64(one.Without[0])-want) > 1e-12 {
			t.Errorf("without %s it is %v, and its first stage has %v", one.Name, one.Without[0], want)
		}
	}
}

func TestSpread(t *testing.T) {
	if got := spread(4, 2); len(got) != 4 || got[3] != 3 {
		t.Errorf("%v", got)
	}
	if got := spread(200, 7); len(got) != mostFamilyWindows+1 || got[0] != 0 || got[len(got)-1] != 199 || got[1] != 7 {
		t.Errorf("%v", got)
	}
}
