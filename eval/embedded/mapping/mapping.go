package mapping

import (
	"slices"
	"strings"
)

// Dynamic says what becomes of a field that the mapping does not have.
type Dynamic string

// The settings of "dynamic".
const (
	DynamicTrue   Dynamic = "true"
	DynamicFalse  Dynamic = "false"
	DynamicStrict Dynamic = "strict"
)

// Mapping is an immutable set of fields.
type Mapping struct {
	root   *object
	byName map[string]*Field
}

// object is a level of the mapping.
type object struct {
	dynamic       Dynamic // empty: as the level above
	props         map[string]property
	dateDetection bool // of the root
}

// property is either a field or an object.
type property struct {
	field  *Field
	object *object
}

// New gives the mapping of an index that was created without one.
func New() *Mapping {
	m := &Mapping{root: &object{props: map[string]property{}, dateDetection: true}}
	m.index()
	return m
}

// Field finds a field by its full name; nil where there is none.
func (m *Mapping) Field(name string) *Field { return m.byName[name] }

// Fields gives all fields and multi-fields, sorted by name.
func (m *Mapping) Fields() []*Field {
	fields := make([]*Field, 0, len(m.byName))
	for _, f := range m.byName {
		fields = append(fields, f)
	}
	slices.SortFunc(fields, func(a, b *Field) int { return strings.Compare(a.Name, b.Name) })
	return fields
}

// Match gives the fields whose name fits a pattern in which * stands for any
// characters. A pattern without * gives the field of this name, if any.
func (m *Mapping) Match(pattern string) []*Field {
	if !strings.Contains(pattern, "*") {
		if f := m.Field(pattern); f != nil {
			return []*Field{f}
		}
		return nil
	}
	var found []*Field
	for _, f := range m.Fields() {
		if Wildcard(pattern, f.Name) {
			found = append(found, f)
		}
	}
	return found
}

// Wildcard says whether a name fits a pattern in which * stands for any
// characters.
func Wildcard(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == name
	}
	if !strings.HasPrefix(name, parts[0]) {
		return false
	}
	name = name[len(parts[0]):]
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(name, part)
		if at < 0 {
			return false
		}
		name = name[at+len(part):]
	}
	return strings.HasSuffix(name, parts[len(parts)-1])
}

// index fills the table of names.
func (m *Mapping) index() {
	m.byName = make(map[string]*Field)
	m.root.walk(func(f *Field) {
		m.byName[f.Name] = f
		for _, sub := range f.multi {
			m.byName[sub.Name] = sub
		}
	})
}

func (o *object) walk(visit func(*Field)) {
	for _, p := range o.props {
		if p.field != nil {
			visit(p.field)
		} else {
			p.object.walk(visit)
		}
	}
}

// clone copies the tree of objects; fields are shared, as they never change.
func (o *object) clone() *object {
	c := *o
	c.props = make(map[string]property, len(o.props))
	for name, p := range o.props {
		if p.object != nil {
			p.object = p.object.clone()
		}
		c.props[name] = p
	}
	return &c
}

// join appends a name to a path.
func join(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "." + name
}
