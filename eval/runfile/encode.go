package runfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/text"
)

// appendQuery adds a query's line of the run file to line, as encoding/json
// would write it. The hits, which are nearly all of it, are written by hand,
// because a run writes hundreds of them for each query and encoding/json takes
// ten times as long.
func appendQuery(line []byte, q eval.Query) ([]byte, error) {
	head := q
	head.Type, head.Results, head.Repeats = "query", nil, nil
	encoded, err := json.Marshal(head)
	if err != nil {
		return nil, err
	}
	const end = `"results":null}`
	if !bytes.HasSuffix(encoded, []byte(end)) {
		return nil, fmt.Errorf("query %q does not end in its results", q.ID)
	}
	line = append(append(line, bytes.TrimSuffix(encoded, []byte(end))...), `"results":`...)
	if line, err = appendResults(line, q.Results); err != nil {
		return nil, err
	}
	for i, repeat := range q.Repeats {
		if i == 0 {
			line = append(line, `,"repeats":[`...)
		} else {
			line = append(line, ',')
		}
		if line, err = appendResults(line, repeat); err != nil {
			return nil, err
		}
	}
	if len(q.Repeats) > 0 {
		line = append(line, ']')
	}
	return append(line, '}'), nil
}

func appendResults(b []byte, results eval.Results) ([]byte, error) {
	if results == nil {
		return append(b, "null"...), nil
	}
	b = append(b, '{')
	for i, name := range text.SortedKeys(results) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, name), ':')
		var err error
		if b, err = appendResult(b, results[name]); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

// appendResult writes the hits, and leaves the rest to encoding/json.
func appendResult(b []byte, r *eval.Result) ([]byte, error) {
	if r == nil {
		return append(b, "null"...), nil
	}
	rest := *r
	rest.Hits = nil
	encoded, err := json.Marshal(rest)
	if err != nil {
		return nil, err
	}
	const start = `{"hits":null`
	if !bytes.HasPrefix(encoded, []byte(start)) {
		return nil, fmt.Errorf("a result does not begin with its hits")
	}
	b = append(b, `{"hits":`...)
	if r.Hits == nil {
		b = append(b, "null"...)
	} else {
		b = append(b, '[')
		for i, h := range r.Hits {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = appendHit(b, h); err != nil {
				return nil, err
			}
		}
		b = append(b, ']')
	}
	return append(b, encoded[len(start):]...), nil
}

func appendHit(b []byte, h eval.Hit) ([]byte, error) {
	b = append(b, '{')
	if h.Index != "" {
		b = append(appendString(append(b, `"index":`...), h.Index), ',')
	}
	b = append(appendString(append(b, `"id":`...), h.ID), ',')
	b = append(appendString(append(b, `"title":`...), h.Title), ',')
	b = append(b, `"score":`...)
	if math.IsNaN(h.Score) || math.IsInf(h.Score, 0) {
		return nil, fmt.Errorf("the score of %q is %v, which JSON cannot hold", h.ID, h.Score)
	}
	return append(appendFloat(b, h.Score), '}'), nil
}

// appendFloat writes a finite number as encoding/json does: the shortest
// decimal that reads back as the same number.
func appendFloat(b []byte, v float64) []byte {
	size := math.Abs(v)
	if size != 0 && (size < 1e-6 || size >= 1e21) { // with an exponent
		encoded, err := json.Marshal(v)
		if err != nil { // a finite number always encodes
			return append(b, '0')
		}
		return append(b, encoded...)
	}
	// Scores have few digits. Two decimals of up to 15 digits never read as the
	// same float64, so that one that reads as v is the shortest.
	const scale = 1e9
	digits := math.Round(size * scale)
	if digits == 0 || digits >= 1e15 || digits/scale != size {
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	}
	if v < 0 {
		b = append(b, '-')
	}
	whole, rest := uint64(digits)/scale, uint64(digits)%scale
	b = strconv.AppendUint(b, whole, 10)
	if rest == 0 {
		return b
	}
	point := len(b)
	b = strconv.AppendUint(b, scale+rest, 10) // a 1, which becomes the point, and nine digits
	b[point] = '.'
	return bytes.TrimRight(b, "0")
}

// appendString writes a string as encoding/json does.
func appendString(b []byte, s string) []byte {
	if text.IsPlain(s) {
		return append(append(append(b, '"'), s...), '"')
	}
	encoded, err := json.Marshal(s)
	if err != nil { // a string always encodes
		return append(b, `""`...)
	}
	return append(b, encoded...)
}
