package pool

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/tree"
)

// File is a pool file: candidates with the grades that were filled in.
type File struct {
	// Path is where it was read from, Suite the name of its suite.
	Path, Suite string
	Queries     []FileQuery

	text []byte
}

// FileQuery is a query of a pool file.
type FileQuery struct {
	judgments.Position
	ID, Text string
	// InferenceText is what the reranker is asked; empty where it is Text.
	InferenceText string
	Candidates    []FileCandidate
}

// FileCandidate is a document of a pool file.
type FileCandidate struct {
	// Position is that of the grade.
	judgments.Position
	Title, ID, Text string
	// Index is the document's index beside its id, where the suite searches
	// several; else empty.
	Index string
	// Grade is nil where nobody has filled it in.
	Grade *float64

	start, end int // the grade's bytes
}

// Count counts the candidates, and those with a grade.
func (f *File) Count() (all, graded int) {
	for _, q := range f.Queries {
		all += len(q.Candidates)
		for _, c := range q.Candidates {
			if c.Grade != nil {
				graded++
			}
		}
	}
	return all, graded
}

// IsPool says whether a text is a pool file, and no suite: whether it has the
// key pool at its left edge.
func IsPool(text []byte) bool { return poolKey.Match(text) }

var poolKey = regexp.MustCompile(`(?m)^\x{FEFF}?pool:[ \t]`)

// maxFile is the largest pool file that is read.
const maxFile = 32 << 20

// question is a grade that is not filled in, alone on its line. It is no YAML,
// which reads a question mark as the beginning of a key; it is read as null.
var question = regexp.MustCompile(`(?m)^([ \t]*(?:-[ \t]+)?grade:[ \t]*)\?([ \t]*(?:#.*)?\r?)$`)

// Read reads a pool file. Its error is judgments.Problems where the file is
// wrong.
func Read(path string) (*File, error) {
	text, err := judgments.ReadText(path, maxFile)
	if err != nil {
		return nil, err
	}
	return Parse(path, text)
}

// Parse reads a pool file's text; the name stands for it in problems.
func Parse(name string, text []byte) (*File, error) {
	r := reader{
		File:  judgments.ParseFile(name, question.ReplaceAll(text, []byte("${1}~${2}")), "make a new one by releval pool"),
		file:  &File{Path: name, text: text},
		lines: tree.NewLines(text),
	}
	if r.Root != nil {
		r.top()
	}
	return r.file, r.Err()
}

// reader walks a pool file.
type reader struct {
	*judgments.File
	file  *File
	lines tree.Lines
}

func (r *reader) top() {
	r.Fields(r.Root, "a pool file", []string{"pool", "queries"}, func(key string, v *tree.Node) {
		if key == "pool" {
			r.file.Suite = r.Text(v, key)
			return
		}
		r.Items(v, key, r.query)
	})
	if r.file.Suite == "" && r.Err() == nil {
		r.Fail(r.Root, "a pool file needs pool: the name of its suite")
	}
}

func (r *reader) query(n *tree.Node) {
	q := FileQuery{Position: r.At(n)}
	r.Fields(n, "a query", []string{"id", "query", "inference_text", "candidates"}, func(key string, v *tree.Node) {
		switch key {
		case "id":
			q.ID = r.ID(v, key)
		case "query":
			q.Text = r.Text(v, key)
		case "inference_text":
			q.InferenceText = r.Text(v, key)
		case "candidates":
			r.Items(v, key, func(v *tree.Node) { q.Candidates = append(q.Candidates, r.candidate(v)) })
		}
	})
	if q.ID == "" && q.Text == "" {
		r.Fail(n, "a query needs id or query")
	}
	r.file.Queries = append(r.file.Queries, q)
}

func (r *reader) candidate(n *tree.Node) FileCandidate {
	c := FileCandidate{Position: r.At(n)}
	r.Fields(n, "a candidate", []string{"grade", "title", "id", "index", "text"}, func(key string, v *tree.Node) {
		switch key {
		case "grade":
			c.Position = r.At(v)
			c.Grade = r.grade(v)
			c.start = r.lines.Offset(v.Line, v.Column)
			// The null that stands for ? is as long.
			c.end = c.start + len(v.Value)
		case "title":
			c.Title = r.Text(v, key)
		case "id":
			c.ID = r.ID(v, key)
		case "index":
			c.Index = r.Text(v, key)
		case "text":
			c.Text = r.Text(v, key)
		}
	})
	switch {
	case c.Title == "" && c.ID == "":
		r.Fail(n, "a candidate needs title or id")
	case c.end <= 0:
		r.Fail(n, "a candidate needs grade: a number, or ? where it is not judged")
	}
	return c
}

// grade reads a grade; nil where it is not filled in.
func (r *reader) grade(n *tree.Node) *float64 {
	if n.Kind == tree.ScalarNode && (n.ShortTag() == "!!null" || n.Value == "?") {
		return nil
	}
	g, err := strconv.ParseFloat(n.Value, 64)
	if n.Kind != tree.ScalarNode || n.ShortTag() == "!!str" || err != nil || g < 0 || g > 1e6 || g != g {
		r.Fail(n, "a grade is a number, 0 or more, or ? where it is not judged; not %q", n.Value)
		return nil
	}
	return &g
}

// Grade gives the text of the file with one grade changed, and the file as it
// reads then; nil takes the grade back. Nothing else of the text changes.
func (f *File) Grade(query, candidate int, grade *float64) ([]byte, *File, error) {
	c := f.Queries[query].Candidates[candidate]
	word := "?"
	if grade != nil {
		word = strconv.FormatFloat(*grade, 'f', -1, 64)
	}
	if c.start == c.end {
		word = " " + word // grade: without anything behind it
	}
	text := slices.Concat(f.text[:c.start], []byte(word), f.text[c.end:])
	changed, err := Parse(f.Path, text)
	if err != nil {
		return nil, nil, err
	}
	if !sameButGrade(f, changed, query, candidate, grade) {
		return nil, nil, fmt.Errorf("%s: the grade cannot be changed in place; put it on a line of its own", c.Position)
	}
	return text, changed, nil
}

func sameButGrade(a, b *File, query, candidate int, grade *float64) bool {
	if len(a.Queries) != len(b.Queries) {
		return false
	}
	same := func(x, y *float64) bool { return x == y || x != nil && y != nil && *x == *y }
	for i := range a.Queries {
		p, q := a.Queries[i], b.Queries[i]
		if p.ID != q.ID || p.Text != q.Text || len(p.Candidates) != len(q.Candidates) {
			return false
		}
		for k := range p.Candidates {
			x, y := p.Candidates[k], q.Candidates[k]
			want := x.Grade
			if i == query && k == candidate {
				want = grade
			}
			if x.Title != y.Title || x.ID != y.ID || x.Index != y.Index || x.Text != y.Text || !same(want, y.Grade) {
				return false
			}
		}
	}
	return true
}

// Is says whether the file's text is this one.
func (f *File) Is(text []byte) bool { return bytes.Equal(f.text, text) }
