package query

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/embedded/index"
	"github.com/releval/releval/eval/embedded/mapping"
)

// word parses a single term with its boost.
func (g *grammar) word(field *fieldName) (Query, error) {
	t := g.take()
	slop := g.phraseSlop
	var after *qsToken
	for {
		if k := g.peek(0).kind; k == tokBoost && after == nil {
			b := g.take()
			after = &b
			continue
		} else if k == tokFuzzy {
			f := g.take()
			if t.kind != tokQuoted {
				return nil, g.refuse("fuzziness", t.text+"~"+f.text)
			}
			if v, err := strconv.ParseFloat(f.text, 32); err == nil {
				slop = min(int(v), maxSlop)
			}
			continue
		}
		break
	}
	q, err := g.one(field, t, slop)
	if err == nil && after != nil {
		q = g.boosted(q, *after)
	}
	return q, err
}

func (g *grammar) refuse(what, text string) error {
	return onShard(illegal("the embedded engine does not support %s in a query string, found [%s]", what, text))
}

func (g *grammar) one(field *fieldName, t qsToken, slop int) (Query, error) {
	text := unescape(t.text)
	switch t.kind {
	case tokTerm, tokBare:
		return g.text(field, text)
	case tokQuoted:
		return g.quoted(field, text, slop)
	case tokStar:
		if field == nil || field.name == "*" {
			return matchAll{}, nil
		}
		return g.present(field.name), nil
	case tokPrefix:
		return g.prefixed(field, unescape(strings.TrimSuffix(t.text, "*")))
	case tokRange:
		return g.between(field, t.text)
	case tokWild:
		return nil, g.refuse("wildcards", t.text)
	case tokRegexp:
		return nil, g.refuse("regular expressions", "/"+t.text+"/")
	}
	g.next--
	if t.kind == tokEOF {
		g.next = len(g.tokens) - 1
	}
	return nil, g.unexpected()
}

// fields are those that a clause searches.
func (g *grammar) fields(field *fieldName) []fieldBoost {
	if field == nil {
		return g.options.fields
	}
	var fields []fieldBoost
	for _, f := range g.searchable(field.name) {
		fields = append(fields, fieldBoost{f, 1})
	}
	return fields
}

// result turns a typed nil into a plain one.
func result(q Query, err *Error) (Query, error) {
	if err != nil {
		return nil, err
	}
	return q, nil
}

func (g *grammar) text(field *fieldName, text string) (Query, error) {
	if field != nil {
		if field.name == "_exists_" {
			return g.present(text), nil
		}
		for _, op := range []string{">=", "<=", ">", "<"} {
			if value, ok := strings.CutPrefix(text, op); ok {
				b := bound{text: value, set: true, open: len(op) == 1}
				if op[0] == '>' {
					return g.ranges(field, b, bound{})
				}
				return g.ranges(field, bound{}, b)
			}
		}
	}
	return result(g.options.over(g.fields(field), text, ""))
}

func (g *grammar) quoted(field *fieldName, text string, slop int) (Query, error) {
	o := *g.options
	o.phrase, o.slop = true, slop
	if !o.hasTie {
		o.tie = 0
	}
	return result(o.over(g.fields(field), text, ""))
}

func (g *grammar) present(name string) Query {
	q := exists{}
	for _, f := range g.mapping.Match(name) {
		q.fields = append(q.fields, f.Name)
	}
	return constant{q}
}

func (g *grammar) prefixed(field *fieldName, text string) (Query, error) {
	return g.everywhere(field, func(f *mapping.Field) (Query, *Error) {
		if f.Kind() == index.Text {
			return prefixOf(f, strings.ToLower(text))
		}
		return prefixOf(f, text)
	})
}

func (g *grammar) between(field *fieldName, text string) (Query, error) {
	low, high, ok := strings.Cut(text[1:len(text)-1], " TO ")
	low, high = strings.Trim(strings.TrimSpace(low), `"`), strings.Trim(strings.TrimSpace(high), `"`)
	if !ok || low == "" || high == "" {
		return nil, fmt.Errorf("a range must be written [low TO high], found %s", text)
	}
	return g.ranges(field,
		bound{text: unescape(low), set: low != "*", open: text[0] == '{'},
		bound{text: unescape(high), set: high != "*", open: text[len(text)-1] == '}'})
}

func (g *grammar) ranges(field *fieldName, low, high bound) (Query, error) {
	return g.everywhere(field, func(f *mapping.Field) (Query, *Error) { return within(f, low, high) })
}

// everywhere makes a query for each field and takes the best of them.
func (g *grammar) everywhere(field *fieldName, of func(*mapping.Field) (Query, *Error)) (Query, error) {
	var queries []Query
	for _, f := range g.fields(field) {
		if f.field == nil {
			continue
		}
		q, err := of(f.field)
		if err != nil {
			if g.options.lenient {
				continue
			}
			return nil, err
		}
		queries = append(queries, boost(q, f.boost))
	}
	switch len(queries) {
	case 0:
		return matchNone{}, nil
	case 1:
		return queries[0], nil
	}
	return disMax{queries: queries, tie: g.options.tie}, nil
}
