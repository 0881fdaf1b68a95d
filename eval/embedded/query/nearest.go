package query

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/releval/releval/eval/embedded/index"
	"github.com/releval/releval/eval/embedded/jsontree"
	"github.com/releval/releval/eval/embedded/mapping"
)

// MaxCandidates is the most that num_candidates may be.
const MaxCandidates = 10000

// semanticLeast is the fewest documents that a semantic query looks for.
const semanticLeast = 10

// nearest matches the documents whose vectors are nearest to one: k of them,
// or as many as the search wants where k is 0. Every vector is looked at.
type nearest struct {
	field      string
	vector     []float32 // normalized
	similarity index.Similarity
	k          int
	// atLeast and atMost bound k where it is the search's size; 0 for no bound.
	atLeast, atMost int
	filter          []Query
	// least is the score that a document must have.
	least float32
}

func (nearest) query() {}

// KNN describes a search for the nearest vectors.
type KNN struct {
	Field  string
	Vector []float32
	// K is how many documents are wanted; 0 for the size of the search.
	K int
	// Similarity, where it is not nil, is what a document must have: the least
	// cosine or dot product, or the largest distance.
	Similarity *float32
	// Filters restrict the documents before the nearest are chosen.
	Filters []Query
}

// Query binds the search to a mapping. A field that is not mapped matches
// nothing. The error is an *Error.
func (s KNN) Query(m *mapping.Mapping) (Query, error) {
	q, err := s.bind(m)
	if err != nil {
		return nil, err
	}
	return q, nil
}

func (s KNN) bind(m *mapping.Mapping) (Query, *Error) {
	f := m.Field(s.Field)
	switch {
	case f == nil:
		return matchNone{}, nil
	case f.Type != "dense_vector":
		return nil, onShard(illegal("[knn] queries are only supported on [dense_vector] fields"))
	case !f.Indexed:
		return nil, onShard(illegal("to perform knn search on field [%s], its mapping must have [index] set to [true]", f.Name))
	case f.Dense.Dims == 0: // no document has a vector yet
		return matchNone{}, nil
	case f.Dense.Dims != len(s.Vector):
		return nil, onShard(illegal("The query vector has a different number of dimensions [%d] than the document vectors [%d].", len(s.Vector), f.Dense.Dims))
	}
	if err := f.Dense.Check(s.Vector); err != nil {
		return nil, onShard(fromMapping(err))
	}
	q := nearest{field: f.Name, vector: f.Dense.Normalize(s.Vector), similarity: f.Dense.Similarity, k: s.K, filter: s.Filters}
	if s.Similarity != nil {
		q.least = f.Dense.Least(*s.Similarity, len(s.Vector))
	}
	return q, nil
}

// CheckKNN gives the rule that the sizes of a knn search break; "" for none.
func CheckKNN(k, candidates int) string {
	switch {
	case k < 1:
		return "[k] must be greater than 0"
	case candidates < k:
		return "[num_candidates] cannot be less than [k]"
	case candidates > MaxCandidates:
		return "[num_candidates] cannot exceed [" + strconv.Itoa(MaxCandidates) + "]"
	}
	return ""
}

// ReadVector reads the numbers of a query vector. On failure bad is the text
// that is no number.
func ReadVector(n jsontree.Node) (v []float32, bad string, ok bool) {
	items := n.Items
	if n.Kind != jsontree.Array {
		items = []jsontree.Node{n}
	}
	v = make([]float32, len(items))
	for i, item := range items {
		x, isNumber := item.Float()
		if !isNumber {
			return nil, item.Text, false
		}
		v[i] = float32(x)
	}
	return v, "", true
}

func (p *parser) knn(name string, n jsontree.Node) (Query, *Error) {
	c := common{boost: 1}
	s := KNN{}
	hasField, hasK := false, false
	candidates := -1
	failed := func(m jsontree.Member, text string) *Error {
		return p.inside(name, m, &Error{Type: "number_format_exception", Reason: "For input string: " + strconv.Quote(text)})
	}
	for _, m := range n.Members {
		if done, err := c.read(p, m); err != nil || done {
			if err != nil {
				return nil, err
			}
			continue
		}
		v := m.Value
		switch m.Key {
		case "field":
			if v.Kind != jsontree.String {
				return nil, p.content(v.Start, "[%s] field doesn't support values of type: %s", name, v.Token())
			}
			s.Field, hasField = v.Text, true
		case "query_vector":
			vector, bad, ok := ReadVector(v)
			if !ok {
				return nil, failed(m, bad)
			}
			s.Vector = vector
		case "k", "num_candidates":
			size, ok := v.Int()
			if !ok {
				return nil, failed(m, v.Text)
			}
			if m.Key == "k" {
				s.K, hasK = size, true
			} else {
				candidates = size
			}
		case "similarity":
			x, ok := v.Float()
			if !ok {
				return nil, failed(m, v.Text)
			}
			least := float32(x)
			s.Similarity = &least
		case "filter":
			if err := p.list(v, &s.Filters); err != nil {
				return nil, p.inside(name, m, err)
			}
		case "query_vector_builder", "rescore_vector", "visit_percentage":
			return nil, lacking("[%s] of the query [knn]", m.Key)
		default:
			return nil, p.content(m.KeyStart, "[%s] unknown field [%s]", name, m.Key)
		}
	}
	if !hasField {
		return nil, illegal("Required [field]")
	}
	rule := ""
	switch {
	case s.Vector == nil:
		rule = "either [query_vector] or [query_vector_builder] must be provided"
	case hasK && candidates < 0:
		rule = CheckKNN(s.K, MaxCandidates)
	case hasK:
		rule = CheckKNN(s.K, candidates)
	case candidates >= 0:
		rule = CheckKNN(1, candidates)
	}
	if rule != "" {
		return nil, &Error{Type: "x_content_parse_exception", Reason: "Failed to build [knn] after last required field arrived", Wraps: true, Cause: illegal("%s", rule)}
	}
	q, err := s.bind(p.mapping)
	if err != nil {
		return nil, err
	}
	if q, isNearest := q.(nearest); isNearest {
		q.atMost = max(candidates, 0)
		return boost(q, c.boost), nil
	}
	return q, nil
}

