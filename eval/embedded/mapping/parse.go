package mapping

import (
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/eval/embedded/analysis"
	"github.com/releval/releval/eval/embedded/jsontree"
)

// Error is a mapping or a document that cannot be used.
type Error struct {
	// Type is Elasticsearch's name for the kind of error.
	Type string
	// Reason is the sentence.
	Reason string
	// Cause is what lies beneath; nil where there is nothing.
	Cause *Error
}

// Error gives the reason, and the cause's after it.
func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Reason + ": " + e.Cause.Reason
	}
	return e.Reason
}

func parsing(format string, args ...any) *Error {
	return &Error{Type: "mapper_parsing_exception", Reason: fmt.Sprintf(format, args...)}
}

// Parse reads the JSON object "mappings", whose semantic_text fields may name
// these models. The error is an *Error.
func Parse(n jsontree.Node, models Embedders) (*Mapping, error) {
	m := New()
	if n.Kind == jsontree.Null {
		return m, nil
	}
	if n.Kind != jsontree.Object {
		return nil, parsing("mappings must be an object")
	}
	if err := m.root.parse("", n, models, true); err != nil {
		return nil, &Error{Type: err.Type, Reason: "Failed to parse mapping: " + err.Reason, Cause: err}
	}
	m.index()
	return m, nil
}

// parse reads the parameters of an object level.
func (o *object) parse(prefix string, n jsontree.Node, models Embedders, root bool) *Error {
	for _, p := range n.Members {
		switch {
		case p.Key == "dynamic" && p.Value.Scalar():
			o.dynamic = Dynamic(p.Value.Text)
			if !slices.Contains([]Dynamic{DynamicTrue, DynamicFalse, DynamicStrict}, o.dynamic) {
				return parsing("dynamic of [%s] must be true, false or strict, not [%s]", cmpName(prefix), p.Value.Text)
			}
		case p.Key == "properties" && p.Value.Kind == jsontree.Object:
			if err := o.parseProperties(prefix, p.Value, models); err != nil {
				return err
			}
		case p.Key == "date_detection" && root:
			v, ok := p.Value.Bool()
			if !ok {
				return parsing("date_detection must be true or false")
			}
			o.dateDetection = v
		case p.Key == "_source" && root:
			if v, ok := p.Value.Get("enabled"); len(p.Value.Members) > 1 || len(p.Value.Members) == 1 && (!ok || v.Text != "true") {
				return parsing("the embedded engine keeps every _source as it is")
			}
		case p.Key == "type" && !root && p.Value.Text == "object":
		case root:
			return parsing("Root mapping definition has unsupported parameters:  [%s]", p.Key)
		default:
			return parsing("unknown parameter [%s] on mapper [%s] of type [object]", p.Key, prefix)
		}
	}
	return nil
}

func cmpName(prefix string) string {
	if prefix == "" {
		return "_doc"
	}
	return prefix
}

func (o *object) parseProperties(prefix string, n jsontree.Node, models Embedders) *Error {
	for _, p := range n.Members {
		if p.Value.Kind != jsontree.Object {
			return parsing("Expected map for property [fields] on field [%s] but got a %s", p.Key, strings.ToLower(p.Value.Token()))
		}
		if p.Key == "" {
			return parsing("field name cannot be an empty string")
		}
		// A dotted name stands for objects in objects.
		level, path := o, prefix
		names := strings.Split(p.Key, ".")
		for _, name := range names[:len(names)-1] {
			path = join(path, name)
			next := level.props[name]
			if next.field != nil {
				return parsing("can't merge a non object mapping [%s] with an object mapping", path)
			}
			if next.object == nil {
				next.object = &object{props: map[string]property{}}
				level.props[name] = next
			}
			level = next.object
		}
		last := names[len(names)-1]
		path = join(path, last)
		typ, ok := p.Value.Get("type")
		if !ok || typ.Text == "object" {
			if _, has := p.Value.Get("properties"); !has && !ok {
				return parsing("No type specified for field [%s]", path)
			}
			sub := level.props[last].object
			if sub == nil {
				sub = &object{props: map[string]property{}}
			}
			if err := sub.parse(path, p.Value, models, false); err != nil {
				return err
			}
			level.props[last] = property{object: sub}
			continue
		}
		f, err := parseField(path, typ.Text, p.Value, models, false)
		if err != nil {
			return err
		}
		level.props[last] = property{field: f}
	}
	return nil
}

