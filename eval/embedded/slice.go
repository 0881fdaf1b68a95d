package embedded

import "github.com/releval/releval/eval/embedded/jsontree"

// slice is one of max parts of the documents that a point in time holds, so
// that a client can read them all in answers of bounded size. Which document
// is in which slice is the engine's own choice, as it is the server's.
type slice struct{ id, max int }

func parseSlice(data []byte, n jsontree.Node) (*slice, error) {
	if n.Kind != jsontree.Object {
		return nil, parsingAt(data, n.Start, "Unknown key for a %s in [slice].", n.Token())
	}
	s := &slice{id: -1, max: -1}
	for _, m := range n.Members {
		value, isInt := m.Value.Int()
		if !isInt {
			return nil, contentAt(data, m.Value.Start, "[slice] failed to parse field [%s]", m.Key)
		}
		switch m.Key {
		case "id":
			s.id = value
		case "max":
			s.max = value
		default:
			return nil, contentAt(data, m.KeyStart, "[slice] unknown field [%s]", m.Key)
		}
	}
	switch {
	case s.id < 0:
		return nil, illegalArgument("id must be greater than or equal to 0")
	case s.max <= 1:
		return nil, illegalArgument("max must be greater than 1")
	case s.max <= s.id:
		return nil, illegalArgument("max must be greater than id")
	}
	return s, nil
}

func (s *slice) holds(doc int32) bool { return int(doc)%s.max == s.id }
