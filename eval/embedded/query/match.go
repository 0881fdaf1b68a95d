package query

import (
	"math"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/embedded/jsontree"
	"github.com/releval/releval/eval/embedded/mapping"
)

func newText() textOptions { return textOptions{common: common{boost: 1}} }

func (p *parser) match(name string, n jsontree.Node) (Query, *Error) {
	o := newText()
	field, err := p.fielded(name, n, "query", &o.common, func(m jsontree.Member) (bool, *Error) {
		if m.Key == "default_operator" {
			return false, nil
		}
		return o.read(p, name, m)
	})
	if err != nil {
		return nil, err
	}
	if !o.hasText {
		return nil, p.parsing(n.End-1, "No text specified for text query")
	}
	f := p.mapping.Field(field)
	var q Query
	if f != nil && f.Type == "semantic_text" {
		q, err = meaning(f, o.text)
	} else if q, err = o.ofField(f, o.text); err == nil {
		q, err = limited(q, o.minShould)
	}
	if err != nil {
		return nil, err
	}
	return boost(q, o.boost), nil
}

func (p *parser) matchPhrase(name string, n jsontree.Node) (Query, *Error) {
	o := newText()
	field, err := p.fielded(name, n, "query", &o.common, func(m jsontree.Member) (bool, *Error) {
		switch m.Key {
		case "slop":
			return true, o.readSlop(p, m)
		case "query", "analyzer", "zero_terms_query":
			return o.read(p, name, m)
		}
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	if !o.hasText {
		return nil, p.parsing(n.End-1, "No text specified for text query")
	}
	q, err := o.ofPhrase(p.mapping.Field(field), o.text)
	if err != nil {
		return nil, err
	}
	return boost(q, o.boost), nil
}

// maxSlop keeps the arithmetic of positions within bounds.
const maxSlop = 1 << 20

func (o *textOptions) readSlop(p *parser, m jsontree.Member) *Error {
	v, ok := m.Value.Int()
	if !ok {
		return p.content(m.Value.Start, "[%s] must be a whole number", m.Key)
	}
	if v < 0 {
		return illegal("No negative slop allowed.")
	}
	o.slop = min(v, maxSlop)
	return nil
}

// fieldBoost is a field of a query over several, with its boost.
type fieldBoost struct {
	field *mapping.Field
	boost float32
}

// readFields reads names such as "title^2"; a name with * stands for all
// fields that fit and can be searched for text.
func (p *parser) readFields(n jsontree.Node) ([]fieldBoost, *Error) {
	items := n.Items
	if n.Kind == jsontree.String {
		items = []jsontree.Node{n}
	}
	// Of a name that is given twice the last boost counts; where two patterns
	// give the same field, their boosts are multiplied.
	var names []string
	boosts := make(map[string]float32)
	for _, item := range items {
		if item.Kind != jsontree.String {
			return nil, p.parsing(item.Start, "[fields] must hold the names of fields, found %s", item.Token())
		}
		name, tail, ok := strings.Cut(item.Text, "^")
		weight := 1.0
		if ok {
			var err error
			if weight, err = strconv.ParseFloat(tail, 32); err != nil || math.IsNaN(weight) || math.IsInf(weight, 0) {
				return nil, &Error{Type: "number_format_exception", Reason: "For input string: " + strconv.Quote(tail)}
			}
			if weight < 0 {
				return nil, illegal("negative [boost] are not allowed in [%s], use a value between 0 and 1 to deboost", item.Text)
			}
		}
		if _, known := boosts[name]; !known {
			names = append(names, name)
		}
		boosts[name] = float32(weight)
	}
	var fields []fieldBoost
	at := make(map[*mapping.Field]int)
	for _, name := range names {
		for _, f := range p.searchable(name) {
			if i, known := at[f]; known && f != nil {
				fields[i].boost *= boosts[name]
				continue
			}
			at[f] = len(fields)
			fields = append(fields, fieldBoost{f, boosts[name]})
		}
	}
	return fields, nil
}

// searchable gives the fields of a name or pattern. A name that is not mapped
// gives one nil.
func (p *parser) searchable(name string) []*mapping.Field {
	if !strings.Contains(name, "*") {
		return []*mapping.Field{p.mapping.Field(name)}
	}
	var found []*mapping.Field
	for _, f := range p.mapping.Match(name) {
		if f.Searchable() && f.Dense == nil {
			found = append(found, f)
		}
	}
	return found
}

// all gives every field that can be searched: the server's default where a
// query names none.
func (p *parser) all() []fieldBoost {
	var fields []fieldBoost
	for _, f := range p.searchable("*") {
		fields = append(fields, fieldBoost{f, 1})
	}
	return fields
}