// newField is a field with the server's defaults.
func newField(name, typ string) *Field {
	f := &Field{Name: name, Type: typ, Indexed: true, DocValues: true}
	switch typ {
	case "text":
		f.Analyzer = analysis.Standard()
		f.SearchAnalyzer = f.Analyzer
	case "date":
		f.formats = strings.Split(defaultDateFormat, "||")
	}
	return f
}

func parseField(name, typ string, n jsontree.Node, models Embedders, multi bool) (*Field, *Error) {
	f := newField(name, typ)
	switch {
	case typ == "dense_vector" && multi:
		return nil, parsing("Field [%s] of type [dense_vector] can't be used in multifields", name[strings.LastIndexByte(name, '.')+1:])
	case typ == "dense_vector":
		return f, parseDense(f, n)
	case typ == "semantic_text":
		return f, parseSemantic(f, n, models)
	}
	if _, _, whole := wholeNumbers(typ); !whole && !slices.Contains([]string{"text", "keyword", "float", "double", "boolean", "date"}, typ) {
		return nil, parsing("The mapper type [%s] declared on field [%s] does not exist. It might have been created within a future version or requires a plugin to be installed. Check the documentation.", typ, name)
	}
	searchAnalyzer := false
	for _, p := range n.Members {
		switch {
		case p.Key == "type":
		case p.Key == "index" || p.Key == "doc_values" && typ != "text" || p.Key == "store" || p.Key == "norms" && typ == "text":
			v, ok := p.Value.Bool()
			if !ok {
				return nil, parsing("Failed to parse value [%s] as only [true] or [false] are allowed.", p.Value.Text)
			}
			switch {
			case p.Key == "index":
				f.Indexed = v
			case p.Key == "doc_values":
				f.DocValues = v
			case p.Key == "norms" && !v:
				return nil, parsing("the embedded engine keeps the norms of text fields: remove [norms] of field [%s]", name)
			}
		case (p.Key == "analyzer" || p.Key == "search_analyzer") && typ == "text":
			a, ok := analysis.Named(p.Value.Text)
			if !ok {
				return nil, parsing("analyzer [%s] has not been configured in mappings", p.Value.Text)
			}
			if p.Key == "search_analyzer" {
				f.SearchAnalyzer, searchAnalyzer = a, true
				continue
			}
			f.Analyzer = a
			if !searchAnalyzer {
				f.SearchAnalyzer = a
			}
		case p.Key == "ignore_above" && typ == "keyword":
			v, ok := p.Value.Int()
			if !ok || v < 0 {
				return nil, parsing("[ignore_above] must be positive, got [%s]", p.Value.Text)
			}
			f.IgnoreAbove = v
		case p.Key == "format" && typ == "date":
			f.formatText, f.formats = p.Value.Text, strings.Split(p.Value.Text, "||")
			for _, format := range f.formats {
				if !knownFormat(format) {
					return nil, parsing("Invalid format: [%s]: the embedded engine does not know it", format)
				}
			}
		case p.Key == "fields" && p.Value.Kind == jsontree.Object && !multi:
			for _, sub := range p.Value.Members {
				typ, _ := sub.Value.Get("type")
				mf, err := parseField(join(name, sub.Key), typ.Text, sub.Value, models, true)
				if err != nil {
					return nil, err
				}
				f.multi = append(f.multi, mf)
			}
			slices.SortFunc(f.multi, func(a, b *Field) int { return strings.Compare(a.Name, b.Name) })
		default:
			return nil, parsing("unknown parameter [%s] on mapper [%s] of type [%s]", p.Key, name, typ)
		}
	}
	return f, nil
}
