package reports

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/compare"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/gate"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/sweep"
	"github.com/releval/releval/judgments"
)

// sample is a run small enough to work every number out by hand: see the
// arithmetic in TestSampleNumbers.
func sample() *eval.Run {
	hits := func(titles ...string) *eval.Result {
		r := &eval.Result{TookMS: 3, WallMS: 4.5}
		for i, t := range titles {
			r.Hits = append(r.Hits, eval.Hit{Document: &eval.Document{ID: "id-" + t, Title: t}, Score: 10 - float64(i)})
		}
		return r
	}
	reranked := func(titles ...string) *eval.Result {
		r := hits(titles...)
		for i := range r.Hits {
			r.Hits[i].Score = 2.5 - float64(i)/4
		}
		return r
	}
	started := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	return &eval.Run{
		Manifest: eval.Manifest{
			Type: "manifest", Format: 2, Tool: "releval 1.0.0", Suite: "films", File: "films.yaml", Started: started, Seed: 1,
			Cluster: eval.ClusterInfo{Kind: "elasticsearch", Version: "8.19.0", URL: "https://localhost:9200"},
			Index:   "films", Indices: []eval.IndexInfo{{Name: "films", UUID: "u1", Documents: 1200}},
			TitleField: "title", Systems: sampleSystems(),
			Metrics: []string{"ndcg@3", "mrr", "recall@4"}, QueryCount: 4,
			Hashes: eval.Hashes{Suite: "aa", Judgments: "bb", Queries: "cc", Search: "dd"},
		},
		Queries: []eval.Query{
			{Type: "query", Number: 0, ID: "crime", Text: "crime", InferenceText: "flesh-eating bad guy", Tags: []string{"plot"},
				Judgments: []judgments.Judgment{{Title: "Lambs", Grade: 1}},
				Results: eval.Results{
					eval.FirstStage: hits("Godfather", "Heat", "Lambs", "Alien"),
					"elastic":       reranked("Lambs", "Alien", "Godfather", "Heat"),
				}},
			{Type: "query", Number: 1, ID: "heist", Text: "a robbery that goes wrong",
				Judgments: []judgments.Judgment{{Title: "Dogs", Grade: 3}, {Title: "Heat", Grade: 1}, {Title: "Up", Grade: 0}},
				Results: eval.Results{
					eval.FirstStage: hits("Dogs", "Heat", "Up"),
					"elastic":       reranked("Up", "Heat", "Dogs"),
				}},
			{Type: "query", Number: 2, ID: "toys", Text: "toys", Tags: []string{"keyword", "plot"},
				Judgments: []judgments.Judgment{{Title: "Toy Story", Grade: 2}},
				Results: eval.Results{
					eval.FirstStage: hits("Toy Story", "Up"),
					"elastic":       reranked("Toy Story", "Up"),
				}},
			{Type: "query", Number: 3, ID: "space", Text: "lost in space",
				Judgments: []judgments.Judgment{{Title: "Gravity", Grade: 1}},
				Results: eval.Results{
					eval.FirstStage: hits("Alien", "Gravity"),
					"elastic":       {Error: "search failed: the endpoint timed out", Attempts: 5},
				}},
		},
		Complete: &eval.Complete{Type: "complete", Queries: 4, Failed: 1, Finished: started.Add(90 * time.Second)},
	}
}

// cutSample is the sample, cut short.
func cutSample() *eval.Run {
	run := sample()
	run.Complete = nil
	run.Queries = run.Queries[:2]
	return run
}

func mustReport(run *eval.Run) *Report {
	e, err := score.Evaluate(run, nil)
	if err != nil {
		panic(err)
	}
	r, err := New(e, stats.Options{})
	if err != nil {
		panic(err)
	}
	return r
}

