package mapping

import (
	"fmt"
	"strings"

	"github.com/releval/releval/eval/embedded/jsontree"
)

// keywordLimit is ignore_above of the keyword field that dynamic mapping puts
// beside every text.
const keywordLimit = 256

// unmapped deals with a value for which the mapping has no field.
func (r *reader) unmapped(path string, dynamic Dynamic, n jsontree.Node) *Error {
	switch dynamic {
	case DynamicFalse:
		return nil
	case DynamicStrict:
		prefix, name := "_doc", path
		if at := strings.LastIndexByte(path, '.'); at >= 0 {
			prefix, name = path[:at], path[at+1:]
		}
		e := r.fail(n, "", "", illegal("mapping set to strict, dynamic introduction of [%s] within [%s] is not allowed", name, prefix))
		e.Type = "strict_dynamic_mapping_exception"
		return e
	}
	switch n.Kind {
	case jsontree.Null:
		return nil
	case jsontree.Object:
		o, err := r.add(path, property{object: &object{props: map[string]property{}}}, n)
		if err != nil {
			return err
		}
		return r.object(o.object, path, dynamic, n)
	case jsontree.Array:
		if isVector(n) {
			f := newField(path, "dense_vector")
			f.Dense = &Dense{Dims: len(n.Items)}
			if _, err := r.add(path, property{field: f}, n); err != nil {
				return err
			}
			return r.vector(f, n)
		}
		for _, item := range n.Items {
			// Once the first value has made the field, the others find it.
			if err := r.member(path, dynamic, item); err != nil {
				return err
			}
		}
		return nil
	}
	p, err := r.add(path, property{field: r.guess(path, n)}, n)
	if err != nil {
		return err
	}
	return r.field(p.field, n)
}

// guess is the field that the server makes for a first value.
func (r *reader) guess(path string, n jsontree.Node) *Field {
	switch n.Kind {
	case jsontree.Bool:
		return newField(path, "boolean")
	case jsontree.Number:
		if strings.ContainsAny(n.Text, ".eE") {
			return newField(path, "float")
		}
		return newField(path, "long")
	}
	if r.m.root.dateDetection {
		if format, ok := detectDate(n.Text); ok {
			f := newField(path, "date")
			if format != "" {
				f.formatText, f.formats = format, strings.Split(format, "||")
			}
			return f
		}
	}
	f := newField(path, "text")
	k := newField(join(path, "keyword"), "keyword")
	k.IgnoreAbove = keywordLimit
	f.multi = []*Field{k}
	return f
}

// add puts a new property into the reader's own copy of the mapping, with the
// objects above it.
func (r *reader) add(path string, p property, n jsontree.Node) (property, *Error) {
	if !r.copied {
		r.m = &Mapping{root: r.m.root.clone()}
		r.copied = true
	}
	o, rest, at := r.m.root, path, ""
	for {
		name, after, more := cutDot(rest)
		at = join(at, name)
		if name == "" || !more && rest == "" {
			return p, r.fail(n, "", "", illegal("field name cannot contain only whitespace or be empty: [%s]", path))
		}
		if !more {
			o.props[name] = p
			return p, nil
		}
		next := o.props[name]
		if next.field != nil {
			return p, r.fail(n, "", "", &Error{Reason: fmt.Sprintf("object mapping for [%s] tried to parse field [%s] as object, but found a concrete value", at, at)})
		}
		if next.object == nil {
			next.object = &object{props: map[string]property{}}
			o.props[name] = next
		}
		o, rest = next.object, after
	}
}
