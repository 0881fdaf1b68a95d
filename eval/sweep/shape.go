package sweep

import "github.com/releval/releval/eval/stats"

// Shape is what a curve of the lead metric over the windows does. Of one query
// it is a fact, changes within delta left aside; of all it is said only as far
// as the bounds carry it.
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
	// Overall is empty where the bounds carry none.
	Overall Shape `json:"overall"`
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

// shape is what the curve does for queries like these, by the bounds; empty
// where they carry none:
//
//   - flat: no window differs from no reranker by delta or more;
//   - rises and saturates: the recommended window gains over no reranker, the
//     larger ones neither gain delta or more over it nor lose it;
//   - peaks and decays: the best window here gains over no reranker and over
//     the largest, as one of so many that might have been chosen;
//   - decays from the start: the largest loses against no reranker, and so does
//     every other window or it is not known to gain.
func (k *comparison) shape() Shape {
	if k.unbounded != "" || k.queries() == 0 || k.covered == 1 || k.o.Delta == 0 {
		return ""
	}
	last := k.covered - 1
	largest := k.change(k.without, k.with[last])
	best := bestOf(k.means()) - 1
	// The best was chosen by the same data: the chance of error is divided
	// among all windows (Bonferroni).
	strict := 1 - k.alpha()/float64(k.covered)
	rises := difference(k.without, k.with[best], strict).Low > 0
	flat := true
	for _, values := range k.with {
		changes := differences(k.without, values)
		flat = flat && stats.Upper(changes, 1, k.alpha()) < k.o.Delta && stats.Upper(differences(values, k.without), 1, k.alpha()) < k.o.Delta
	}
	at := k.depth.Recommended
	switch {
	case flat:
		return Flat
	case rises && difference(k.with[last], k.with[best], strict).Low > 0:
		return Peaks
	case largest.High < 0 && !rises:
		return Decays
	case at >= 0 && difference(k.without, k.with[at], k.o.Confidence).Low > 0 && stats.Upper(differences(k.with[last], k.with[at]), 1, k.alpha()) < k.o.Delta:
		return Saturates
	}
	return ""
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
		without := c.without[0][q]
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
		sum := c.without[0][q]
		for i := range c.covered {
			sum += c.values[0][i][q]
		}
		if sum == sum { // NaN is not
			defined = append(defined, q)
		}
	}
	return defined
}