// full is the sample with every optional part.
func full() *Report {
	r := mustReport(sample())
	r.RunFile = "films.jsonl"
	r.Unresolved = []string{"The Lost Film"}
	r.Gates = []gate.Result{
		{Source: "{metric: ndcg@3, system: elastic, min: 0.8}", Position: judgments.Position{File: "films.yaml", Line: 30, Column: 5}, System: "elastic", Metric: "ndcg@3", Expected: "at least 0.8", Actual: "0.642", Margin: -0.158, Verdict: gate.Failed, Reason: "the mean is below the limit"},
		{Source: "{metric: mrr, system: elastic, max_drop: 0.1}", Position: judgments.Position{File: "films.yaml", Line: 31, Column: 5}, System: "elastic", Metric: "mrr", Expected: "a drop of at most 0.1", Actual: "0.05", Margin: 0.05, Verdict: gate.Inconclusive, Reason: "4 queries cannot tell"},
		{Source: "{metric: wall_p95, max: 500}", Position: judgments.Position{File: "films.yaml", Line: 32, Column: 5}, Metric: "wall_p95", Expected: "at most 500 ms", Actual: "4.5 ms", Margin: math.NaN(), Verdict: gate.Passed},
		{Source: "{title: Dogs, within: 1}", Position: judgments.Position{File: "films.yaml", Line: 40, Column: 9}, Query: "heist", System: "elastic", Expected: "rank 1", Actual: "rank 3", Margin: -2, Verdict: gate.Failed},
		{Source: "{title: Toy Story, within: 3}", Position: judgments.Position{File: "films.yaml", Line: 44, Column: 9}, Query: "toys", System: "elastic", Expected: "within 3", Actual: "rank 1", Margin: 2, Verdict: gate.Passed},
	}
	r.Sweep = sweepOf("ndcg@3", 0.783, sweep.Reranker{
		Name: "elastic", Largest: 4, Origin: sweep.Audited, Answered: 4, Without: []sweep.Number{0.783},
		Points: []sweep.Point{
			pointAt(1, 0.783, 0, 0, 0, 0.783, 11, 18),
			pointAt(2, 0.80, 0.017, -0.01, 0.06, 0.85, 13, 21),
			pointAt(3, 0.86, 0.077, 0.02, 0.15, 0.95, 15, 25),
			pointAt(4, 0.85, 0.067, 0.01, 0.14, 1, 17, 30),
		},
		Recommendation: sweep.Recommendation{
			Queries: 4,
			Decision: sweep.Decision{
				Action: sweep.Set, Present: 2, Window: 3, Change: sweep.Interval{Mean: 0.06, Low: 0.01, High: 0.12}, Documents: 1,
				WallMS:   sweep.Interval{Mean: sweep.Number(math.NaN()), Low: sweep.Number(math.NaN()), High: sweep.Number(math.NaN())},
				Sentence: "set window 3 instead of 2: ndcg@3 +0.060 (95 % interval +0.010 to +0.120), +1.0 documents a query; chosen by the same queries",
			},
			Within: sweep.Choice{Window: 3, Sentence: "window 3 is enough: no larger window tried gains 0.01 or more of ndcg@3 over it (95 %; at most 0.0090)"},
			Enough: sweep.Choice{Window: 3, Sentence: "window 3 is the smallest that reaches 90 % of the best gain of ndcg@3"},
		},
		Shape:   sweep.Curve{Overall: sweep.Peaks, Peaks: 3, Flat: 1},
		Audit:   &sweep.Audit{Cells: 40, Identical: 40, Seed: 1},
		Latency: &sweep.Latency{Queries: 4, Wall: &sweep.Fit{Base: 9, PerDocument: 2, R2: 0.98}},
	})
	for i := range r.Sweep.Rerankers[0].Points { // the first of 4 found, and what the window does not hold
		p := &r.Sweep.Rerankers[0].Points[i]
		p.Recall = []sweep.Number{0.4, 0.6, 0.9, 1}[i]
		p.Captured = []sweep.Number{sweep.Number(math.NaN()), 0.25, 0.46, 0.31}[i]
		p.Documents = []float64{1, 2, 3, 3.5}[i]
		p.Loss = []sweep.Number{0.067, 0.05, -0.01, 0}[i]
		p.AtMost = []sweep.Number{0.15, 0.12, 0.009, 0}[i]
		p.Present = p.Window == 2
		p.Losses = sweep.Losses{Found: i + 1, Undelivered: 3 - i}
	}
	return r
}

