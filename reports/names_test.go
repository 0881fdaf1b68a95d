package reports

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/judgments"
)

// stages is a run of two first stages with a reranker over each, and a request.
// What a report says of a reranked system is against its own first stage.
func stages() *eval.Run {
	run := sample()
	m := &run.Manifest
	m.Metrics = []string{"mrr"}
	m.Systems = []eval.System{
		{Name: "bm25", Kind: eval.KindRetriever, Depth: 4},
		{Name: "bm25+elastic", Kind: eval.KindReranked, FirstStage: "bm25", Reranker: "elastic", Field: "plot", Window: 4, Depth: 4},
		{Name: "near", Kind: eval.KindRetriever, Depth: 4},
		{Name: "near+elastic", Kind: eval.KindReranked, FirstStage: "near", Reranker: "elastic", Field: "plot", Window: 4, Depth: 4},
		{Name: "app", Kind: eval.KindRequest, Depth: 4},
	}
	list := func(rank int, scale float64) *eval.Result {
		r := &eval.Result{TookMS: 1, WallMS: 2}
		for i := 1; i <= 4; i++ {
			id := "other " + string(rune('a'+i))
			if i == rank {
				id = "Heat"
			}
			r.Hits = append(r.Hits, eval.Hit{Document: &eval.Document{ID: id, Title: id}, Score: scale * float64(9-i)})
		}
		return r
	}
	// by query the ranks of Heat: bm25 2, reranked 1; near 4, reranked 2; app 3
	run.Queries = nil
	for i, id := range []string{"crime", "heist"} {
		run.Queries = append(run.Queries, eval.Query{Type: "query", Number: i, ID: id, Text: id, Tags: []string{"plot"}, Judgments: []judgments.Judgment{{Title: "Heat", Grade: 1}},
			Results: eval.Results{"bm25": list(2, 1), "bm25+elastic": list(1, 0.5), "near": list(4, 1), "near+elastic": list(2, 0.25), "app": list(3, 1)}})
	}
	m.QueryCount, run.Complete.Queries, run.Complete.Failed = 2, 2, 0
	return run
}

func TestSystemsAreComparedWithTheirOwnFirstStage(t *testing.T) {
	r := mustReport(stages())
	text, err := render(Table, r, Options{Width: 200})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`near\+elastic against near\n`,
		`bm25\+elastic against bm25\n`,
		// 1/4 to 1/2, and not from bm25's 1/2
		`(?s)Queries by what near\+elastic did to mrr.*?crime +0.250  0.500      \+0.250  Heat +4 → 2`,
		`(?s)mrr by tag\ntag +queries   bm25  bm25\+elastic  won/lost/tied   near  near\+elastic  won/lost/tied    app\n.*plot +2  0.500 +1.000 +2/0/0  0.250 +0.500 +2/0/0  0.333\n`,
	} {
		if !regexp.MustCompile(want).Match(text) {
			t.Errorf("the report lacks %q:\n%s", want, text)
		}
	}
	for _, never := range []string{"without  bm25", "near against", "app against", "what near did", "what app did", "against the first stage"} {
		if strings.Contains(string(text), never) {
			t.Errorf("the report says %q:\n%s", never, text)
		}
	}
	content, err := render(JSON, r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var j jsonReport
	if err := json.Unmarshal(content, &j); err != nil {
		t.Fatal(err)
	}
	for _, row := range j.Rows {
		want := map[string]float64{"bm25+elastic": 0.5, "near+elastic": 0.25}
		difference, compared := want[row.System]
		if compared != (row.Difference != nil) || compared && *row.Difference != difference {
			t.Errorf("%s, %s: the difference is %v", row.Query, row.System, row.Difference)
		}
	}
	query, err := render(Table, r, Options{Query: "crime", Width: 200})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"near+elastic against near: mrr 0.250 → 0.500, +0.250", "app: mrr 0.333"} {
		if !strings.Contains(string(query), want) {
			t.Errorf("the explanation lacks %q:\n%s", want, query)
		}
	}
	page, err := render(HTML, r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<caption>near: 0.250", "<caption>near&#43;elastic: 0.500 (&#43;0.250)", "<caption>app: 0.333"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// Where nothing is reranked, all are compared with the first.
func TestRetrieversAreComparedWithTheFirst(t *testing.T) {
	run := stages()
	run.Manifest.Systems = []eval.System{run.Manifest.Systems[0], run.Manifest.Systems[2], run.Manifest.Systems[4]}
	for i := range run.Queries {
		delete(run.Queries[i].Results, "bm25+elastic")
		delete(run.Queries[i].Results, "near+elastic")
	}
	text, err := render(Table, mustReport(run), Options{Width: 200})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"near against bm25\n", "app against bm25\n", "metric   bm25   near  difference"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the report lacks %q:\n%s", want, text)
		}
	}
}
