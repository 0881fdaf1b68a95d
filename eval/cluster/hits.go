package cluster

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/releval/releval/eval/scan"
)

// longestTook keeps a nonsensical time, in milliseconds, from overflowing.
const longestTook = 1 << 40

// hitDecoder decodes the hits of one answer after the other. Texts are
// collected in one piece of memory, fields and values in one list each, so
// that the number of allocations does not grow with the number of hits, and
// nothing keeps the body alive. What it collects in is used again for the next
// answer.
type hitDecoder struct {
	scan.Scanner
	text   []byte // all texts, one after the other
	hits   []rawHit
	fields []rawField
	values []span
	size   int  // of the search, 0 for any
	index  span // of the last hit: mostly the same again
}

type span struct{ from, to int }

type rawHit struct {
	index, id span
	score     float64
	fields    span
	sort      span // in values
}

type rawField struct{ name, values span }

// decode reads the body of a successful search. Nothing of the result is the
// decoder's own; its lists are those of reuse, where that is not nil.
// Size is how many hits were asked for, 0 for any number: what has more, or an
// absurd number of values in them, is refused while it is read.
func (d *hitDecoder) decode(body []byte, size int, reuse *Response) (decoded, error) {
	d.size = size
	d.Reset(body)
	defer d.Reset(nil)
	d.index = span{}
	d.text, d.hits, d.fields, d.values = d.text[:0], d.hits[:0], d.fields[:0], d.values[:0]
	r := decoded{Response: Response{Total: -1}}
	if reuse != nil {
		r.Hits, r.fields, r.values = reuse.Hits, reuse.fields, reuse.values
	}
	var pit span
	err := d.Object(func(key []byte) (err error) {
		switch string(key) {
		case "took":
			var ms int64
			ms, err = d.Integer()
			r.Took = time.Duration(min(max(ms, 0), longestTook)) * time.Millisecond
		case "timed_out":
			r.timedOut, err = d.Bool()
		case "pit_id":
			pit, err = d.keep()
		case "_shards":
			err = d.shards(&r)
		case "_clusters":
			err = d.clusters(&r)
		case "hits":
			r.hasHits = true
			err = d.hitsObject(&r)
		default:
			_, err = d.Skip()
		}
		return err
	})
	if err == nil {
		err = d.End()
	}
	if err != nil {
		return decoded{}, fmt.Errorf("at byte %d: %w", d.Offset(), err)
	}
	d.finish(&r, pit)
	return r, nil
}

// keep copies a string into the text.
func (d *hitDecoder) keep() (span, error) {
	s, err := d.Text()
	if err != nil {
		return span{}, err
	}
	return d.add(s), nil
}

func (d *hitDecoder) add(s []byte) span {
	from := len(d.text)
	d.text = append(d.text, s...)
	return span{from, len(d.text)}
}

func (d *hitDecoder) shards(r *decoded) error {
	return d.Object(func(key []byte) error {
		var count *int
		switch string(key) {
		case "total":
			count = &r.Shards.Total
		case "successful":
			count = &r.Shards.Successful
		case "skipped":
			count = &r.Shards.Skipped
		case "failed":
			count = &r.Shards.Failed
		case "failures":
			raw, err := d.Skip()
			if err == nil {
				r.failure = firstFailure(raw)
			}
			return err
		default:
			_, err := d.Skip()
			return err
		}
		n, err := d.Integer()
		*count = int(n)
		return err
	})
}

// clusters counts the remote clusters that a cross-cluster search left out:
// the answer is as partial as with a failed shard.
func (d *hitDecoder) clusters(r *decoded) error {
	return d.Object(func(key []byte) error {
		switch string(key) {
		case "skipped", "partial", "failed":
			n, err := d.Integer()
			r.remote += int(n)
			return err
		}
		_, err := d.Skip()
		return err
	})
}

func (d *hitDecoder) hitsObject(r *decoded) error {
	return d.Object(func(key []byte) error {
		switch string(key) {
		case "hits":
			return d.List(d.hit)
		case "total":
			return d.total(r)
		}
		_, err := d.Skip()
		return err
	})
}

