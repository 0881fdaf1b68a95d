package trec

import (
	"bytes"
	"fmt"

	"github.com/releval/releval/eval/text"
)

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
	return fmt.Sprintf("two hits of one rank for query %s, the other at line %d: rank by score instead", text.Quote(query), line)
}