// sweepOf is a sweep of one metric with nothing but the given rerankers.
func sweepOf(metric string, without float64, rerankers ...sweep.Reranker) *sweep.Result {
	return &sweep.Result{
		Metrics: []string{metric}, Queries: 4, Confidence: 0.95, Delta: 0.01,
		FirstStage: sweep.FirstStage{Values: []sweep.Number{sweep.Number(without)}}, Rerankers: rerankers,
	}
}

// pointAt is a window with the numbers that a curve and its table show.
func pointAt(window int, value, gain, low, high, ceiling, p50, p95 float64) sweep.Point {
	return sweep.Point{
		Window: window, Values: []sweep.Number{sweep.Number(value)}, Gains: []sweep.Number{sweep.Number(gain)}, Ceilings: []sweep.Number{sweep.Number(ceiling)},
		Gain:    sweep.Interval{Mean: sweep.Number(gain), Low: sweep.Number(low), High: sweep.Number(high)},
		Latency: &sweep.Times{WallP50: sweep.Number(p50), WallP95: sweep.Number(p95)},
	}
}

// recommends says that a reranker's window is the one to take.
func recommends(window int) sweep.Recommendation {
	return sweep.Recommendation{
		Decision: sweep.Decision{Action: sweep.Use, Window: window, Sentence: "use window " + strconv.Itoa(window)},
		Within:   sweep.Choice{Window: window},
	}
}

// large500 is large(500), made once: do not change it.
var large500 = sync.OnceValue(func() *Report { return large(500) })

// sampleSystems are those of the sample run.
func sampleSystems() []eval.System {
	systems := evaltest.Systems(4, eval.System{Name: "elastic", Field: "plot", InferenceID: ".rerank-v1-elasticsearch", Window: 4})
	systems[0].Retriever = []byte(`{"standard":{"query":{"match":{"plot":"{{query}}"}}}}`)
	return systems
}

// several is a run with two rerankers.
func several() *Report {
	run := sample()
	run.Manifest.Systems = append(run.Manifest.Systems, eval.System{Name: "small", Kind: eval.KindReranked, FirstStage: eval.FirstStage, Field: "plot", Window: 2, Depth: 2})
	for i := range run.Queries {
		q := &run.Queries[i]
		first := q.Results[eval.FirstStage]
		turned := *first
		turned.Hits = append([]eval.Hit(nil), first.Hits[:2]...)
		turned.Hits[0], turned.Hits[1] = turned.Hits[1], turned.Hits[0]
		turned.Hits[0].Score, turned.Hits[1].Score = turned.Hits[1].Score, turned.Hits[0].Score
		q.Results["small"] = &turned
	}
	return mustReport(run)
}

// sweepsOfThree is a run with three rerankers and their sweeps, not all at the
// same windows. The second starts where the first does, and meets it again at
// window 4.
func sweepsOfThree() *Report {
	r := several()
	nan := math.NaN()
	r.Sweep = full().Sweep
	r.Sweep.Rerankers = append(r.Sweep.Rerankers,
		sweep.Reranker{Name: "small", Recommendation: recommends(2), Points: []sweep.Point{
			pointAt(1, 0.783, 0, 0, 0, 0.783, 2, 3),
			pointAt(2, 0.81, 0.027, -0.01, 0.06, 0.85, 2, 3),
			pointAt(4, 0.85, 0.067, 0.01, 0.14, 1, 2, 4),
			pointAt(8, 0.70, -0.083, -0.15, -0.01, 1, 3, 5),
		}},
		sweep.Reranker{Name: "by title", Points: []sweep.Point{
			pointAt(2, 0.74, -0.043, -0.1, 0.02, 0.85, 2, 3),
			pointAt(3, nan, nan, nan, nan, 0.95, 2, 3),
			pointAt(4, 0.72, -0.063, -0.1, 0.02, 1, 2, 3),
			pointAt(8, 0.72, -0.063, -0.1, 0.02, 1, 2, 3),
		}})
	return r
}

// single is a run without a reranker.
func single() *Report {
	run := sample()
	run.Manifest.Systems = run.Manifest.Systems[:1]
	return mustReport(run)
}

