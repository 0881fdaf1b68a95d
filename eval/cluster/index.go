package cluster

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// IndexInfo identifies a concrete index and its contents.
type IndexInfo struct {
	Name, UUID string
	// Documents counts what a search can find.
	Documents int64
	// MaxResultWindow is index.max_result_window, 10,000 by default.
	MaxResultWindow int
	// Shards is 0 on serverless, which does not tell.
	Shards int
}

// IndexInfo resolves an index, an alias, a pattern, or several separated by
// commas to concrete indices, sorted by name. It needs the index privilege
// view_index_metadata: without it the error is of KindForbidden.
func (c *Client) IndexInfo(ctx context.Context, index string) ([]IndexInfo, error) {
	var answer map[string]struct {
		Settings struct {
			Index struct {
				UUID            string `json:"uuid"`
				Shards          string `json:"number_of_shards"`
				MaxResultWindow string `json:"max_result_window"`
			} `json:"index"`
		} `json:"settings"`
	}
	err := c.do(ctx, request{
		target: target{op: "read the index settings", index: index},
		make:   func() esapi.Request { return esapi.IndicesGetSettingsRequest{Index: pathList(index)} },
		accept: into(&answer),
	})
	if err != nil {
		return nil, err
	}
	var all []IndexInfo
	for name, a := range answer {
		s := a.Settings.Index
		i := IndexInfo{Name: name, UUID: s.UUID, MaxResultWindow: 10000, Shards: number(s.Shards)}
		if n := number(s.MaxResultWindow); n > 0 {
			i.MaxResultWindow = n
		}
		if i.Documents, err = c.Count(ctx, name); err != nil {
			return nil, err
		}
		all = append(all, i)
	}
	slices.SortFunc(all, func(a, b IndexInfo) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

// Count gives the number of documents that a search over the index can find.
func (c *Client) Count(ctx context.Context, index string) (int64, error) {
	var answer struct {
		Count  int64                       `json:"count"`
		Shards struct{ Total, Failed int } `json:"_shards"`
	}
	decode := into(&answer)
	err := c.do(ctx, request{
		target: target{op: "count the documents", index: index},
		make:   func() esapi.Request { return esapi.CountRequest{Index: pathList(index)} },
		accept: func(n int, a *received) *Error {
			if e := decode(n, a); e != nil {
				return e
			}
			if answer.Shards.Failed > 0 {
				return &Error{Kind: KindPartial, What: "some shards could not be counted", Hint: "check GET /_cluster/health"}
			}
			return nil
		},
	})
	return answer.Count, err
}

// CreateIndex creates an index with the given body, mappings and settings, or
// none. An index that exists already is an error of KindInvalidRequest with
// Type resource_already_exists_exception.
func (c *Client) CreateIndex(ctx context.Context, index string, body []byte) error {
	return c.do(ctx, request{
		target: target{op: "create the index", index: index},
		make: func() esapi.Request {
			r := esapi.IndicesCreateRequest{Index: escape(index)}
			if len(body) > 0 {
				r.Body = bytes.NewReader(body)
			}
			return r
		},
		tolerate: func(attempt int, e *Error) bool {
			// The first attempt did it and its answer was lost.
			return attempt > 1 && e.hasType("resource_already_exists_exception")
		},
	})
}

// DeleteIndex deletes an index; one that does not exist is an error of
// KindMissingIndex. Patterns are refused: nothing is deleted by accident.
func (c *Client) DeleteIndex(ctx context.Context, index string) error {
	if index == "" || strings.ContainsAny(index, "*,") || index == "_all" {
		return &Error{Op: "delete the index", Kind: KindInvalidRequest, What: fmt.Sprintf("%q is not the name of a single index", index), Hint: "name one index"}
	}
	return c.do(ctx, request{
		target:   target{op: "delete the index", index: index},
		make:     func() esapi.Request { return esapi.IndicesDeleteRequest{Index: []string{escape(index)}} },
		tolerate: func(attempt int, e *Error) bool { return attempt > 1 && e.Kind == KindMissingIndex },
	})
}

// Exists tells whether the index or alias exists.
func (c *Client) Exists(ctx context.Context, index string) (bool, error) {
	found := true
	err := c.do(ctx, request{
		target: target{op: "check that the index exists", index: index},
		make:   func() esapi.Request { return esapi.IndicesExistsRequest{Index: pathList(index)} },
		tolerate: func(_ int, e *Error) bool {
			// A HEAD request's answer has no body, so that 404 is all there is.
			found = e.Status != 404
			return !found
		},
	})
	return found && err == nil, err
}

// Refresh makes what was indexed visible to searches.
func (c *Client) Refresh(ctx context.Context, index string) error {
	return c.do(ctx, request{
		target: target{op: "refresh the index", index: index},
		make:   func() esapi.Request { return esapi.IndicesRefreshRequest{Index: pathList(index)} },
	})
}

// pathList splits names at commas and makes them fit for a path.
func pathList(index string) []string {
	if index == "" {
		return nil
	}
	names := splitNames(index)
	for i, n := range names {
		names[i] = escape(n)
	}
	return names
}

// splitNames splits at commas.
func splitNames(index string) []string {
	names := strings.Split(index, ",")
	for i, n := range names {
		names[i] = strings.TrimSpace(n)
	}
	return names
}

func escape(name string) string { return url.PathEscape(name) }

// duration writes a time as Elasticsearch reads it.
func duration(d time.Duration) string {
	return strconv.FormatInt(max(d.Milliseconds(), 1), 10) + "ms"
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// encode is json.Marshal with < and & left as they are.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
