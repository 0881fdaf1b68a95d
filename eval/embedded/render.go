package embedded

import (
	"encoding/json"
	"math"
	"strconv"
	"time"

	"github.com/releval/releval/eval/embedded/index"
	"github.com/releval/releval/eval/embedded/mapping"
)

// render writes the answer of a search. It is written by hand since a run
// reads thousands of them.
func (b *searchBody) render(shards []shard, r *ranked, started time.Time) []byte {
	from, size := b.page()
	page := r.hits[min(from, len(r.hits)):min(from+size, len(r.hits))]
	out := make([]byte, 0, 256+len(page)*160)
	out = append(out, '{')
	if b.pitID != "" {
		out = append(out, `"pit_id":`...)
		out = appendString(out, b.pitID)
		out = append(out, ',')
	}
	out = append(out, `"took":`...)
	out = strconv.AppendInt(out, time.Since(started).Milliseconds(), 10)
	out = append(out, `,"timed_out":false,"_shards":{"total":`...)
	out = strconv.AppendInt(out, int64(len(shards)), 10)
	out = append(out, `,"successful":`...)
	out = strconv.AppendInt(out, int64(len(shards)), 10)
	out = append(out, `,"skipped":0,"failed":0},"hits":{`...)
	if b.totalLimit >= 0 {
		value, relation := r.total, "eq"
		if value > b.totalLimit {
			value, relation = b.totalLimit, "gte"
		}
		out = append(out, `"total":{"value":`...)
		out = strconv.AppendInt(out, int64(value), 10)
		out = append(out, `,"relation":"`...)
		out = append(out, relation...)
		out = append(out, `"},`...)
	}
	out = append(out, `"max_score":`...)
	empty := size == 0 || len(r.hits) == 0 || len(page) == 0 && compoundOf(b.root) != nil
	if empty || r.hits[0].values != nil || math.IsInf(float64(r.hits[0].score), 0) {
		out = append(out, "null"...)
	} else {
		out = appendNumber(out, float64(r.hits[0].score), 32)
	}
	out = append(out, `,"hits":[`...)
	shown := b.shownFields(shards)
	for i, h := range page {
		if i > 0 {
			out = append(out, ',')
		}
		sh := shards[h.shard]
		out = b.appendHit(out, sh, h, shown[h.shard])
	}
	return append(out, `]}}`...)
}

func (b *searchBody) appendHit(out []byte, sh shard, h hit, fields []*mapping.Field) []byte {
	doc := sh.segment.Document(h.doc)
	out = append(out, `{"_index":`...)
	out = appendString(out, sh.index.name)
	out = append(out, `,"_id":`...)
	out = appendString(out, doc.ID)
	out = append(out, `,"_score":`...)
	if h.values == nil {
		out = appendNumber(out, float64(h.score), 32)
	} else {
		out = append(out, "null"...)
		for _, v := range h.values {
			if v.score {
				out = appendNumber(out[:len(out)-len("null")], float64(h.score), 32)
				break
			}
		}
	}
	if b.source.all {
		out = append(out, `,"_source":`...)
		out = b.source.appendTo(out, doc.Source)
	}
	if len(fields) > 0 {
		out = appendFields(out, doc, fields)
	}
	if h.values != nil {
		out = append(out, `,"sort":[`...)
		for i, v := range h.values {
			if i > 0 {
				out = append(out, ',')
			}
			out = v.appendTo(out)
		}
		out = append(out, ']')
	}
	return append(out, '}')
}

// shownFields are the fields that each shard shows, by its mapping.
func (b *searchBody) shownFields(shards []shard) [][]*mapping.Field {
	all := make([][]*mapping.Field, len(shards))
	if len(b.fields) == 0 {
		return all
	}
	for i, sh := range shards {
		seen := make(map[*mapping.Field]bool)
		for _, pattern := range b.fields {
			for _, f := range sh.mapping.Match(pattern) {
				if !seen[f] {
					seen[f] = true
					all[i] = append(all[i], f)
				}
			}
		}
	}
	return all
}

// appendFields adds the values of fields, each as an array; a document without
// any of them gets no "fields".
func appendFields(out []byte, doc *index.Document, fields []*mapping.Field) []byte {
	start := len(out)
	out = append(out, `,"fields":{`...)
	any := false
	for _, f := range fields {
		v := doc.Values(f.Name)
		if v == nil || len(v.Strings)+len(v.Longs)+len(v.Doubles)+len(v.Vectors) == 0 {
			continue
		}
		if any {
			out = append(out, ',')
		}
		any = true
		out = appendString(out, f.Name)
		out = append(out, ':', '[')
		for _, s := range v.Strings {
			if f.Type == "boolean" {
				out = append(append(out, s...), ',')
				continue
			}
			out = append(appendString(out, s), ',')
		}
		for _, l := range v.Longs {
			out = append(appendLong(out, f, l), ',')
		}
		for _, d := range v.Doubles {
			bits := 64
			if f.Type == "float" {
				bits = 32
			}
			out = append(appendNumber(out, d, bits), ',')
		}
		if f.Type == "dense_vector" {
			for _, x := range v.Vectors[0] {
				out = append(appendNumber(out, float64(x), 32), ',')
			}
		}
		out[len(out)-1] = ']'
	}
	if !any {
		return out[:start]
	}
	return append(out, '}')
}

func appendLong(out []byte, f *mapping.Field, v int64) []byte {
	if f.Type == "date" {
		return appendString(out, f.FormatDate(v))
	}
	return strconv.AppendInt(out, v, 10)
}

// appendNumber writes a fraction in the shortest form that reads back to the
// same float of so many bits, with at least one digit behind the point.
func appendNumber(out []byte, v float64, bits int) []byte {
	start := len(out)
	switch {
	case math.IsInf(v, 1):
		return append(out, `"Infinity"`...)
	case v == math.SmallestNonzeroFloat32 && bits == 32:
		return append(out, "1.4e-45"...)
	}
	if a := math.Abs(v); a != 0 && (a < 1e-3 || a >= 1e7) {
		return strconv.AppendFloat(out, v, 'e', -1, bits)
	}
	out = strconv.AppendFloat(out, v, 'f', -1, bits)
	for _, c := range out[start:] {
		if c == '.' {
			return out
		}
	}
	return append(out, '.', '0')
}

// appendString writes a JSON string.
func appendString(out []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c >= 0x7f || c == '"' || c == '\\' {
			return appendEscaped(out, s)
		}
	}
	out = append(out, '"')
	out = append(out, s...)
	return append(out, '"')
}

func appendEscaped(out []byte, s string) []byte {
	data, err := json.Marshal(s)
	if err != nil { // a string always has a JSON form
		return append(out, `""`...)
	}
	return append(out, data...)
}
