package mapping

import (
	"fmt"
	"unicode/utf8"

	"github.com/releval/releval/eval/embedded/index"
	"github.com/releval/releval/eval/embedded/jsontree"
)

// maxTerm is the most bytes that Lucene lets a term have.
const maxTerm = 32766

// Document reads the values of a document by the mapping. Where the document
// has fields that the mapping lacks and may have, next is a new mapping with
// them; else it is m. The error is an *Error.
func (m *Mapping) Document(id string, data []byte, src jsontree.Node) (fields []index.Values, next *Mapping, err error) {
	r := reader{m: m, id: id, data: data}
	if src.Kind != jsontree.Object {
		return nil, nil, r.fail(src, "", "", &Error{Type: "not_x_content_exception", Reason: "a document must be an object"})
	}
	if e := r.object(m.root, "", DynamicTrue, src); e != nil {
		return nil, nil, e
	}
	if r.m != m {
		r.m.index()
	}
	return r.values, r.m, nil
}

// reader collects the values of one document.
type reader struct {
	m      *Mapping
	id     string
	data   []byte
	values []index.Values
	// copied says that m is the reader's own and may be changed.
	copied bool
}

func (r *reader) fail(n jsontree.Node, field, typ string, cause *Error) *Error {
	line, column := jsontree.Position(r.data, n.Start)
	if field == "" {
		return &Error{Type: "document_parsing_exception", Reason: fmt.Sprintf("[%d:%d] %s", line, column, cause.Reason), Cause: cause.Cause}
	}
	preview := n.Text
	if !n.Scalar() {
		preview = string(r.data[n.Start:min(n.End, n.Start+100)])
	}
	return &Error{
		Type: "document_parsing_exception",
		Reason: fmt.Sprintf("[%d:%d] failed to parse field [%s] of type [%s] in document with id '%s'. Preview of field's value: '%s'",
			line, column, field, typ, r.id, preview),
		Cause: cause,
	}
}

// object reads the members of an object along a level of the mapping.
func (r *reader) object(o *object, prefix string, dynamic Dynamic, n jsontree.Node) *Error {
	if o.dynamic != "" {
		dynamic = o.dynamic
	}
	for i := range n.Members {
		member := &n.Members[i]
		path := join(prefix, member.Key)
		if member.Key == "" {
			return r.fail(member.Value, "", "", illegal("field name cannot be an empty string"))
		}
		if err := r.member(path, dynamic, member.Value); err != nil {
			return err
		}
	}
	return nil
}

// member reads the value at a path, which may be dotted in the document.
func (r *reader) member(path string, dynamic Dynamic, n jsontree.Node) *Error {
	p, inherited := r.m.root.find(path, dynamic)
	switch {
	case p.field != nil:
		return r.field(p.field, n)
	case p.object != nil:
		return r.into(p.object, path, inherited, n)
	}
	return r.unmapped(path, inherited, n)
}

// into reads an object, or an array of objects, along its mapping.
func (r *reader) into(o *object, path string, dynamic Dynamic, n jsontree.Node) *Error {
	switch n.Kind {
	case jsontree.Null:
		return nil
	case jsontree.Object:
		return r.object(o, path, dynamic, n)
	case jsontree.Array:
		for _, item := range n.Items {
			if err := r.into(o, path, dynamic, item); err != nil {
				return err
			}
		}
		return nil
	}
	return r.fail(n, "", "", illegal("object mapping for [%s] tried to parse field [%s] as object, but found a concrete value", path, path))
}

// find walks a dotted path down the mapping; dynamic is what holds there.
func (o *object) find(path string, dynamic Dynamic) (property, Dynamic) {
	rest := path
	for {
		if o.dynamic != "" {
			dynamic = o.dynamic
		}
		name, after, more := cutDot(rest)
		p, ok := o.props[name]
		if !ok || !more {
			return p, dynamic
		}
		if p.object == nil {
			return property{}, dynamic
		}
		o, rest = p.object, after
	}
}

func cutDot(s string) (first, rest string, more bool) {
	for i := 0; i < len(s); i++ {
		if s[i] == '.' {
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

// field collects a value, or an array of them, for a field and its
// multi-fields.
func (r *reader) field(f *Field, n jsontree.Node) *Error {
	if f.Type == "dense_vector" {
		return r.vector(f, n)
	}
	switch n.Kind {
	case jsontree.Null:
		return nil
	case jsontree.Array:
		for _, item := range n.Items {
			if err := r.field(f, item); err != nil {
				return err
			}
		}
		return nil
	case jsontree.Object:
		line, column := jsontree.Position(r.data, n.Start)
		return r.fail(n, f.Name, f.Type, illegal("Expected text at %d:%d but found START_OBJECT", line, column))
	}
	if err := r.value(f, n); err != nil {
		return err
	}
	for _, sub := range f.multi {
		if err := r.value(sub, n); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) value(f *Field, n jsontree.Node) *Error {
	switch f.Kind() {
	case index.Vector:
		return r.semantic(f, n)
	case index.Text:
		v := r.of(f)
		v.Strings = append(v.Strings, n.Text)
	case index.Keyword:
		if f.IgnoreAbove > 0 && longerThan(n.Text, f.IgnoreAbove) {
			return nil
		}
		if len(n.Text) > maxTerm {
			return r.fail(n, f.Name, f.Type, illegal("Document contains at least one immense term in field=%q (whose UTF8 encoding is longer than the max length %d)", f.Name, maxTerm))
		}
		term, err := f.Term(n.Text)
		if err != nil {
			return r.fail(n, f.Name, f.Type, err)
		}
		v := r.of(f)
		v.Strings = append(v.Strings, term)
	case index.Double:
		d, err := f.Double(n.Text)
		if err != nil {
			return r.fail(n, f.Name, f.Type, err)
		}
		v := r.of(f)
		v.Doubles = append(v.Doubles, d)
	case index.Long:
		l, err := f.Long(n.Text, false)
		if err != nil {
			return r.fail(n, f.Name, f.Type, err)
		}
		v := r.of(f)
		v.Longs = append(v.Longs, l)
	}
	return nil
}

// of is where the values of a field are collected.
func (r *reader) of(f *Field) *index.Values {
	for i := range r.values {
		if r.values[i].Field == f.Name {
			return &r.values[i]
		}
	}
	r.values = append(r.values, index.Values{Field: f.Name, Kind: f.Kind(), Analyzer: f.Analyzer, Unindexed: !f.Searchable()})
	v := &r.values[len(r.values)-1]
	if f.Dense != nil {
		v.Similarity = f.Dense.Similarity
	}
	return v
}

// longerThan says whether a text has more UTF-16 units than a limit.
func longerThan(s string, limit int) bool {
	if len(s) <= limit {
		return false
	}
	n := 0
	for i := 0; i < len(s); {
		c, size := utf8.DecodeRuneInString(s[i:])
		i += size
		n++
		if c > 0xffff {
			n++
		}
	}
	return n > limit
}
