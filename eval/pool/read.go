package pool

import (
	"regexp"
	"strconv"

	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/tree"
)

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
	r.Fields(n, "a candidate", []string{"grade", "title", "id", "text"}, func(key string, v *tree.Node) {
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
