package judgments

// ParseGates reads gates that stand in a file of their own: a list as under the
// key gates of a suite, or that key with the list. The error is always Problems.
func ParseGates(name string, data []byte, o Options) ([]Gate, error) {
	w := newWalker(name, o)
	w.empty = "a file of gates needs a list of them"
	var s Suite
	if w.checkText(data, o.maxBytes()) {
		if root := w.tree(data); root != nil {
			w.gates(&s, root)
		}
	}
	if err := w.problems.ErrorOrNil(); err != nil {
		return nil, err
	}
	return s.Gates, nil
}

// gates reads the list, or the mapping around it.
func (w *walker) gates(s *Suite, root *node) {
	list := root
	if root.Kind == mappingNode {
		list = nil
		w.fields(root, "a file of gates", []string{"gates"}, func(_ string, _, v *node) { list = v })
		if list == nil {
			return
		}
	}
	w.items(list, "gates", func(_ int, item *node) { w.gate(s, item) })
	if len(s.Gates) == 0 && len(w.problems) == 0 {
		w.fail(list, "there is no gate; write one, such as {metric: ndcg@10, min: 0.4}")
	}
}
