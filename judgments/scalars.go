package judgments

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CanHold reports whether a suite can hold a text, such as a document's title:
// it is not blank, and has no control characters but tabs and line ends. A
// document of another title is judged by its id.
func CanHold(s string) bool {
	return strings.TrimSpace(s) != "" && strings.IndexFunc(s, refused) < 0
}

// refused says which characters no text may have: they steer terminals, and
// nobody sees them in an editor.
func refused(r rune) bool {
	return unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r'
}

// anyText reads a value that must be text.
func (w *walker) anyText(n *node, what string) (string, bool) {
	if n.Kind != scalarNode {
		w.fail(n, "%s must be text, not %s", what, kindOf(n))
		return "", false
	}
	if n.ShortTag() != tagString {
		if plain(n) && n.ShortTag() != tagNull && utf8.RuneCountInString(n.Value) <= 40 {
			w.fail(n, `%s must be text, not %s; write it in quotes: "%s"`, what, kindOf(n), n.Value)
		} else {
			w.fail(n, "%s must be text, not %s", what, kindOf(n))
		}
		return "", false
	}
	return n.Value, true
}

// text reads a value that must be text and not blank, without characters that
// nobody sees.
func (w *walker) text(n *node, what string) (string, bool) {
	if _, ok := w.anyText(n, what); !ok {
		return "", false
	}
	if i := strings.IndexFunc(n.Value, refused); i >= 0 {
		r, _ := utf8.DecodeRuneInString(n.Value[i:])
		w.fail(n, "%s contains the control character U+%04X; remove it", what, r)
		return "", false
	}
	if strings.TrimSpace(n.Value) == "" {
		w.fail(n, "%s is empty", what)
		return "", false
	}
	return n.Value, true
}

// wholeNumber reports whether a value is a whole number in JSON's notation.
func wholeNumber(n *node) bool {
	return n.Kind == scalarNode && n.ShortTag() == tagInt && jsonInteger(n.Value)
}

// name reads an identifier: text, or a whole number as it stands, without
// white space.
func (w *walker) name(n *node, what string) (string, bool) {
	if wholeNumber(n) {
		return n.Value, true
	}
	s, ok := w.text(n, what)
	if !ok {
		return "", false
	}
	if strings.IndexFunc(s, unicode.IsSpace) >= 0 {
		w.fail(n, "%s %s must not contain white space", what, quote(s))
		return "", false
	}
	return s, true
}

// number reads a finite number in JSON's notation.
func (w *walker) number(n *node, what string) (float64, bool) {
	if n.Kind != scalarNode || n.ShortTag() != tagInt && n.ShortTag() != tagFloat {
		w.fail(n, "%s must be a number, not %s", what, kindOf(n))
		return 0, false
	}
	f, err := strconv.ParseFloat(n.Value, 64)
	if !jsonNumber(n.Value) || err != nil || math.IsInf(f, 0) {
		w.fail(n, "%s must be a plain decimal number such as 3 or 0.5, not %s", what, n.Value)
		return 0, false
	}
	return f, true
}

// integer reads a whole number between low and high.
func (w *walker) integer(n *node, what string, low, high int) (int, bool) {
	if n.Kind != scalarNode || n.ShortTag() != tagInt && n.ShortTag() != tagFloat {
		w.fail(n, "%s must be a whole number, not %s", what, kindOf(n))
		return 0, false
	}
	i, err := strconv.Atoi(n.Value)
	if !jsonInteger(n.Value) || err != nil || i < low || i > high {
		w.fail(n, "%s must be a whole number from %d to %d, not %s", what, low, high, n.Value)
		return 0, false
	}
	return i, true
}
