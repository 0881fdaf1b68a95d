package runfile

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/scan"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/unpack"
)

// Bounds on a run file, which may come from anywhere.
const (
	maxLine   = 16 << 20 // bytes of one line: the hits of a query, 100 bytes each
	maxDepth  = 64       // nested arrays and objects in one line
	maxValues = 1 << 19  // values in one line, each of which takes more memory than text
)

// checkShape refuses a line, before it is decoded, that is nested deeper or
// holds more values than any run file's. One that is too short for that is not
// looked at.
func checkShape(line []byte) error {
	if len(line) <= maxValues {
		return nil
	}
	return scan.Shape(line, maxDepth, maxValues)
}

// Stored is a run as it was read from a file.
type Stored struct {
	eval.Run
	// Kept is how many bytes hold whole lines: where a resumed run goes on.
	Kept int64
	// Truncated says that the last line broke off and was dropped.
	Truncated bool
	// Format is the file's. Only the present one can be resumed.
	Format int

	sum hash.Hash // over the kept lines
}

// leastLine is about what a line of a query takes in a compressed file: room is
// made for as many queries as the manifest says, but for no more than the file
// can hold.
const leastLine = 100

// A Reader reads runs that are compared: what they hold alike they share, so
// that the second takes half the memory of the first. The zero value is ready.
type Reader struct {
	documents documents
	first     *Stored
}

// Read is Reader.Read for a run by itself.
func Read(path string) (*Stored, error) { return new(Reader).Read(path) }

// Read reads a run file, compressed or not, and checks all of it. A last line
// that breaks off is dropped and reported in the result; any other damage is
// an error with file:line.
func (r *Reader) Read(path string) (*Stored, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the run file: %w", err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s is a folder; name a run file in it", path)
	}
	source, err := unpack.NewSingleReader(bufio.NewReaderSize(file, 1<<20))
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, noRun(path)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	d := newDecoder(path, source, &r.documents)
	if info, err := file.Stat(); err == nil {
		d.most = int(info.Size() / leastLine)
	}
	if r.first != nil {
		d.alike = make(map[string]*eval.Query, len(r.first.Queries))
		for i := range r.first.Queries {
			d.alike[r.first.Queries[i].ID] = &r.first.Queries[i]
		}
	}
	stored, err := d.run()
	if r.first == nil {
		r.first = stored
	}
	return stored, err
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
	kind, err := typeOf(start)
	return err == nil && kind == "manifest" || beginsRun(start) && len(start) > 0, nil
}

// Decode reads a run from a stream; name is for messages.
func Decode(name string, source io.Reader) (*Stored, error) {
	return newDecoder(name, source, new(documents)).run()
}

// noRun is the error of a file that is empty, or breaks off in its first line.
func noRun(name string) error {
	return fmt.Errorf("%s: the file holds no run, because its first line is not a manifest; if the run was stopped before its first search, start it again with --out", name)
}

// beginsRun says whether a text that breaks off may be the start of a run
// file.
func beginsRun(text []byte) bool {
	const begin = `{"type":"manifest"`
	return strings.HasPrefix(begin, string(text[:min(len(text), len(begin))]))
}

// decoder reads a run file line by line.
type decoder struct {
	name      string
	lines     *bufio.Reader
	line      int
	text      []byte
	whole     bool // the line ended in a newline
	stored    Stored
	documents *documents
	hits      json.Options           // by which documents reads them
	judgments []judgments.Judgment   // room
	most      int                    // queries to make room for
	alike     map[string]*eval.Query // of the run read before, by id
	queries   map[string]int         // by id, the line
	numbers   map[int]int            // by number, the line
	systems   map[string]*eval.System
	orders    map[string]eval.Order
	highest   int // the query numbers are below
	err       error
}

func newDecoder(name string, source io.Reader, shared *documents) *decoder {
	return &decoder{
		name: name, documents: shared, hits: json.WithUnmarshalers(json.UnmarshalFromFunc(shared.hits)), lines: bufio.NewReaderSize(source, 1<<16), queries: make(map[string]int), numbers: make(map[int]int),
		stored: Stored{sum: sha256.New()},
	}
}

func (d *decoder) run() (*Stored, error) {
	for d.err == nil && d.next() {
		d.accept()
	}
	if d.err != nil {
		return nil, d.err
	}
	if d.stored.Manifest.Type == "" {
		return nil, noRun(d.name)
	}
	eval.SortQueries(d.stored.Queries)
	if d.hashes(); d.err != nil {
		return nil, d.err
	}
	return &d.stored, nil
}

// next reads a line, and reports whether there is one.
func (d *decoder) next() bool {
	d.text = d.text[:0]
	for {
		part, err := d.lines.ReadSlice('\n')
		d.text = append(d.text, part...)
		if len(d.text) > maxLine {
			d.err = fmt.Errorf("%s:%d: the line is longer than %d MB, so this is not a run file", d.name, d.line+1, maxLine>>20)
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
	kind, err := typeOf(d.text)
	if err == nil {
		err = checkShape(d.text)
	}
	switch {
	case !d.whole:
		d.breaksOff()
		return
	case err != nil && d.line == 1 && !bytes.HasPrefix(bytes.TrimSpace(d.text), []byte("{")):
		d.err = fmt.Errorf("%s is no run file, such as releval run --out writes: its first line is no JSON; if it is a suite, search it by releval run %s", d.name, text.ShellWord(d.name))
		return
	case err != nil:
		d.fail("not a line of a run file: %v", err)
		return
	case d.stored.Complete != nil:
		d.fail("lines follow the one that says that the run is complete")
		return
	case d.line == 1 && kind != "manifest":
		d.fail("the first line must be a manifest, not of type %s", text.Quote(kind))
		return
	}
	switch {
	case d.line == 1:
		d.manifest()
	case kind == "manifest":
		d.fail("a second manifest: the file holds two runs; split it before this line")
	case kind == "query":
		d.query()
	case kind == "complete":
		d.complete()
	default:
		d.fail("unknown type %s: the file is damaged, or a newer releval wrote it", text.Quote(kind))
	}
	if d.err == nil {
		d.stored.Kept += int64(len(d.text))
		d.stored.sum.Write(d.text)
	}
}

// breaksOff takes a last line without its newline. It is not kept even where
// it happens to be whole: a resumed run writes it again. What cannot be the
// start of a line is damage.
func (d *decoder) breaksOff() {
	switch {
	case d.line == 1:
		d.err = noRun(d.name)
	case d.stored.Complete != nil:
		d.fail("lines follow the one that says that the run is complete")
	case !prefixOfJSON(d.text):
		d.fail("not a line of a run file")
	default:
		d.stored.Truncated = true
	}
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("%s:%d: %s", d.name, d.line, fmt.Sprintf(format, args...))
	}
}
