package query

import (
	"github.com/releval/releval/eval/embedded/jsontree"
)

func (p *parser) boolean(name string, n jsontree.Node) (Query, *Error) {
	c := common{boost: 1}
	var q boolean
	minShould, hasMin := "", false
	adjust := true
	for _, m := range n.Members {
		done, err := c.read(p, m)
		if err != nil {
			return nil, err
		}
		if done {
			continue
		}
		switch m.Key {
		case "must":
			err = p.list(m.Value, &q.must)
		case "should":
			err = p.list(m.Value, &q.should)
		case "filter":
			err = p.list(m.Value, &q.filter)
		case "must_not", "mustNot":
			err = p.list(m.Value, &q.mustNot)
		case "minimum_should_match":
			minShould, hasMin = m.Value.Text, m.Value.Scalar()
			if hasMin {
				_, err = minShouldMatch(1, minShould)
			}
		case "adjust_pure_negative":
			adjust, _ = m.Value.Bool()
		default:
			return nil, p.content(m.KeyStart, "[%s] unknown field [%s]", name, m.Key)
		}
		if err != nil {
			return nil, p.inside(name, m, err)
		}
	}
	if len(q.must)+len(q.should)+len(q.filter)+len(q.mustNot) == 0 {
		return boost(matchAll{}, c.boost), nil
	}
	if hasMin {
		n, err := minShouldMatch(len(q.should), minShould)
		if err != nil {
			return nil, err
		}
		q.minShould = n
	}
	if adjust {
		q = notOnlyNegative(q)
	}
	return boost(q, c.boost), nil
}

// notOnlyNegative lets a query of prohibitions alone start from everything.
func notOnlyNegative(q boolean) boolean {
	if len(q.must)+len(q.should)+len(q.filter) == 0 && len(q.mustNot) > 0 {
		q.filter, q.minShould = []Query{matchAll{}}, 0
	}
	return q
}

// list reads a query or an array of them.
func (p *parser) list(n jsontree.Node, to *[]Query) *Error {
	items := n.Items
	switch n.Kind {
	case jsontree.Null:
		return nil
	case jsontree.Object:
		items = []jsontree.Node{n}
	case jsontree.Array:
	default:
		return p.parsing(n.Start, "[_na] query malformed, must start with start_object")
	}
	for _, item := range items {
		q, err := p.query(item)
		if err != nil {
			return err
		}
		*to = append(*to, q)
	}
	return nil
}

func (p *parser) disMax(name string, n jsontree.Node) (Query, *Error) {
	c := common{boost: 1}
	var q disMax
	found := false
	for _, m := range n.Members {
		done, err := c.read(p, m)
		if err != nil {
			return nil, err
		}
		if done {
			continue
		}
		switch m.Key {
		case "queries":
			found = true
			if err := p.list(m.Value, &q.queries); err != nil {
				return nil, err
			}
		case "tie_breaker":
			v, ok := m.Value.Float()
			if !ok {
				return nil, p.content(m.Value.Start, "[tie_breaker] must be a number")
			}
			q.tie = float32(v)
		default:
			return nil, p.unsupported(name, m)
		}
	}
	if !found {
		return nil, p.parsing(n.Start, "[dis_max] requires 'queries' field with at least one clause")
	}
	if len(q.queries) == 0 {
		return nil, p.parsing(n.Start, "[dis_max] requires 'queries' field with at least one clause")
	}
	return boost(q, c.boost), nil
}

func (p *parser) constantScore(name string, n jsontree.Node) (Query, *Error) {
	c := common{boost: 1}
	var inner Query
	for _, m := range n.Members {
		done, err := c.read(p, m)
		if err != nil {
			return nil, err
		}
		if done {
			continue
		}
		if m.Key != "filter" {
			return nil, p.parsing(m.Value.Start, "[constant_score] query does not support [%s]", m.Key)
		}
		if inner, err = p.query(m.Value); err != nil {
			return nil, err
		}
	}
	if inner == nil {
		return nil, p.parsing(n.Start, "[constant_score] requires a 'filter' element")
	}
	return boost(constant{inner}, c.boost), nil
}

func (p *parser) matchAll(name string, n jsontree.Node) (Query, *Error) {
	c := common{boost: 1}
	for _, m := range n.Members {
		done, err := c.read(p, m)
		if err != nil {
			return nil, err
		}
		if !done {
			return nil, p.content(m.KeyStart, "[%s] unknown field [%s]", name, m.Key)
		}
	}
	if name == "match_none" {
		return matchNone{}, nil
	}
	return boost(matchAll{}, c.boost), nil
}
