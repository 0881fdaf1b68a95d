package tree

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Scalar writes text as a scalar on one line for any place, also as a key,
// without quotes where every reader takes it for the same text.
func Scalar(s string) string {
	if plain(s) {
		return s
	}
	return DoubleQuoted(s)
}

// DoubleQuoted writes text as a scalar in double quotes, which hold any text
// on one line.
func DoubleQuoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 1<<16:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			fmt.Fprintf(&b, `\U%08X`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// SingleQuoted writes text as a scalar in single quotes; false where they
// cannot hold it on one line.
func SingleQuoted(s string) (string, bool) {
	return "'" + strings.ReplaceAll(s, "'", "''") + "'", printable(s)
}

func printable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// otherTypes are plain words that some version of YAML takes for no text.
var otherTypes = []string{"null", "true", "false", "yes", "no", "on", "off", "y", "n"}

// plain reports whether text can stand without quotes wherever a scalar can:
// as an item, as a value, as a key, and within brackets.
func plain(s string) bool {
	if word, _, _ := strings.Cut(s, " "); word == "" || word == "---" || word == "..." || slices.Contains(otherTypes, strings.ToLower(s)) {
		return false
	}
	return plainWords(s) || plainToParser(s)
}

// plainWords finds most plain texts without the parser: a letter, then letters,
// digits, blanks and what means nothing to YAML.
func plainWords(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	if !unicode.IsLetter(first) || strings.HasSuffix(s, " ") {
		return false
	}
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" _-./'&!()+@$", r) {
			return false
		}
	}
	return true
}

// plainToParser asks the parser itself how it reads the text in each place.
func plainToParser(s string) bool {
	if !printable(s) || strings.ContainsAny(s, "#,[]{}\"\\") || strings.Contains(s, ": ") || strings.HasSuffix(s, ":") || sexagesimal(s) {
		return false
	}
	for _, text := range []string{"- " + s, "x: " + s, s + ": x", "[" + s + "]", "{x: " + s + "}", "{" + s + ": x}"} {
		root, err := Parse([]byte(text))
		if err != nil {
			return false
		}
		is := func(n *Node) bool { return n.Kind == ScalarNode && n.ShortTag() == "!!str" && n.Value == s }
		switch list := root.Content; {
		case root.Kind == SequenceNode && len(list) == 1 && is(list[0]):
		case root.Kind == MappingNode && len(list) == 2 && (is(list[0]) || is(list[1])):
		default:
			return false
		}
	}
	return true
}

// sexagesimal says whether YAML 1.1 may read a number of base 60, as 12:30.
func sexagesimal(s string) bool {
	return strings.ContainsRune(s, ':') && strings.Trim(s, "0123456789:+-_.") == ""
}
