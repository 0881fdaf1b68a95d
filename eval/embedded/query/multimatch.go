package query

import (
	"fmt"

	"github.com/releval/releval/eval/embedded/jsontree"
)

// multiOptions are those of a query over several fields.
type multiOptions struct {
	textOptions
	fields []fieldBoost
	named  bool // fields were given
	tie    float32
	hasTie bool // tie was given
	phrase bool
}

func (p *parser) multiMatch(name string, n jsontree.Node) (Query, *Error) {
	o := multiOptions{textOptions: newText()}
	kind := "best_fields"
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
		case "type":
			switch m.Value.Text {
			case "best_fields", "most_fields", "phrase":
				kind = m.Value.Text
			case "cross_fields", "phrase_prefix", "bool_prefix":
				return nil, p.parsing(m.Value.Start, "[multi_match] query does not support type [%s] in the embedded engine", m.Value.Text)
			default:
				return nil, &Error{Type: "parse_exception", Reason: fmt.Sprintf("failed to parse [multi_match] query type [%s]. unknown type.", m.Value.Text)}
			}
		case "tie_breaker":
			v, ok := m.Value.Float()
			if !ok {
				return nil, p.content(m.Value.Start, "[tie_breaker] must be a number")
			}
			o.tie, o.hasTie = float32(v), true
		case "slop":
			if err := o.readSlop(p, m); err != nil {
				return nil, err
			}
		case "default_operator":
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
		return nil, p.parsing(n.Start, "No text specified for multi_match query")
	}
	if kind == "most_fields" && !o.hasTie {
		o.tie = 1
	}
	o.phrase = kind == "phrase"
	if !o.named {
		o.fields, o.lenient = p.all(), true
	}
	q, err := o.over(o.fields, o.text, o.minShould)
	if err != nil {
		return nil, err
	}
	return boost(q, o.boost), nil
}

// over searches a text in several fields and takes the best of them.
func (o *multiOptions) over(fields []fieldBoost, text, minShould string) (Query, *Error) {
	queries := make([]Query, 0, len(fields))
	dropped := 0
	for _, f := range fields {
		of := o.ofField
		if o.phrase {
			of = o.ofPhrase
		}
		q, err := of(f.field, text)
		if err == nil {
			q, err = limited(q, minShould)
		}
		if err != nil {
			return nil, err
		}
		if q == nil {
			dropped++
			continue
		}
		if _, none := q.(matchNone); none {
			continue
		}
		queries = append(queries, boost(q, f.boost))
	}
	switch len(queries) {
	case 0:
		if dropped > 0 && dropped == len(fields) {
			return nil, nil
		}
		return matchNone{}, nil
	case 1:
		return queries[0], nil
	}
	return disMax{queries: queries, tie: o.tie}, nil
}
