package query

import (
	"fmt"

	"github.com/releval/releval/eval/embedded/jsontree"
)

// Error is a query that cannot be run.
type Error struct {
	// Type is Elasticsearch's name for the kind of error.
	Type string
	// Reason is the sentence.
	Reason string
	// Line and Column say where in the request; 0 where nobody knows.
	Line, Column int
	// Shard says that a server finds the error only when it runs the query
	// on an index, and wraps it accordingly.
	Shard bool
	// Lacking says that it is not the query that is wrong: a server would know
	// what this engine lacks.
	Lacking bool
	// Wraps says that the error only tells in which part the cause lies.
	Wraps bool
	// Cause is what lies beneath; nil where there is nothing.
	Cause *Error
}

// Error gives the reason.
func (e *Error) Error() string { return e.Reason }

// parsing is an error with its place beside it.
func (p *parser) parsing(at int, format string, args ...any) *Error {
	line, column := jsontree.Position(p.data, at)
	return &Error{Type: "parsing_exception", Reason: fmt.Sprintf(format, args...), Line: line, Column: column}
}

// content is an error with its place in the sentence.
func (p *parser) content(at int, format string, args ...any) *Error {
	line, column := jsontree.Position(p.data, at)
	return &Error{
		Type: "x_content_parse_exception", Reason: fmt.Sprintf("[%d:%d] ", line, column) + fmt.Sprintf(format, args...),
		Line: line, Column: column,
	}
}

// inside says in which field of an object parser an error lies, as the server
// does; errors of an index are not wrapped.
func (p *parser) inside(object string, m jsontree.Member, err *Error) *Error {
	if err.Shard || err.Lacking {
		return err
	}
	line, column := err.Line, err.Column
	if line == 0 {
		line, column = jsontree.Position(p.data, m.Value.End)
	}
	return &Error{
		Type: "x_content_parse_exception", Reason: fmt.Sprintf("[%d:%d] [%s] failed to parse field [%s]", line, column, object, m.Key),
		Line: line, Column: column, Wraps: true, Cause: err,
	}
}

// Root is the error that a server names as the root cause: what is wrapped, or
// the last wrapper around a mere value.
func (e *Error) Root() *Error {
	for e.Wraps && e.Cause.Type != "illegal_argument_exception" {
		e = e.Cause
	}
	return e
}

// illegal is an error of a value.
func illegal(format string, args ...any) *Error {
	return &Error{Type: "illegal_argument_exception", Reason: fmt.Sprintf(format, args...)}
}

// lacking is the error for what a server has and this package has not.
func lacking(format string, args ...any) *Error {
	return &Error{Type: "parsing_exception", Reason: "releval's embedded engine does not support " + fmt.Sprintf(format, args...), Lacking: true}
}

// onShard is an error that is found when the query meets an index.
func onShard(cause *Error) *Error {
	return &Error{Type: "query_shard_exception", Reason: "failed to create query: " + cause.Reason, Shard: true, Cause: cause}
}
