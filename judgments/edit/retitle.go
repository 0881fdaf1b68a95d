package edit

import (
	"fmt"

	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/tree"
)

// Retitle is another title for one place of a suite.
type Retitle struct {
	// Query is the query's number in the suite, from 0.
	Query int
	// Judgment is the number of its judgment, or -1, and Expectation is that
	// of its expectation, or -1.
	Judgment, Expectation int
	// Before says that the expectation's title that must rank below is
	// meant, which is under the key before.
	Before bool
	// Title is the new title.
	Title string
}

// Retitle gives places other titles. It returns an error for each place, a
// judgments.Problem, or nil where it gets its title: what cannot be written in one place keeps no other
// from it. A title that stands in several places by an alias is changed where
// all of them are to get the same one.
func (e *Suite) Retitle(all []Retitle) []error {
	failed := make([]error, len(all))
	nodes := make([]*tree.Node, len(all))
	wanted := make(map[*tree.Node][]int)
	for i, r := range all {
		if nodes[i], failed[i] = e.titleNode(r); failed[i] == nil {
			wanted[nodes[i]] = append(wanted[nodes[i]], i)
		}
	}
	uses := e.uses()
	for i, r := range all {
		n := nodes[i]
		if failed[i] != nil {
			continue
		}
		start, end, ok := e.span(n)
		if !ok {
			failed[i] = e.problem(n, "the title is written over several lines; edit it by hand")
			continue
		}
		same := len(wanted[n]) == uses[n]
		for _, other := range wanted[n] {
			same = same && all[other].Title == r.Title
		}
		if !same {
			failed[i] = e.problem(n, "the title also stands in another place, by an alias; edit it by hand")
			continue
		}
		e.add(change{start, end, styled(r.Title, n.Style)})
		*e.title(r) = r.Title
	}
	return failed
}

// title is where the changed suite keeps the title of a place.
func (e *Suite) title(r Retitle) *string {
	q := &e.queries[r.Query]
	switch {
	case r.Judgment >= 0:
		return &q.Relevant[r.Judgment].Title
	case r.Before:
		return &q.Expect[r.Expectation].Before
	}
	return &q.Expect[r.Expectation].Title
}

// titleNode finds the scalar of a title, behind its alias where there is one.
func (e *Suite) titleNode(r Retitle) (*tree.Node, error) {
	q := &e.queries[r.Query]
	old := *e.title(r)
	if r.Judgment >= 0 {
		at := q.Relevant[r.Judgment].Position
		if n := e.at(at, tree.ScalarNode); n != nil && n.Value == old {
			return n, nil
		}
		return nil, notFound(at, old)
	}
	at := q.Expect[r.Expectation].Position
	key := "title"
	if r.Before {
		key = "before"
	}
	if mapping := e.at(at, tree.MappingNode); mapping != nil {
		n := value(mapping, key)
		if n != nil && n.Kind == tree.AliasNode {
			n = n.Alias
		}
		if n != nil && n.Value == old {
			return n, nil
		}
	}
	return nil, notFound(at, old)
}

func (e *Suite) problem(n *tree.Node, message string) error {
	return judgments.Problem{Position: judgments.Position{File: e.suite.File, Line: n.Line, Column: n.Column}, Message: message}
}

func notFound(at judgments.Position, title string) error {
	return judgments.Problem{Position: at, Message: fmt.Sprintf("the title %q is not found there; edit it by hand", title)}
}

// uses counts in how many places each scalar stands, by aliases of itself and
// of what is around it. The suite was loaded, so that aliases end.
func (e *Suite) uses() map[*tree.Node]int {
	uses := make(map[*tree.Node]int)
	var walk func(n *tree.Node)
	walk = func(n *tree.Node) {
		switch n.Kind {
		case tree.AliasNode:
			walk(n.Alias)
		case tree.ScalarNode:
			uses[n]++
		default:
			for _, c := range n.Content {
				walk(c)
			}
		}
	}
	walk(e.root)
	return uses
}
