package trec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/releval/releval/eval/metrics"
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
	// Workers is how many lists are worked on at a time; 0 means one a core.
	Workers int
}

// Evaluate scores a run by the metrics: lines of query, Q0, document, rank,
// score and tag, separated by white space; the second field and further ones
// are not looked at. Blank lines and lines that begin with # are passed over.
//
// A line with fewer fields, a score that is no number, and the same document
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
	r.Unjudged = len(e.unjudged)
	for _, n := range r.Hits {
		if n == 0 {
			r.Missing++
		}
	}
	switch {
	case e.tagOf < 0:
		return nil, noHit(e.name)
	case r.Missing == len(r.Hits):
		return nil, fmt.Errorf("%s answers no query of %s: the two are not of one collection", e.name, e.qrels.name)
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
