package trec

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/releval/releval/eval/metrics"

	"github.com/releval/releval/eval/text"
)

// An Order says which column of a run ranks its hits.
type Order int

const (
	// ByScore ranks by score, the highest first, and equal scores by document
	// id, the greatest first by bytes: trec_eval's rule. The rank column is not
	// looked at.
	ByScore Order = iota
	// ByRank ranks by the rank column, the lowest first. The score column is
	// not looked at. Two hits of one rank are an error.
	ByRank
)

// Options change how a run is read. The zero value is the default.
type Options struct {
	// Order is the column that ranks; ByScore by default.
	Order Order
	// Float32 rounds scores to single precision, as trec_eval did up to 9.0.8:
	// scores that differ only beyond it become ties.
	Float32 bool
	// ExpectTies takes the mean over all orders of hits of one score, where
	// trec_eval orders them by document id. Seed decides the random orders of
	// metrics without a closed form.
	ExpectTies bool
	Seed       uint64
	// ExcludeQueryDocument leaves out hits whose document has the id of the
	// query: in collections such as ArguAna and Quora the queries are documents
	// themselves, and each would find itself first.
	ExcludeQueryDocument bool
	// Workers is how many lists are worked on at a time; 0 means one a core.
	Workers int
}

// Evaluate scores a run by the metrics: lines of query, Q0, document, rank,
// score and tag, separated by white space; the second field and further ones
// are not looked at. Blank lines and lines that begin with # are passed over.
//
// A line with fewer fields, a score that is not a number, and the same document
// twice for a judged query are a *LineError, the first one of the file. A run
// that answers none of the judged queries is an error as well. Evaluate
// returns when all its work has ended, also after an error or the end of ctx.
func Evaluate(ctx context.Context, q *Qrels, run Input, ms []metrics.Metric, o Options) (*Result, error) {
	src, err := run.open(true)
	if err != nil {
		return nil, err
	}
	e := &evaluation{qrels: q, metrics: ms, options: o, name: src.name, workers: o.Workers, blockSize: blockSize}
	if e.workers <= 0 {
		e.workers = runtime.GOMAXPROCS(0)
	}
	result, err := e.evaluate(ctx, src)
	if closeErr := src.Close(); err == nil && closeErr != nil {
		return nil, fmt.Errorf("%s: %w", src.name, closeErr)
	}
	return result, err
}

// An evaluation is one run in the making.
type evaluation struct {
	qrels   *Qrels
	metrics []metrics.Metric
	options Options
	name    string
	workers int
	// blockSize is blockSize, but for tests that want many blocks.
	blockSize int
	result    *Result

	claimed []atomic.Bool // by query: its list has been begun
	again   atomic.Bool   // a query came a second time
	// excluded counts the hits that are their query's own document.
	excluded atomic.Int64

	mu       sync.Mutex
	unjudged map[string]struct{} // queries of the run that nobody judged
	lines    []int               // of each block
	first    *blockError
	tagOf    int // the block that tag is of
	tag      []byte
}

// A blockError is a problem whose lines are known within a block only.
type blockError struct {
	seq     int
	line    int // counts from 0 at the start of the block
	message func(first int) string
}

func (e *evaluation) reset() {
	n := len(e.qrels.queries)
	e.result = newResult(e.name, e.qrels, e.metrics)
	e.claimed = make([]atomic.Bool, n)
	e.unjudged = map[string]struct{}{}
	e.lines, e.first, e.tagOf, e.tag = nil, nil, -1, nil
	e.excluded.Store(0)
}

func (e *evaluation) evaluate(ctx context.Context, src *source) (*Result, error) {
	e.reset()
	r, err := src.read()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.name, err)
	}
	blocks := newBlocks(withContext{ctx, r}, e.blockSize)
	var workers errgroup.Group
	for range e.workers {
		workers.Go(func() error { return e.work(blocks) })
	}
	if err := workers.Wait(); err != nil {
		return nil, fmt.Errorf("%s: %w", e.name, err)
	}
	if e.again.Load() {
		if err := e.evaluateScattered(ctx, src); err != nil {
			return nil, err
		}
	} else if e.first != nil {
		before := 0
		for _, n := range e.lines[:e.first.seq] {
			before += n
		}
		return nil, &LineError{e.name, before + e.first.line + 1, e.first.message(before + 1)}
	}
	return e.finish()
}

// finish checks the whole and computes the means.
func (e *evaluation) finish() (*Result, error) {
	r := e.result
	r.RunID = string(e.tag)
	r.Unjudged, r.Excluded = len(e.unjudged), int(e.excluded.Load())
	for _, n := range r.Hits {
		if n == 0 {
			r.Missing++
		}
	}
	switch {
	case e.tagOf < 0:
		return nil, noHit(e.name)
	case r.Missing == len(r.Hits):
		return nil, fmt.Errorf("%s answers no query of %s: the run and the qrels do not belong together", e.name, e.qrels.name)
	}
	r.summarize()
	return r, nil
}

// work takes blocks until there are no more, or none is worth taking.
func (e *evaluation) work(blocks *blocks) error {
	w := worker{e: e, group: group{seed: e.qrels.seed}}
	var b block
	for {
		if e.again.Load() || e.failedBefore() {
			return nil
		}
		err := blocks.next(&b)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		w.block(&b)
	}
}

