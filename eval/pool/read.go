package pool

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

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
	r := reader{file: &File{Path: name, text: text}}
	if !utf8.Valid(text) {
		return nil, r.fail(nil, "not UTF-8; save the file in this encoding").ErrorOrNil()
	}
	root, err := tree.Parse(question.ReplaceAll(text, []byte("${1}~${2}")))
	if errors.Is(err, tree.ErrEmpty) {
		return nil, r.fail(nil, "the file is empty; make a new one by releval pool").ErrorOrNil()
	}
	if syntax, ok := errors.AsType[*tree.SyntaxError](err); ok {
		return nil, judgments.Problems{{Position: judgments.Position{File: name, Line: syntax.Line, Column: min(syntax.Line, 1)}, Message: "not YAML: " + syntax.Message}}
	}
	r.starts = []int{0}
	for i, c := range text {
		if c == '\n' {
			r.starts = append(r.starts, i+1)
		}
	}
	r.top(root)
	return r.file, r.problems.ErrorOrNil()
}

type reader struct {
	file     *File
	starts   []int
	problems judgments.Problems
}

func (r *reader) at(n *tree.Node) judgments.Position {
	if n == nil {
		return judgments.Position{File: r.file.Path}
	}
	return judgments.Position{File: r.file.Path, Line: n.Line, Column: n.Column}
}

func (r *reader) fail(n *tree.Node, format string, args ...any) judgments.Problems {
	r.problems = append(r.problems, judgments.Problem{Position: r.at(n), Message: fmt.Sprintf(format, args...)})
	return r.problems
}

// fields calls f for each known key of a mapping.
func (r *reader) fields(n *tree.Node, what string, known []string, f func(key string, v *tree.Node)) {
	if n.Kind != tree.MappingNode {
		r.fail(n, "%s must be a mapping of keys to values", what)
		return
	}
	var seen []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch {
		case !slices.Contains(known, k.Value):
			near := ""
			if word := judgments.Nearest(k.Value, known); word != "" {
				near = fmt.Sprintf("; did you mean %q?", word)
			}
			r.fail(k, "unknown key %q in %s, which has %s%s", k.Value, what, strings.Join(known, ", "), near)
		case slices.Contains(seen, k.Value):
			r.fail(k, "the key %q stands twice in %s; remove one", k.Value, what)
		default:
			seen = append(seen, k.Value)
			f(k.Value, v)
		}
	}
}

func (r *reader) items(n *tree.Node, what string, f func(v *tree.Node)) {
	if n.Kind != tree.SequenceNode {
		r.fail(n, "%s must be a list", what)
		return
	}
	for _, v := range n.Content {
		f(v)
	}
}

func (r *reader) text(n *tree.Node, what string) string {
	if n.Kind != tree.ScalarNode || n.ShortTag() == "!!null" {
		r.fail(n, "%s must be text", what)
	}
	return n.Value
}

func (r *reader) top(n *tree.Node) {
	r.fields(n, "a pool file", []string{"pool", "queries"}, func(key string, v *tree.Node) {
		if key == "pool" {
			r.file.Suite = r.text(v, key)
			return
		}
		r.items(v, key, func(v *tree.Node) { r.query(v) })
	})
	if r.file.Suite == "" && len(r.problems) == 0 {
		r.fail(n, "a pool file needs pool: the name of its suite")
	}
}

func (r *reader) query(n *tree.Node) {
	q := FileQuery{Position: r.at(n)}
	r.fields(n, "a query", []string{"id", "query", "inference_text", "candidates"}, func(key string, v *tree.Node) {
		switch key {
		case "id":
			q.ID = r.text(v, key)
		case "query":
			q.Text = r.text(v, key)
		case "inference_text":
			q.InferenceText = r.text(v, key)
		case "candidates":
			r.items(v, key, func(v *tree.Node) { q.Candidates = append(q.Candidates, r.candidate(v)) })
		}
	})
	if q.ID == "" && q.Text == "" {
		r.fail(n, "a query needs id or query")
	}
	r.file.Queries = append(r.file.Queries, q)
}

func (r *reader) candidate(n *tree.Node) FileCandidate {
	c := FileCandidate{Position: r.at(n)}
	r.fields(n, "a candidate", []string{"grade", "title", "id", "text"}, func(key string, v *tree.Node) {
		switch key {
		case "grade":
			c.Position = r.at(v)
			c.Grade = r.grade(v)
			c.start, c.end = r.span(v)
		case "title":
			c.Title = r.text(v, key)
		case "id":
			c.ID = r.text(v, key)
		case "text":
			c.Text = r.text(v, key)
		}
	})
	switch {
	case c.Title == "" && c.ID == "":
		r.fail(n, "a candidate needs title or id")
	case c.end == 0:
		r.fail(n, "a candidate needs grade: a number, or ? where it is not judged")
	}
	return c
}

// grade reads a grade; nil where it is not filled in.
func (r *reader) grade(n *tree.Node) *float64 {
	if n.Kind == tree.ScalarNode && (n.ShortTag() == "!!null" || n.Value == "?") {
		return nil
	}
	g, err := strconv.ParseFloat(n.Value, 64)
	if n.Kind != tree.ScalarNode || err != nil || g < 0 || g > 1e6 || g != g {
		r.fail(n, "a grade is a number, 0 or more, or ? where it is not judged; not %q", n.Value)
		return nil
	}
	return &g
}

// span gives the bytes of a grade.
func (r *reader) span(n *tree.Node) (start, end int) {
	if n.Line < 1 || n.Line > len(r.starts) {
		return 0, 0
	}
	text := r.file.text
	start = r.starts[n.Line-1]
	for range n.Column - 1 {
		if start >= len(text) {
			return 0, 0
		}
		_, size := utf8.DecodeRune(text[start:])
		start += size
	}
	length := bytes.IndexAny(text[start:], " \t\r\n,}")
	if length < 0 {
		length = len(text) - start
	}
	return start, start + length
}
