package reports

import "strings"

// escape and reset are ANSI's frame around a colour.
const (
	escape = "\x1b["
	reset  = "\x1b[0m"
)

// paint colours a text where colours are allowed. Every colour repeats what a
// sign or a word says already.
func paint(o Options, t tone, s string) string {
	if !o.Color || s == "" {
		return s
	}
	code := ""
	switch t {
	case good:
		code = "32m"
	case bad:
		code = "31m"
	case warn:
		code = "33m"
	case faint:
		code = "2m"
	default:
		return s
	}
	return escape + code + s + reset
}

// bold sets a heading off.
func bold(o Options, s string) string {
	if !o.Color {
		return s
	}
	return escape + "1m" + s + reset
}

// withoutColor takes off what paint put around a text. No other text holds an
// escape: clean takes them out.
func withoutColor(s string) string {
	if rest, ok := strings.CutPrefix(s, escape); ok {
		_, s, _ = strings.Cut(rest, "m")
		s = strings.TrimSuffix(s, reset)
	}
	return s
}

// toneOf is the tone of a difference.
func toneOf(difference float64) tone {
	switch s := signed(difference); {
	case s[0] == '+':
		return good
	case s[0] == '-':
		return bad
	}
	return plain
}

// paintLines colours each line on its own, so that a pager can cut anywhere.
func paintLines(o Options, t tone, text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(paint(o, t, strings.TrimSuffix(line, "\n")) + "\n")
	}
	return b.String()
}
