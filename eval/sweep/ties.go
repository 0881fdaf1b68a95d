package sweep

import (
	"fmt"
	"math"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/text"
)

// tiesOf are the ranges of an answer's ranks whose order the server did not
// decide: each value is the expectation over their orders.
func tiesOf(r *eval.Result) []metrics.Tie {
	if len(r.Ties) == 0 {
		return nil
	}
	ties := make([]metrics.Tie, len(r.Ties))
	for i, t := range r.Ties {
		ties[i] = metrics.Tie{First: t[0], Last: t[1]}
	}
	return ties
}

// tieEdges collects, while a reranked list is scanned, where its ties begin
// and end in the ranking at every window.
type tieEdges struct {
	ties  [][2]int // of the list, from rank 1
	edges []int    // two rows a tie: the hits at each window before it, and with it
}

// start begins a list.
func (e *tieEdges) start(r *eval.Result) { e.ties, e.edges = r.Ties, e.edges[:0] }

// pass is called before the hit at each rank from 1, and after the last one as
// for a rank beyond all ties, with the hits so far by the first window that holds them.
func (e *tieEdges) pass(rank int, counts []int) {
	for t := len(e.edges) / 2 / len(counts); t < len(e.ties); t++ {
		begun := len(e.edges)/len(counts)%2 == 1
		switch {
		case !begun && rank >= e.ties[t][0]:
			e.add(counts)
			t-- // it may end here
		case begun && rank > e.ties[t][1]:
			e.add(counts)
		default:
			return
		}
	}
}

func (e *tieEdges) add(counts []int) {
	sum := 0
	for _, n := range counts {
		sum += n
		e.edges = append(e.edges, sum)
	}
}

// at are the ties of the ranking at the window with index i of so many, added
// to the list given.
func (e *tieEdges) at(i, windows int, to []metrics.Tie) []metrics.Tie {
	for row := 0; (row+2)*windows <= len(e.edges); row += 2 {
		before, with := e.edges[row*windows+i], e.edges[(row+1)*windows+i]
		if with-before > 1 {
			to = append(to, metrics.Tie{First: before + 1, Last: with})
		}
	}
	return to
}

// extended are ties in which the hit at the rank ties with the one before.
func extended(ties []metrics.Tie, rank int) []metrics.Tie {
	if last := len(ties) - 1; last >= 0 && ties[last].Last == rank-1 {
		ties[last].Last = rank
		return ties
	}
	return append(ties, metrics.Tie{First: rank - 1, Last: rank})
}

// noOrder says that two or more hits of a reranked list are in reach of a
// metric with the cutoff, and all of them tie: no order, and no answer. What
// counts is the list that was searched, at the largest window; at a smaller one
// few hits may well tie, and count by the mean over their orders.
func noOrder(length, cutoff int, ties []metrics.Tie) bool {
	if cutoff > 0 {
		length = min(length, cutoff)
	}
	return length > 1 && len(ties) > 0 && ties[0].First == 1 && ties[0].Last >= length
}

// of copies a metric's values by query, undefined for those that are not usable
// and where the metric meets no order.
func (c *curve) of(m int, values []float64) []float64 {
	kept := c.ofUsable(values)
	for q, none := range c.noOrder[m] {
		if none {
			kept[q] = math.NaN()
		}
	}
	return kept
}

// noOrderNote says how many usable queries the lead metric leaves out; empty
// for none.
func (c *curve) noOrderNote() string {
	n := 0
	for q, none := range c.noOrder[0] {
		if none && c.usable[q] {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("no order in %s of %s: all hits in reach of %s share one score, which is no answer; left out at every window", text.Thousands(n), text.Count(len(c.run.Queries), "query"), c.metrics[0])
}
