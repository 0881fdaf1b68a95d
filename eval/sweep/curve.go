package sweep

import (
	"math"
	"slices"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/metrics"
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

	// Values are undefined for queries that are not usable, at every window
	// and without the reranker alike.
	values  [][][]float64 // by metric, then window, then query
	without [][]float64   // by metric, then query
	scored  []int         // by window: documents that the reranker has to score, over all queries
	losses  []Losses      // by window
	usable  []bool        // by query: both systems answered at every window, and the reranker ranked
	noOrder [][]bool      // by metric, then query: at the largest window all hits in reach share one score
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
		for i := range measured {
			c.usable[q] = c.usable[q] && (i >= covered-1 || !measured[i][q].Failed())
		}
		if !c.usable[q] {
			c.failed = append(c.failed, query.ID)
		}
	}
	for range b.metrics {
		c.noOrder = append(c.noOrder, make([]bool, len(b.run.Queries)))
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
	for m := range b.metrics {
		c.without = append(c.without, c.of(m, b.values[m]))
		for i := range covered {
			c.values[m][i] = c.of(m, c.values[m][i])
		}
	}
	for q, out := range outside {
		if out {
			c.outside = append(c.outside, b.run.Queries[q].ID)
		}
	}
	return c
}

// ofUsable copies values by query, undefined for queries that are not usable.
func (c *curve) ofUsable(values []float64) []float64 {
	kept := slices.Clone(values)
	for q, usable := range c.usable {
		if !usable {
			kept[q] = math.NaN()
		}
	}
	return kept
}

// answered counts the queries that are usable.
func (c *curve) answered() int { return len(c.run.Queries) - len(c.failed) }

// curveWorker works through queries, reusing its memory.
type curveWorker struct {
	*curve
	position map[eval.Key]int
	counts   []int    // by bucket: hits of the reranked list so far
	items    []item   // the judged hits of the reranked list, in its order
	ranks    []int    // by item, then window
	lengths  []int    // by window
	ranking  []placed // at the window in hand
	hits     []metrics.Hit
	credited []int // by judgment: 1 + the window that has credited it
	rankOf   []int // by judgment: its rank at the window in hand
	edges    tieEdges
	ties     []metrics.Tie // at the window in hand

	scored  []int
	losses  []Losses
	dropped int
	outside []bool // shared, by query
}

// item is a judged hit of the reranked list.
type item struct {
	judgment int
	bucket   int // the first window that holds its document
}

func newCurveWorker(c *curve, outside []bool) *curveWorker {
	return &curveWorker{
		curve:    c,
		position: make(map[eval.Key]int),
		counts:   make([]int, c.covered),
		lengths:  make([]int, c.covered),
		scored:   make([]int, c.covered),
		losses:   make([]Losses, c.covered),
		outside:  outside,
	}
}

// query takes one query into the tables.
func (w *curveWorker) query(q int) {
	query := &w.run.Queries[q]
	first, reranked := query.Results[w.first], query.Results[w.system]
	if !w.usable[q] {
		for i := range w.covered {
			w.unanswered(q, i)
		}
		return
	}
	w.scan(q, first.Hits, reranked)
	w.credited = cleared(w.credited, len(query.Judgments))
	w.rankOf = cleared(w.rankOf, len(query.Judgments))
	for i := range w.covered {
		held := min(w.windows[i], len(first.Hits))
		length := w.rankAt(q, i)
		seen := 0 // of what the query excludes: scored, and not in the list
		if len(query.Exclude) > 0 {
			for _, h := range first.Hits[:held] {
				if query.Excludes(h.Document) {
					seen++
				}
			}
		}
		if w.atMost {
			w.scored[i] += held
		} else {
			w.scored[i] += length + seen
		}
		w.hits = w.hits[:0]
		for _, p := range w.ranking {
			w.hits = append(w.hits, metrics.Hit{Rank: p.rank, Grade: query.Judgments[p.judgment].Grade})
		}
		list := metrics.List{Len: length, Hits: w.hits, Judged: w.judged[q]}
		for m, metric := range w.metrics {
			w.values[m][i][q] = metric.ExpectedList(&list, w.ties, w.run.Manifest.Seed).Value
			w.noOrder[m][q] = noOrder(length, 0, w.ties) || noOrder(length, metric.Cutoff(), w.ties)
		}
		w.account(q, i, query)
		if i == w.covered-1 {
			w.dropped += max(0, held-seen-length)
		}
	}
}

// unanswered leaves a query without a usable answer out at window i, and
// counts its relevant documents.
func (w *curveWorker) unanswered(q, i int) {
	w.losses[i].Unanswered += w.judged[q].Relevant(w.relevance)
	for m := range w.metrics {
		w.values[m][i][q] = math.NaN()
	}
}

