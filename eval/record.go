package eval

import (
	"fmt"
	"math"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// NewQuery starts the record of a suite's query, without results.
func NewQuery(number int, q judgments.Query) Query {
	record := Query{
		Type:   "query",
		Number: number,
		ID:     q.ID,
		Text:   q.Text,
		Line:   q.Line,
		Column: q.Column,
		Tags:   q.Tags,
	}
	if q.InferenceText != q.Text {
		record.InferenceText = q.InferenceText
	}
	record.Judgments = make([]Judgment, len(q.Relevant))
	for i, j := range q.Relevant {
		record.Judgments[i] = Judgment{Title: j.Title, ID: j.ID, Grade: j.Grade}
	}
	for _, e := range q.Expect {
		record.Expect = append(record.Expect, Expect{
			Source: e.Source, Line: e.Line, Column: e.Column,
			Title: e.Title, ID: e.ID, System: e.System,
			Within: e.Within, NotWithin: e.NotWithin, Before: e.Before,
		})
	}
	if q.Quarantine != nil {
		record.Quarantine = &Quarantine{Until: q.Quarantine.Until, Reason: q.Quarantine.Reason}
	}
	return record
}

// NewResult takes an answer over. A hit without a title is kept by its id,
// with a warning. The hits' index is kept only where the run covers several.
func NewResult(response cluster.Response, titleField string, severalIndices bool) *Result {
	r := &Result{
		TookMS: response.Took.Milliseconds(),
		WallMS: float64(response.Wall.Microseconds()) / 1000,
		Hits:   make([]Hit, len(response.Hits)),
	}
	if response.Attempts > 1 {
		r.Attempts = response.Attempts
	}
	untitled := 0
	for i, h := range response.Hits {
		title, ok := h.Value(titleField)
		if !ok {
			untitled++
		}
		r.Hits[i] = Hit{ID: h.ID, Title: title, Score: h.Score}
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
