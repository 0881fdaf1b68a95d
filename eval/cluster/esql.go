package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// esqlAnswer is the answer to an ES|QL query, its values by row.
type esqlAnswer struct {
	Took      int64 `json:"took"`
	IsPartial bool  `json:"is_partial"`
	Columns   []struct {
		Name string `json:"name"`
	} `json:"columns"`
	Values [][]json.RawMessage `json:"values"`
}

// ESQL sends the body of an ES|QL query as it stands. The order of the rows is
// the ranking, of which the first o.Size are kept. Each row needs the columns
// _id and titleField, which is given as the hit's field; _score and _index are
// taken where there are such columns. A partial answer is an Error, and so is a
// document that comes twice. ES|QL knows no point in time.
func (c *Client) ESQL(ctx context.Context, body []byte, titleField string, o SearchOptions) (Response, error) {
	var answer esqlAnswer
	var result Response
	decode := into(&answer)
	err := c.do(ctx, request{
		target:  target{op: "ES|QL query"},
		timeout: o.Timeout,
		make:    func() esapi.Request { return esapi.EsqlQueryRequest{Body: bytes.NewReader(body), Format: "json"} },
		accept: func(attempt int, a *received) *Error {
			if e := decode(attempt, a); e != nil {
				return e
			}
			r, e := answer.response(titleField, o.Size)
			if e != nil {
				return e
			}
			result = r
			result.Wall, result.Attempts = a.wall, attempt
			return nil
		},
	})
	if err != nil {
		return Response{}, err
	}
	return result, nil
}

// response takes the rows over as hits.
func (a *esqlAnswer) response(titleField string, size int) (Response, *Error) {
	if a.IsPartial {
		return Response{}, &Error{Kind: KindPartial, What: "the answer is partial, so rows may be missing", Hint: "check GET /_cluster/health"}
	}
	column := func(name string) int {
		for i := range a.Columns {
			if a.Columns[i].Name == name {
				return i
			}
		}
		return -1
	}
	id, title, score, index := column("_id"), column(titleField), column("_score"), column("_index")
	switch {
	case id < 0:
		return Response{}, &Error{Kind: KindInvalidRequest, What: "the answer has no column _id, without which no document can be told from another", Hint: "write METADATA _id behind FROM, and keep the column to the end"}
	case title < 0:
		return Response{}, &Error{Kind: KindInvalidRequest, What: fmt.Sprintf("the answer has no column %s, the suite's title field", oneLine(titleField)), Hint: "keep the column to the end of the query"}
	}
	r := decoded{Response: Response{Total: -1, Took: time.Duration(a.Took) * time.Millisecond}}
	for n, row := range a.Values {
		if size > 0 && n == size {
			break
		}
		if len(row) != len(a.Columns) {
			return Response{}, &Error{Kind: KindInvalidResponse, What: fmt.Sprintf("row %d of the answer has %d values for %d columns", n+1, len(row), len(a.Columns))}
		}
		h := Hit{Score: math.NaN(), Fields: []Field{{Name: titleField, Values: esqlValues(row[title])}}}
		h.ID, _ = Hit{Fields: []Field{{Values: esqlValues(row[id])}}}.Value("")
		if index >= 0 {
			h.Index, _ = Hit{Fields: []Field{{Values: esqlValues(row[index])}}}.Value("")
		}
		if score >= 0 {
			if s, err := strconv.ParseFloat(string(row[score]), 64); err == nil {
				h.Score = s
			}
		}
		r.Hits = append(r.Hits, h)
	}
	if e := r.checkHits(make(map[string]int, len(r.Hits))); e != nil {
		return Response{}, e
	}
	return r.Response, nil
}

// esqlValues are the values of one cell: none for null, several for a list.
func esqlValues(raw json.RawMessage) []string {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		list = []json.RawMessage{raw}
	}
	var values []string
	for _, v := range list {
		var text string
		switch {
		case string(v) == "null":
		case json.Unmarshal(v, &text) == nil:
			values = append(values, text)
		default:
			values = append(values, string(v))
		}
	}
	return slices.Clip(values)
}
