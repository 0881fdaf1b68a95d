package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/gate"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/judgments"
)

// evidenceCases is how many runs each property is tried on.
func evidenceCases() uint64 {
	if testing.Short() {
		return 200
	}
	return 2000
}

// drawnRun is a run of a first stage and a reranker, which the caller makes of
// the first stage's answer; one answer in so many fails, on either side.
func drawnRun(random *rand.Rand, failures int, rerank func(first *eval.Result) *eval.Result) *eval.Run {
	run := &eval.Run{
		Manifest: eval.Manifest{
			Type: "manifest", Format: 2, Suite: "drawn", File: "drawn.yaml", Seed: 1, Started: time.Unix(1e9, 0), Index: "i", TitleField: "title",
			Systems: evaltest.Systems(8, eval.System{Name: "elastic", Field: "plot", Window: 8}), Metrics: []string{"ndcg@5", "mrr", "recall@5"},
			Gates: []judgments.Gate{{Metric: "ndcg@5", System: "elastic", Versus: eval.FirstStage, MinGain: new(0.001)}},
		},
		Complete: &eval.Complete{Type: "complete"},
	}
	for q := range 14 + random.IntN(6) {
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

// judgeDrawn holds a run against what may be said of it in every format.
func judgeDrawn(t *testing.T, seed uint64, run *eval.Run, allowed ...stats.Says) *Report {
	t.Helper()
	e, err := score.Evaluate(run, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(e, stats.Options{Permutations: 500})
	if err != nil {
		t.Fatal(err)
	}
	r.Gates = gate.Evaluate(gate.Input{Scores: e, Integrity: &r.Integrity, Now: time.Unix(1e9, 0)})
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
	all := formats() // each case as JSON and in one of the others
	for i, f := range all {
		if f.format != JSON && uint64(i) != seed%uint64(len(all)) {
			continue
		}
		content, err := render(f.format, r, Options{})
		if err != nil {
			t.Fatalf("seed %d: %s: %v", seed, f.format, err)
		}
		if f.format == JSON {
			var read jsonReport
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
		if f.format == HTML { // its style and script have words of their own
			content = content[bytes.Index(content, []byte("<main>")):bytes.Index(content, []byte("<script>"))]
		}
		if word := verdictWords.Find(content); word != nil {
			t.Fatalf("seed %d: %s says %q:\n%s", seed, f.format, word, content)
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

// The drawn runs can say something: a reranker that puts the relevant documents
// first is seen to.
func TestDrawnRunsCanShowAGain(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	run := drawnRun(random, 0, func(first *eval.Result) *eval.Result {
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
