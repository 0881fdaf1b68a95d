package sweep

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/judgments"
)

// The server's scaling is max(raw, 0) + min(exp(raw), 1).
func TestRawScoreUndoesTheServersScaling(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.Float64Range(-20, 20).Draw(t, "raw")
		scaled := max(raw, 0) + min(math.Exp(raw), 1)
		if got := rawScore(scaled); math.Abs(got-raw) > 1e-6 {
			t.Fatalf("%v is scaled to %v, which comes back as %v", raw, scaled, got)
		}
	})
	if got := rawScore(0); !math.IsInf(got, -1) {
		t.Errorf("score 0 comes from %v, want -Inf", got)
	}
}

func TestScale(t *testing.T) {
	for _, test := range []struct{ x, low, high, want float64 }{
		{5, 0, 10, .5}, {0, 0, 10, 0}, {10, 0, 10, 1}, {3, 3, 3, 0},
		{math.Inf(-1), math.Inf(-1), 2, 0}, {2, math.Inf(-1), 2, 1},
	} {
		if got := scale(test.x, test.low, test.high); got != test.want {
			t.Errorf("scale(%v, %v, %v) = %v, want %v", test.x, test.low, test.high, got, test.want)
		}
	}
}

// runWith makes a run of as many queries over 30 documents, of which the
// relevant one has the scores that the two functions give; the others' scores
// are random.
func runWith(queries int, firstOf, rerankOf func(random *rand.Rand, relevant bool) float64) *eval.Run {
	random := rand.New(rand.NewPCG(11, 12))
	run := &eval.Run{Manifest: eval.Manifest{
		Systems: evaltest.Systems(30, eval.System{Name: "r", Window: 30}), Metrics: []string{"ndcg@10"},
		QueryCount: queries,
	}, Complete: &eval.Complete{}}
	run.Manifest.Systems[0].Retriever = json.RawMessage(`{"standard":{"query":{"match":{"plot":"{{query}}"}}}}`)
	for i := range queries {
		q := eval.Query{ID: fmt.Sprint(i), Number: i, Judgments: []judgments.Judgment{{ID: "0", Grade: 1}}}
		var first, reranked []eval.Hit
		for d := range 30 {
			first = append(first, eval.Hit{Document: &eval.Document{ID: fmt.Sprint(d)}, Score: firstOf(random, d == 0)})
			reranked = append(reranked, eval.Hit{Document: &eval.Document{ID: fmt.Sprint(d)}, Score: rerankOf(random, d == 0)})
		}
		byScore := func(a, b eval.Hit) int {
			if a.Score > b.Score {
				return -1
			}
			return 1
		}
		slices.SortFunc(first, byScore)
		slices.SortFunc(reranked, byScore)
		q.Results = eval.Results{eval.FirstStage: {Hits: first}, "r": {Hits: reranked}}
		run.Queries = append(run.Queries, q)
	}
	return run
}

func settingsOf(t *testing.T, run *eval.Run) *Settings {
	t.Helper()
	result, err := FromRun(run, Options{Windows: []int{30}})
	if err != nil {
		t.Fatal(err)
	}
	return result.Rerankers[0].Settings
}

// Two stages that each know one half of what is relevant are best blended.
func TestBlendOfTwoHalves(t *testing.T) {
	half := func(random *rand.Rand, relevant bool) float64 {
		score := 2 + random.NormFloat64()
		if relevant {
			score += 1.5
		}
		return max(score, 0.001)
	}
	s := settingsOf(t, runWith(300, half, half))
	if s == nil || s.Blend == nil {
		t.Fatal("no blend is estimated")
	}
	if s.Blend.Chosen < .3 || s.Blend.Chosen > .7 {
		t.Errorf("the weight is %v, want about .5: both stages know as much", s.Blend.Chosen)
	}
	if s.Blend.Difference.Low <= 0 {
		t.Errorf("the blend changes %+v, want a gain", s.Blend.Difference)
	}
	var retriever struct {
		Linear struct {
			Window     int `json:"rank_window_size"`
			Retrievers []struct {
				Weight     float64                    `json:"weight"`
				Normalizer string                     `json:"normalizer"`
				Retriever  map[string]json.RawMessage `json:"retriever"`
			} `json:"retrievers"`
		} `json:"linear"`
	}
	if err := json.Unmarshal(s.Blend.Retriever, &retriever); err != nil {
		t.Fatalf("%v: %s", err, s.Blend.Retriever)
	}
	if l := retriever.Linear; l.Window != 30 || len(l.Retrievers) != 2 || l.Retrievers[0].Normalizer != "minmax" || l.Retrievers[0].Retriever["standard"] == nil ||
		l.Retrievers[1].Retriever["text_similarity_reranker"] == nil || l.Retrievers[1].Weight != s.Blend.Chosen || math.Abs(l.Retrievers[0].Weight+s.Blend.Chosen-1) > 1e-9 {
		t.Errorf("the retriever is %s", s.Blend.Retriever)
	}
	if said := strings.Join(s.Sentences("ndcg@10", 0.95), "\n"); !strings.Contains(said, string(s.Blend.Retriever)) {
		t.Errorf("no retriever in %q", said)
	}
	if len(s.Blend.Options) != blendSteps+1 || s.Folds != defaultFolds {
		t.Errorf("%d weights and %d folds", len(s.Blend.Options), s.Folds)
	}
}

