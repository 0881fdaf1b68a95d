package text

import "testing"

func TestShellWord(t *testing.T) {
	for in, want := range map[string]string{
		"run.jsonl":  "run.jsonl",
		"bm25+a":     "bm25+a",
		"my run":     "'my run'",
		"it's":       `'it'\''s'`,
		"crime*":     "'crime*'",
		"":           "''",
		"a b.c":      "'a b.c'",
		"$HOME/":     "'$HOME/'",
		"a\"b":       `'a"b'`,
		"ähre.jsonl": "'ähre.jsonl'",
	} {
		if got := ShellWord(in); got != want {
			t.Errorf("ShellWord(%q) = %s, want %s", in, got, want)
		}
	}
}