// total reads {"value":n,"relation":...}, or the bare number of
// rest_total_hits_as_int.
func (d *hitDecoder) total(r *decoded) (err error) {
	if d.Null() {
		return nil
	}
	if d.Peek() != '{' {
		r.Total, err = d.Integer()
		return err
	}
	return d.Object(func(key []byte) (err error) {
		if string(key) == "value" {
			r.Total, err = d.Integer()
		} else {
			_, err = d.Skip()
		}
		return err
	})
}

// errManyHits says that an answer has more hits, or values, than it can have.
var errManyHits = errors.New("more hits than asked for")

// mostValues is how many fields and values the hits of an answer may have for
// each hit, a title with some alternatives being two or three, and beyond that
// in all.
const (
	valuesOfHit = 64
	mostValues  = 64 << 10
)

func (d *hitDecoder) hit() error {
	// Some more than asked for are let through: the message then counts them.
	if d.size > 0 && len(d.hits) > 2*d.size+100 {
		return errManyHits
	}
	h := rawHit{score: math.NaN(), fields: span{len(d.fields), len(d.fields)}}
	err := d.Object(func(key []byte) (err error) {
		switch string(key) {
		case "_index":
			h.index, err = d.indexName()
		case "_id":
			h.id, err = d.keep()
		case "_score":
			if !d.Null() {
				h.score, err = d.Float()
			}
		case "fields":
			h.fields.from = len(d.fields)
			err = d.Object(d.field)
			h.fields.to = len(d.fields)
		case "sort":
			h.sort.from = len(d.values)
			if !d.Null() {
				err = d.List(d.sortValue)
			}
			h.sort.to = len(d.values)
		default:
			_, err = d.Skip()
		}
		return err
	})
	d.hits = append(d.hits, h)
	return err
}

// sortValue keeps one as it stands: values are only held against each other.
func (d *hitDecoder) sortValue() error {
	raw, err := d.Skip()
	d.values = append(d.values, d.add(raw))
	return err
}

func (d *hitDecoder) indexName() (span, error) {
	s, err := d.Text()
	if err != nil {
		return span{}, err
	}
	if string(s) != string(d.text[d.index.from:d.index.to]) {
		d.index = d.add(s)
	}
	return d.index, nil
}

func (d *hitDecoder) field(key []byte) error {
	if len(d.values)+len(d.fields) > mostValues+valuesOfHit*len(d.hits) {
		return errManyHits
	}
	f := rawField{name: d.add(key), values: span{len(d.values), len(d.values)}}
	value := func() error {
		if len(d.values)+len(d.fields) > mostValues+valuesOfHit*len(d.hits) {
			return errManyHits
		}
		switch d.Peek() {
		case '"':
			v, err := d.keep()
			d.values = append(d.values, v)
			return err
		case 'n':
			_, err := d.Skip() // nothing but a null begins so
			return err
		}
		raw, err := d.Skip()
		d.values = append(d.values, d.add(raw))
		return err
	}
	var err error
	if d.Peek() == '[' {
		err = d.List(value)
	} else {
		err = value()
	}
	f.values.to = len(d.values)
	d.fields = append(d.fields, f)
	return err
}

// finish turns the spans into strings that share one piece of memory.
func (d *hitDecoder) finish(r *decoded, pit span) {
	text := string(d.text)
	at := func(s span) string { return text[s.from:s.to] }
	r.PIT = at(pit)
	r.values = sized(r.values, len(d.values))
	for i, v := range d.values {
		r.values[i] = at(v)
	}
	r.fields = sized(r.fields, len(d.fields))
	for i, f := range d.fields {
		r.fields[i] = Field{Name: at(f.name), Values: r.values[f.values.from:f.values.to:f.values.to]}
	}
	r.Hits = sized(r.Hits, len(d.hits))
	for i, h := range d.hits {
		r.Hits[i] = Hit{Index: at(h.index), ID: at(h.id), Score: h.score, Fields: r.fields[h.fields.from:h.fields.to:h.fields.to]}
		if h.sort.to > h.sort.from {
			r.Hits[i].Sort = r.values[h.sort.from:h.sort.to:h.sort.to]
		}
	}
}

// sized gives a list of n elements, the old one where it has the room.
func sized[T any](list []T, n int) []T {
	if list == nil || cap(list) < n {
		return make([]T, n)
	}
	return list[:n]
}
