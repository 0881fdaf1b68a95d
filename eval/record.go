package eval

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// NewQuery starts the record of a suite's query, without results.
func NewQuery(number int, q judgments.Query) Query {
	record := Query{
		Type:       "query",
		Number:     number,
		ID:         q.ID,
		Position:   q.Position,
		Text:       q.Text,
		Tags:       q.Tags,
		Judgments:  q.Relevant,
		Exclude:    q.Exclude,
		Expect:     q.Expect,
		Quarantine: q.Quarantine,
	}
	if q.InferenceText != q.Text {
		record.InferenceText = q.InferenceText
	}
	return record
}

// NewResult takes an answer over. A hit without a title is kept by its id,
// with a warning. The hits' index is kept only where the run covers several.
// Order is the system's, by which its ties are found.
func NewResult(response cluster.Response, titleField string, severalIndices bool, order Order) *Result {
	r := &Result{
		TookMS: response.Took.Milliseconds(),
		WallMS: float64(response.Wall.Microseconds()) / 1000,
		Hits:   make([]Hit, len(response.Hits)),
		Ties:   order.Ties(response.Hits),
	}
	if response.Attempts > 1 {
		r.Attempts = response.Attempts
	}
	untitled := 0
	for i, h := range response.Hits {
		values := h.Values(titleField)
		if len(values) == 0 {
			untitled++
		}
		r.Hits[i] = Hit{Document: &Document{ID: h.ID, Title: joinTitles(values)}, Score: h.Score}
		if severalIndices {
			r.Hits[i].Index = h.Index
		}
		if math.IsNaN(h.Score) {
			r.Hits[i].Score = 0
		}
	}
	if untitled > 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%s without a value in %s, known by id only", text.Count(int64(untitled), "hit"), titleField))
	}
	return r
}

// NewReranked makes the result of a system whose window was scored outside of
// Elasticsearch: the first stage's hits that have a score (of the others it is
// NaN) of at least minScore, nil for all, by falling score; equal ones keep the
// first stage's order, and tie. It took the first stage's time and the call's.
func NewReranked(first *Result, scores []float64, minScore *float64, call time.Duration) *Result {
	ms := float64(call.Microseconds()) / 1000
	r := &Result{
		Hits:     []Hit{},
		TookMS:   first.TookMS + int64(math.Round(ms)),
		WallMS:   first.WallMS + ms,
		CallMS:   ms,
		Warnings: slices.Clone(first.Warnings),
	}
	for i, score := range scores {
		if math.IsNaN(score) || minScore != nil && score < *minScore {
			continue
		}
		r.Hits = append(r.Hits, Hit{Document: first.Hits[i].Document, Score: score})
	}
	slices.SortStableFunc(r.Hits, func(a, b Hit) int { return cmp.Compare(float32(b.Score), float32(a.Score)) })
	r.Ties = Order{}.TiesOf(r.Hits)
	return r
}
