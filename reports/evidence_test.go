package reports

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/gate"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/judgments"
)

// evidenceCases is how many runs each property is tried on: the whole number
// without the race detector, as .ci/run does besides.
func evidenceCases() uint64 {
	switch {
	case underRace:
		return 150
	case testing.Short():
		return 200
	}
	return 2000
}

// drawnRun is a run of a first stage and a reranker, which the caller makes of
// the first stage's answer; one answer in so many fails, on either side. One
// run in 32 has queries enough for intervals.
func drawnRun(random *rand.Rand, failures int, rerank func(first *eval.Result) *eval.Result) *eval.Run {
	queries := 1 + random.IntN(4)
	if random.IntN(32) == 0 {
		queries = 14 + random.IntN(6)
	}
	return drawnQueries(random, queries, failures, rerank)
}

// drawnQueries is a drawn run of so many queries.
func drawnQueries(random *rand.Rand, queries, failures int, rerank func(first *eval.Result) *eval.Result) *eval.Run {
	run := &eval.Run{
		Manifest: eval.Manifest{
			Type: "manifest", Format: 2, Suite: "drawn", File: "drawn.yaml", Seed: 1, Started: time.Unix(1e9, 0), Index: "i", TitleField: "title",
			Systems: evaltest.Systems(8, eval.System{Name: "elastic", Field: "plot", Window: 8}), Metrics: []string{"ndcg@5", "mrr", "recall@5"},
			Gates: []judgments.Gate{{Metric: "ndcg@5", System: "elastic", Versus: eval.FirstStage, MinGain: new(0.001)}},
		},
		Complete: &eval.Complete{Type: "complete"},
	}
	for q := range queries {
		first := &eval.Result{TookMS: 1, WallMS: 1}
		score := 9.0
		for rank := range 2 + random.IntN(7) {
			name := fmt.Sprint("d", rank)
			if rank > 0 && random.IntN(3) > 0 {
				score--
			}
			first.Hits = append(first.Hits, eval.Hit{Document: &eval.Document{ID: name, Title: name}, Score: score})
		}
		first.Ties = tiesOf(first.Hits)
		query := eval.Query{Type: "query", Number: q, ID: fmt.Sprint("q", q), Text: fmt.Sprint("q", q)}
		for d := range 8 {
			if random.IntN(3) == 0 {
				query.Judgments = append(query.Judgments, judgments.Judgment{Title: fmt.Sprint("d", d), Grade: float64(random.IntN(4))})
			}
		}
		if len(query.Judgments) == 0 {
			query.Judgments = []judgments.Judgment{{Title: "d0", Grade: 1}}
		}
		query.Results = eval.Results{eval.FirstStage: first, "elastic": rerank(first)}
		for _, system := range []string{eval.FirstStage, "elastic"} {
			if failures > 0 && random.IntN(failures) == 0 {
				query.Results[system] = &eval.Result{Error: "429: too many requests"}
			}
		}
		run.Queries = append(run.Queries, query)
	}
	run.Manifest.QueryCount = len(run.Queries)
	run.Complete.Queries = len(run.Queries)
	return run
}

// tiesOf are the ranges of ranks that share a score.
func tiesOf(hits []eval.Hit) [][2]int {
	var ties [][2]int
	start := 0
	for i := 1; i <= len(hits); i++ {
		if i < len(hits) && hits[i].Score == hits[start].Score {
			continue
		}
		if i-start > 1 {
			ties = append(ties, [2]int{start + 1, i})
		}
		start = i
	}
	return ties
}

// verdictWords are what a report of a gain or a loss would say.
var verdictWords = regexp.MustCompile(`\b(raises|lowers|rose: |fell: |better by|the systems differ|Helps|Hurts)\b`)

// verdictWord finds one; the expression alone would take most of the time.
func verdictWord(content []byte) string {
	for _, word := range []string{"raises", "lowers", "rose: ", "fell: ", "better by", "the systems differ", "Helps", "Hurts"} {
		if bytes.Contains(content, []byte(word)) {
			if found := verdictWords.Find(content); found != nil {
				return string(found)
			}
		}
	}
	return ""
}

// gatesPassed is how formats for people say how many gates passed.
var gatesPassed = regexp.MustCompile(`^Gates: [^\n<.]*?\b(\d+) passed`)

