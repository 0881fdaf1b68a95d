package grid

import "strings"

// Screen is what tables and text are written to. The zero value has 80 columns
// and no colour.
type Screen struct {
	// Width is how many columns it has; 0 means 80.
	Width int
	// Color allows ANSI colours.
	Color bool
}

// Columns is the usable width of a line.
func (s Screen) Columns() int {
	if s.Width <= 0 {
		return 80
	}
	return max(s.Width, 40)
}

// escape and reset are ANSI's frame around a colour.
const (
	escape = "\x1b["
	reset  = "\x1b[0m"
)

// Paint colours a text where colours are allowed. Every colour repeats what a
// sign or a word says already.
func (s Screen) Paint(t Tone, text string) string {
	if !s.Color || text == "" {
		return text
	}
	code := ""
	switch t {
	case Good:
		code = "32m"
	case Bad:
		code = "31m"
	case Warn:
		code = "33m"
	case Faint:
		code = "2m"
	default:
		return text
	}
	return escape + code + text + reset
}

// Bold sets a heading off.
func (s Screen) Bold(text string) string {
	if !s.Color {
		return text
	}
	return escape + "1m" + text + reset
}

// withoutColor takes off what paint put around a text. No other text holds an
// escape: text.Clean takes them out.
func withoutColor(s string) string {
	if rest, ok := strings.CutPrefix(s, escape); ok {
		_, s, _ = strings.Cut(rest, "m")
		s = strings.TrimSuffix(s, reset)
	}
	return s
}

// ToneOf is the tone of a difference.
func ToneOf(difference float64) Tone {
	switch s := Signed(difference); {
	case s[0] == '+':
		return Good
	case s[0] == '-':
		return Bad
	}
	return Plain
}

// PaintLines colours each line on its own, so that a pager can cut anywhere.
func (s Screen) PaintLines(t Tone, text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(s.Paint(t, strings.TrimSuffix(line, "\n")) + "\n")
	}
	return b.String()
}
