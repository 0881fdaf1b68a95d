package judgments

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// flowFields are the keys and values of a mapping on one line.
type flowFields []string

func (f *flowFields) add(key, value string) { *f = append(*f, key+": "+value) }

func (f *flowFields) text(key, value string) {
	if value != "" {
		f.add(key, scalar(value))
	}
}

func (f *flowFields) integer(key string, value int) {
	if value != 0 {
		f.add(key, strconv.Itoa(value))
	}
}

func (f *flowFields) number(key string, value *float64) {
	if value != nil {
		f.add(key, formatNumber(*value))
	}
}

func (f flowFields) String() string { return "{" + strings.Join(f, ", ") + "}" }

// formatNumber writes the shortest decimal that reads back to the same.
func formatNumber(f float64) string {
	text := strconv.FormatFloat(f, 'g', -1, 64)
	if !jsonNumber(text) || strings.ContainsRune(text, 'e') {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return text
}

// scalar writes text as a YAML scalar for any place, without quotes where it
// is certainly read as the same text.
func scalar(s string) string {
	if plainSafe(s) {
		return s
	}
	return DoubleQuoted(s)
}

// DoubleQuoted writes text as a YAML scalar in double quotes, which hold any
// text on one line.
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

// wordsOfYAML are plain scalars that some YAML version takes for another
// type.
var wordsOfYAML = []string{"null", "true", "false", "yes", "no", "on", "off", "y", "n"}

func plainSafe(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	if !unicode.IsLetter(first) && !strings.HasPrefix(s, ".rerank") || strings.HasSuffix(s, " ") {
		return false
	}
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" _-./'&!()+@$", r) {
			return false
		}
	}
	return !slices.Contains(wordsOfYAML, strings.ToLower(s))
}
