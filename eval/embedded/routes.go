package embedded

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// route finds what answers a request.
func (e *Engine) route(r *request) (answer, error) {
	var parts []string
	for _, p := range strings.Split(strings.Trim(r.URL.EscapedPath(), "/"), "/") {
		name, err := url.PathUnescape(p)
		if err != nil {
			return answer{}, illegalArgument("cannot decode the path [%s]", r.URL.Path)
		}
		parts = append(parts, name)
	}
	if parts[0] == "" {
		return r.by(methods{http.MethodGet: e.info, http.MethodHead: e.info})
	}
	if strings.HasPrefix(parts[0], "_") && parts[0] != "_all" {
		return e.routeAPI(r, parts)
	}
	return e.routeIndex(r, parts[0], parts[1:])
}

// methods are the routes of one path by HTTP method.
type methods map[string]func(r *request) (answer, error)

func (r *request) by(m methods) (answer, error) {
	method := r.Method
	if method == http.MethodHead && m[method] == nil {
		method = http.MethodGet
	}
	if run := m[method]; run != nil {
		return run(r)
	}
	var allowed []string
	for name := range m {
		allowed = append(allowed, name)
	}
	slices.Sort(allowed)
	return reply(http.StatusMethodNotAllowed, map[string]any{
		"error": fmt.Sprintf("Incorrect HTTP method for uri [%s] and method [%s], allowed: [%s]",
			r.URL.Path, r.Method, strings.Join(allowed, ", ")),
		"status": http.StatusMethodNotAllowed,
	})
}

func (r *request) noHandler() (answer, error) {
	return reply(http.StatusBadRequest, map[string]any{
		"error": fmt.Sprintf("no handler found for uri [%s] and method [%s]", r.URL.Path, r.Method),
	})
}

// routeAPI routes paths that begin with an underscore.
func (e *Engine) routeAPI(r *request, parts []string) (answer, error) {
	all := func(run func(r *request, names string) (answer, error)) func(r *request) (answer, error) {
		return func(r *request) (answer, error) { return run(r, "_all") }
	}
	switch path := strings.Join(parts, "/"); path {
	case "_search":
		return r.by(methods{http.MethodGet: all(e.search), http.MethodPost: all(e.search)})
	case "_msearch":
		return r.by(methods{http.MethodGet: all(e.multiSearch), http.MethodPost: all(e.multiSearch)})
	case "_query":
		return r.by(methods{http.MethodPost: func(*request) (answer, error) {
			return answer{}, unsupported("ES|QL")
		}})
	case "_count":
		return r.by(methods{http.MethodGet: all(e.count), http.MethodPost: all(e.count)})
	case "_bulk":
		bulk := func(r *request) (answer, error) { return e.bulk(r, "") }
		return r.by(methods{http.MethodPost: bulk, http.MethodPut: bulk})
	case "_refresh":
		return r.by(methods{http.MethodGet: all(e.refresh), http.MethodPost: all(e.refresh)})
	case "_pit":
		return r.by(methods{http.MethodDelete: e.closePIT})
	case "_mapping":
		return r.by(methods{http.MethodGet: all(e.mappings)})
	case "_settings":
		return r.by(methods{http.MethodGet: all(e.settings)})
	case "_alias", "_aliases":
		return r.by(methods{http.MethodGet: all(e.aliases)})
	case "_field_caps":
		return r.by(methods{http.MethodGet: all(e.fieldCaps), http.MethodPost: all(e.fieldCaps)})
	case "_cat/indices":
		return r.by(methods{http.MethodGet: all(e.catIndices)})
	case "_cluster/health":
		return r.by(methods{http.MethodGet: e.health})
	case "_license":
		return r.by(methods{http.MethodGet: e.license})
	}
	switch {
	case parts[0] == "_inference":
		return e.routeInference(r, parts[1:])
	case len(parts) == 3 && parts[0] == "_cat" && parts[1] == "indices":
		return r.by(methods{http.MethodGet: func(r *request) (answer, error) { return e.catIndices(r, parts[2]) }})
	case len(parts) == 1:
		f := fail(http.StatusBadRequest, "invalid_index_name_exception", "Invalid index name [%s], must not start with '_'.", parts[0])
		f.extra = map[string]any{"index_uuid": "_na_", "index": parts[0]}
		return answer{}, f
	}
	return r.noHandler()
}

// routeIndex routes paths that begin with the name of an index, or of several.
func (e *Engine) routeIndex(r *request, names string, rest []string) (answer, error) {
	on := func(run func(r *request, names string) (answer, error)) func(r *request) (answer, error) {
		return func(r *request) (answer, error) { return run(r, names) }
	}
	switch path := strings.Join(rest, "/"); path {
	case "":
		return r.by(methods{
			http.MethodGet: on(e.getIndex), http.MethodHead: on(e.hasIndex),
			http.MethodPut: on(e.createIndex), http.MethodDelete: on(e.deleteIndex),
		})
	case "_search":
		return r.by(methods{http.MethodGet: on(e.search), http.MethodPost: on(e.search)})
	case "_msearch":
		return r.by(methods{http.MethodGet: on(e.multiSearch), http.MethodPost: on(e.multiSearch)})
	case "_count":
		return r.by(methods{http.MethodGet: on(e.count), http.MethodPost: on(e.count)})
	case "_bulk":
		return r.by(methods{http.MethodPost: on(e.bulk), http.MethodPut: on(e.bulk)})
	case "_refresh":
		return r.by(methods{http.MethodGet: on(e.refresh), http.MethodPost: on(e.refresh)})
	case "_pit":
		return r.by(methods{http.MethodPost: on(e.openPIT)})
	case "_mapping":
		return r.by(methods{http.MethodGet: on(e.mappings)})
	case "_settings":
		return r.by(methods{http.MethodGet: on(e.settings)})
	case "_alias":
		return r.by(methods{http.MethodGet: on(e.aliases)})
	case "_field_caps":
		return r.by(methods{http.MethodGet: on(e.fieldCaps), http.MethodPost: on(e.fieldCaps)})
	case "_doc":
		return r.by(methods{http.MethodPost: func(r *request) (answer, error) { return e.putDocument(r, names, "") }})
	}
	if len(rest) == 2 && rest[0] == "_doc" {
		put := func(r *request) (answer, error) { return e.putDocument(r, names, rest[1]) }
		return r.by(methods{
			http.MethodPut: put, http.MethodPost: put,
			http.MethodGet:    func(r *request) (answer, error) { return e.getDocument(r, names, rest[1]) },
			http.MethodDelete: func(r *request) (answer, error) { return e.deleteDocument(r, names, rest[1]) },
		})
	}
	return r.noHandler()
}
