package judgments

import (
	"bytes"
	"errors"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/releval/releval/judgments/tree"
)

// explanations says in other words what the YAML parser means. The first
// whose text occurs in the parser's message is taken.
var explanations = []struct{ text, message string }{
	{"did not find expected key", "the YAML breaks off here: the indentation differs from the lines above, or a quote or bracket above is not closed"},
	{"did not find expected '-' indicator", "the indentation fits no line above: indent a key as the keys before it, and start a list item with - under the other items"},
	{"did not find expected node content", "a value is missing here, or a bracket above is not closed"},
	{"mapping values are not allowed", "a colon is not allowed here: quote a value that contains a colon and a space, and check the indentation"},
	{"block sequence entries are not allowed", "a list item is not allowed here: put it on its own line"},
	{"found character that cannot start any token", "a value cannot start with this character: indent with spaces instead of tabs, and quote values that start with @ or `"},
	{"found a tab character", "indent with spaces: a tab is not allowed here"},
	{"could not find expected ':'", "a key needs a colon and a space after it: key: value"},
	{"did not find expected ',' or ']'", "a list in [ ] is not closed, or a comma is missing; quote values that contain brackets, braces or commas"},
	{"did not find expected ',' or '}'", "a mapping in { } is not closed, or a comma is missing; quote values that contain brackets, braces or commas"},
	{"found unexpected end of stream", "a quote is opened here and not closed"},
	{"found unexpected document indicator", "a quote is opened before this document marker and not closed"},
	{"found unknown escape character", `an unknown escape in a double-quoted value: write a backslash as \\, or use single quotes`},
	{"did not find expected hexdecimal number", `an escape like \u00e9 needs hexadecimal digits: write a backslash as \\, or use single quotes`},
	{"exceeded max depth", "the YAML is nested too deeply"},
	{"control characters are not allowed", "control characters are not allowed"},
	{"while scanning an anchor", "an & or * that starts a value means a YAML anchor or alias: quote the value"},
	{"while scanning an alias", "an & or * that starts a value means a YAML anchor or alias: quote the value"},
	{"found undefined tag handle", "an ! that starts a value means a YAML tag: quote the value"},
	{"did not find expected tag URI", "an ! that starts a value means a YAML tag: quote the value"},
	{"did not find URI escaped octet", "an ! that starts a value means a YAML tag: quote the value"},
	{"did not find expected whitespace or line break", "a space is missing after a quoted value, a tag or a | or > indicator"},
	{"did not find expected <document start>", "the document ends above this line, and more text follows: check the indentation"},
}

// noAnchor is the middle of a message about an alias that stands for nothing.
const noAnchor = " has no anchor &"

// explain turns a parser's error into a place within text, both numbers from
// 1, and a message in plain words.
func explain(text []byte, err error) (line, column int, message string) {
	var syntax *tree.SyntaxError
	if !errors.As(err, &syntax) {
		return 1, 1, err.Error()
	}
	if syntax.Message == tree.SecondDocument {
		return syntax.Line, 1, syntax.Message
	}
	if name, ok := strings.CutPrefix(syntax.Message, "unknown anchor '"); ok {
		name, _, _ = strings.Cut(name, "'")
		line, column = placeOf(text, "*"+name)
		return line, column, "the alias *" + name + noAnchor + name + " before it: quote the value if it is not an alias"
	}
	message = syntax.Message
	for _, e := range explanations {
		if strings.Contains(syntax.Message, e.text) {
			message = e.message
			break
		}
	}
	line = locate(text, syntax)
	return line, start(text, line), message
}

// locate finds the line of a syntax error. The parser often names the line
// before, or the start of the enclosing block; the error's own line is the
// last of the shortest beginning of the text that has the same error.
func locate(text []byte, syntax *tree.SyntaxError) int {
	var ends []int
	for i, c := range text {
		if c == '\n' {
			ends = append(ends, i+1)
		}
	}
	if len(text) > 0 && text[len(text)-1] != '\n' {
		ends = append(ends, len(text))
	}
	// Each try parses the text up to a line, so long texts keep the
	// parser's own line.
	if len(text) > 512<<10 {
		return max(syntax.Line, 1)
	}
	i := sort.Search(len(ends), func(i int) bool {
		_, err := tree.Parse(text[:ends[i]])
		var e *tree.SyntaxError
		return errors.As(err, &e) && e.Message == syntax.Message
	})
	if i == len(ends) {
		return max(syntax.Line, 1)
	}
	return i + 1
}

// placeOf gives the place of the first occurrence of word in text, or 1 and 1
// where there is none.
func placeOf(text []byte, word string) (line, column int) {
	before, _, found := bytes.Cut(text, []byte(word))
	if !found {
		return 1, 1
	}
	line = bytes.Count(before, []byte("\n")) + 1
	return line, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
}

// start is the column, from 1, behind the spaces that a line begins with.
func start(text []byte, line int) int {
	for ; line > 1; line-- {
		i := bytes.IndexByte(text, '\n')
		if i < 0 {
			return 1
		}
		text = text[i+1:]
	}
	return len(text) - len(bytes.TrimLeft(text, " ")) + 1
}