// large is a run of n queries with 20 hits each.
func large(n int) *Report {
	run := sample()
	run.Queries = nil
	run.Manifest.QueryCount, run.Manifest.Systems[0].Depth, run.Manifest.Systems[1].Window = n, 20, 20
	random := rand.New(rand.NewPCG(7, 7))
	for i := range n {
		q := eval.Query{Type: "query", Number: i, ID: fmt.Sprintf("query-%03d", i), Text: fmt.Sprintf("what somebody typed into the box, number %d", i), Results: eval.Results{}}
		var hits []eval.Hit
		for j := range 20 {
			hits = append(hits, eval.Hit{Document: &eval.Document{ID: fmt.Sprintf("tt%05d", i*20+j), Title: fmt.Sprintf("A Title of the Usual Length %d-%d", i, j)}, Score: 20 - float64(j)})
		}
		for _, j := range random.Perm(20)[:4] {
			q.Judgments = append(q.Judgments, judgments.Judgment{Title: hits[j].Title, Grade: float64(random.IntN(4))})
		}
		q.Results[eval.FirstStage] = &eval.Result{Hits: hits}
		reranked := append([]eval.Hit(nil), hits...)
		if i%5 > 0 {
			random.Shuffle(20, func(a, b int) { reranked[a], reranked[b] = reranked[b], reranked[a] })
		}
		for j := range reranked {
			reranked[j].Score = 3 - float64(j)/10
		}
		q.Results["elastic"] = &eval.Result{Hits: reranked}
		run.Queries = append(run.Queries, q)
	}
	run.Complete.Queries, run.Complete.Failed = n, 0
	return mustReport(run)
}

// hostile are texts that would do harm in one format or another.
var hostile = []string{
	`<script>window.pwned=1</script>`, `"><img src=x onerror="window.pwned=1">`, `</style></script></title><script>window.pwned=1</script>`,
	`a | b || c`, "line one\nline two\r\nline three", "\u202etxt.exe\u202c and \u2066isolated\u2069", "=HYPERLINK(\"http://evil.example\")", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1",
	strings.Repeat("long ", 2000), strings.Repeat("x", 10000), "👨‍👩‍👧 family and 日本語のタイトル", "e" + strings.Repeat("\u0301", 500), "\x1b[31mred\x1b]0;title\x07", "\x00nul\x7f\u009b31m",
	"`code` *bold* _it_ [link](javascript:alert(1)) ![img](http://evil.example/x.png)", "@somebody #123 www.evil.example https://evil.example", "{{.}} {{template}}", "%n%s", "'; DROP TABLE", "]]>", "&lt;b&gt;", "\ufeffbom", "\xff\xfeinvalid", "\U000e0041tag", "\ufffe",
	"<details><summary>", "<!-- comment -->", "1. list", "# heading", "   ", "",
}

// hostileBest is a table of systems with hostile names, of which much is not
// known.
func hostileBest(r *Report) *sweep.BestWindows {
	b := &sweep.BestWindows{Family: 9, Windows: 12, Decision: score.Decision{Lead: r.leadMetric(), Confidence: 0.95, Queries: 20, Total: 30, Best: hostile[0]}}
	for i, name := range hostile {
		row := score.DecisionRow{
			System: &eval.System{Name: name, Kind: eval.KindReranked, FirstStage: hostile[(i+1)%len(hostile)], Window: i + 1}, Compared: i%5 < 4, Apart: i%2 == 1,
			Mean: 0.9 - float64(i)/100, AsRanked: 0.9 - float64(i)/100, Low: 0.1, High: 0.95, Ceiling: math.NaN(), Documents: float64(i), USD: float64(i % 3), Latency: score.NewLatency([]float64{3}, []float64{float64(40 - i)}),
		}
		if i%4 == 1 {
			row.Low, row.High, row.USD, row.Latency, row.Gain = math.NaN(), math.NaN(), math.NaN(), score.NewLatency(nil, nil), &r.Compared.Differences[0]
		}
		b.Rows = append(b.Rows, row)
	}
	b.Rank()
	return b
}