// semantic matches the documents whose texts are nearest in meaning, by the
// model of the field.
func (p *parser) semantic(name string, n jsontree.Node) (Query, *Error) {
	c := common{boost: 1}
	var field, text *string
	lenient := false
	for _, m := range n.Members {
		if done, err := c.read(p, m); err != nil || done {
			if err != nil {
				return nil, err
			}
			continue
		}
		v := m.Value
		switch m.Key {
		case "field", "query":
			if v.Kind != jsontree.String {
				return nil, p.content(v.Start, "[%s] %s doesn't support values of type: %s", name, m.Key, v.Token())
			}
			if m.Key == "field" {
				field = &v.Text
			} else {
				text = &v.Text
			}
		case "lenient":
			b, ok := v.Bool()
			if !ok {
				return nil, p.content(v.Start, "[%s] lenient doesn't support values of type: %s", name, v.Token())
			}
			lenient = b
		default:
			return nil, p.content(m.KeyStart, "[%s] unknown field [%s]", name, m.Key)
		}
	}
	switch {
	case field == nil && text == nil:
		return nil, illegal("Required [field, query]")
	case field == nil:
		return nil, illegal("Required [field]")
	case text == nil:
		return nil, illegal("Required [query]")
	}
	f := p.mapping.Field(*field)
	if f == nil {
		return matchNone{}, nil
	}
	if f.Type != "semantic_text" {
		if lenient {
			return matchNone{}, nil
		}
		return nil, onShard(illegal("Field [%s] of type [%s] does not support semantic queries", f.Name, f.Type))
	}
	q, err := meaning(f, *text)
	if err != nil {
		return nil, err
	}
	return boost(q, c.boost), nil
}

// meaning is a text as a query on a semantic_text field. As on a server, how
// many documents match follows from the size of the search.
func meaning(f *mapping.Field, text string) (Query, *Error) {
	v, err := f.Dense.Embed(text)
	if err != nil {
		return nil, onShard(&Error{Type: "inference_exception", Reason: "Field [" + f.Name + "] with inference ID [" + f.Dense.Endpoint + "] query inference error: " + err.Error()})
	}
	if v == nil {
		return matchNone{}, nil
	}
	return nearest{field: f.Name, vector: f.Dense.Normalize(v), similarity: f.Dense.Similarity, atLeast: semanticLeast}, nil
}

// nearest gives the best documents by the best of their vectors.
func (x *exec) nearest(q nearest, boost float32, scoring bool) list {
	f := x.seg.Field(q.field)
	all := f.WithVectors()
	if len(all) == 0 {
		return list{}
	}
	passes := func(int32) bool { return true }
	if len(q.filter) > 0 {
		allowed := x.conjunction(nil, q.filter, 1, false).docs
		at := 0
		passes = func(d int32) bool {
			at = advance(allowed, at, d)
			return at < len(allowed) && allowed[at] == d
		}
	}
	l := list{docs: x.ints.get(len(all))[:0], scores: x.floats.get(len(all))[:0]}
	dims := len(q.vector)
	for i, d := range all {
		if i%1024 == 0 && x.err == nil {
			x.err = x.ctx.Err()
		}
		if x.err != nil {
			return list{}
		}
		if !passes(d) {
			continue
		}
		vectors := f.Vectors(i)
		score := q.similarity.Score(q.vector, vectors[:dims])
		for vectors = vectors[dims:]; len(vectors) > 0; vectors = vectors[dims:] {
			score = max(score, q.similarity.Score(q.vector, vectors[:dims]))
		}
		if score >= q.least {
			l.docs, l.scores = append(l.docs, d), append(l.scores, score)
		}
	}
	k := q.k
	if k == 0 {
		k = max(x.size, q.atLeast)
		if q.atMost > 0 {
			k = min(k, q.atMost)
		}
	}
	hits := best(l, k)
	slices.SortFunc(hits, func(a, b Hit) int { return cmp.Compare(a.Doc, b.Doc) })
	l.docs, l.scores = l.docs[:len(hits)], l.scores[:len(hits)]
	for i, h := range hits {
		l.docs[i], l.scores[i] = h.Doc, float32(boost*h.Score)
	}
	if !scoring {
		l.scores = nil
	}
	return l
}
