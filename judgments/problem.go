package judgments

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Position is a place in a suite file. Line and Column count from 1, Column
// in characters; where Line is 0 the problem belongs to the file as a whole.
type Position struct {
	File   string `json:"-"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// String gives file:line:column as editors and terminals link it.
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Problem is one thing wrong with a suite: the place, and in Message the
// cause and what to do, in lower case without a final period.
type Problem struct {
	Position
	Message string
}

// String gives "file:line:column: message".
func (p Problem) String() string {
	return p.Position.String() + ": " + p.Message
}

// Error makes a single problem an error.
func (p Problem) Error() string { return p.String() }

// Problems is everything found wrong in one pass, as an error. It is never
// empty where it is returned as one.
type Problems []Problem

// Error lists the problems, a line each, in the order of the file.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Sort orders the problems by place, then by message.
func (ps Problems) Sort() {
	slices.SortFunc(ps, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Message, b.Message),
		)
	})
}

// ErrorOrNil returns the sorted problems as an error, or nil where there are
// none.
func (ps Problems) ErrorOrNil() error {
	if len(ps) == 0 {
		return nil
	}
	ps.Sort()
	return ps
}
