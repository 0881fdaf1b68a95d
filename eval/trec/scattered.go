package trec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"

	"golang.org/x/sync/errgroup"
)

// A scatteredList is the list of one query whose lines do not stand together.
type scatteredList struct {
	docs  []byte
	hits  []hit
	lines []uint32
}

// evaluateScattered reads the run again from its start, keeps the lists of all
// judged queries, and scores them. The first problem by line wins, as where
// the lists are read one by one.
func (e *evaluation) evaluateScattered(ctx context.Context, src *source) error {
	e.reset()
	r, err := src.read()
	if err != nil {
		return fmt.Errorf("%s: %w", e.name, err)
	}
	lists := make([]scatteredList, len(e.qrels.queries))
	first, err := e.collect(newBlocks(withContext{ctx, r}, e.blockSize), lists)
	if err != nil {
		return fmt.Errorf("%s: %w", e.name, err)
	}
	var (
		mu      sync.Mutex
		workers errgroup.Group
	)
	for n := range e.workers {
		workers.Go(func() error {
			g := group{seed: e.qrels.seed}
			for q := n; q < len(lists) && ctx.Err() == nil; q += e.workers {
				if found := e.scoreScattered(&g, q, &lists[q]); found != nil {
					mu.Lock()
					if first == nil || found.Line < first.Line {
						first = found
					}
					mu.Unlock()
				}
				lists[q] = scatteredList{}
			}
			return ctx.Err()
		})
	}
	if err := workers.Wait(); err != nil {
		return fmt.Errorf("%s: %w", e.name, err)
	}
	if first != nil {
		return first
	}
	return nil
}

// collect reads all lines into the lists, up to the first bad one.
func (e *evaluation) collect(blocks *blocks, lists []scatteredList) (bad *LineError, err error) {
	var (
		b     block
		l     line
		query string
		list  *scatteredList
	)
	for lines := 1; ; {
		err := blocks.next(&b)
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		data := b.data()
		l = line{}
		for i := 0; i < b.n; lines++ {
			at := i
			i = nextField(data, i)
			if data[i] == '\n' || data[i] == '#' {
				i = lineEnd(data, i) + 1
				continue
			}
			if !l.split(data, i, e.options.Order) {
				return &LineError{e.name, lines, shortLine(data, at, 6, runFormat)}, nil
			}
			i = l.next
			key, message := parseKey(data[l.key:l.keyEnd], &e.options)
			if message != "" {
				return &LineError{e.name, lines, message}, nil
			}
			e.tagOf, e.tag = b.seq, append(e.tag[:0], data[l.tag:l.tagEnd]...)
			if q := data[l.query:l.queryEnd]; !l.sameQuery && string(q) != query {
				query, list = string(q), nil
				if n, ok := e.qrels.index[query]; ok {
					list = &lists[n]
				} else {
					e.noteUnjudged(q)
				}
			}
			if list == nil {
				continue
			}
			if len(list.docs) > maxBlock || lines > math.MaxUint32 {
				return nil, errLongList
			}
			list.hits = append(list.hits, hit{key, uint32(len(list.docs)), uint32(l.docEnd - l.doc)})
			list.docs = append(list.docs, data[l.doc:l.docEnd]...)
			list.lines = append(list.lines, uint32(lines))
		}
	}
}

// scoreScattered scores one list; the result is its first problem by line.
func (e *evaluation) scoreScattered(g *group, q int, list *scatteredList) *LineError {
	if len(list.hits) == 0 {
		return nil
	}
	query := &e.qrels.queries[q]
	g.start(query, list.docs)
	for i, h := range list.hits {
		if same := g.add(int(h.off), int(h.off+h.len), h.score); same >= 0 {
			doc := string(list.docs[h.off : h.off+h.len])
			return &LineError{e.name, int(list.lines[i]), sameDocument(doc, query.id, int(list.lines[same]))}
		}
	}
	if e.options.Order == ByRank {
		if a, c := g.equalKeys(); c >= 0 {
			return &LineError{e.name, int(list.lines[c]), sameRank(query.id, int(list.lines[a]))}
		}
	}
	e.score(q, g)
	return nil
}
