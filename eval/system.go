package eval

// Window returns how many first-stage hits the named system's reranker sees,
// and 0 for the first stage itself or an unknown name.
func (m *Manifest) Window(system string) int {
	for _, r := range m.Rerankers {
		if r.Name == system {
			return r.Window
		}
	}
	return 0
}

// LargestWindow returns the largest window of the run's rerankers, 0 where
// there is none.
func (m *Manifest) LargestWindow() int {
	largest := 0
	for _, r := range m.Rerankers {
		largest = max(largest, r.Window)
	}
	return largest
}

// Failed counts the queries that lack the answer of some system.
func (r *Run) Failed() int {
	failed := 0
	for i := range r.Queries {
		if r.Queries[i].Failed(r.Manifest.Systems) {
			failed++
		}
	}
	return failed
}

// Failed says whether one of the systems gave no usable answer to the query.
func (q *Query) Failed(systems []string) bool {
	for _, s := range systems {
		if q.Results[s].Failed() {
			return true
		}
	}
	return false
}
