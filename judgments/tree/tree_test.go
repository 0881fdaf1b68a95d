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