// Where the first stage knows nothing the cross-validated blend promises
// nothing, although the best weight on all queries may look better.
func TestBlendIsNotFlattered(t *testing.T) {
	noise := func(random *rand.Rand, _ bool) float64 { return 2 + random.Float64() }
	good := func(random *rand.Rand, relevant bool) float64 {
		if relevant {
			return 3 + random.Float64()
		}
		return 2 + 1.5*random.Float64()
	}
	s := settingsOf(t, runWith(200, noise, good))
	if s.Blend.Difference.Mean > 0.01 || s.Blend.Retriever != nil {
		t.Errorf("blending with noise promises %+v by %s", s.Blend.Difference, s.Blend.Retriever)
	}
	best := 0.0
	for _, option := range s.Blend.Options {
		best = max(best, float64(option.Value))
	}
	if float64(s.Blend.Value) > best+1e-12 {
		t.Errorf("the cross-validated value %v is above the best on all queries, %v", s.Blend.Value, best)
	}
}

// The ends of the blend are the two rankings themselves.
func TestBlendEnds(t *testing.T) {
	anything := func(random *rand.Rand, _ bool) float64 { return 1 + 5*random.Float64() }
	run := runWith(40, anything, anything)
	s := settingsOf(t, run)
	evaluation, err := score.Evaluate(run, nil)
	if err != nil {
		t.Fatal(err)
	}
	for at, system := range map[int]int{0: 0, blendSteps: 1} {
		want, _ := score.Mean(evaluation.Systems[system].Values[0])
		if got := float64(s.Blend.Options[at].Value); math.Abs(got-want) > 1e-12 {
			t.Errorf("weight %v has %v, the ranking itself %v", s.Blend.Options[at].Weight, got, want)
		}
	}
}

// A threshold between the scores of the relevant and all others cuts without
// loss, and gains nothing either: none is proposed.
func TestMinScore(t *testing.T) {
	anything := func(random *rand.Rand, _ bool) float64 { return 1 + random.Float64() }
	apart := func(random *rand.Rand, relevant bool) float64 {
		if relevant {
			return 6 + random.Float64() // raw 5 to 6
		}
		return 1 + random.Float64() // raw 0 to 1
	}
	s := settingsOf(t, runWith(100, anything, apart))
	m := s.MinScore
	if m.Chosen.Defined() || m.Difference.Mean != 0 || m.Kept != 1 {
		t.Errorf("min_score %v changes %+v and keeps %v, want none", m.Chosen, m.Difference, m.Kept)
	}
	if last := m.Options[len(m.Options)-1]; last.Value != m.Options[0].Value || last.Hits > 5 {
		t.Errorf("the highest threshold has %+v, want no loss and few hits: the relevant documents rank first", last)
	}
	if said := strings.Join(s.Sentences("ndcg@10", 0.95), "\n"); !strings.Contains(said, "no min_score is proposed") {
		t.Errorf("says %q", said)
	}
	if got := m.Options[0]; got.MinScore.Defined() || got.Hits != 30 {
		t.Errorf("the first option is %+v, want no threshold and all 30 hits", got)
	}
	for i := 1; i < len(m.Options); i++ {
		if m.Options[i].Hits >= m.Options[i-1].Hits {
			t.Errorf("threshold %v keeps %v hits, a lower one %v", m.Options[i].MinScore, m.Options[i].Hits, m.Options[i-1].Hits)
		}
	}
}

