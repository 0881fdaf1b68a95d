package judgments

import (
	"strings"
	"testing"
)

func TestSystemNames(t *testing.T) {
	for name, want := range map[string]bool{
		"elastic":                true,
		"v2":                     true,
		"2nd":                    true,
		"Größe_50 + min-score.1": true,
		"e\u0301toile":           true, // a letter with a combining accent
		strings.Repeat("é", 64):  true,
		strings.Repeat("é", 65):  false,
		"":                       false,
		" elastic":               false,
		"-elastic":               false,
		"\u0301":                 false,
		"a/b":                    false,
		"a\nb":                   false,
		"{suite}":                false,
	} {
		if got := isSystemName(name); got != want {
			t.Errorf("%q: got %t, want %t", name, got, want)
		}
	}
}
