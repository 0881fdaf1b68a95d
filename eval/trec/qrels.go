package trec

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"strings"

	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/text"
)

const qrelsFormat = "query iteration document grade"

// Qrels are the judgments of a collection. They are not changed after they
// are read, and serve any number of runs, also at the same time.
type Qrels struct {
	name    string
	seed    maphash.Seed
	queries []judgedQuery // by id
	index   map[string]int32
	// excluded is how many judgments were left out as of their query's own
	// document.
	excluded int
}

// Excluded is how many judgments QrelsOptions.ExcludeQueryDocument left out.
func (q *Qrels) Excluded() int { return q.excluded }

// A judgedQuery is everything judged for one query.
type judgedQuery struct {
	id     string
	docs   []judgedDoc
	judged *metrics.Judged
}

type judgedDoc struct {
	id    string
	hash  uint64
	grade float64
	line  int
}

// QrelsOptions change how judgments are read. The zero value is trec_eval's
// format.
type QrelsOptions struct {
	// Fractional takes grades such as 0.7, which trec_eval cuts to whole
	// numbers.
	Fractional bool
	// ExcludeQueryDocument leaves out judgments of the document that has the
	// id of the query itself, as Options.ExcludeQueryDocument does its hits.
	// The query stays, also where nothing else is judged for it.
	ExcludeQueryDocument bool
}

// ReadQrels reads judgments: lines of query, iteration, document and grade,
// in any order, separated by white space. The iteration is not looked at.
// Blank lines and lines that begin with # are passed over. A grade is a whole
// number; below 0 it means "in the pool, not judged", as in TREC.
//
// A line with fewer or more fields, another grade, and a document judged twice
// for one query are a *LineError.
func ReadQrels(ctx context.Context, in Input, o QrelsOptions) (*Qrels, error) {
	src, err := in.open(false)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	r, err := src.read()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", src.name, err)
	}
	data, err := io.ReadAll(withContext{ctx, r})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", src.name, err)
	}
	return parseQrels(src.name, data, o)
}

func parseQrels(name string, data []byte, o QrelsOptions) (*Qrels, error) {
	q := &Qrels{name: name, seed: maphash.MakeSeed(), index: map[string]int32{}}
	b := bytes.TrimPrefix(data, bom)
	end := len(b)
	b = append(b, strings.Repeat("\n", padding)...)
	text := string(b) // ids are parts of this one string
	last := int32(-1)
	for i, line := 0, 1; i < end; line++ {
		at := i
		i = nextField(b, i)
		if b[i] == '\n' || b[i] == '#' {
			i = lineEnd(b, i) + 1
			continue
		}
		var start, stop [4]int
		for f := range start {
			if b[i] == '\n' {
				return nil, &LineError{name, line, shortLine(b, at, 4, qrelsFormat)}
			}
			start[f], stop[f] = i, fieldEnd(b, i)
			i = nextField(b, stop[f])
		}
		if b[i] != '\n' {
			return nil, &LineError{name, line, shortLine(b, at, 4, qrelsFormat)}
		}
		i++
		grade, err := parseGrade(b[start[3]:stop[3]], o.Fractional)
		if err != nil {
			return nil, &LineError{name, line, err.Error()}
		}
		id := text[start[0]:stop[0]]
		if last < 0 || q.queries[last].id != id {
			n, ok := q.index[id]
			if !ok {
				n = int32(len(q.queries))
				q.index[id] = n
				q.queries = append(q.queries, judgedQuery{id: id})
			}
			last = n
		}
		doc := text[start[2]:stop[2]]
		if o.ExcludeQueryDocument && doc == id {
			q.excluded++
			continue
		}
		q.queries[last].docs = append(q.queries[last].docs, judgedDoc{doc, maphash.String(q.seed, doc), grade, line})
	}
	if len(q.queries) == 0 {
		return nil, fmt.Errorf("%s: the file holds no judgment; its lines must be %s", name, qrelsFormat)
	}
	q.finish()
	if err := q.duplicate(); err != nil {
		return nil, err
	}
	return q, nil
}

// finish orders the queries by id, as strings, and the documents of each by
// hash, and prepares the judgments.
func (q *Qrels) finish() {
	slices.SortFunc(q.queries, func(a, b judgedQuery) int { return strings.Compare(a.id, b.id) })
	var grades []float64
	for i := range q.queries {
		query := &q.queries[i]
		q.index[query.id] = int32(i)
		slices.SortFunc(query.docs, func(a, b judgedDoc) int { return cmp.Compare(a.hash, b.hash) })
		grades = grades[:0]
		for _, d := range query.docs {
			grades = append(grades, d.grade)
		}
		query.judged = metrics.NewJudged(grades)
	}
}

// duplicate finds the first line that judges a document again.
func (q *Qrels) duplicate() error {
	var first *LineError
	for i := range q.queries {
		docs := q.queries[i].docs
		for j := range docs {
			for k := j + 1; k < len(docs) && docs[k].hash == docs[j].hash; k++ {
				again := max(docs[j].line, docs[k].line)
				if docs[j].id != docs[k].id || first != nil && again >= first.Line {
					continue
				}
				first = &LineError{q.name, again, fmt.Sprintf("document %s is judged a second time for query %s, first at line %d",
					text.Quote(docs[j].id), text.Quote(q.queries[i].id), min(docs[j].line, docs[k].line))}
			}
		}
	}
	if first != nil {
		return first
	}
	return nil
}

// Queries are the ids of the judged queries, sorted as strings.
func (q *Qrels) Queries() []string {
	ids := make([]string, len(q.queries))
	for i := range q.queries {
		ids[i] = q.queries[i].id
	}
	return ids
}

// A Judgment is one line of a qrels file.
type Judgment struct {
	Query, Document string
	Grade           float64
	line            int
}

// Judgments are all lines, in the order of the file.
func (q *Qrels) Judgments() []Judgment {
	var all []Judgment
	for i := range q.queries {
		for _, d := range q.queries[i].docs {
			all = append(all, Judgment{q.queries[i].id, d.id, d.grade, d.line})
		}
	}
	slices.SortFunc(all, func(a, b Judgment) int { return cmp.Compare(a.line, b.line) })
	return all
}

// withContext makes a long read end when the context does.
type withContext struct {
	ctx context.Context
	r   io.Reader
}

func (w withContext) Read(b []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.r.Read(b)
}
