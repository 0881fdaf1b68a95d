package query

// tree is a query that grows from left to right: an operation that differs
// from the one before takes all that came before as its first part.
type tree struct {
	top      Query
	previous operation
	pending  operation
	negated  bool
}

func (t *tree) add(q Query, usual operation) {
	negated := t.negated
	t.negated = false
	if q == nil { // an operator before it goes over to what follows
		return
	}
	if negated {
		q = boolean{mustNot: []Query{q}, should: []Query{matchAll{}}}
	}
	if t.top == nil {
		t.top, t.pending = q, none
		return
	}
	if t.pending == none {
		t.pending = usual
	}
	b, same := t.top.(boolean)
	if !same || t.previous != t.pending {
		b = boolean{}
		b = b.with(t.top, t.pending)
	}
	t.top = b.with(q, t.pending)
	t.previous, t.pending = t.pending, none
}

func (b boolean) with(q Query, op operation) boolean {
	if op == conjunction {
		b.must = append(b.must[:len(b.must):len(b.must)], q)
	} else {
		b.should = append(b.should[:len(b.should):len(b.should)], q)
	}
	return b
}