// failedBefore tells whether a line was wrong; blocks are taken in order, so
// any further one is after it.
func (e *evaluation) failedBefore() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.first != nil
}

// score scores the finished list of a query.
func (e *evaluation) score(query int, g *group) {
	l := g.list()
	e.result.set(query, &l)
	if !e.options.ExpectTies {
		return
	}
	if ties := g.ties(); len(ties) > 0 {
		for m, metric := range e.result.Metrics {
			e.result.Values[m][query] = metric.ExpectedList(&l, ties, e.options.Seed).Value
		}
	}
}

func (e *evaluation) noteUnjudged(query []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, ok := e.unjudged[string(query)]; !ok {
		e.unjudged[string(query)] = struct{}{}
	}
}

// done notes what is to be known of a finished block.
func (e *evaluation) done(b *block, lines int, tag []byte, err *blockError) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for len(e.lines) <= b.seq {
		e.lines = append(e.lines, 0)
	}
	e.lines[b.seq] = lines
	if tag != nil && b.seq > e.tagOf {
		e.tagOf = b.seq
		e.tag = append(e.tag[:0], tag...)
	}
	if err != nil && (e.first == nil || err.seq < e.first.seq) {
		e.first = err
	}
}

const runFormat = "query Q0 document rank score tag"

// A worker reads blocks of a run, one after the other.
type worker struct {
	e     *evaluation
	group group
	query int // the number of the query in hand among the judged ones, or -1
}

// block reads all lines of a block, whose queries should stand in no other.
func (w *worker) block(b *block) {
	var (
		data, end = b.data(), b.n
		o         = &w.e.options
		l         line
		tag       []byte
		query     []byte // in hand
		failed    *blockError
		lines     int
	)
	w.query = -1
	for i := 0; i < end; lines++ {
		at := i
		i = nextField(data, i)
		if data[i] == '\n' || data[i] == '#' {
			i = lineEnd(data, i) + 1
			continue
		}
		if !l.split(data, i, o.Order) {
			failed = b.failed(at, shortLine(data, at, 6, runFormat))
			break
		}
		i = l.next
		key, message := parseKey(data[l.key:l.keyEnd], o)
		if message != "" {
			failed = b.failed(at, message)
			break
		}
		tag = data[l.tag:l.tagEnd]
		if q := data[l.query:l.queryEnd]; !l.sameQuery && !bytes.Equal(q, query) {
			if failed = w.finish(b); failed != nil {
				break
			}
			query = q
			if !w.start(query, data) {
				return // to be read again with all lists in memory
			}
		}
		if w.query < 0 {
			continue
		}
		if o.ExcludeQueryDocument && bytes.Equal(data[l.doc:l.docEnd], query) {
			w.e.excluded.Add(1)
			continue
		}
		if same := w.group.add(l.doc, l.docEnd, key); same >= 0 {
			doc, query := string(data[l.doc:l.docEnd]), w.group.query.id
			failed = b.conflict(at, int(w.group.hits[same].off), func(first int) string { return sameDocument(doc, query, first) })
			break
		}
	}
	// What is wrong with the list so far stands on an earlier line.
	if earlier := w.finish(b); earlier != nil {
		failed = earlier
	}
	w.e.done(b, lines, tag, failed)
}

// start begins a query. It returns false where the query was begun before.
func (w *worker) start(query, data []byte) bool {
	n, ok := w.e.qrels.index[string(query)]
	if !ok {
		w.query = -1
		w.e.noteUnjudged(query)
		return true
	}
	if !w.e.claimed[n].CompareAndSwap(false, true) {
		w.e.again.Store(true)
		return false
	}
	w.query = int(n)
	w.group.start(&w.e.qrels.queries[n], data)
	return true
}

// finish scores the query in hand, if there is one.
func (w *worker) finish(b *block) *blockError {
	if w.query < 0 {
		return nil
	}
	if w.e.options.Order == ByRank {
		if a, c := w.group.equalKeys(); c >= 0 {
			query, hits := w.group.query.id, w.group.hits
			return b.conflict(int(hits[c].off), int(hits[a].off), func(first int) string { return sameRank(query, first) })
		}
	}
	w.e.score(w.query, &w.group)
	w.query = -1
	return nil
}

// failed is a problem on the line that holds the byte at the given place.
func (b *block) failed(at int, message string) *blockError {
	return b.conflict(at, 0, func(int) string { return message })
}

// conflict is a problem on one line, whose message names another.
func (b *block) conflict(at, other int, message func(line int) string) *blockError {
	newline := []byte{'\n'}
	before := bytes.Count(b.buf[:other], newline)
	return &blockError{b.seq, bytes.Count(b.buf[:at], newline), func(first int) string { return message(first + before) }}
}

func sameDocument(doc, query string, line int) string {
	return fmt.Sprintf("document %s is returned a second time for query %s, first at line %d", text.Quote(doc), text.Quote(query), line)
}

func sameRank(query string, line int) string {
	return fmt.Sprintf("two hits of query %s have the same rank, the other on line %d; rank by score instead", text.Quote(query), line)
}

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
			if e.options.ExcludeQueryDocument && string(data[l.doc:l.docEnd]) == query {
				e.excluded.Add(1)
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
