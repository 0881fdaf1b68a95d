package judgments

// keySet remembers the keys of one mapping. Most are small, and searched
// without a map.
type keySet struct {
	small []*node
	large map[string]*node
}

func newKeySet(n int) *keySet {
	if n > 16 {
		return &keySet{large: make(map[string]*node, n)}
	}
	return &keySet{small: make([]*node, 0, n)}
}

// add returns the key that was there before, or adds this one.
func (s *keySet) add(k *node) *node {
	if s.large != nil {
		if first := s.large[k.Value]; first != nil {
			return first
		}
		s.large[k.Value] = k
		return nil
	}
	for _, first := range s.small {
		if first.Value == k.Value {
			return first
		}
	}
	s.small = append(s.small, k)
	return nil
}
