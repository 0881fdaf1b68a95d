package tree

import (
	"testing"

	"pgregory.net/rapid"
)

func TestScalar(t *testing.T) {
	for text, want := range map[string]string{
		"Heat":                   "Heat",
		"12 Angry Men":           "12 Angry Men",
		"3:10 to Yuma":           "3:10 to Yuma",
		".rerank-v1":             ".rerank-v1",
		"ndcg@10":                "ndcg@10",
		"1917":                   `"1917"`,
		"1e3":                    `"1e3"`,
		"0x1F":                   `"0x1F"`,
		"12:30":                  `"12:30"`,
		"2001-01-01":             `"2001-01-01"`,
		"null":                   `"null"`,
		"No":                     `"No"`,
		"~":                      `"~"`,
		"=x":                     "=x",
		"Alien: Covenant":        `"Alien: Covenant"`,
		"Mad, Max":               `"Mad, Max"`,
		"#x":                     `"#x"`,
		"- x":                    `"- x"`,
		"-x":                     "-x",
		"*x":                     `"*x"`,
		"it's":                   "it's",
		"'it'":                   `"'it'"`,
		"":                       `""`,
		" x":                     `" x"`,
		"x ":                     `"x "`,
		"{{query}}":              `"{{query}}"`,
		"a\tb\n":                 `"a\tb\n"`,
		"\u2028":                 `"\u2028"`,
		"say \"hi\"":             `"say \"hi\""`,
		"naïve 日本":               "naïve 日本",
		"---":                    `"---"`,
		"? x":                    `"? x"`,
		"<<":                     `"<<"`,
		"x: y":                   `"x: y"`,
		"Crouching Tiger (2000)": "Crouching Tiger (2000)",
	} {
		if got := Scalar(text); got != want {
			t.Errorf("Scalar(%q) = %s, want %s", text, got, want)
		}
	}
}

// TestScalarReadsBack writes drawn texts and wants the parser to read them in
// every place, and the parser to agree with the quick rule.
func TestScalarReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`[-a-z0-9 :.,'"#&*!?|>%@{}\[\]~=<\\]{0,12}`), rapid.StringMatching(`[A-Z][a-z0-9 _./'&!()+@$-]{0,12}`)).Draw(t, "text")
		if plainWords(s) && !plainToParser(s) && plain(s) {
			t.Fatalf("%q is plain by the quick rule and not by the parser", s)
		}
		written := Scalar(s)
		root, err := Parse([]byte("x:\n  - " + written + "\n  - {" + written + ": " + written + "}\n"))
		if err != nil {
			t.Fatalf("%q: %v", written, err)
		}
		list := root.Content[1].Content
		for _, n := range []*Node{list[0], list[1].Content[0], list[1].Content[1]} {
			if n.ShortTag() != "!!str" || n.Value != s {
				t.Fatalf("%q is written as %s, and read as the %s %q", s, written, n.ShortTag(), n.Value)
			}
		}
	})
}
