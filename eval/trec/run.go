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

// A Run is a run file in memory: what it returned for each query, without any
// judgment.
type Run struct {
	Name     string
	Rankings map[string][]string // document ids by query, the first hit first
}

// A rankedHit is a line of a run on its way into a ranking.
type rankedHit struct {
	doc  string
	key  float64
	line int
}

// ReadRun reads a whole run into memory, in the order that o asks for. The
// same lines are errors as in Evaluate, but of every query.
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
	lists, bad, err := readLists(newBlocks(withContext{ctx, r}, blockSize), src.name, &o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", src.name, err)
	}
	run := &Run{src.name, make(map[string][]string, len(lists))}
	for query, hits := range lists {
		if found := conflictIn(hits, query, src.name, o.Order); found != nil && (bad == nil || found.Line < bad.Line) {
			bad = found
		}
		slices.SortFunc(hits, func(a, b rankedHit) int {
			return cmp.Or(cmp.Compare(b.key, a.key), strings.Compare(b.doc, a.doc))
		})
		ids := make([]string, len(hits))
		for i, h := range hits {
			ids[i] = h.doc
		}
		run.Rankings[query] = ids
	}
	switch {
	case bad != nil:
		return nil, bad
	case len(lists) == 0:
		return nil, fmt.Errorf("%s: no hit in it: want lines of %s", src.name, runFormat)
	}
	return run, nil
}

// readLists reads lines up to the first bad one.
func readLists(blocks *blocks, name string, o *Options) (lists map[string][]rankedHit, bad *LineError, err error) {
	lists = map[string][]rankedHit{}
	var b block
	for lines := 1; ; {
		if err := blocks.next(&b); errors.Is(err, io.EOF) {
			return lists, nil, nil
		} else if err != nil {
			return nil, nil, err
		}
		data := b.data()
		var l line
		for i := 0; i < b.n; lines++ {
			at := i
			i = nextField(data, i)
			if data[i] == '\n' || data[i] == '#' {
				i = lineEnd(data, i) + 1
				continue
			}
			if !l.split(data, i, o.Order) {
				return lists, &LineError{name, lines, shortLine(data, at, 6, runFormat)}, nil
			}
			i = l.next
			key, message := parseKey(data[l.key:l.keyEnd], o)
			if message != "" {
				return lists, &LineError{name, lines, message}, nil
			}
			query := string(data[l.query:l.queryEnd])
			lists[query] = append(lists[query], rankedHit{string(data[l.doc:l.docEnd]), key, lines})
		}
	}
}

// conflictIn finds the first line that repeats a document or, where ranks
// rank, a rank. The hits are in the order of the lines.
func conflictIn(hits []rankedHit, query, name string, order Order) *LineError {
	docs := make(map[string]int, len(hits))
	keys := map[float64]int{}
	for _, h := range hits {
		if first, ok := docs[h.doc]; ok {
			return &LineError{name, h.line, sameDocument(h.doc, query, first)}
		}
		docs[h.doc] = h.line
		if order == ByRank {
			if first, ok := keys[h.key]; ok {
				return &LineError{name, h.line, sameRank(query, first)}
			}
			keys[h.key] = h.line
		}
	}
	return nil
}

// Overlap is how much alike two runs rank: the RBO with persistence p (see
// metrics.RBO) of each query that either answers, by the query's id; 0 where
// only one does. The queries are sorted as strings.
func Overlap(a, b *Run, p float64) (queries []string, values []float64) {
	for q := range a.Rankings {
		queries = append(queries, q)
	}
	for q := range b.Rankings {
		if _, ok := a.Rankings[q]; !ok {
			queries = append(queries, q)
		}
	}
	slices.Sort(queries)
	for _, q := range queries {
		values = append(values, metrics.RBO(a.Rankings[q], b.Rankings[q], p))
	}
	return queries, values
}
