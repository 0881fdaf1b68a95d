package eval

import (
	"fmt"

	"github.com/releval/releval/eval/cluster"
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

// NewResult takes an answer over, and gives every oddity of it a defined
// outcome: a document that comes twice keeps its better rank, hits beyond the
// size asked for are cut, a hit without a title is kept by its id; each is a
// warning.
func NewResult(response cluster.Response, size int) *Result {
	r := &Result{TookMS: response.TookMS, WallMS: response.WallMS}
	if response.Attempts > 1 {
		r.Attempts = response.Attempts
	}
	r.Hits = make([]Hit, 0, len(response.Hits))
	type document struct{ index, id string }
	seen := make(map[document]bool, len(response.Hits))
	duplicates, untitled := 0, 0
	for _, h := range response.Hits {
		d := document{h.Index, h.ID}
		if seen[d] {
			duplicates++
			continue
		}
		seen[d] = true
		if h.Title == "" {
			untitled++
		}
		r.Hits = append(r.Hits, Hit{Index: h.Index, ID: h.ID, Title: h.Title, Score: h.Score})
	}
	if duplicates > 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%s came twice, and counts at its better rank only", count(int64(duplicates), "document")))
	}
	if untitled > 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%s without a title, known by id only", count(int64(untitled), "hit")))
	}
	if len(r.Hits) > size {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%d hits where %d were asked for: those beyond are left out", len(r.Hits), size))
		r.Hits = r.Hits[:size]
	}
	return r
}
