package agree

import (
	"fmt"

	"github.com/releval/releval/eval/pool"
	"github.com/releval/releval/judgments"
)

// Judge is one judge's grades.
type Judge struct {
	File    string
	Queries []Query
}

// Query is a query with its judgments.
type Query struct {
	ID, Text string
	// Asked is what the reranker is asked.
	Asked    string
	Relevant []judgments.Judgment
	// Open are the documents of a pool file that have no grade yet.
	Open []judgments.Judgment
}

// Read reads a suite or a pool file. Suite reads a suite.
func Read(path string, suite func(path string) (*judgments.Suite, error)) (Judge, error) {
	text, err := judgments.ReadText(path, judgments.DefaultMaxBytes)
	if err != nil {
		return Judge{}, err
	}
	if pool.IsPool(text) {
		f, err := pool.Parse(path, text)
		if err != nil {
			return Judge{}, err
		}
		return fromPool(f), nil
	}
	s, err := suite(path)
	if err != nil {
		return Judge{}, err
	}
	return fromSuite(s), nil
}

func fromSuite(s *judgments.Suite) Judge {
	j := Judge{File: s.File}
	for _, q := range s.Queries {
		j.Queries = append(j.Queries, Query{ID: q.ID, Text: q.Text, Asked: q.InferenceText, Relevant: q.Relevant})
	}
	return j
}

func fromPool(f *pool.File) Judge {
	j := Judge{File: f.Path}
	for _, q := range f.Queries {
		query := Query{ID: q.ID, Text: q.Text, Asked: q.InferenceText}
		if query.Asked == "" {
			query.Asked = q.Text
		}
		for _, c := range q.Candidates {
			document := judgments.Judgment{Position: c.Position, Title: c.Title, ID: c.ID, Index: c.Index}
			if c.Grade == nil {
				query.Open = append(query.Open, document)
				continue
			}
			document.Grade = *c.Grade
			query.Relevant = append(query.Relevant, document)
		}
		j.Queries = append(j.Queries, query)
	}
	return j
}

// name is how a query is listed.
func (q *Query) name() string {
	if q.ID != "" {
		return q.ID
	}
	return fmt.Sprintf("%q", q.Text)
}
