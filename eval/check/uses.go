package check

import (
	"github.com/releval/releval/judgments"
)

// use is one place where a suite names a document.
type use struct {
	judgments.Position
	// query is the number of the query, in the suite.
	query int
	// judgment is the number of the judgment, or -1; expectation that of the
	// expectation, or -1. before says that it is the title that must rank
	// below.
	judgment, expectation int
	before                bool
	title, id             string
	index                 string // beside the id, where the suite searches several
}

// usesOf lists the places of the chosen queries, in the order of the file.
func usesOf(s *judgments.Suite, chosen func(id string) bool) []use {
	var all []use
	for i := range s.Queries {
		q := &s.Queries[i]
		if !chosen(q.ID) {
			continue
		}
		for k, j := range q.Relevant {
			all = append(all, use{Position: j.Position, query: i, judgment: k, expectation: -1, title: j.Title, id: j.ID, index: j.Index})
		}
		for k, x := range q.Expect {
			all = append(all, use{Position: x.Position, query: i, judgment: -1, expectation: k, title: x.Title, id: x.ID})
			if x.Before != "" {
				all = append(all, use{Position: x.Position, query: i, judgment: -1, expectation: k, before: true, title: x.Before})
			}
		}
	}
	return all
}
