package edit

import (
	"fmt"

	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/tree"
)

// RetitleJudgment gives a judgment of a query another title.
func (e *Suite) RetitleJudgment(query, judgment int, title string) error {
	j := &e.queries[query].Relevant[judgment]
	n := e.at(j.Position, tree.ScalarNode)
	if n == nil || n.Value != j.Title {
		return notFound(j.Position, j.Title)
	}
	if err := e.replace(n, title); err != nil {
		return err
	}
	j.Title = title
	return nil
}

// RetitleExpectation gives an expectation of a query another title, or the
// title that must rank below it, which is under the key before.
func (e *Suite) RetitleExpectation(query, expectation int, before bool, title string) error {
	x := &e.queries[query].Expect[expectation]
	key, old := "title", &x.Title
	if before {
		key, old = "before", &x.Before
	}
	mapping := e.at(x.Position, tree.MappingNode)
	if mapping == nil {
		return notFound(x.Position, *old)
	}
	n := value(mapping, key)
	if n != nil && n.Kind == tree.AliasNode {
		n = n.Alias
	}
	if n == nil || n.Value != *old {
		return notFound(x.Position, *old)
	}
	if err := e.replace(n, title); err != nil {
		return err
	}
	*old = title
	return nil
}

func notFound(at judgments.Position, title string) error {
	return fmt.Errorf("%s: the title %q is not found there; edit it by hand", at, title)
}

// replace gives a scalar another value.
func (e *Suite) replace(n *tree.Node, next string) error {
	start, end, ok := e.span(n)
	if !ok {
		return fmt.Errorf("%s:%d:%d: the title %q is written over several lines; edit it by hand", e.suite.File, n.Line, n.Column, n.Value)
	}
	e.add(change{start, end, styled(next, n.Style)})
	return nil
}
