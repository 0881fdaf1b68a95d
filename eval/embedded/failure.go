package embedded

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/releval/releval/eval/embedded/jsontree"
	"github.com/releval/releval/eval/embedded/mapping"
	"github.com/releval/releval/eval/embedded/query"
)

// cause is one exception in an error body.
type cause struct {
	typ, reason string
	// extra are the fields beside type and reason.
	extra      map[string]any
	suppressed []*cause
	cause      *cause
}

// failure is a request that failed, as an error.
type failure struct {
	status int
	cause
	// root are the root causes where they are not the failure itself.
	root []*cause
	// rules are what a failed validation lists.
	rules []string
	// place is where in the body the error lies, "[line:column]"; empty where
	// it lies nowhere.
	place string
	// whole failures have the place of their parameter; bare ones are never
	// wrapped in places at all.
	whole, bare bool
}

// Error gives the reason.
func (f *failure) Error() string { return f.reason }

func fail(status int, typ, format string, args ...any) *failure {
	return &failure{status: status, cause: cause{typ: typ, reason: fmt.Sprintf(format, args...)}}
}

func illegalArgument(format string, args ...any) *failure {
	return fail(http.StatusBadRequest, "illegal_argument_exception", format, args...)
}

// unsupported is a request for something that a server has and this engine has
// not.
func unsupported(format string, args ...any) *failure {
	f := fail(http.StatusBadRequest, "parsing_exception", "releval's embedded engine does not support %s", fmt.Sprintf(format, args...))
	f.bare = true
	return f
}

// invalid is a request that breaks rules, all of them listed.
func invalid(rules []string) *failure {
	reason := "Validation Failed: "
	for i, r := range rules {
		reason += fmt.Sprintf("%d: %s;", i+1, r)
	}
	f := fail(http.StatusBadRequest, "action_request_validation_exception", "%s", reason)
	f.rules = rules
	return f
}

func noSuchIndex(name string) *failure {
	f := fail(http.StatusNotFound, "index_not_found_exception", "no such index [%s]", name)
	f.extra = map[string]any{
		"resource.type": "index_or_alias", "resource.id": name, "index_uuid": "_na_", "index": name,
	}
	return f
}

// parsingAt is a body with something unknown in it.
func parsingAt(data []byte, at int, format string, args ...any) *failure {
	line, column := jsontree.Position(data, at)
	f := fail(http.StatusBadRequest, "parsing_exception", format, args...)
	f.extra = map[string]any{"line": line, "col": column}
	f.place = placeOf(line, column)
	return f
}

func placeOf(line, column int) string { return fmt.Sprintf("[%d:%d]", line, column) }

// contentAt is a body with something wrong in it, with the place in the reason.
func contentAt(data []byte, at int, format string, args ...any) *failure {
	line, column := jsontree.Position(data, at)
	place := placeOf(line, column)
	f := fail(http.StatusBadRequest, "x_content_parse_exception", "%s %s", place, fmt.Sprintf(format, args...))
	f.place = place
	return f
}

// asFailure gives any error the form of an answer.
func asFailure(err error) *failure {
	var f *failure
	var syntax *jsontree.SyntaxError
	var mapped *mapping.Error
	var queried *query.Error
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &syntax):
		f = fail(http.StatusBadRequest, "x_content_parse_exception", "%s", syntax.Error())
		f.cause.cause = &cause{typ: "json_parse_exception", reason: syntax.Reason}
		return f
	case errors.As(err, &mapped):
		f = &failure{status: http.StatusBadRequest, cause: *mappingCause(mapped)}
		if inner := f.cause.cause; inner != nil && inner.typ == f.typ {
			f.root = []*cause{inner}
		}
		return f
	case errors.As(err, &queried):
		f = &failure{status: http.StatusBadRequest, cause: *queryCause(queried), bare: queried.Lacking}
		if root := queried.Root(); root != queried {
			bare := queryCause(root)
			bare.cause = nil
			f.root = []*cause{bare}
		}
		if queried.Line > 0 {
			f.place = placeOf(queried.Line, queried.Column)
		}
		return f
	}
	return fail(http.StatusInternalServerError, "exception", "%s", err)
}

func mappingCause(e *mapping.Error) *cause {
	if e == nil {
		return nil
	}
	return &cause{typ: e.Type, reason: e.Reason, cause: mappingCause(e.Cause)}
}

func queryCause(e *query.Error) *cause {
	if e == nil {
		return nil
	}
	c := &cause{typ: e.Type, reason: e.Reason, cause: queryCause(e.Cause)}
	if e.Line > 0 && e.Type == "parsing_exception" {
		c.extra = map[string]any{"line": e.Line, "col": e.Column}
	}
	return c
}

// onShards wraps a query's error as a server does that finds it on its shards in
// a phase of the search.
func onShards(phase string, c *cause, shards []shard) *failure {
	f := fail(http.StatusBadRequest, "search_phase_execution_exception", "all shards failed")
	failed := make([]map[string]any, len(shards))
	for i, sh := range shards {
		idx, one := sh.index, *c
		if one.typ == "query_shard_exception" {
			one.extra = map[string]any{"index_uuid": idx.uuid, "index": idx.name}
		}
		failed[i] = map[string]any{"shard": 0, "index": idx.name, "node": nodeID, "reason": one.render()}
		if i == 0 {
			bare := one
			bare.cause = nil
			f.root = []*cause{&bare}
		}
	}
	f.extra = map[string]any{"phase": phase, "grouped": true, "failed_shards": failed}
	if c.typ == "illegal_argument_exception" {
		inner := *c
		f.cause.cause = &inner
	}
	return f
}

func (c *cause) render() map[string]any {
	out := map[string]any{"type": c.typ, "reason": c.reason}
	for k, v := range c.extra {
		out[k] = v
	}
	if len(c.suppressed) > 0 {
		var all []any
		for _, s := range c.suppressed {
			all = append(all, s.render())
		}
		out["suppressed"] = all
	}
	if c.cause != nil {
		out["caused_by"] = c.cause.render()
	}
	return out
}

// body is the whole error body.
func (f *failure) body() []byte {
	var roots []any
	for _, r := range f.root {
		roots = append(roots, r.render())
	}
	if roots == nil {
		root := f.cause
		root.cause = nil
		roots = []any{root.render()}
	}
	e := f.cause.render()
	e["root_cause"] = roots
	data, err := json.Marshal(map[string]any{"error": e, "status": f.status})
	if err != nil { // only strings and numbers are ever put in
		return []byte(`{"status":500}`)
	}
	return data
}
