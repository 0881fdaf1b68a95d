package trec

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/releval/releval/eval/metrics"
)

// A Run is a run file in memory: what a system returned for each query,
// without any judgment.
type Run struct {
	Name string
	// Tag is the tag on the last line.
	Tag string
	// Rankings are in the order in which their queries first occur.
	Rankings []Ranking
}

// A Ranking is what a run returned for one query, the first hit first.
type Ranking struct {
	Query string
	Hits  []Hit
}

// A Hit is one line of a run. Score is the number that ranks it, more being
// better: the score, or under ByRank the rank with its sign changed.
type Hit struct {
	Document string
	Score    float64
}

// before is below 0 where a ranks before b: by the higher score, then by the
// greater document id in bytes.
func (a Hit) before(b Hit) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(b.Document, a.Document))
}

// Ranked tells whether a reader of a run will rank the hits, which are of one
// query, in the order in which they stand.
func Ranked(hits []Hit) bool {
	for i := 1; i < len(hits); i++ {
		if hits[i-1].before(hits[i]) >= 0 {
			return false
		}
	}
	return true
}

// hitLists are the hits of each query on their way into rankings, in the
// order of the lines.
type hitLists struct {
	tag      []byte
	rankings []Ranking
	lines    [][]int        // of each ranking, the line of each hit
	index    map[string]int // by query
}

// ReadRun reads a whole run into memory, in the order that o asks for. The
// same lines are errors as in Evaluate, but of every query: which of them are
// judged is not known here.
func ReadRun(ctx context.Context, in Input, o Options) (*Run, error) {
	src, err := in.open(false)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	r, err := src.read()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", src.name, err)
	}
	lists := hitLists{index: map[string]int{}}
	bad, err := lists.read(newBlocks(withContext{ctx, r}, blockSize), src.name, &o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", src.name, err)
	}
	for i := range lists.rankings {
		if found := lists.conflict(i, src.name, o.Order); found != nil && (bad == nil || found.Line < bad.Line) {
			bad = found
		}
		slices.SortFunc(lists.rankings[i].Hits, Hit.before)
	}
	switch {
	case bad != nil:
		return nil, bad
	case len(lists.rankings) == 0:
		return nil, noHit(src.name)
	}
	return &Run{src.name, string(lists.tag), lists.rankings}, nil
}

// noHit is the error of a run without any line.
func noHit(name string) error {
	return fmt.Errorf("%s: the file holds no hit; its lines must be %s", name, runFormat)
}

// read reads lines up to the first bad one.
func (h *hitLists) read(blocks *blocks, name string, o *Options) (bad *LineError, err error) {
	var b block
	at := -1 // the ranking of the line before
	for lines := 1; ; {
		if err := blocks.next(&b); errors.Is(err, io.EOF) {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
		data := b.data()
		var l line
		for i := 0; i < b.n; lines++ {
			start := i
			i = nextField(data, i)
			if data[i] == '\n' || data[i] == '#' {
				i = lineEnd(data, i) + 1
				continue
			}
			if !l.split(data, i, o.Order) {
				return &LineError{name, lines, shortLine(data, start, 6, runFormat)}, nil
			}
			i = l.next
			key, message := parseKey(data[l.key:l.keyEnd], o)
			if message != "" {
				return &LineError{name, lines, message}, nil
			}
			if q := data[l.query:l.queryEnd]; at < 0 || h.rankings[at].Query != string(q) {
				at = h.ranking(string(q))
			}
			if o.ExcludeQueryDocument && string(data[l.doc:l.docEnd]) == h.rankings[at].Query {
				continue
			}
			h.rankings[at].Hits = append(h.rankings[at].Hits, Hit{string(data[l.doc:l.docEnd]), key})
			h.lines[at] = append(h.lines[at], lines)
			h.tag = append(h.tag[:0], data[l.tag:l.tagEnd]...)
		}
	}
}

// ranking is the place of a query's ranking, which is made where there is
// none.
func (h *hitLists) ranking(query string) int {
	i, ok := h.index[query]
	if !ok {
		i = len(h.rankings)
		h.index[query] = i
		h.rankings = append(h.rankings, Ranking{Query: query})
		h.lines = append(h.lines, nil)
	}
	return i
}

// conflict finds the first line of a ranking that repeats a document or, where
// ranks rank, a rank.
func (h *hitLists) conflict(ranking int, name string, order Order) *LineError {
	query, hits, lines := h.rankings[ranking].Query, h.rankings[ranking].Hits, h.lines[ranking]
	docs := make(map[string]int, len(hits))
	keys := map[float64]int{}
	for i, hit := range hits {
		if first, ok := docs[hit.Document]; ok {
			return &LineError{name, lines[i], sameDocument(hit.Document, query, first)}
		}
		docs[hit.Document] = lines[i]
		if order == ByRank {
			if first, ok := keys[hit.Score]; ok {
				return &LineError{name, lines[i], sameRank(query, first)}
			}
			keys[hit.Score] = lines[i]
		}
	}
	return nil
}

// Overlap is how much alike two runs rank: the RBO with persistence p (see
// metrics.RBO) of each query that either answers, by the query's id; 0 where
// only one does. The queries are sorted as strings.
func Overlap(a, b *Run, p float64) (queries []string, values []float64) {
	x, y := a.documents(), b.documents()
	for q := range x {
		queries = append(queries, q)
	}
	for q := range y {
		if _, ok := x[q]; !ok {
			queries = append(queries, q)
		}
	}
	slices.Sort(queries)
	for _, q := range queries {
		values = append(values, metrics.RBO(x[q], y[q], p))
	}
	return queries, values
}

// documents are the ids of each query's hits, in their order.
func (r *Run) documents() map[string][]string {
	byQuery := make(map[string][]string, len(r.Rankings))
	for _, ranking := range r.Rankings {
		ids := make([]string, len(ranking.Hits))
		for i, h := range ranking.Hits {
			ids[i] = h.Document
		}
		byQuery[ranking.Query] = ids
	}
	return byQuery
}
