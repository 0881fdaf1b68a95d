package check

import (
	"errors"
	"slices"

	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/edit"
)

// Fix rewrites the titles of a suite's text for which a finding knows a
// certain new one, and with likely also those for which it knows one likely
// one. It marks these findings as fixed, and returns the new text; nil where
// there is nothing to fix. A title that cannot be rewritten in its place, or
// would make its query wrong, is left, and its finding says why. After an
// error nothing is marked.
func Fix(s *judgments.Suite, text []byte, found []Finding, likely bool) ([]byte, error) {
	f := fixer{suite: s, text: text, found: found, why: make(map[int]string)}
	// What belongs to one query is right or wrong together.
	var queries [][]int
	place := make(map[int]int)
	for i := range found {
		r := found[i].Rename
		if r == nil || found[i].File != s.File || !r.Certain && !likely {
			continue
		}
		if !judgments.CanHold(r.To) {
			f.why[i] = "a suite cannot hold the new title, because of its control characters; name the document by its id"
			continue
		}
		k, ok := place[r.use.query]
		if !ok {
			k = len(queries)
			place[r.use.query] = k
			queries = append(queries, nil)
		}
		queries[k] = append(queries[k], i)
	}
	changed, done, err := f.try(queries)
	if err != nil {
		if changed, done, err = f.try(f.sound(queries)); err != nil {
			return nil, err
		}
	}
	for _, i := range done {
		found[i].Fixed = true
		delete(f.why, i)
	}
	for i, why := range f.why {
		found[i].Message += " (not rewritten: " + why + ")"
	}
	return changed, nil
}

// fixer is one Fix at work.
type fixer struct {
	suite *judgments.Suite
	text  []byte
	found []Finding
	// why are the reasons of what is left, by finding.
	why map[int]string
}

// try rewrites what the findings of some queries say, and returns the text,
// nil where it stays, and the findings that were made true. Its error means
// that the text would be wrong.
func (f *fixer) try(queries [][]int) (changed []byte, done []int, err error) {
	e, err := edit.Open(f.suite, f.text)
	if err != nil {
		return nil, nil, err
	}
	var chosen []int
	var retitles []edit.Retitle
	for _, list := range queries {
		for _, i := range list {
			r := f.found[i].Rename
			chosen = append(chosen, i)
			retitles = append(retitles, edit.Retitle{
				Query: r.use.query, Judgment: r.use.judgment, Expectation: r.use.expectation, Before: r.use.before, Title: r.To,
			})
		}
	}
	for k, failure := range e.Retitle(retitles) {
		if failure != nil {
			f.why[chosen[k]] = reason(failure)
		} else {
			done = append(done, chosen[k])
		}
	}
	if !e.Changed() {
		return nil, nil, nil
	}
	changed, err = e.Text()
	return changed, done, err
}

// sound finds the queries that can be rewritten, by halves.
func (f *fixer) sound(queries [][]int) [][]int {
	if _, _, err := f.try(queries); err == nil {
		return queries
	}
	if len(queries) <= 1 {
		for _, list := range queries {
			for _, i := range list {
				f.why[i] = "the query would be wrong; edit it by hand"
			}
		}
		return nil
	}
	half := len(queries) / 2
	return slices.Concat(f.sound(queries[:half]), f.sound(queries[half:]))
}

// reason is an error without the place, which the finding gives already.
func reason(err error) string {
	if p, ok := errors.AsType[judgments.Problem](err); ok {
		return p.Message
	}
	return err.Error()
}