// hostileReport is a run whose every text is hostile. It is made once: do not
// change it.
var hostileReport = sync.OnceValue(func() *Report {
	run := sample()
	m := &run.Manifest
	m.Suite, m.File, m.Index, m.Tool = hostile[0], hostile[1], hostile[3], hostile[2]
	m.Cluster.URL, m.Cluster.Version = hostile[4], hostile[5]
	odd := &m.Systems[1]
	odd.Name, odd.Field, odd.InferenceID, odd.Model = hostile[0]+" | "+hostile[5], hostile[3], hostile[1], hostile[15]
	m.Notes = append([]string(nil), hostile...)
	run.Queries = nil
	for i, text := range hostile {
		q := eval.Query{Type: "query", Number: i, ID: fmt.Sprintf("%d %s", i, text), Text: text, InferenceText: hostile[(i+1)%len(hostile)], Tags: []string{text, "plain"}}
		var hits, back []eval.Hit
		for j, title := range hostile {
			hits = append(hits, eval.Hit{Document: &eval.Document{ID: fmt.Sprintf("%d\x00%s", j, title), Title: title}, Score: 40 - float64(j)})
			back = append([]eval.Hit{{Document: &eval.Document{ID: hits[j].ID, Title: title}, Score: float64(j) + 1}}, back...)
		}
		q.Judgments = []judgments.Judgment{{ID: hits[i].ID, Title: text, Grade: 2}, {ID: "not there", Title: hostile[(i+2)%len(hostile)], Grade: 1}}
		q.Results = eval.Results{eval.FirstStage: {Hits: hits}, odd.Name: {Hits: back, Warnings: []string{text}}}
		if i%7 == 3 {
			q.Results[odd.Name] = &eval.Result{Error: text + " failed"}
		}
		run.Queries = append(run.Queries, q)
	}
	m.QueryCount, m.Systems[0].Depth, odd.Window = len(hostile), len(hostile), len(hostile)
	run.Complete.Warnings = append([]string(nil), hostile...)
	r := mustReport(run)
	r.Unresolved = append([]string(nil), hostile...)
	r.RunFile = hostile[1]
	for i, text := range hostile {
		g := gate.Result{Source: text, Position: judgments.Position{File: text, Line: 3, Column: 4}, System: hostile[(i+1)%len(hostile)], Metric: text, Expected: text, Actual: hostile[(i+2)%len(hostile)], Margin: math.NaN(), Reason: text, Verdict: []gate.Verdict{gate.Passed, gate.Failed, gate.Inconclusive, gate.Skipped}[i%4]}
		if i%2 == 1 {
			g.Query = text + "q"
		}
		r.Gates = append(r.Gates, g)
	}
	r.Sweep = full().Sweep
	r.Sweep.Metrics[0], r.Sweep.Notes = hostile[1], append([]string(nil), hostile...)
	first := &r.Sweep.Rerankers[0]
	first.Name, first.Recommendation.Within.Sentence, first.Recommendation.Decision.Sentence, first.Recommendation.Caution, first.Notes = hostile[0], hostile[2], hostile[3], hostile[4], append([]string(nil), hostile...)
	first.Audit.Findings = []sweep.Cell{{Query: hostile[0], Window: 2, Reason: hostile[15]}}
	for i, text := range hostile[:8] {
		r.Sweep.Rerankers = append(r.Sweep.Rerankers, sweep.Reranker{Name: text, Recommendation: recommends(3), Points: []sweep.Point{
			pointAt(1+i, math.Inf(1), math.Inf(-1), math.NaN(), 0, math.Inf(1), 1, 2),
			pointAt(10, 0.1*float64(i), math.NaN(), 0, 0, math.NaN(), 1, 2),
		}})
	}
	r.Sweep.Best = hostileBest(r)
	r.Baseline = &BaselineView{Name: hostile[1], Settings: []compare.Setting{{What: hostile[0], Old: hostile[1], New: hostile[2]}}, Meaningless: []string{hostile[0]}, Differences: r.Compared.Differences, Queries: [][]QueryRow{nil, r.Queries[0]}, LeftOut: compare.LeftOut{Added: append([]string(nil), hostile...)}}
	return r
})
