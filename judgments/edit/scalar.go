package edit

import (
	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/tree"

	"bytes"
	"slices"
	"strings"
	"unicode"
)

// span gives the bytes of a scalar as it is written, quotes included and
// anchor or tag left out; false where it is written over several lines or as
// a block.
func (e *Suite) span(n *tree.Node) (start, end int, ok bool) {
	start = e.offset(n.Line, n.Column)
	if start < 0 {
		return 0, 0, false
	}
	for start < len(e.text) && (e.text[start] == '&' || e.text[start] == '!') {
		for start < len(e.text) && !isSpace(e.text[start]) {
			start++
		}
		for start < len(e.text) && (e.text[start] == ' ' || e.text[start] == '\t') {
			start++
		}
	}
	rest := e.text[start:]
	switch {
	case n.Style&(tree.LiteralStyle|tree.FoldedStyle) != 0:
		return 0, 0, false
	case n.Style&(tree.DoubleQuotedStyle|tree.SingleQuotedStyle) != 0:
		length := quotedLength(rest)
		if length == 0 || bytes.IndexByte(rest[:length], '\n') >= 0 {
			return 0, 0, false
		}
		return start, start + length, true
	case n.Value != "" && bytes.HasPrefix(rest, []byte(n.Value)):
		return start, start + len(n.Value), true
	}
	return 0, 0, false
}

// quotedLength is how many bytes the quoted scalar at the beginning takes; 0
// where it does not end.
func quotedLength(text []byte) int {
	if len(text) == 0 {
		return 0
	}
	quote := text[0]
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote == '"':
			i++
		case text[i] == quote && quote == '\'' && i+1 < len(text) && text[i+1] == quote:
			i++
		case text[i] == quote:
			return i + 1
		}
	}
	return 0
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// styled writes text as a scalar in the style of the one that it replaces, or
// in double quotes where the style cannot hold it.
func styled(s string, style tree.Style) string {
	switch {
	case style&tree.SingleQuotedStyle != 0 && printable(s):
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	case style&tree.DoubleQuotedStyle == 0 && plainSafe(s):
		return s
	}
	return judgments.DoubleQuoted(s)
}

// Scalar writes text as a YAML scalar on one line for any place, without
// quotes where it is read as the same text.
func Scalar(s string) string { return styled(s, 0) }

func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// otherTypes are plain words that some YAML version takes for no text.
var otherTypes = []string{"null", "true", "false", "yes", "no", "on", "off", "y", "n"}

// plainSafe asks the parser itself whether text without quotes is read back
// as the same text, in a list and within brackets.
func plainSafe(s string) bool {
	if s == "" || !printable(s) || strings.ContainsAny(s, "#,[]{}\"\\") || strings.Contains(s, ": ") || strings.HasSuffix(s, ":") ||
		slices.Contains(otherTypes, strings.ToLower(s)) {
		return false
	}
	for _, text := range []string{"- " + s, "[" + s + "]", "{x: " + s + "}"} {
		root, err := tree.Parse([]byte(text))
		if err != nil || len(root.Content) == 0 {
			return false
		}
		list := root.Content
		read := list[len(list)-1]
		if read.Kind != tree.ScalarNode || read.ShortTag() != "!!str" || read.Value != s || len(list) > 2 {
			return false
		}
	}
	return true
}
