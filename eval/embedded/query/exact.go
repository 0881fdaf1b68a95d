package query

import (
	"math"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/embedded/index"
	"github.com/releval/releval/eval/embedded/jsontree"
	"github.com/releval/releval/eval/embedded/mapping"
)

func notIndexed(f *mapping.Field) *Error {
	return onShard(illegal("Cannot search on field [%s] since it is not indexed.", f.Name))
}

// exactly is a term query by the field's type. An unmapped field matches
// nothing.
func exactly(f *mapping.Field, value string) (Query, *Error) {
	if f == nil {
		return matchNone{}, nil
	}
	if !f.Searchable() {
		return nil, notIndexed(f)
	}
	switch f.Kind() {
	case index.Vector:
		return nil, onShard(illegal("Field [%s] of type [%s] doesn't support term queries", f.Name, f.Type))
	case index.Text:
		return term{f.Name, value}, nil
	case index.Keyword:
		value, err := f.Term(value)
		if err != nil {
			return nil, onShard(fromMapping(err))
		}
		if !f.Indexed { // found by its values, which gives no score
			return constant{term{f.Name, value}}, nil
		}
		return term{f.Name, value}, nil
	case index.Double:
		v, err := f.Double(value)
		if err != nil {
			return nil, onShard(fromMapping(err))
		}
		return doubleRange{f.Name, v, v}, nil
	}
	if f.Numeric() {
		// A fraction equals no whole number.
		if d, err := strconv.ParseFloat(value, 64); err == nil && d != math.Trunc(d) {
			return matchNone{}, nil
		}
	}
	low, err := f.Long(value, false)
	if err != nil {
		if strings.HasPrefix(err.Reason, "Value [") {
			return matchNone{}, nil // beyond what the type can hold
		}
		return nil, onShard(fromMapping(err))
	}
	high, _ := f.Long(value, true)
	return longRange{f.Name, low, high}, nil
}

func fromMapping(e *mapping.Error) *Error {
	return &Error{Type: e.Type, Reason: e.Reason}
}

func (p *parser) term(name string, n jsontree.Node) (Query, *Error) {
	c := common{boost: 1}
	var value string
	has := false
	field, err := p.fielded(name, n, "value", &c, func(m jsontree.Member) (bool, *Error) {
		if m.Key != "value" && m.Key != "term" || !m.Value.Scalar() {
			return false, nil
		}
		value, has = m.Value.Text, true
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	if !has {
		return nil, illegal("value cannot be null")
	}
	if field == "_id" {
		return boost(constant{ids{[]string{value}}}, c.boost), nil
	}
	q, err := exactly(p.mapping.Field(field), value)
	if err != nil {
		return nil, err
	}
	return boost(q, c.boost), nil
}

func (p *parser) terms(name string, n jsontree.Node) (Query, *Error) {
	c := common{boost: 1}
	var field string
	var values []string
	for _, m := range n.Members {
		if m.Value.Kind == jsontree.Array {
			if field != "" {
				return nil, p.parsing(m.Value.Start, "[terms] query does not support multiple fields")
			}
			field = m.Key
			for _, item := range m.Value.Items {
				if !item.Scalar() {
					return nil, p.parsing(item.Start, "No value specified for terms query")
				}
				values = append(values, item.Text)
			}
			continue
		}
		if done, err := c.read(p, m); err != nil || done {
			if err != nil {
				return nil, err
			}
			continue
		}
		return nil, p.unsupported(name, m)
	}
	if field == "" {
		return nil, p.parsing(n.Start, "[terms] query requires a field name, followed by array of terms or a document lookup specification")
	}
	if field == "_id" {
		return boost(ids{values}, c.boost), nil
	}
	f := p.mapping.Field(field)
	if f == nil || len(values) == 0 {
		return matchNone{}, nil
	}
	if f.Kind() == index.Text || f.Kind() == index.Keyword {
		if !f.Searchable() {
			return nil, notIndexed(f)
		}
		return boost(terms{f.Name, values}, c.boost), nil
	}
	any := boolean{}
	for _, v := range values {
		q, err := exactly(f, v)
		if err != nil {
			return nil, err
		}
		any.should = append(any.should, q)
	}
	return boost(constant{any}, c.boost), nil
}

func (p *parser) prefix(name string, n jsontree.Node) (Query, *Error) {
	c := common{boost: 1}
	var value string
	field, err := p.fielded(name, n, "value", &c, func(m jsontree.Member) (bool, *Error) {
		if m.Key != "value" || !m.Value.Scalar() {
			return false, nil
		}
		value = m.Value.Text
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	f := p.mapping.Field(field)
	if f == nil {
		return matchNone{}, nil
	}
	q, err := prefixOf(f, value)
	if err != nil {
		return nil, err
	}
	return boost(q, c.boost), nil
}

func prefixOf(f *mapping.Field, value string) (Query, *Error) {
	if f.Kind() != index.Text && f.Kind() != index.Keyword {
		return nil, onShard(illegal("Can only use prefix queries on keyword, text and wildcard fields - not on [%s] which is of type [%s]", f.Name, f.Type))
	}
	if !f.Searchable() {
		return nil, notIndexed(f)
	}
	return prefix{f.Name, value}, nil
}

func (p *parser) exists(name string, n jsontree.Node) (Query, *Error) {
	c := common{boost: 1}
	field := ""
	for _, m := range n.Members {
		if done, err := c.read(p, m); err != nil {
			return nil, err
		} else if done {
			continue
		}
		if m.Key != "field" || m.Value.Kind != jsontree.String {
			return nil, p.unsupported(name, m)
		}
		field = m.Value.Text
	}
	if field == "" {
		return nil, p.parsing(n.Start, "[exists] must be provided with a [field]")
	}
	var q exists
	for _, f := range p.mapping.Match(field) {
		q.fields = append(q.fields, f.Name)
	}
	if len(q.fields) == 0 { // an object exists where something in it does
		for _, f := range p.mapping.Match(field + ".*") {
			q.fields = append(q.fields, f.Name)
		}
	}
	if len(q.fields) == 0 {
		return matchNone{}, nil
	}
	return boost(q, c.boost), nil
}

func (p *parser) ids(name string, n jsontree.Node) (Query, *Error) {
	c := common{boost: 1}
	var q ids
	for _, m := range n.Members {
		if done, err := c.read(p, m); err != nil {
			return nil, err
		} else if done {
			continue
		}
		if m.Key != "values" {
			inner := p.content(m.KeyStart, "[ids] unknown field [%s]", m.Key)
			outer := p.parsing(m.Value.Start, "%s", inner.Reason)
			outer.Cause = inner
			return nil, outer
		}
		items := m.Value.Items
		if m.Value.Scalar() {
			items = []jsontree.Node{m.Value}
		}
		for _, item := range items {
			if !item.Scalar() {
				return nil, p.content(item.Start, "[ids] failed to parse field [values]")
			}
			q.values = append(q.values, item.Text)
		}
	}
	return boost(q, c.boost), nil
}
