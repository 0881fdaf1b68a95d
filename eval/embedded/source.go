package embedded

import (
	"strings"

	"github.com/releval/releval/eval/embedded/jsontree"
)

// sourceFilter says how much of _source a hit shows.
type sourceFilter struct {
	all              bool // everything, unless paths are given
	include, exclude [][]string
}

// parseSource reads _source: true, false, a path, paths, or includes and
// excludes.
func parseSource(data []byte, n jsontree.Node) (sourceFilter, error) {
	s := sourceFilter{all: true}
	paths := func(n jsontree.Node) (out [][]string, err error) {
		items := n.Items
		if n.Kind == jsontree.String {
			items = []jsontree.Node{n}
		}
		for _, item := range items {
			if item.Kind != jsontree.String {
				return nil, parsingAt(data, item.Start, "Unknown key for a %s in [_source].", item.Token())
			}
			out = append(out, strings.Split(item.Text, "."))
		}
		return out, nil
	}
	var err error
	switch n.Kind {
	case jsontree.Bool:
		s.all = n.Text == "true"
	case jsontree.String, jsontree.Array:
		if n.Text == "true" || n.Text == "false" {
			s.all = n.Text == "true"
			break
		}
		s.include, err = paths(n)
	case jsontree.Object:
		for _, m := range n.Members {
			switch m.Key {
			case "includes", "include":
				s.include, err = paths(m.Value)
			case "excludes", "exclude":
				s.exclude, err = paths(m.Value)
			default:
				err = parsingAt(data, m.Value.Start, "Unknown key for a %s in [%s].", m.Value.Token(), m.Key)
			}
			if err != nil {
				return s, err
			}
		}
	default:
		err = parsingAt(data, n.Start, "Expected one of [VALUE_BOOLEAN, START_OBJECT] but found [%s]", n.Token())
	}
	return s, err
}

// appendTo adds the shown part of a document's source.
func (s sourceFilter) appendTo(out, source []byte) []byte {
	if len(s.include)+len(s.exclude) == 0 {
		return append(out, source...)
	}
	n, err := jsontree.Parse(source)
	if err != nil { // it was read when it was written
		return append(out, "{}"...)
	}
	f := filter{data: source, include: s.include, exclude: s.exclude}
	if kept := f.apply(n); kept != nil {
		return append(out, kept...)
	}
	return append(out, "{}"...)
}
