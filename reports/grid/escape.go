package grid

import (
	"html"
	"strings"

	"github.com/releval/releval/eval/text"
)

// wordJoiner is an invisible character that takes no width and allows no
// line break.
const wordJoiner = "\u2060"

// EscapeMarkdown makes one inert line of a text in GitHub's Markdown: every
// character with a meaning gets a backslash, and what GitHub turns into a
// link or a notification without one (@somebody, www., a scheme) is parted by
// an invisible character.
func EscapeMarkdown(s string) string {
	s = text.Clean(s)
	var b strings.Builder
	b.Grow(len(s) + 8)
	for i := range len(s) {
		c := s[i]
		if strings.IndexByte("\\|`*_[]<>&~#!$", c) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
		switch {
		case c == '@' && notifies(s, i), c == '#' && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9':
			b.WriteString(wordJoiner)
		case c == ':' && strings.HasPrefix(s[i+1:], "//"):
			b.WriteString(wordJoiner)
		case c == '.' && i >= 3 && strings.EqualFold(s[i-3:i], "www"):
			b.WriteString(wordJoiner)
		}
	}
	return b.String()
}

// notifies says whether the @ at an index could name a person or be part of
// an address; that of ndcg@10 could not, and stays fit for copying.
func notifies(s string, at int) bool {
	word, _, _ := strings.Cut(s[at+1:], " ")
	return at == 0 || !isWord(s[at-1]) || strings.Contains(word, ".")
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80
}

// EscapeLineStart also keeps a line of prose from opening a list or a
// heading.
func EscapeLineStart(s string) string {
	s = EscapeMarkdown(s)
	switch {
	case s == "":
	case strings.IndexByte("-+=:", s[0]) >= 0:
		return `\` + s
	case s[0] >= '0' && s[0] <= '9':
		digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
		if digits < len(s) && (s[digits] == '.' || s[digits] == ')') {
			return s[:digits] + `\` + s[digits:]
		}
	}
	return s
}

// EscapeHTML makes one inert line of a text in HTML and SVG.
func EscapeHTML(s string) string { return html.EscapeString(text.Clean(s)) }
