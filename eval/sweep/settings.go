package sweep

import (
	"fmt"
	"math"
	"slices"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/stats"
)

// Settings estimate, from the lists of the pass alone, what other settings
// would have given at one window. They are estimates, never measurements: the
// setting is chosen on some queries and scored on the others
// (cross-validation), so that the number is not flattered by the choice. One is
// proposed only where its interval lies above 0.
type Settings struct {
	// Window is where they are estimated.
	Window int `json:"window"`
	// Folds is how many parts the queries were divided into.
	Folds int `json:"folds"`
	// MinScore and Blend are the estimates; Blend is nil where the first
	// stage gives no scores.
	MinScore *MinScore `json:"min_score,omitempty"`
	Blend    *Blend    `json:"blend,omitempty"`
	// Notes say why one is missing.
	Notes []string `json:"notes,omitempty"`
}

// fewForFolds is the number of queries below which a choice on a part of them
// says nothing.
const fewForFolds = stats.MinQueries

// settings makes the estimates at the window with index i; nil where there are
// too few queries.
func (c *curve) settings(i int, o Options) *Settings {
	queries := c.defined()
	if len(queries) < fewForFolds {
		return nil
	}
	folds, err := stats.Folds(len(queries), defaultFolds, o.Seed)
	if err != nil {
		return nil
	}
	s := &Settings{Window: c.windows[i], Folds: len(folds)}
	var room []candidate
	windows := func(yield func(at int, q candidateQuery) bool) {
		for at, q := range queries {
			found := c.candidates(room[:0], q, s.Window)
			if room = found.hits; !yield(at, found) {
				return
			}
		}
	}
	scored := false
	for _, q := range windows {
		if scored = scored || q.scored; scored {
			break
		}
	}
	s.MinScore = c.estimateMinScore(windows, folds, o)
	if scored {
		s.Blend = c.estimateBlend(windows, s.Window, folds, o)
	} else {
		s.Notes = append(s.Notes, "no blend is estimated: the first stage gives equal scores to all its hits")
	}
	return s
}

// candidateQuery is one query's window with both scores. Its hits are in memory
// that the next query takes.
type candidateQuery struct {
	judged *metrics.Judged
	// hits are in the reranker's order.
	hits   []candidate
	scored bool // the first stage's scores tell its hits apart
	// least and most are the reranker's scores within the window.
	least, most float64
}

type candidate struct {
	score float64 // the reranker's, as the server returns it
	first float64 // the first stage's from 0 to 1 within the window
	grade float64 // metrics.Unjudged() for none
}

// candidates joins the two lists of a query at a window; its hits are appended
// to room.
func (c *curve) candidates(room []candidate, q, window int) candidateQuery {
	query := &c.run.Queries[q]
	prepared := candidateQuery{judged: c.judged[q], hits: room}
	first, reranked := query.Results[c.first], query.Results[c.system]
	if !c.usable[q] {
		return prepared
	}
	seen := first.Hits[:min(window, len(first.Hits))]
	position := make(map[eval.Key]int, len(seen))
	low, high := math.Inf(1), math.Inf(-1)
	for i, h := range seen {
		position[h.Key()] = i
		low, high = min(low, h.Score), max(high, h.Score)
	}
	prepared.scored = high > low
	hits := reranked.Hits // those of the window are picked below, as Derive does
	if c.measured != nil && window < c.windows[c.covered-1] {
		hits = nil
		at := slices.Index(c.windows, window)
		if result := c.measured[at][q]; !result.Failed() {
			hits = result.Hits
		}
	}
	credited := make(map[int32]bool)
	prepared.least, prepared.most = math.Inf(1), math.Inf(-1)
	for _, h := range hits {
		at, ok := position[h.Key()]
		if !ok || query.Excludes(h.Document) {
			continue
		}
		prepared.least, prepared.most = min(prepared.least, h.Score), max(prepared.most, h.Score)
		found := candidate{score: h.Score, first: scale(seen[at].Score, low, high), grade: metrics.Unjudged()}
		if m := c.matches[q][at]; m >= 0 && !credited[m] {
			// The documents of one title share its judgment; the one that the
			// reranker prefers keeps it.
			credited[m] = true
			found.grade = query.Judgments[m].Grade
		}
		prepared.hits = append(prepared.hits, found)
	}
	return prepared
}

// reranked is a hit's score from the reranker, from 0 to 1 within the window.
func (q *candidateQuery) reranked(h candidate) float64 { return scale(h.score, q.least, q.most) }

// rawScore is the reranker's own score: what is scored outside of Elasticsearch
// is kept as it came.
func (c *curve) rawScore(score float64) float64 {
	if s := c.run.Manifest.System(c.system); s != nil && s.Outside != nil {
		return score
	}
	return rawScore(score)
}

// rawScore undoes the server's scaling of a reranker's score, which is
// max(raw, 0) + min(exp(raw), 1).
func rawScore(score float64) float64 {
	switch {
	case score >= 1:
		return score - 1
	case score > 0:
		return math.Log(score)
	default:
		return math.Inf(-1)
	}
}

// scale brings x to 0 to 1; 0 where the range is empty.
func scale(x, low, high float64) float64 {
	if !(high > low) || math.IsInf(x, 0) || math.IsInf(low, 0) {
		if x > low && !math.IsInf(high, 0) {
			return 1
		}
		return 0
	}
	return (x - low) / (high - low)
}

func meanOver(values []float64, queries []int) float64 {
	sum := 0.0
	for _, q := range queries {
		sum += values[q]
	}
	return sum / float64(len(queries))
}

func orZero(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return x
}

// Sentences say what was estimated, in a sentence each.
func (s *Settings) Sentences(metric string, confidence float64) []string {
	var sentences []string
	estimated := fmt.Sprintf("estimated by %d-fold cross-validation", s.Folds)
	if m := s.MinScore; m != nil {
		if m.Difference.Low > 0 {
			sentences = append(sentences, fmt.Sprintf("min_score %.4g at window %d would keep %.0f %% of the hits and change %s by %s (%s)",
				float64(m.Chosen), s.Window, float64(m.Kept)*100, metric, m.Difference.words(confidence), estimated))
		} else {
			sentences = append(sentences, fmt.Sprintf("no min_score is proposed: none is known to raise %s at window %d (%s)", metric, s.Window, estimated))
		}
	}
	switch b := s.Blend; {
	case b == nil:
	case b.Difference.Low > 0:
		sentences = append(sentences, fmt.Sprintf("a blend of %.0f %% reranker and %.0f %% first stage, each scaled to 0 to 1, at window %d would change %s by %s to %.4f (%s); the retriever that does it: %s",
			b.Chosen*100, (1-b.Chosen)*100, s.Window, metric, b.Difference.words(confidence), float64(b.Value), estimated, b.Retriever))
	default:
		sentences = append(sentences, fmt.Sprintf("no blend with the first stage's score is proposed: none is known to raise %s at window %d (%s)", metric, s.Window, estimated))
	}
	return append(sentences, s.Notes...)
}
