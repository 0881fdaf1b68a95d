package sweep

import (
	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/integrity"
)

// placed is a judged document at a rank from 1, with the index of its
// judgment.
type placed struct{ rank, judgment int }

// curve is what one reranker's lists give at each window.
type curve struct {
	*base
	system  string
	own     int // the window that the reranker was searched at
	covered int // how many of the base's windows that one covers

	values  [][][]float64 // by metric, then window, then query
	scored  []int         // by window: documents that the reranker has to score, over all queries
	losses  []Losses      // by window
	usable  []bool        // by query: both systems answered, and the reranker ranked
	failed  []string      // ids of queries without a usable answer
	outside []string      // ids of queries with reranked hits that the window cannot hold
	dropped int           // documents of the largest window that are not in the answers

	// atMost says that scored counts documents of the window that may not
	// have had a text to score.
	atMost bool
	// measured holds the answers at the windows but the largest, by window,
	// then query; nil where they are derived.
	measured [][]*eval.Result
}

// newCurve works every window out of the reranker's lists. Measured are the
// real answers at the smaller windows, nil to derive them.
func newCurve(b *base, reranker eval.System, measured [][]*eval.Result) *curve {
	covered := 0
	for covered < len(b.windows) && b.windows[covered] <= reranker.Window {
		covered++
	}
	c := &curve{
		base: b, system: reranker.Name, own: reranker.Window, covered: covered,
		values:   cube(len(b.metrics), covered, len(b.run.Queries)),
		scored:   make([]int, covered),
		losses:   make([]Losses, covered),
		atMost:   reranker.MinScore != nil,
		measured: measured,
	}
	c.usable = make([]bool, len(b.run.Queries))
	unranked := integrity.Unranked(b.run, c.system)
	for q := range b.run.Queries {
		query := &b.run.Queries[q]
		c.usable[q] = !query.Results[b.first].Failed() && !query.Results[c.system].Failed() && !unranked[query.ID]
		if !c.usable[q] {
			c.failed = append(c.failed, query.ID)
		}
	}
	outside := make([]bool, len(b.run.Queries))
	workers := forQueries(len(b.run.Queries), func() *curveWorker { return newCurveWorker(c, outside) }, (*curveWorker).query)
	for _, w := range workers {
		for i := range covered {
			c.scored[i] += w.scored[i]
			c.losses[i].add(w.losses[i])
		}
		c.dropped += w.dropped
	}
	for q, out := range outside {
		if out {
			c.outside = append(c.outside, b.run.Queries[q].ID)
		}
	}
	return c
}
