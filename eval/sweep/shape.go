package sweep

// Shape is what a curve of the lead metric over the windows does, changes
// within delta left aside.
type Shape string

// The shapes.
const (
	// Flat: no window differs from no reranker, or from another.
	Flat Shape = "flat"
	// Saturates: it rises, and ends at its best.
	Saturates Shape = "rises and saturates"
	// Peaks: it rises, and has fallen again at the largest window.
	Peaks Shape = "peaks and decays"
	// Decays: the smallest window, or no reranker at all, is best, and the
	// largest window is worse.
	Decays Shape = "decays from the start"
)

// Curve is the shape over all queries, and query by query.
type Curve struct {
	Overall Shape `json:"overall"`
	// Share is the share of the bootstrap's resamples that give the same
	// shape.
	Share Number `json:"share"`
	// The following count queries by their own shape.
	Flat      int `json:"flat"`
	Saturates int `json:"saturates"`
	Peaks     int `json:"peaks"`
	Decays    int `json:"decays"`
	// Queries are the shapes by query, in the order of the suite.
	Queries []QueryShape `json:"queries,omitempty"`
}

// QueryShape is the curve of one query.
type QueryShape struct {
	ID    string `json:"id"`
	Shape Shape  `json:"shape"`
	// Without is the lead metric without the reranker, Best its best value
	// with it, at the smallest window that reaches it, and Largest its value
	// at the largest window.
	Without Number `json:"without"`
	Best    Number `json:"best"`
	Window  int    `json:"window"`
	Largest Number `json:"largest"`
}

// shapeOf sorts a curve: without is the value without the reranker, curve the
// values by rising window.
func shapeOf(without float64, curve []float64, delta float64) Shape {
	// Sums of the same values in another order must not count as a change.
	delta += 1e-12
	first, last := curve[0], curve[len(curve)-1]
	best, lowest := first, first
	for _, v := range curve {
		best, lowest = max(best, v), min(lowest, v)
	}
	switch {
	case max(best, without)-min(lowest, without) <= delta:
		return Flat
	case best-last > delta && best-first > delta:
		return Peaks
	case best-last > delta:
		return Decays
	case last-first > delta || last-without > delta:
		return Saturates
	case without-last > delta:
		return Decays
	default:
		return Flat // a dip between two windows, and no more
	}
}

// count takes a query's shape into the counts.
func (c *Curve) count(s Shape) {
	switch s {
	case Flat:
		c.Flat++
	case Saturates:
		c.Saturates++
	case Peaks:
		c.Peaks++
	case Decays:
		c.Decays++
	}
}

// queryShapes sorts the curve of every query where the lead metric is
// defined.
func (c *curve) queryShapes(delta float64) Curve {
	var found Curve
	values := make([]float64, c.covered)
	for _, q := range c.defined() {
		for i := range values {
			values[i] = c.values[0][i][q]
		}
		without := c.base.values[0][q]
		shape := shapeOf(without, values, delta)
		found.count(shape)
		best := 0
		for i, v := range values {
			if v > values[best] {
				best = i
			}
		}
		found.Queries = append(found.Queries, QueryShape{
			ID: c.run.Queries[q].ID, Shape: shape,
			Without: Number(without), Best: Number(values[best]), Window: c.windows[best],
			Largest: Number(values[len(values)-1]),
		})
	}
	return found
}

// defined lists the queries where the lead metric is defined at every window
// and without the reranker.
func (c *curve) defined() []int {
	var defined []int
	for q := range c.run.Queries {
		sum := c.base.values[0][q]
		for i := range c.covered {
			sum += c.values[0][i][q]
		}
		if sum == sum { // NaN is not
			defined = append(defined, q)
		}
	}
	return defined
}
