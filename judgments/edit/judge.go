package edit

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/tree"
)

// Judge puts judgments behind those that a query has, in the style of its
// list. It does not look for judgments of the same documents. It may be
// called once for each query.
func (e *Suite) Judge(query int, more []judgments.Judgment) error {
	if len(more) == 0 {
		return nil
	}
	q := &e.queries[query]
	n := e.at(q.Position, tree.MappingNode)
	if n == nil {
		return fmt.Errorf("%s: the query %q is not found there; edit it by hand", q.Position, q.ID)
	}
	var err error
	switch list := value(n, "relevant"); {
	case list == nil && n.Style&tree.FlowStyle != 0:
		err = e.insertFlow(n, "relevant: ["+strings.Join(entries(more), ", ")+"]")
	case list == nil:
		e.insertLines(e.endOfBlock(n.Line, n.Column-1, false), n.Column-1, append([]string{"relevant:"}, indented("  - ", entries(more))...))
	case list.Kind == tree.AliasNode:
		err = fmt.Errorf("%s:%d:%d: the judgments of the query %q are an alias of another list; write them out, and try again", e.suite.File, list.Line, list.Column, q.ID)
	case list.Style&tree.FlowStyle != 0 && len(list.Content) == 0 && n.Style&tree.FlowStyle == 0:
		err = e.replaceEmpty(list, n.Column-1, more)
	case list.Style&tree.FlowStyle != 0:
		err = e.insertFlow(list, strings.Join(entries(more), ", "))
	default:
		last := list.Content[len(list.Content)-1]
		e.insertLines(e.endOfBlock(last.Line, list.Column-1, true), list.Column-1, indented("- ", entries(more)))
	}
	if err != nil {
		return err
	}
	q.Relevant = append(q.Relevant, more...)
	return nil
}

// entries writes judgments, each for one line.
func entries(js []judgments.Judgment) []string {
	all := make([]string, len(js))
	for i, j := range js {
		all[i] = j.YAML()
	}
	return all
}

func indented(lead string, texts []string) []string {
	lines := make([]string, len(texts))
	for i, t := range texts {
		lines[i] = lead + t
	}
	return lines
}

// endOfBlock gives the end of the last line that belongs to a block value:
// from the given line on, lines that are indented by more than indent (or at
// least by it, where not more). Comments and blank lines belong to it only
// where more of it follows.
func (e *Suite) endOfBlock(line, indent int, more bool) int {
	end := len(e.text)
	for i := line - 1; i < len(e.lines.Starts); i++ {
		next := len(e.text)
		if i+1 < len(e.lines.Starts) {
			next = e.lines.Starts[i+1]
		}
		text := e.text[e.lines.Starts[i]:next]
		content := bytes.TrimLeft(text, " ")
		width := len(text) - len(content)
		content = bytes.TrimSpace(content)
		if i > line-1 {
			if len(content) == 0 || content[0] == '#' {
				continue
			}
			if width < indent || more && width == indent {
				break
			}
		}
		end = next
	}
	return end
}

// insertLines puts whole lines at an offset where a line begins.
func (e *Suite) insertLines(at, indent int, lines []string) {
	var b strings.Builder
	ending := "\n"
	if bytes.Contains(e.text, []byte("\r\n")) {
		ending = "\r\n"
	}
	if at > 0 && e.text[at-1] != '\n' {
		b.WriteString(ending)
	}
	for _, l := range lines {
		b.WriteString(strings.Repeat(" ", indent) + l + ending)
	}
	e.add(change{at, at, b.String()})
}

// replaceEmpty writes a block list in the place of [], below the line on
// which that ends.
func (e *Suite) replaceEmpty(list *tree.Node, indent int, more []judgments.Judgment) error {
	start, end, err := e.brackets(list)
	if err != nil {
		return err
	}
	for start > 0 && e.text[start-1] == ' ' {
		start--
	}
	e.add(change{start, end, ""})
	below := len(e.text)
	if i := bytes.IndexByte(e.text[end:], '\n'); i >= 0 {
		below = end + i + 1
	}
	e.insertLines(below, indent, indented("  - ", entries(more)))
	return nil
}

// insertFlow puts text behind the last element of a list or mapping that is
// written in brackets.
func (e *Suite) insertFlow(n *tree.Node, text string) error {
	start, end, err := e.brackets(n)
	if err != nil {
		return err
	}
	if len(n.Content) == 0 {
		e.add(change{start + 1, end - 1, text})
		return nil
	}
	last := n.Content[len(n.Content)-1]
	at := 0
	switch last.Kind {
	case tree.ScalarNode:
		_, behind, ok := e.span(last)
		if !ok {
			return fmt.Errorf("%s:%d:%d: a value that is written over several lines; edit it by hand", e.suite.File, last.Line, last.Column)
		}
		at = behind
	case tree.AliasNode:
		at = e.lines.Offset(last.Line, last.Column) + 1 + len(last.Value)
	default:
		if _, at, err = e.brackets(last); err != nil {
			return err
		}
	}
	e.add(change{at, at, ", " + text})
	return nil
}

// brackets gives the bytes of a value in brackets, both included.
func (e *Suite) brackets(n *tree.Node) (start, end int, err error) {
	start = e.lines.Offset(n.Line, n.Column)
	for start >= 0 && start < len(e.text) && e.text[start] != '[' && e.text[start] != '{' {
		// An anchor or a tag stands in front.
		start++
	}
	if start >= 0 {
		end = closing(e.text, start)
	}
	if end <= 0 {
		return 0, 0, fmt.Errorf("%s:%d:%d: the end of this value is not found; edit it by hand", e.suite.File, n.Line, n.Column)
	}
	return start, end, nil
}

// closing gives the offset behind the bracket that closes the one at i, 0
// where there is none. Within brackets a plain scalar holds none, so that
// only quotes and comments have to be stepped over.
func closing(text []byte, i int) int {
	depth := 0
	fresh := true // a value may begin here
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case c == '[' || c == '{':
			depth++
			fresh = true
		case c == ']' || c == '}':
			if depth--; depth == 0 {
				return i + 1
			}
			fresh = false
		case c == ',':
			fresh = true
		case c == ':' && (i+1 == len(text) || isSpace(text[i+1]) || text[i-1] == '"' || text[i-1] == '\''):
			fresh = true
		case c == '#' && isSpace(text[i-1]):
			for i < len(text) && text[i] != '\n' {
				i++
			}
		case isSpace(c):
		case fresh && (c == '"' || c == '\''):
			length := quotedLength(text[i:])
			if length == 0 {
				return 0
			}
			i += length - 1
			fresh = false
		default:
			fresh = false
		}
	}
	return 0
}
