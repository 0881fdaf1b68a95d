package judgments

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/releval/releval/judgments/tree"
)

// DefaultMaxBytes is the largest suite file that is read where Options say
// nothing else: 64 MiB.
const DefaultMaxBytes = 64 << 20

// Options say how suites are read. The zero value is right for most uses.
type Options struct {
	// Metric checks a metric's name; the text of its error becomes a
	// problem at the name's place. Nil accepts every name.
	Metric func(name string) error
	// Gate checks a gate against the finished suite, after the checks that
	// need no knowledge of metrics. Problems without a line get the gate's
	// place. Nil checks nothing more.
	Gate func(g Gate, s *Suite) []Problem
	// MaxBytes is the largest file that is read; 0 means DefaultMaxBytes.
	MaxBytes int64
}

func (o Options) maxBytes() int64 {
	if o.MaxBytes > 0 {
		return o.MaxBytes
	}
	return DefaultMaxBytes
}

// Load reads the suite in a file. The error is Problems where the suite is
// wrong, all of them in the order of the file, and another one, with the path
// in it, where the file cannot be read.
func Load(path string, o Options) (*Suite, error) {
	data, err := ReadText(path, o.maxBytes())
	if err != nil {
		return nil, err
	}
	return Parse(path, data, o)
}

// ReadText reads a suite or pool file of at most limit bytes as it stands. It stops early at bytes
// that no text holds, so that a device or an archive named by mistake is not
// read to its end.
func ReadText(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: no such file; name a suite's YAML file, or one made by releval pool", path)
		}
		return nil, fmt.Errorf("%s: %w", path, cause(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, cause(err))
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s: is a folder; name a suite's YAML file in it", path)
	}
	tooLarge := fmt.Errorf("%s: larger than %d MiB, the most that is read; split it, or leave out the judgments of grade 0", path, limit>>20)
	if info.Size() > limit {
		return nil, tooLarge
	}
	var b bytes.Buffer
	b.Grow(int(info.Size()) + 1)
	block := make([]byte, 64<<10)
	for {
		n, err := f.Read(block)
		if bytes.IndexByte(block[:n], 0) >= 0 {
			return nil, fmt.Errorf("%s: not a text file; suites and pool files are YAML in UTF-8", path)
		}
		if int64(b.Len()+n) > limit {
			return nil, tooLarge
		}
		b.Write(block[:n])
		if err == io.EOF {
			return b.Bytes(), nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, cause(err))
		}
	}
}

// cause is an error of the file system without the operation and path around
// it, which the message gives already.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// Parse reads a suite from text. The name stands for the file in positions,
// and relative paths in the suite count from its folder. The error is always
// Problems.
func Parse(name string, data []byte, o Options) (*Suite, error) {
	return parse(name, data, o, defaultLimits)
}

func parse(name string, data []byte, o Options, l limits) (*Suite, error) {
	w := newWalker(name, o)
	w.limits = l
	s := &Suite{File: name, Name: baseName(name)}
	sum := sha256.Sum256(data)
	s.Hash = hex.EncodeToString(sum[:])

	text := bytes.TrimPrefix(data, []byte("\ufeff"))
	if w.checkText(text, o.maxBytes()) {
		w.parse(s, text)
	}
	w.finish(s)
	if w.full() {
		w.problems = w.problems[:maxProblems]
		w.problems.Sort()
		last := w.problems[maxProblems-1].Position
		w.failAt(last, "too many problems: what comes after the first %d is not listed", maxProblems)
		return nil, w.problems
	}
	if err := w.problems.ErrorOrNil(); err != nil {
		return nil, err
	}
	s.Warnings.Sort()
	return s, nil
}

// checkText refuses text that is too long or no UTF-8.
func (w *walker) checkText(text []byte, limit int64) bool {
	if int64(len(text)) > limit {
		w.failAt(Position{File: w.file}, "larger than %d MiB, the most that is read", limit>>20)
		return false
	}
	if utf8.Valid(text) {
		return true
	}
	p := Position{File: w.file, Line: 1, Column: 1}
	for rest := text; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if r == utf8.RuneError && size == 1 {
			break
		}
		p.Column++
		if r == '\n' {
			p.Line, p.Column = p.Line+1, 1
		}
		rest = rest[size:]
	}
	w.failAt(p, "not UTF-8; save the file in this encoding")
	return false
}

// parse reads the text as a whole or, where it is long, in pieces.
func (w *walker) parse(s *Suite, text []byte) {
	if w.limits.fit(text) {
		if root := w.tree(text); root != nil {
			w.suite(s, root, nil)
		}
		return
	}
	p, ok := split(text, w.limits.piece)
	if !ok || !w.limits.fit(p.frame) {
		w.failAt(Position{File: w.file}, "too large to be read in one piece (%d MiB, about %d values); a suite of this size is written in block style, with queries: at the left edge and each query as a list item below it", len(text)>>20, marks(text))
		return
	}
	w.shift = func(line int) int {
		if line > p.queriesLine {
			return line + p.skipped
		}
		return line
	}
	if root := w.tree(p.frame); root != nil {
		w.suite(s, root, &p)
	}
}

// pieces reads the queries of a long suite.
func (w *walker) pieces(s *Suite, p *parts) {
	shift := w.shift
	defer func() { w.shift, w.cut = shift, false }()
	w.cut = true
	for _, piece := range p.pieces {
		if w.full() {
			return
		}
		w.shift = func(line int) int { return line + piece.offset }
		if !w.limits.fit(piece.text) {
			w.failAt(Position{File: w.file, Line: piece.offset + 1, Column: 1}, "the query that starts on this line or soon after is too large: %d MiB, about %d values", len(piece.text)>>20, marks(piece.text))
			continue
		}
		if list := w.tree(piece.text); list != nil {
			w.queries(s, list)
		}
	}
}

// tree parses text, and reports where it is no YAML.
func (w *walker) tree(text []byte) *node {
	root, err := tree.Parse(text)
	if err == nil {
		return root
	}
	w.unread = true
	if errors.Is(err, tree.ErrEmpty) {
		w.failAt(Position{File: w.file, Line: 1, Column: 1}, "the file is empty; %s", w.empty)
		return nil
	}
	line, column, message := explain(text, err)
	if w.cut && strings.Contains(message, noAnchor) {
		message += "; a suite of this size is read in parts, and an anchor must be in the same one: else write the value out"
	}
	w.failAt(Position{File: w.file, Line: w.shift(line), Column: column}, "%s", message)
	return nil
}

// baseName is a suite's name where it gives none: the file's without its
// ending.
func baseName(path string) string {
	base := filepath.Base(path)
	return strings.TrimSuffix(base, filepath.Ext(base))
}
