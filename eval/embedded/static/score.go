package static

import (
	"math"
	"slices"
)

// text is what scoring needs of a text.
type text struct {
	ids      []int32 // pieces that carry a vector
	distinct []int32 // each once, in the order of first use
	pooled   []int64 // sum of their vectors, each by its scale
	norm     float64 // length of pooled
}

// text prepares a text for scoring.
func (t *Table) text(s string) *text {
	ids := t.Tokens(s)
	kept := ids[:0]
	for _, id := range ids {
		if t.scales[id] != 0 && len(kept) < t.maxTokens {
			kept = append(kept, id)
		}
	}
	out := &text{ids: slices.Clip(kept), pooled: make([]int64, t.dimensions)}
	out.distinct = make([]int32, 0, len(kept))
	// float64 holds these sums exactly: a product is below 2^23, and at most
	// maxTokensRead of them are added.
	sums := make([]float64, t.dimensions)
	for _, id := range kept {
		if !slices.Contains(out.distinct, id) {
			out.distinct = append(out.distinct, id)
		}
		scale := float64(t.scales[id])
		for k, x := range t.row(id) {
			sums[k] += scale * float64(x)
		}
	}
	var squares int64
	for k, x := range sums {
		out.pooled[k] = int64(x)
		squares += out.pooled[k] * out.pooled[k]
	}
	out.norm = math.Sqrt(float64(squares))
	return out
}

// cosine is that of the summed vectors, 0 where either is empty.
func cosine(a, b *text) float64 {
	if a.norm == 0 || b.norm == 0 {
		return 0
	}
	var sum int64
	for k, x := range a.pooled {
		sum += x * b.pooled[k]
	}
	return float64(sum) / float64(a.norm*b.norm)
}

// mix joins the two parts of a score: r of FORMAT.md. The conversions keep the
// products from being fused with the sum.
func (t *Table) mix(cosine, maxSim float64) float64 {
	return float64(t.alpha*cosine) + float64((1-t.alpha)*maxSim)
}

// x is the raw score of FORMAT.md; it has no bounds and rises with relevance.
func (t *Table) x(r float64) float64 { return t.slope * (r - t.centre) }

// similarities holds the products of a query's pieces with the pieces of the
// texts of one call, each computed once.
type similarities struct {
	table  *Table
	query  []int32
	weight []float64 // of each piece of the query
	total  float64
	at     []int32   // by token: where its products are, plus 1
	used   []int32   // tokens whose products are there
	values []float64 // len(query) for each
	best   []float64
}

func (t *Table) newSimilarities() *similarities {
	return &similarities{table: t, at: make([]int32, len(t.scales))}
}

// begin starts a call.
func (s *similarities) begin(query *text) {
	for _, id := range s.used {
		s.at[id] = 0
	}
	s.used, s.values = s.used[:0], s.values[:0]
	s.query = query.ids
	s.weight = s.weight[:0]
	s.total = 0
	for _, id := range s.query {
		w := float64(s.table.scales[id]) * s.table.lengths[id]
		s.weight = append(s.weight, w)
		s.total += w
	}
}

// of gives the similarity of each piece of the query to a token.
func (s *similarities) of(id int32) []float64 {
	n := len(s.query)
	at := int(s.at[id])
	if at == 0 {
		row, length := s.table.row(id), s.table.lengths[id]
		for _, q := range s.query {
			s.values = append(s.values, dot(s.table.row(q), row)/(s.table.lengths[q]*length))
		}
		s.used = append(s.used, id)
		at = len(s.used)
		s.at[id] = int32(at)
	}
	return s.values[(at-1)*n : at*n]
}

// maxSim is the mean over the query's pieces of their best match in a text, by
// weight.
func (s *similarities) maxSim(d *text) float64 {
	if len(s.query) == 0 || len(d.ids) == 0 {
		return 0
	}
	s.best = s.best[:0]
	for range s.query {
		s.best = append(s.best, -1)
	}
	for _, id := range d.distinct {
		for i, v := range s.of(id) {
			if v > s.best[i] {
				s.best[i] = v
			}
		}
	}
	sum := 0.0
	for i, best := range s.best {
		sum += float64(s.weight[i] * best)
	}
	return sum / s.total
}
