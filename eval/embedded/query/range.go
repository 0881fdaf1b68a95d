package query

import (
	"math"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/embedded/index"
	"github.com/releval/releval/eval/embedded/jsontree"
	"github.com/releval/releval/eval/embedded/mapping"
)

// bound is one end of a range.
type bound struct {
	text string
	set  bool
	open bool // the bound itself does not belong to the range
}

func (p *parser) rangeQuery(name string, n jsontree.Node) (Query, *Error) {
	c := common{boost: 1}
	var low, high bound
	if len(n.Members) == 1 && n.Members[0].Value.Kind != jsontree.Object {
		return nil, p.parsing(n.Members[0].Value.Start, "[range] query does not support [%s]", n.Members[0].Key)
	}
	field, err := p.fielded(name, n, "", &c, func(m jsontree.Member) (bool, *Error) {
		if m.Value.Kind == jsontree.Null {
			return true, nil
		}
		if !m.Value.Scalar() {
			return false, nil
		}
		b := bound{text: m.Value.Text, set: true, open: m.Key == "gt" || m.Key == "lt"}
		switch m.Key {
		case "gt", "gte":
			low = b
		case "lt", "lte":
			high = b
		default:
			return false, nil
		}
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	f := p.mapping.Field(field)
	if f == nil {
		return matchNone{}, nil
	}
	q, err := within(f, low, high)
	if err != nil {
		return nil, err
	}
	return boost(q, c.boost), nil
}

// within is a range by the field's type.
func within(f *mapping.Field, low, high bound) (Query, *Error) {
	if !f.Searchable() {
		return nil, notIndexed(f)
	}
	if f.Kind() == index.Vector {
		return nil, onShard(illegal("Field [%s] of type [%s] does not support range queries", f.Name, f.Type))
	}
	if !low.set && !high.set {
		return exists{[]string{f.Name}}, nil
	}
	switch f.Kind() {
	case index.Text, index.Keyword:
		q := termRange{field: f.Name, openLow: low.open, openHigh: high.open}
		if low.set {
			q.low = &low.text
		}
		if high.set {
			q.high = &high.text
		}
		return q, nil
	case index.Double:
		return doubles(f, low, high)
	}
	return longs(f, low, high)
}

func doubles(f *mapping.Field, low, high bound) (Query, *Error) {
	q := doubleRange{f.Name, math.Inf(-1), math.Inf(1)}
	next := math.Nextafter
	if f.Type == "float" {
		next = func(x, y float64) float64 { return float64(math.Nextafter32(float32(x), float32(y))) }
	}
	if low.set {
		v, err := f.Double(low.text)
		if err != nil {
			return nil, onShard(fromMapping(err))
		}
		if q.low = v; low.open {
			q.low = next(v, math.Inf(1))
		}
	}
	if high.set {
		v, err := f.Double(high.text)
		if err != nil {
			return nil, onShard(fromMapping(err))
		}
		if q.high = v; high.open {
			q.high = next(v, math.Inf(-1))
		}
	}
	return q, nil
}

func longs(f *mapping.Field, low, high bound) (Query, *Error) {
	q := longRange{f.Name, math.MinInt64, math.MaxInt64}
	if low.set {
		// "gt" a year means after its end, "gte" from its beginning.
		v, beyond, err := long(f, low.text, low.open, 1)
		switch {
		case err != nil:
			return nil, err
		case beyond > 0:
			return matchNone{}, nil
		case beyond == 0:
			if q.low = v; low.open {
				if v == math.MaxInt64 {
					return matchNone{}, nil
				}
				q.low++
			}
		}
	}
	if high.set {
		v, beyond, err := long(f, high.text, !high.open, -1)
		switch {
		case err != nil:
			return nil, err
		case beyond < 0:
			return matchNone{}, nil
		case beyond == 0:
			if q.high = v; high.open {
				if v == math.MinInt64 {
					return matchNone{}, nil
				}
				q.high--
			}
		}
	}
	return q, nil
}

// long reads the bound of a range over whole numbers. A fraction is moved into
// the range, to the side of toward, and so far that an open bound stays right.
// beyond is -1 or 1 for a bound below or above all that the type can hold.
func long(f *mapping.Field, text string, open bool, toward int) (v int64, beyond int, err *Error) {
	if f.Numeric() {
		d, e := strconv.ParseFloat(text, 64)
		if e == nil && d != math.Trunc(d) {
			isOpen := open == (toward > 0)
			switch {
			case toward > 0 && isOpen:
				d = math.Floor(d)
			case toward > 0:
				d = math.Ceil(d)
			case isOpen:
				d = math.Ceil(d)
			default:
				d = math.Floor(d)
			}
			text = strconv.FormatFloat(d, 'f', -1, 64)
		}
	}
	v, e := f.Long(text, open)
	if e != nil && strings.HasPrefix(e.Reason, "Value [") {
		if strings.HasPrefix(text, "-") {
			return 0, -1, nil
		}
		return 0, 1, nil
	}
	if e != nil {
		return 0, 0, onShard(fromMapping(e))
	}
	return v, 0, nil
}
