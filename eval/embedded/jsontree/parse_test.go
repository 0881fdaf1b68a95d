package jsontree

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseKeepsOrderTextAndPlaces(t *testing.T) {
	src := "{\"b\": 1.50,\n \"a\": [true, null, \"x\\u00e9\"]}"
	n, err := Parse([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	want := Node{Kind: Object, Start: 0, End: len(src), Members: []Member{
		{Key: "b", KeyStart: 1, Value: Node{Kind: Number, Text: "1.50", Start: 6, End: 10}},
		{Key: "a", KeyStart: 13, Value: Node{Kind: Array, Start: 18, End: 41, Items: []Node{
			{Kind: Bool, Text: "true", Start: 19, End: 23},
			{Kind: Null, Start: 25, End: 29},
			{Kind: String, Text: "xé", Start: 31, End: 40},
		}}},
	}}
	if diff := cmp.Diff(want, n); diff != "" {
		t.Error(diff)
	}
	if line, column := Position([]byte(src), 18); line != 2 || column != 7 {
		t.Errorf("position of the array: %d:%d, want 2:7", line, column)
	}
}

func TestParseRefuses(t *testing.T) {
	many := `{"k0":0`
	for _, k := range strings.Fields("a b c d e f g h i j k l m n o p q r") {
		many += `,"` + k + `":0`
	}
	for _, tt := range []struct{ src, want string }{
		{``, "[1:1] unexpected end of input"},
		{`{"a":1`, "[1:7] unexpected end of input"},
		{"{\"a\":1,\n\"a\":2}", "[2:1] Duplicate field 'a'"},
		{many + `,"k0":1}`, "Duplicate field 'k0'"},
		{`1 2`, "[1:3] unexpected data after the JSON value"},
		{"\"a\xff\"", "[1:3] invalid UTF-8"},
		{`{"a" 1}`, "[1:6]"},
		{`[1,]`, "[1:3]"},
		{`1,`, "[1:2] unexpected data"},
		{strings.Repeat("[", MaxDepth+1), "nested deeper than 200 levels"},
	} {
		_, err := Parse([]byte(tt.src))
		var se *SyntaxError
		if !errors.As(err, &se) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Parse(%.40q): %v, want %q", tt.src, err, tt.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, tt := range []struct {
		src  string
		want int
		ok   bool
	}{{`5`, 5, true}, {`"5"`, 5, true}, {`5.9`, 5, true}, {`"5.9"`, 0, false}, {`true`, 0, false}, {`1e40`, 0, false}} {
		n, err := Parse([]byte(tt.src))
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := n.Int(); got != tt.want || ok != tt.ok {
			t.Errorf("%s: %d, %v", tt.src, got, ok)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`{"a":[1,"x",{}],"b":null}`, `[1,2`, `{"a":1,"a":2}`, "\xff", `"\ud800"`, ` 1e5 `, `[[[]]]`, `{"a":}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := Parse(data)
		if err != nil {
			var se *SyntaxError
			if !errors.As(err, &se) || se.Line < 1 || se.Column < 1 {
				t.Fatalf("error without a place: %v", err)
			}
			return
		}
		if !json.Valid(data) {
			t.Fatalf("accepted invalid JSON %q", data)
		}
		if !json.Valid(data[n.Start:n.End]) {
			t.Fatalf("offsets %d..%d of %q do not hold the value", n.Start, n.End, data)
		}
	})
}
