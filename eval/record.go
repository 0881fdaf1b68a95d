package eval

import (
	"fmt"
	"math"
	"slices"

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
		Judgments:  slices.Clone(q.Relevant),
		Exclude:    slices.Clone(q.Exclude),
		Expect:     q.Expect,
		Quarantine: q.Quarantine,
	}
	if q.InferenceText != q.Text {
		record.InferenceText = q.InferenceText
	}
	for i := range record.Judgments {
		record.Judgments[i].Position = judgments.Position{} // a run file has none
	}
	for i := range record.Exclude {
		record.Exclude[i].Position = judgments.Position{}
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
