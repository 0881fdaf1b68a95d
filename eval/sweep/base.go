package sweep

import (
	"cmp"
	"math"
	"slices"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// base is what the first stage's lists give: the values without a reranker,
// and the ceilings. All rerankers over it share it.
type base struct {
	run     *eval.Run
	first   string // the system whose hits are reranked
	metrics []metrics.Metric
	windows []int
	bucket  []int // by first-stage rank from 1: the index of the smallest window that holds it

	relevance float64        // the least grade that counts as relevant
	recallOf  metrics.Metric // recall at that grade
	cutoff    int            // of the lead metric, 0 for the whole list

	judged    []*metrics.Judged
	matches   [][]int32     // by query, then rank from 0: the judgment that the hit matches, or -1
	values    [][]float64   // by metric, then query
	ceilings  [][][]float64 // by metric, then window, then query
	recall    [][]float64   // by window, then query
	delivered [][]int32     // by query, then judgment: the bucket that delivers it, or len(windows)
	failed    []string
	missing   map[string]bool // folded titles, and ids after "id ", that the index does not hold
}

// bases are those of the run's first stages, by name. Each is made when it is
// asked for.
type bases struct {
	run     *eval.Run
	metrics []metrics.Metric
	windows []int
	made    map[string]*base
}

func newBases(run *eval.Run, chosen []metrics.Metric, windows []int) *bases {
	return &bases{run, chosen, windows, make(map[string]*base)}
}

func (b *bases) of(first string) *base {
	if b.made[first] == nil {
		b.made[first] = newBase(b.run, first, b.metrics, b.windows)
	}
	return b.made[first]
}

// newBase joins the first stage's lists with the judgments.
func newBase(run *eval.Run, first string, chosen []metrics.Metric, windows []int) *base {
	queries := len(run.Queries)
	b := &base{
		run: run, first: first, metrics: chosen, windows: windows,
		bucket:    buckets(windows),
		relevance: cmp.Or(chosen[0].Relevance(), 1),
		cutoff:    chosen[0].Cutoff(),
		judged:    make([]*metrics.Judged, queries),
		matches:   make([][]int32, queries),
		values:    table(len(chosen), queries),
		ceilings:  cube(len(chosen), len(windows), queries),
		recall:    table(len(windows), queries),
		delivered: make([][]int32, queries),
		missing:   make(map[string]bool, len(run.Manifest.Unresolved)),
	}
	b.recallOf = recallAt(b.relevance)
	for _, name := range run.Manifest.Unresolved {
		b.missing[judgments.FoldTitle(name)] = true
	}
	for i := range run.Queries {
		if run.Queries[i].Results[b.first].Failed() {
			b.failed = append(b.failed, run.Queries[i].ID)
		}
	}
	forQueries(queries, func() *baseWorker { return &baseWorker{base: b} }, (*baseWorker).query)
	return b
}

// buckets gives, for each first-stage rank from 1, the index of the smallest
// window that holds it.
func buckets(windows []int) []int {
	bucket := make([]int, windows[len(windows)-1]+1)
	i := 0
	for rank := 1; rank < len(bucket); rank++ {
		if rank > windows[i] {
			i++
		}
		bucket[rank] = i
	}
	return bucket
}

// recallAt is recall of documents of at least the grade.
func recallAt(grade float64) metrics.Metric {
	m, err := metrics.Parse("recall(rel=" + text.Number(grade) + ")")
	if err != nil {
		m, _ = metrics.Parse("recall")
	}
	return m
}

// baseWorker works through queries, reusing its memory.
type baseWorker struct {
	*base
	hits    []metrics.Hit
	perfect []float64
	// excluded are the ranks of the hits that the query in hand excludes.
	excluded []int
}

func (w *baseWorker) query(q int) {
	query := &w.run.Queries[q]
	w.judged[q] = query.Judged()
	w.delivered[q] = make([]int32, len(query.Judgments))
	for j := range w.delivered[q] {
		w.delivered[q][j] = int32(len(w.windows))
	}
	result := query.Results[w.first]
	if result.Failed() {
		w.unanswered(q)
		return
	}
	w.matches[q] = rawMatches(query, result.Hits)

	// Crediting each judgment once, to its best rank.
	w.hits = w.hits[:0]
	credited := make([]bool, len(query.Judgments))
	var graded []placed
	w.excluded = w.excluded[:0]
	for i, m := range w.matches[q] {
		if query.Excludes(result.Hits[i].Document) {
			w.excluded = append(w.excluded, i+1)
			w.matches[q][i] = -1
			continue
		}
		if m < 0 || credited[m] {
			continue
		}
		credited[m] = true
		w.hits = append(w.hits, metrics.Hit{Rank: i + 1 - len(w.excluded), Grade: query.Judgments[m].Grade})
		graded = append(graded, placed{i + 1, int(m)})
		if i+1 < len(w.bucket) {
			w.delivered[q][m] = int32(w.bucket[i+1])
		}
	}
	list := metrics.List{Len: len(result.Hits) - len(w.excluded), Hits: w.hits, Judged: w.judged[q]}
	ties := tiesOf(query.Ranked(result))
	for m, metric := range w.metrics {
		w.values[m][q] = metric.ExpectedList(&list, ties, w.run.Manifest.Seed).Value
	}
	w.ceiling(q, query, graded, len(result.Hits))
}

// unanswered leaves a query without an answer out of everything.
func (w *baseWorker) unanswered(q int) {
	for m := range w.metrics {
		w.values[m][q] = math.NaN()
		for i := range w.windows {
			w.ceilings[m][i][q] = math.NaN()
		}
	}
	for i := range w.windows {
		w.recall[i][q] = math.NaN()
	}
}

// ceiling scores, for each window, the best order of its documents: by
// falling grade, those without a judgment between the relevant and the
// non-relevant.
func (w *baseWorker) ceiling(q int, query *eval.Query, graded []placed, length int) {
	w.perfect = w.perfect[:0]
	next := 0
	for i, window := range w.windows {
		held := min(window, length)
		for ; next < len(graded) && graded[next].rank <= held; next++ {
			grade := query.Judgments[graded[next].judgment].Grade
			at, _ := slices.BinarySearchFunc(w.perfect, grade, func(a, b float64) int { return cmp.Compare(b, a) })
			w.perfect = slices.Insert(w.perfect, at, grade)
		}
		for _, rank := range w.excluded { // in the window, and not in the list that is scored
			if rank <= min(window, length) {
				held--
			}
		}
		w.hits = w.hits[:0]
		for at, grade := range w.perfect {
			rank := at + 1
			if grade <= 0 {
				rank = held - len(w.perfect) + at + 1
			}
			w.hits = append(w.hits, metrics.Hit{Rank: rank, Grade: grade})
		}
		list := metrics.List{Len: held, Hits: w.hits, Judged: w.judged[q]}
		for m, metric := range w.metrics {
			w.ceilings[m][i][q] = metric.ScoreList(&list)
		}
		w.recall[i][q] = w.recallOf.ScoreList(&list)
	}
}

// notInIndex says whether the judgment is known to match no document at all.
func (b *base) notInIndex(j judgments.Judgment) bool {
	if len(b.missing) == 0 {
		return false
	}
	if j.ID != "" {
		return b.missing[judgments.FoldTitle("id "+j.ID)]
	}
	return b.missing[judgments.FoldTitle(j.Title)]
}

// rawMatches gives, for the hit at each rank, the judgment that it matches,
// whether or not another hit has been credited with it already: which of two
// documents of one title comes first changes with the window.
func rawMatches(q *eval.Query, hits []eval.Hit) []int32 {
	matches := make([]int32, len(hits))
	rest, at := hits, []int(nil)
	for {
		var left []eval.Hit
		var leftAt []int
		found := false
		for i, m := range q.Matches(rest) {
			place := i
			if at != nil {
				place = at[i]
			}
			matches[place] = int32(m)
			if m < 0 {
				left, leftAt = append(left, rest[i]), append(leftAt, place)
			} else {
				found = true
			}
		}
		if !found || len(left) == 0 {
			return matches
		}
		rest, at = left, leftAt
	}
}

// table makes rows of zeros.
func table(rows, columns int) [][]float64 {
	cells := make([]float64, rows*columns)
	made := make([][]float64, rows)
	for i := range made {
		made[i] = cells[i*columns : (i+1)*columns : (i+1)*columns]
	}
	return made
}

// cube makes tables of zeros.
func cube(tables, rows, columns int) [][][]float64 {
	made := make([][][]float64, tables)
	for i := range made {
		made[i] = table(rows, columns)
	}
	return made
}

// mean averages the values but for undefined ones; NaN where there are none.
func mean(values []float64) float64 {
	sum, n := 0.0, 0
	for _, v := range values {
		if !math.IsNaN(v) {
			sum += v
			n++
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return sum / float64(n)
}
