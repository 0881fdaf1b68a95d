package embedded

import (
	"slices"
	"strings"

	"github.com/releval/releval/eval/embedded/mapping"
)

// resolve finds the indices of a list such as "films,books-*". _all, * and the
// empty string stand for all; a name without * must exist, unless lenient.
func (e *Engine) resolve(names string, lenient bool) ([]*indexState, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	var found []*indexState
	add := func(idx *indexState) {
		if !slices.Contains(found, idx) {
			found = append(found, idx)
		}
	}
	for _, name := range strings.Split(names, ",") {
		if name == "_all" || name == "" {
			name = "*"
		}
		if !strings.Contains(name, "*") {
			idx := e.indices[name]
			if idx == nil && !lenient {
				return nil, noSuchIndex(name)
			}
			if idx != nil {
				add(idx)
			}
			continue
		}
		for _, idx := range e.sorted() {
			if mapping.Wildcard(name, idx.name) {
				add(idx)
			}
		}
	}
	// Shards of a search are numbered by the names of their indices.
	slices.SortFunc(found, func(a, b *indexState) int { return strings.Compare(a.name, b.name) })
	return found, nil
}

// sorted gives all indices by name. The caller holds the lock.
func (e *Engine) sorted() []*indexState {
	all := make([]*indexState, 0, len(e.indices))
	for _, idx := range e.indices {
		all = append(all, idx)
	}
	slices.SortFunc(all, func(a, b *indexState) int { return strings.Compare(a.name, b.name) })
	return all
}