func TestNoSettingsOnFewQueries(t *testing.T) {
	anything := func(random *rand.Rand, _ bool) float64 { return 1 + random.Float64() }
	if s := settingsOf(t, runWith(fewForFolds-1, anything, anything)); s != nil {
		t.Errorf("%d queries give %+v, want nothing", fewForFolds-1, s)
	}
}

func TestNoBlendWithoutFirstStageScores(t *testing.T) {
	constant := func(*rand.Rand, bool) float64 { return 1 }
	anything := func(random *rand.Rand, _ bool) float64 { return 1 + random.Float64() }
	s := settingsOf(t, runWith(20, constant, anything))
	if s.Blend != nil || len(s.Notes) != 1 {
		t.Errorf("blend %+v, notes %q: want none, and why", s.Blend, s.Notes)
	}
}

// Blending needs no sorting: the rank of a judged hit is counted. Equal sums
// count by the mean over their orders.
func TestBlendedEqualsSorting(t *testing.T) {
	m, err := metrics.Parse("ndcg@10")
	if err != nil {
		t.Fatal(err)
	}
	c := &curve{base: &base{run: &eval.Run{}, metrics: []metrics.Metric{m}}}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 30).Draw(t, "hits")
		q := candidateQuery{least: 0, most: 1}
		var grades []float64
		for range n {
			h := candidate{
				score: float64(rapid.IntRange(0, 5).Draw(t, "reranked")) / 5,
				first: float64(rapid.IntRange(0, 5).Draw(t, "first")) / 5,
				grade: metrics.Unjudged(),
			}
			if rapid.Bool().Draw(t, "judged") {
				h.grade = float64(rapid.IntRange(0, 3).Draw(t, "grade"))
				grades = append(grades, h.grade)
			}
			q.hits = append(q.hits, h)
		}
		q.judged = metrics.NewJudged(grades)
		weight := float64(rapid.IntRange(0, 4).Draw(t, "weight")) / 4
		sorted := slices.Clone(q.hits)
		slices.SortStableFunc(sorted, func(a, b candidate) int {
			x, y := weight*a.score+(1-weight)*a.first, weight*b.score+(1-weight)*b.first
			switch {
			case x > y:
				return -1
			case x < y:
				return 1
			}
			return 0
		})
		ranking := metrics.Ranking{Judged: q.judged}
		for _, h := range sorted {
			ranking.Grades = append(ranking.Grades, h.grade)
		}
		var ties []metrics.Tie
		sum := func(h candidate) float64 { return weight*h.score + (1-weight)*h.first }
		for i := 1; i < len(sorted); i++ {
			if sum(sorted[i]) == sum(sorted[i-1]) {
				ties = extended(ties, i+1)
			}
		}
		if want, got := m.Expected(ranking, ties, 0).Value, c.blended(new([]metrics.Hit), q, weight); math.Abs(want-got) > 1e-12 {
			t.Fatalf("counted %v, sorted %v", got, want)
		}
	})
}

// Where all scores are equal no threshold cuts any hit, and none is named.
func TestNoMinScoreAmongEqualScores(t *testing.T) {
	run := runWith(20, func(r *rand.Rand, _ bool) float64 { return 1 + r.Float64() }, func(*rand.Rand, bool) float64 { return 2 })
	result, err := FromRun(run, Options{Windows: []int{30}})
	if err != nil {
		t.Fatal(err)
	}
	s := result.Rerankers[0].Settings
	if len(s.MinScore.Options) != 1 || s.MinScore.Chosen.Defined() {
		t.Errorf("min_score %+v, want no option but none", s.MinScore)
	}
}

// A blend that is all the reranker's is no blend.
func TestNoBlendIsSaid(t *testing.T) {
	run := runWith(40, func(r *rand.Rand, _ bool) float64 { return 1 + r.Float64() }, func(r *rand.Rand, relevant bool) float64 {
		if relevant {
			return 9
		}
		return 1 + r.Float64()
	})
	result, err := FromRun(run, Options{Windows: []int{30}})
	if err != nil {
		t.Fatal(err)
	}
	s := result.Rerankers[0].Settings
	text := strings.Join(s.Sentences("ndcg@10", 0.95), "\n")
	if s.Blend.Chosen != 1 || strings.Contains(text, "100 % reranker") || !strings.Contains(text, "no blend with the first stage's score") {
		t.Errorf("weight %v: %s", s.Blend.Chosen, text)
	}
}