// scan goes through the reranked list once. A judged hit's rank at window i is
// the number of hits down to it whose documents are in that window: the counts
// by bucket, summed up. Hits of the reranker's own window that lie below the
// largest one asked for are in none.
func (w *curveWorker) scan(q int, first []eval.Hit, reranked *eval.Result) {
	clear(w.position)
	largest := w.windows[w.covered-1]
	for i, h := range first[:min(w.own, len(first))] {
		if _, twice := w.position[h.Key()]; !twice {
			w.position[h.Key()] = i + 1
		}
	}
	clear(w.counts)
	w.items, w.ranks = w.items[:0], w.ranks[:0]
	beyond := w.beyond(q, first, reranked.Hits)
	w.edges.start(reranked)
	for i, h := range reranked.Hits {
		w.edges.pass(i+1, w.counts)
		if w.run.Queries[q].Excludes(h.Document) {
			continue
		}
		bucket, match := w.covered-1, int32(-1)
		switch rank := w.position[h.Key()]; {
		case rank > largest, rank == 0 && w.own > largest:
			continue
		case rank > 0:
			bucket, match = w.bucket[rank], w.matches[q][rank-1]
		default:
			match = beyond[i]
		}
		w.counts[bucket]++
		if match >= 0 {
			w.items = append(w.items, item{int(match), bucket})
			sum := 0
			for _, n := range w.counts {
				sum += n
				w.ranks = append(w.ranks, sum)
			}
		}
	}
	w.edges.pass(math.MaxInt, w.counts)
	sum := 0
	for i, n := range w.counts {
		sum += n
		w.lengths[i] = sum
	}
}

// beyond gives the judgments of the reranked hits that are not among the
// first-stage hits of the reranker's own window, by rank. They belong to that
// window alone.
// It is no fault of the first stage where they tie with the window's end: see
// integrity.WindowEnd.
func (w *curveWorker) beyond(q int, first, reranked []eval.Hit) map[int]int32 {
	var hits []eval.Hit
	var at []int
	for i, h := range reranked {
		if w.position[h.Key()] == 0 {
			hits, at = append(hits, h), append(at, i)
		}
	}
	if len(hits) == 0 {
		return nil
	}
	w.outside[q] = !tie(integrity.EndOf(first, w.own), hits)
	found := make(map[int]int32, len(hits))
	for i, match := range rawMatches(&w.run.Queries[q], hits) {
		found[at[i]] = match
	}
	return found
}

// rankAt sets the ranking at window i, reduced to its judged hits, and its
// ties, and returns its length. Each judgment is credited once, to the first hit that matches
// it, as eval.Query.Grades has it.
func (w *curveWorker) rankAt(q, i int) (length int) {
	w.ranking, w.ties = w.ranking[:0], w.ties[:0]
	if w.measured != nil && i < w.covered-1 {
		result := w.run.Queries[q].Ranked(w.measured[i][q])
		w.ties = append(w.ties, tiesOf(result)...)
		for at, m := range w.run.Queries[q].Matches(result.Hits) {
			if m >= 0 {
				w.ranking = append(w.ranking, placed{at + 1, m})
			}
		}
		return len(result.Hits)
	}
	for at, it := range w.items {
		if it.bucket > i || w.credited[it.judgment] == i+1 {
			continue
		}
		w.credited[it.judgment] = i + 1
		w.ranking = append(w.ranking, placed{w.ranks[at*w.covered+i], it.judgment})
	}
	w.ties = w.edges.at(i, w.covered, w.ties)
	return w.lengths[i]
}

// account says what became of each relevant document at window i.
func (w *curveWorker) account(q, i int, query *eval.Query) {
	for _, p := range w.ranking {
		w.rankOf[p.judgment] = p.rank
	}
	losses := &w.losses[i]
	for j := range query.Judgments {
		if query.Judgments[j].Grade < w.relevance {
			continue
		}
		rank := w.rankOf[j]
		switch {
		case rank > 0 && (w.cutoff == 0 || rank <= w.cutoff):
			losses.Found++
		case rank > 0:
			losses.Below++
		case int(w.delivered[q][j]) <= i:
			losses.Dropped++
		case w.notInIndex(query.Judgments[j]):
			losses.NotInIndex++
		default:
			losses.Undelivered++
		}
	}
	for _, p := range w.ranking {
		w.rankOf[p.judgment] = 0
	}
}

// cleared returns a list of n zeros, in the memory of s where it fits.
func cleared(s []int, n int) []int {
	if cap(s) < n {
		return make([]int, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// capturedFloor is the least gain of the ceiling of which a share makes sense.
const capturedFloor = 1e-9

// points sums the curve up by window.
func (c *curve) points(o Options) []Point {
	points := make([]Point, c.covered)
	for i := range points {
		p := Point{
			Window:    c.windows[i],
			Limited:   c.cutoff > c.windows[i],
			Recall:    Number(mean(c.ofUsable(c.recall[i]))),
			Documents: float64(c.scored[i]) / float64(max(1, c.answered())),
			Losses:    c.losses[i],
			Gain:      difference(c.without[0], c.values[0][i], o.Confidence),
			Loss:      undefined(), AtMost: undefined(), Captured: undefined(),
		}
		for m, metric := range c.metrics {
			value, without := metric.Aggregate(c.values[m][i]).Value, metric.Aggregate(c.without[m]).Value
			p.Values = append(p.Values, Number(value))
			p.Gains = append(p.Gains, Number(value-without))
			p.Ceilings = append(p.Ceilings, Number(metric.Aggregate(c.of(m, c.ceilings[m][i])).Value))
		}
		possible := float64(p.Ceilings[0]) - c.metrics[0].Aggregate(c.without[0]).Value
		if possible > capturedFloor {
			p.Captured = Number(float64(p.Gains[0]) / possible)
		}
		points[i] = p
	}
	return points
}
