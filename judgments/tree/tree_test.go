package tree

import (
	"errors"
	"testing"
)

func TestParse(t *testing.T) {
	root, err := Parse([]byte("# a comment\na:\n  - x\n  -\n"))
	if err != nil {
		t.Fatal(err)
	}
	list := root.Content[1]
	if root.Kind != MappingNode || list.Kind != SequenceNode || len(list.Content) != 2 {
		t.Fatalf("got kind %v with %d items: a null item is an item", list.Kind, len(list.Content))
	}
	if x := list.Content[0]; x.Kind != ScalarNode || x.Line != 3 || x.Column != 5 {
		t.Errorf("x stands at 3:5, got %d:%d", x.Line, x.Column)
	}
}

// TestLines wants places as editors count them: characters that YAML alone
// takes for line breaks end no line.
func TestLines(t *testing.T) {
	for _, ending := range []string{"\n", "\r\n", "\r"} {
		text := "\ufeff- \"a\u2028b\"" + ending + "- [\"ä\u2029\", \"c\u0085\", d]" + ending + ending + "- e" + ending
		root, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		d, e := root.Content[1].Content[2], root.Content[2]
		if d.Value != "d" || d.Line != 2 || d.Column != 16 || e.Line != 4 || e.Column != 3 {
			t.Errorf("%q: d at %d:%d, want 2:16; e at %d:%d, want 4:3", ending, d.Line, d.Column, e.Line, e.Column)
		}
	}
	_, err := Parse([]byte("a: \"\u2028\u2028\"\nb: 1\n---\nc: 1\n"))
	if syntax, ok := errors.AsType[*SyntaxError](err); !ok || syntax.Line != 3 {
		t.Errorf("got %v, want line 3", err)
	}
}

func TestParseErrors(t *testing.T) {
	if _, err := Parse([]byte("# nothing\n")); !errors.Is(err, ErrEmpty) {
		t.Errorf("a comment alone: got %v", err)
	}
	for text, line := range map[string]int{
		"a: 1\nb: [\n":      2,
		"a: 1\n---\nb: 2\n": 2,
		"a: *nowhere\n":     0,
	} {
		_, err := Parse([]byte(text))
		syntax, ok := errors.AsType[*SyntaxError](err)
		if !ok || line > 0 && syntax.Line != line {
			t.Errorf("%q: got %v, want a syntax error in line %d", text, err, line)
		}
	}
}
