package embedded

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/releval/releval/eval/embedded/jsontree"
)

// item is one search of a multi-search.
type item struct {
	names  string
	params url.Values
	body   []byte
}

// parseItems reads the alternating headers and bodies of a multi-search.
func parseItems(body []byte, names string) ([]item, error) {
	if len(body) > 0 && body[len(body)-1] != '\n' {
		return nil, illegalArgument("The msearch request must be terminated by a newline [\\n]")
	}
	var items []item
	for len(body) > 0 {
		var header, search []byte
		header, body, _ = bytes.Cut(body, []byte("\n"))
		if len(bytes.TrimSpace(header)) == 0 && len(items) == 0 && len(bytes.TrimSpace(body)) == 0 {
			break
		}
		if len(body) == 0 {
			return nil, illegalArgument("a header of the msearch request has no search after it")
		}
		search, body, _ = bytes.Cut(body, []byte("\n"))
		it := item{names: names, params: url.Values{}, body: search}
		if len(bytes.TrimSpace(header)) > 0 {
			n, err := jsontree.Parse(header)
			if err != nil {
				return nil, err
			}
			for _, m := range n.Members {
				if err := it.header(m); err != nil {
					return nil, err
				}
			}
		}
		items = append(items, it)
	}
	if len(items) == 0 {
		return nil, invalid([]string{"no requests added"})
	}
	return items, nil
}

func (it *item) header(m jsontree.Member) error {
	switch {
	case m.Key == "index" || m.Key == "indices":
		nodes := m.Value.Items
		if m.Value.Kind == jsontree.String {
			nodes = []jsontree.Node{m.Value}
		}
		it.names = ""
		for i, n := range nodes {
			if i > 0 {
				it.names += ","
			}
			it.names += n.Text
		}
		if it.names == "" {
			it.names = "_all"
		}
	case slices.Contains([]string{"preference", "search_type", "allow_partial_search_results", "ignore_unavailable", "request_cache"}, m.Key) && m.Value.Scalar():
		it.params.Set(m.Key, m.Value.Text)
	default:
		return illegalArgument("key [%s] is not supported in the metadata section", m.Key)
	}
	return nil
}

// multiSearch answers several searches, one after the other. A search that is
// invalid in itself fails the whole call, as on a server; one that fails when
// it runs has a status of its own.
func (e *Engine) multiSearch(r *request, names string) (answer, error) {
	started := time.Now()
	if err := r.only(searchParams()...); err != nil {
		return answer{}, err
	}
	items, err := parseItems(r.body, names)
	if err != nil {
		return answer{}, err
	}
	var rules []string
	for _, it := range items {
		b, err := parseSearch(it.body)
		if err != nil {
			return answer{}, err
		}
		sub := &request{Request: r.Request, params: it.params}
		if err := b.validate(sub, it.names); err != nil {
			f := asFailure(err)
			if f.typ != "action_request_validation_exception" {
				return answer{}, f
			}
			rules = append(rules, f.rules...)
		}
	}
	if rules != nil {
		return answer{}, invalid(rules)
	}
	out := []byte(`{"responses":[`)
	for i, it := range items {
		if i > 0 {
			out = append(out, ',')
		}
		sub := &request{Request: r.Request, params: it.params}
		body, err := e.runSearch(sub, it.names, it.body)
		if ctxErr := r.Context().Err(); ctxErr != nil {
			return answer{}, ctxErr
		}
		if err != nil {
			out = append(out, asFailure(err).body()...)
			continue
		}
		out = append(out, body[:len(body)-1]...)
		out = append(out, `,"status":200}`...)
	}
	out = append(out, `],"took":`...)
	out = strconv.AppendInt(out, time.Since(started).Milliseconds(), 10)
	return answer{status: http.StatusOK, body: append(out, '}')}, nil
}
