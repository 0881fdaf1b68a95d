package query

import (
	"fmt"
	"strings"

	"github.com/releval/releval/eval/embedded/jsontree"
)

// queryString reads a query_string query, whose text is a little language.
func (p *parser) queryString(name string, n jsontree.Node) (Query, *Error) {
	o := multiOptions{textOptions: newText()}
	o.dropEmpty = true
	field, phraseSlop := "", 0
	for _, m := range n.Members {
		done, err := o.common.read(p, m)
		if err != nil {
			return nil, err
		}
		if done {
			continue
		}
		switch m.Key {
		case "fields":
			if o.fields, err = p.readFields(m.Value); err != nil {
				return nil, err
			}
			o.named = m.Value.Kind == jsontree.String || len(m.Value.Items) > 0
			for _, item := range m.Value.Items {
				o.lenient = o.lenient || item.Text == "*"
			}
		case "default_field":
			field = m.Value.Text
		case "type":
			switch m.Value.Text {
			case "best_fields":
			case "most_fields":
				if !o.hasTie {
					o.tie = 1
				}
			default:
				return nil, p.parsing(m.Value.Start, "[query_string] query does not support type [%s] in the embedded engine", m.Value.Text)
			}
		case "tie_breaker":
			v, ok := m.Value.Float()
			if !ok {
				return nil, p.content(m.Value.Start, "[tie_breaker] must be a number")
			}
			o.tie, o.hasTie = float32(v), true
		case "phrase_slop":
			if err := o.readSlop(p, m); err != nil {
				return nil, err
			}
			phraseSlop, o.slop = o.slop, 0
		case "allow_leading_wildcard", "auto_generate_synonyms_phrase_query", "enable_position_increments":
		case "operator", "zero_terms_query":
			return nil, p.unsupported(name, m)
		default:
			done, err := o.textOptions.read(p, name, m)
			if err != nil {
				return nil, err
			}
			if !done {
				return nil, p.unsupported(name, m)
			}
		}
	}
	if !o.hasText {
		return nil, p.parsing(n.Start, "[query_string] must be provided with a [query]")
	}
	switch {
	case o.named:
	case field != "" && field != "*":
		for _, f := range p.searchable(field) {
			o.fields = append(o.fields, fieldBoost{f, 1})
		}
	default:
		o.fields, o.lenient = p.all(), true
	}
	q, err := p.runString(&o, phraseSlop)
	if err != nil {
		return nil, err
	}
	if q, err = limited(q, o.minShould); err != nil {
		return nil, err
	}
	return boost(q, o.boost), nil
}

// runString parses the text into a query.
func (p *parser) runString(o *multiOptions, phraseSlop int) (Query, *Error) {
	if strings.TrimSpace(o.text) == "" {
		return matchNone{}, nil
	}
	tokens, err := lex(o.text)
	if err == nil {
		g := &grammar{parser: p, options: o, tokens: tokens, phraseSlop: phraseSlop}
		var q Query
		if q, err = g.query(nil, 0); err == nil && g.peek(0).kind != tokEOF {
			err = g.unexpected()
		}
		if err == nil {
			if q == nil {
				q = matchNone{}
			}
			return q, nil
		}
	}
	if e, ok := err.(*Error); ok {
		return nil, e
	}
	return nil, &Error{
		Type: "query_shard_exception", Reason: fmt.Sprintf("Failed to parse query [%s]", o.text), Shard: true,
		Cause: &Error{Type: "parse_exception", Reason: fmt.Sprintf("Cannot parse '%s': %s", o.text, err)},
	}
}
