package sweep

import (
	"fmt"
	"math"
	"strings"

	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/text"
)

// fewQueries is the number of queries below which bounds by the bootstrap are
// known to be too narrow.
const fewQueries = 10

// tellApart says whether the suite is large enough to prefer any window to
// another, and whether to a window at all.
func (c *curve) tellApart(r *Recommendation, s *selection, o Options) {
	best := bestOf(s.means)
	// The chance of error is divided among all windows (Bonferroni), because
	// each is held against the best.
	tail := (1 - o.Confidence) / 2 / float64(max(1, c.covered-1))
	errors := math.Sqrt2 * math.Erfinv(1-2*tail)
	widest := 0.0
	for i := 1; i < len(s.means); i++ {
		if i == best {
			continue
		}
		difference, sd := meanAndSpread(s.at, c.values[0][best-1], c.values[0][i-1])
		widest = max(widest, sd)
		if difference > errors*sd/math.Sqrt(float64(s.queries)) && s.queries > 1 {
			r.Told = true
		}
	}
	var cautions []string
	if s.queries > 1 && s.queries < fewQueries {
		cautions = append(cautions, fmt.Sprintf("%d queries are few: what holds with %s confidence holds with less below %d", s.queries, text.Percent(o.Confidence), fewQueries))
	}
	if !r.Told && widest > 0 {
		r.QueriesNeeded = stats.QueriesNeeded(o.Delta, widest, o.Confidence)
		cautions = append(cautions, fmt.Sprintf("%s cannot tell one window from another: about %s would show a difference of %s",
			text.Count(s.queries, "query"), text.Count(r.QueriesNeeded, "query"), text.Number(o.Delta)))
	}
	if upper := float64(r.WithoutLoss); upper >= 0 && upper < o.Delta {
		cautions = append(cautions, fmt.Sprintf("without the reranker %s is less than %s below the best window as well: at most %s", r.Metric, text.Number(o.Delta), text.Fixed(upper, 4)))
	}
	r.Caution = strings.Join(cautions, "; ")
}

// meanAndSpread are the mean and the standard deviation of the differences a
// minus b over some queries; the deviation is 0 for one query.
func meanAndSpread(queries []int, a, b []float64) (mean, sd float64) {
	sum := 0.0
	for _, q := range queries {
		sum += a[q] - b[q]
	}
	mean = sum / float64(len(queries))
	if len(queries) < 2 {
		return mean, 0
	}
	squares := 0.0
	for _, q := range queries {
		d := a[q] - b[q] - mean
		squares += d * d
	}
	return mean, math.Sqrt(squares / float64(len(queries)-1))
}
