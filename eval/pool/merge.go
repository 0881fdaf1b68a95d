package pool

import (
	"fmt"
	"slices"

	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/edit"
)

// Merged says what Merge did.
type Merged struct {
	// Added are the judgments that are new, Already those that the suite has
	// with the same grade, Ungraded the candidates without a grade.
	Added, Already, Ungraded int
}

// Merge puts the grades of a pool file behind the judgments of a suite's
// text. It returns the new text, nil where there is nothing new. A grade that
// contradicts the suite, and a query that the suite does not have, are
// judgments.Problems, and nothing is merged.
func Merge(s *judgments.Suite, text []byte, f *File) ([]byte, Merged, error) {
	e, err := edit.Open(s, text)
	if err != nil {
		return nil, Merged{}, err
	}
	m := merger{suite: s, more: make([][]judgments.Judgment, len(s.Queries))}
	for _, q := range f.Queries {
		m.query(q)
	}
	if err := m.problems.ErrorOrNil(); err != nil || m.done.Added == 0 {
		return nil, m.done, err
	}
	for i, list := range m.more {
		if err := e.Judge(i, list); err != nil {
			return nil, m.done, err
		}
	}
	changed, err := e.Text()
	return changed, m.done, err
}

// merger is one Merge at work.
type merger struct {
	suite *judgments.Suite
	// more are the new judgments by query.
	more     [][]judgments.Judgment
	done     Merged
	problems judgments.Problems
}

func (m *merger) fail(at judgments.Position, message string) {
	m.problems = append(m.problems, judgments.Problem{Position: at, Message: message})
}

func (m *merger) query(q FileQuery) {
	graded := make([]FileCandidate, 0, len(q.Candidates))
	for _, c := range q.Candidates {
		if c.Grade == nil {
			m.done.Ungraded++
		} else {
			graded = append(graded, c)
		}
	}
	number := queryOf(m.suite, q)
	if number < 0 && len(graded) > 0 {
		m.fail(q.Position, fmt.Sprintf("the suite %s has no query %q", m.suite.File, q.ID))
		return
	}
	for _, c := range graded {
		j := judgments.Judgment{Position: c.Position, Title: c.Title, ID: c.ID, Index: c.Index, Grade: *c.Grade}
		if j.Title != "" && !judgments.CanHold(j.Title) {
			if j.ID == "" {
				m.fail(c.Position, fmt.Sprintf("a suite cannot hold the title %q, because of its control characters; name the document by its id", j.Title))
				continue
			}
			j.Title = ""
		}
		known := slices.Concat(m.suite.Queries[number].Relevant, m.more[number])
		switch already, clash := judged(known, j); {
		case clash != "":
			m.fail(c.Position, clash)
		case already:
			m.done.Already++
		default:
			m.more[number] = append(m.more[number], j)
			m.done.Added++
		}
	}
}

// queryOf finds a pool file's query in a suite, by id and else by text; -1
// where there is none.
func queryOf(s *judgments.Suite, q FileQuery) int {
	for i := range s.Queries {
		if q.ID != "" && s.Queries[i].ID == q.ID {
			return i
		}
	}
	asked := q.InferenceText
	if asked == "" {
		asked = q.Text
	}
	for i := range s.Queries {
		if q.Text != "" && judgments.FoldTitle(s.Queries[i].Text) == judgments.FoldTitle(q.Text) &&
			judgments.FoldTitle(s.Queries[i].InferenceText) == judgments.FoldTitle(asked) {
			return i
		}
	}
	return -1
}

// judged says whether a document is judged already, and how that clashes with
// a new judgment.
func judged(list []judgments.Judgment, j judgments.Judgment) (already bool, clash string) {
	for _, other := range list {
		sameTitle := j.Title != "" && judgments.FoldTitle(other.Title) == judgments.FoldTitle(j.Title)
		switch {
		case j.ID != "" && other.ID == j.ID && (j.Index == other.Index || j.Index == "" || other.Index == ""), j.ID == "" && other.ID == "" && sameTitle:
			if other.Grade != j.Grade {
				return false, fmt.Sprintf("%q has grade %g here and %g in %s; make them the same", name(j), j.Grade, other.Grade, other.Position)
			}
			return true, ""
		case sameTitle && (j.ID == "") != (other.ID == ""):
			return false, fmt.Sprintf("%q is judged in %s, once with an id and once without; give both an id", j.Title, other.Position)
		}
	}
	return false, ""
}

func name(j judgments.Judgment) string {
	if j.Title != "" {
		return j.Title
	}
	return j.ID
}