// passedIn counts the gates that a report in the format says have passed; -1
// for a format without gates.
func passedIn(t *testing.T, format Format, content []byte) int {
	t.Helper()
	n := 0
	switch format {
	case CSV:
		return -1
	case JSON:
		var read struct {
			Gates []struct{ Outcome string }
		}
		if err := json.Unmarshal(content, &read); err != nil {
			t.Fatal(err)
		}
		for _, g := range read.Gates {
			if g.Outcome == string(gate.Passed) {
				n++
			}
		}
	case JUnit:
		var read junitSuites
		if err := xml.Unmarshal(content, &read); err != nil {
			t.Fatal(err)
		}
		for _, suite := range read.Suites {
			for _, c := range suite.Cases {
				if strings.HasSuffix(suite.Name, ": gates") && c.Failure == nil && c.Error == nil && c.Skipped == nil && !strings.HasPrefix(c.SystemOut, "inconclusive") {
					n++
				}
			}
		}
	default:
		at := bytes.Index(content, []byte("Gates: "))
		if at < 0 {
			t.Fatalf("%s says nothing of gates", format)
		}
		if found := gatesPassed.FindSubmatch(content[at:]); found != nil {
			n, _ = strconv.Atoi(string(found[1]))
		}
	}
	return n
}

// reportDrawn renders a run in every format, and holds each against what its
// gates decide. It returns what people read of each.
func reportDrawn(t *testing.T, seed uint64, run *eval.Run) (*Report, map[Format][]byte) {
	t.Helper()
	e, err := score.Evaluate(run, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(e, stats.Options{Permutations: 200})
	if err != nil {
		t.Fatal(err)
	}
	r.Gates = gate.Evaluate(gate.Input{Scores: e, Integrity: &r.Integrity, Now: time.Unix(1e9, 0)})
	passed := 0
	for _, g := range r.Gates {
		if g.Verdict == gate.Passed {
			passed++
		}
	}
	said := make(map[Format][]byte)
	for _, f := range formats() {
		content, err := render(f.format, r, Options{})
		if err != nil {
			t.Fatalf("seed %d: %s: %v", seed, f.format, err)
		}
		if n := passedIn(t, f.format, content); n >= 0 && n != passed {
			t.Fatalf("seed %d: %s says that %d gates passed, and %d did:\n%s", seed, f.format, n, passed, content)
		}
		if f.format == HTML { // its style and script have words of their own
			content = content[bytes.Index(content, []byte("<main>")):bytes.Index(content, []byte("<script>"))]
		}
		said[f.format] = content
	}
	return r, said
}

// judgeDrawn holds a run against what may be said of it in every format.
func judgeDrawn(t *testing.T, seed uint64, run *eval.Run, allowed ...stats.Says) *Report {
	t.Helper()
	r, said := reportDrawn(t, seed, run)
	for _, g := range r.Gates {
		if g.Verdict == gate.Passed {
			t.Fatalf("seed %d: the gate passed: %s", seed, g)
		}
	}
	for _, d := range r.Compared.Differences {
		if !slices.Contains(allowed, d.Says) {
			t.Fatalf("seed %d: %s says %s: %+v", seed, d.Metric, d.Says, d)
		}
	}
	for format, content := range said {
		if format == JSON {
			var read struct {
				Verdicts []struct{ Says stats.Says }
			}
			if err := json.Unmarshal(content, &read); err != nil {
				t.Fatal(err)
			}
			for _, v := range read.Verdicts {
				if !slices.Contains(allowed, v.Says) {
					t.Fatalf("seed %d: the JSON says %s", seed, v.Says)
				}
			}
			continue
		}
		if word := verdictWord(content); word != "" {
			t.Fatalf("seed %d: %s says %q:\n%s", seed, format, word, content)
		}
	}
	return r
}

// A reranker that returns the first stage's order, with the same ties, has no
// effect, whatever fails on either side.
func TestFailuresAreNoEvidence(t *testing.T) {
	t.Parallel()
	for seed := range evidenceCases() {
		random := rand.New(rand.NewPCG(seed, 15))
		run := drawnRun(random, 2+random.IntN(8), func(first *eval.Result) *eval.Result {
			same := &eval.Result{TookMS: 2, WallMS: 2, Ties: first.Ties}
			for _, h := range first.Hits {
				same.Hits = append(same.Hits, eval.Hit{Document: h.Document, Score: h.Score / 10})
			}
			return same
		})
		r := judgeDrawn(t, seed, run, stats.Unchanged, stats.NoEvidence)
		for _, d := range r.Compared.Differences {
			if d.Wins+d.Losses != 0 || d.N > 0 && d.Mean != 0 {
				t.Fatalf("seed %d: %s: %d won, %d lost, a difference of %v", seed, d.Metric, d.Wins, d.Losses, d.Mean)
			}
		}
	}
}

// A reranker whose scores all tie returns no order, whatever order it comes in.
func TestTiesAreNoEvidence(t *testing.T) {
	t.Parallel()
	for seed := range evidenceCases() {
		random := rand.New(rand.NewPCG(seed, 17))
		run := drawnRun(random, 20, func(first *eval.Result) *eval.Result {
			tied := &eval.Result{TookMS: 2, WallMS: 2, Ties: [][2]int{{1, len(first.Hits)}}}
			for _, i := range random.Perm(len(first.Hits)) {
				tied.Hits = append(tied.Hits, eval.Hit{Document: first.Hits[i].Document, Score: 0.5})
			}
			return tied
		})
		judgeDrawn(t, seed, run, stats.NoEvidence)
	}
}

// Failures alone let no gate pass that the whole run fails, in no format. With
// a confidence it passes only where it does both with the failed queries left
// out and with them at their worst.
func TestFailuresPassNoGateInAnyFormat(t *testing.T) {
	t.Parallel()
	passes := 0
	for seed := range evidenceCases() {
		random := rand.New(rand.NewPCG(seed, 19))
		whole := drawnRun(random, 0, func(first *eval.Result) *eval.Result {
			mixed := &eval.Result{TookMS: 2, WallMS: 2}
			for rank, i := range random.Perm(len(first.Hits)) {
				mixed.Hits = append(mixed.Hits, eval.Hit{Document: first.Hits[i].Document, Score: 0.9 - float64(rank)/10})
			}
			return mixed
		})
		limit := []float64{0, 0.02, 0.1, 0.3, 0.5}[random.IntN(5)]
		whole.Manifest.Gates = []judgments.Gate{
			{Metric: "ndcg@5", System: "elastic", Min: &limit},
			{Metric: "mrr", System: "elastic", Versus: eval.FirstStage, MaxDrop: &limit},
			{Metric: "ndcg@5", System: "elastic", Versus: eval.FirstStage, MinGain: new(limit / 10)},
			{Metric: "recall@5", System: "elastic", Versus: eval.FirstStage, MaxQueryDrop: &limit},
			{Metric: "ndcg@5", System: "elastic", Versus: eval.FirstStage, MaxDrop: &limit, Confidence: 0.95},
		}
		failed := *whole
		failed.Queries = slices.Clone(whole.Queries)
		left := *whole // without the failed queries
		left.Queries = nil
		for i := range failed.Queries {
			q := &failed.Queries[i]
			q.Results = maps.Clone(q.Results)
			fails := false
			for _, system := range []string{eval.FirstStage, "elastic"} {
				if random.IntN(6) == 0 {
					q.Results[system], fails = &eval.Result{Error: "429: too many requests"}, true
				}
			}
			if !fails {
				left.Queries = append(left.Queries, *q)
			}
		}
		left.Manifest.QueryCount = len(left.Queries)
		r, _ := reportDrawn(t, seed, &failed)
		decided := func(run *eval.Run) []gate.Result {
			e, err := score.Evaluate(run, nil)
			if err != nil {
				t.Fatal(err)
			}
			return gate.Evaluate(gate.Input{Scores: e, Now: time.Unix(1e9, 0)})
		}
		truth, answered := decided(whole), decided(&left)
		for i, g := range r.Gates {
			if g.Verdict != gate.Passed {
				continue
			}
			passes++
			if against := truth[i]; whole.Manifest.Gates[i].Confidence == 0 && against.Verdict != gate.Passed {
				t.Fatalf("seed %d: failures alone let it pass:\n%s\nwhole: %s", seed, g, against)
			}
			if against := answered[i]; whole.Manifest.Gates[i].Confidence > 0 && against.Verdict != gate.Passed {
				t.Fatalf("seed %d: it does not pass without the failed queries:\n%s\nwithout: %s", seed, g, against)
			}
		}
	}
	if passes < 100 {
		t.Errorf("only %d gates passed: they say little", passes)
	}
}

// The drawn runs can say something: a reranker that puts the relevant documents
// first is seen to.
func TestDrawnRunsCanShowAGain(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	run := drawnQueries(random, 15, 0, func(first *eval.Result) *eval.Result {
		turned := &eval.Result{TookMS: 2, WallMS: 2}
		for i := range first.Hits {
			turned.Hits = append(turned.Hits, eval.Hit{Document: first.Hits[len(first.Hits)-1-i].Document, Score: 0.9 - float64(i)/10})
		}
		return turned
	})
	for i := range run.Queries {
		hits := run.Queries[i].Results[eval.FirstStage].Hits
		run.Queries[i].Judgments = []judgments.Judgment{{Title: hits[len(hits)-1].Title, Grade: 1}}
	}
	e, err := score.Evaluate(run, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(e, stats.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if v := r.verdicts()[0]; v.Says != stats.Raises {
		t.Errorf("the verdict is %s: %s", v.Says, v.Sentence)
	}
}
