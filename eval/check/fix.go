package check

import (
	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/edit"
)

// Fix rewrites the titles of a suite's text for which a finding knows a
// certain new one, and with likely also those for which it knows one likely
// one. It marks these findings as fixed, and returns the new text; nil where
// there is nothing to fix. After an error nothing is marked.
func Fix(s *judgments.Suite, text []byte, found []Finding, likely bool) ([]byte, error) {
	e, err := edit.Open(s, text)
	if err != nil {
		return nil, err
	}
	var fixed []int
	for i := range found {
		r := found[i].Rename
		if r == nil || found[i].File != s.File || !r.Certain && !likely {
			continue
		}
		if r.use.judgment >= 0 {
			err = e.RetitleJudgment(r.use.query, r.use.judgment, r.To)
		} else {
			err = e.RetitleExpectation(r.use.query, r.use.expectation, r.use.before, r.To)
		}
		if err != nil {
			return nil, err
		}
		fixed = append(fixed, i)
	}
	if !e.Changed() {
		return nil, nil
	}
	changed, err := e.Text()
	if err != nil {
		return nil, err
	}
	for _, i := range fixed {
		found[i].Fixed = true
	}
	return changed, nil
}
