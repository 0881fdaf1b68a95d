package runfile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/scan"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments/unpack"
)

// Bounds on a run file, which may come from anywhere.
const (
	maxLine   = 16 << 20 // bytes of one line: the hits of a query, 100 bytes each
	maxDepth  = 64       // nested arrays and objects in one line
	maxValues = 1 << 19  // values in one line, each of which takes more memory than text
)

// checkShape refuses a line, before it is decoded, that is nested deeper or
// holds more values than any run file's.
func checkShape(line []byte) error { return scan.Shape(line, maxDepth, maxValues) }

// Stored is a run as it was read from a file.
type Stored struct {
	eval.Run
	// Kept is how many bytes hold whole lines: where a resumed run goes on.
	Kept int64
	// Truncated says that the last line broke off and was dropped.
	Truncated bool
}

// ReadRun reads a run file, compressed or not. A last line that breaks off is
// dropped and reported in the result; any other damage is an error with
// file:line.
func Read(path string) (*Stored, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the run file: %w", err)
	}
	defer file.Close()
	source, err := unpack.NewReader(bufio.NewReaderSize(file, 1<<20))
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, noRun(path)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return Decode(path, source)
}

// IsRun tells a run file from a suite by how it begins. A compressed file that
// is damaged is taken as a run, which Read then refuses with the reason.
func IsRun(path string) (bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return false, fmt.Errorf("cannot read the suite or run: %w", err)
	}
	defer file.Close()
	source, err := unpack.NewReader(file)
	if err != nil {
		return true, nil
	}
	start, _ := io.ReadAll(io.LimitReader(source, 64))
	start = bytes.TrimLeft(start, " \t\r\n")
	return len(start) > 0 && beginsRun(start), nil
}

// DecodeRun reads a run from a stream; name is for messages.
func Decode(name string, source io.Reader) (*Stored, error) {
	d := decoder{name: name, lines: bufio.NewReaderSize(source, 1<<16)}
	for d.next() {
		d.accept()
		if d.err != nil {
			return nil, d.err
		}
	}
	if d.err != nil {
		return nil, d.err
	}
	if d.line == 0 || d.stored.Manifest.Type == "" {
		return nil, noRun(name)
	}
	eval.SortQueries(d.stored.Queries)
	return &d.stored, nil
}

// noRun is the error of a file that is empty, or breaks off in its first line.
func noRun(name string) error {
	return fmt.Errorf("%s: holds no run: its first line should be a manifest; if the run was stopped before its first search, start it again with --out", name)
}

// beginsRun says whether a text that breaks off may be the start of a run
// file.
func beginsRun(text []byte) bool {
	const begin = `{"type":"manifest"`
	return strings.HasPrefix(begin, string(text[:min(len(text), len(begin))]))
}

// decoder reads a run file line by line.
type decoder struct {
	name   string
	lines  *bufio.Reader
	line   int
	text   []byte
	whole  bool // the line ended in a newline
	stored Stored
	seen   map[string]int
	titles map[string]string
	err    error
}

// next reads a line, and reports whether there is one.
func (d *decoder) next() bool {
	d.text = d.text[:0]
	for {
		part, err := d.lines.ReadSlice('\n')
		d.text = append(d.text, part...)
		if len(d.text) > maxLine {
			d.err = fmt.Errorf("%s:%d: the line is longer than %d MB: this is no run file", d.name, d.line+1, maxLine>>20)
			return false
		}
		switch {
		case err == nil:
			d.whole = true
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			d.whole = false
			if len(d.text) == 0 {
				return false
			}
		default:
			d.err = fmt.Errorf("%s:%d: %w", d.name, d.line+1, err)
			return false
		}
		d.line++
		return true
	}
}

// accept takes the line in hand into the run.
func (d *decoder) accept() {
	var head struct {
		Type   string `json:"type"`
		Format int    `json:"format"`
	}
	err := checkShape(d.text)
	if err == nil {
		err = json.Unmarshal(d.text, &head)
	}
	switch {
	case !d.whole && d.line == 1 && (err == nil || beginsRun(d.text)):
		d.err = noRun(d.name)
		return
	case err != nil && !d.whole && d.line > 1:
		d.stored.Truncated = true
		return
	case err != nil:
		d.fail("not a line of a run file: %v", err)
		return
	}
	if d.stored.Complete != nil {
		d.fail("there is more after the line that says the run is complete")
		return
	}
	switch {
	case d.line == 1 && head.Type != "manifest":
		d.fail("the first line should be a manifest, found type %s", text.Quote(head.Type))
	case d.line > 1 && head.Type == "manifest":
		d.fail("a second manifest: two run files in one?")
	case head.Type == "manifest" && head.Format != eval.Format:
		d.fail("the run file has format %d, and this releval reads format %d: run the suite again", head.Format, eval.Format)
	case head.Type == "manifest":
		d.decode(&d.stored.Manifest)
	case head.Type == "query":
		d.query()
	case head.Type == "complete":
		d.stored.Complete = new(eval.Complete)
		d.decode(d.stored.Complete)
	default:
		d.fail("unknown type %s: a newer releval's run file, or a damaged one", text.Quote(head.Type))
	}
	if d.err == nil && d.whole {
		d.stored.Kept += int64(len(d.text))
	}
}

func (d *decoder) decode(into any) {
	if err := json.Unmarshal(d.text, into); err != nil {
		d.fail("%v", err)
	}
}

// query takes a query line. A line without its newline is not kept, even if
// it happens to be whole: a resumed run writes it again.
func (d *decoder) query() {
	if !d.whole {
		d.stored.Truncated = true
		return
	}
	var q eval.Query
	if d.decode(&q); d.err != nil {
		return
	}
	if d.seen == nil {
		d.seen, d.titles = make(map[string]int), make(map[string]string)
	}
	if first, twice := d.seen[q.ID]; twice {
		d.fail("query %s stands here a second time, after line %d", text.Quote(q.ID), first)
		return
	}
	d.seen[q.ID] = d.line
	for _, s := range d.stored.Manifest.Systems {
		if q.Results[s] == nil {
			d.fail("query %s has no result for the system %s that the manifest names", text.Quote(q.ID), text.Quote(s))
			return
		}
	}
	for _, r := range q.Results {
		d.intern(r.Hits)
	}
	d.stored.Queries = append(d.stored.Queries, q)
}

// intern keeps one copy of each title and id: a run repeats them thousands of
// times.
func (d *decoder) intern(hits []eval.Hit) {
	one := func(s string) string {
		if kept, ok := d.titles[s]; ok {
			return kept
		}
		d.titles[s] = s
		return s
	}
	for i := range hits {
		hits[i].Title, hits[i].ID, hits[i].Index = one(hits[i].Title), one(hits[i].ID), one(hits[i].Index)
	}
}

func (d *decoder) fail(format string, args ...any) {
	d.err = fmt.Errorf("%s:%d: %s", d.name, d.line, fmt.Sprintf(format, args...))
}
