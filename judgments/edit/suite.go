package edit

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/tree"
)

// maxText is the largest suite that is edited in place: its tree takes some
// twenty times as much.
const maxText = 16 << 20

// Suite is a suite's text with changes to it. Changes are collected, and
// Text applies them.
type Suite struct {
	suite *judgments.Suite
	text  []byte
	lines tree.Lines
	root  *tree.Node
	// queries are what the changed suite must say.
	queries []judgments.Query
	changes []change
}

// change puts a piece of text in the place of the bytes from start to end.
type change struct {
	start, end int
	text       string
}

// Open starts to edit a suite whose file holds the text.
func Open(s *judgments.Suite, text []byte) (*Suite, error) {
	sum := sha256.Sum256(text)
	switch {
	case hex.EncodeToString(sum[:]) != s.Hash:
		return nil, fmt.Errorf("%s: changed since it was read; try again", s.File)
	case len(text) > maxText:
		return nil, fmt.Errorf("%s: larger than %d MiB, too large to be edited in place; split it", s.File, maxText>>20)
	}
	e := &Suite{suite: s, text: text, lines: tree.NewLines(text), queries: cloneQueries(s.Queries)}
	var err error
	if e.root, err = tree.Parse(text); err != nil {
		return nil, fmt.Errorf("%s: %w", s.File, err)
	}
	return e, nil
}

// Changed says whether there is anything to write.
func (e *Suite) Changed() bool { return len(e.changes) > 0 }

// Text is the changed text. Its error means that the changes cannot be made
// without risk.
func (e *Suite) Text() ([]byte, error) {
	changes := slices.Clone(e.changes)
	slices.SortStableFunc(changes, func(a, b change) int { return cmp.Compare(a.start, b.start) })
	var b bytes.Buffer
	at := 0
	for _, c := range changes {
		if c.start < at {
			return nil, fmt.Errorf("%s: two changes meet in one place (%s); make one of them by hand", e.suite.File, e.position(c.start))
		}
		b.Write(e.text[at:c.start])
		b.WriteString(c.text)
		at = c.end
	}
	b.Write(e.text[at:])
	if err := e.verify(b.Bytes()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// verify reads the changed text and compares it with what it must say.
func (e *Suite) verify(text []byte) error {
	changed, err := judgments.Parse(e.suite.File, text, judgments.Options{})
	if err != nil {
		return fmt.Errorf("%s: cannot be edited in place, because the result would be wrong; edit it by hand: %w", e.suite.File, err)
	}
	unsafe := func(q *judgments.Query) error {
		return fmt.Errorf("%s: the query %q cannot be edited in place, because of how its YAML is written; edit it by hand", q.Position, q.ID)
	}
	if len(changed.Queries) != len(e.queries) || changed.SearchHash() != e.suite.SearchHash() || len(changed.Gates) != len(e.suite.Gates) {
		return fmt.Errorf("%s: cannot be edited in place, because of how its YAML is written; edit it by hand", e.suite.File)
	}
	for i := range e.queries {
		if !sameQuery(&changed.Queries[i], &e.queries[i]) {
			return unsafe(&e.queries[i])
		}
	}
	return nil
}

func sameQuery(a, b *judgments.Query) bool {
	sameJudgment := func(x, y judgments.Judgment) bool {
		return x.Title == y.Title && x.ID == y.ID && x.Grade == y.Grade
	}
	sameExpectation := func(x, y judgments.Expectation) bool {
		return x.Title == y.Title && x.ID == y.ID && x.Before == y.Before && x.Within == y.Within && x.NotWithin == y.NotWithin && x.System == y.System
	}
	return a.ID == b.ID && a.Text == b.Text && a.InferenceText == b.InferenceText &&
		slices.Equal(a.Tags, b.Tags) &&
		slices.EqualFunc(a.Relevant, b.Relevant, sameJudgment) &&
		slices.EqualFunc(a.Expect, b.Expect, sameExpectation)
}

func cloneQueries(queries []judgments.Query) []judgments.Query {
	all := slices.Clone(queries)
	for i := range all {
		all[i].Relevant = slices.Clone(all[i].Relevant)
		all[i].Expect = slices.Clone(all[i].Expect)
	}
	return all
}

// add records a change; the same one twice, as of an alias that stands in
// several places, is one.
func (e *Suite) add(c change) {
	if !slices.Contains(e.changes, c) {
		e.changes = append(e.changes, c)
	}
}
