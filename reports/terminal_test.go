package reports

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTerminalStaysInsideItsWidth(t *testing.T) {
	colors := regexp.MustCompile("\x1b\\[[0-9]+m")
	for name, r := range map[string]*Report{"full": full(), "hostile": hostileReport(), "several": several(), "side by side": sweepsOfThree(), "single": single(), "large": large(150)} {
		for _, width := range []int{0, 40, 60, 79, 80, 100, 200} {
			for _, o := range []Options{{Width: width}, {Width: width, Color: true}, {Width: width, Query: r.Evaluation.Run.Queries[1].ID}} {
				content, err := render(Table, r, o)
				if err != nil {
					t.Fatal(err)
				}
				for line := range strings.Lines(string(content)) {
					line = colors.ReplaceAllString(strings.TrimSuffix(line, "\n"), "")
					if w := widthOf(line); w > o.width() {
						t.Errorf("%s at %d columns: a line takes %d: %s", name, o.width(), w, line)
					}
					if strings.TrimRight(line, " ") != line {
						t.Errorf("%s at %d columns: a line ends in a space: %q", name, o.width(), line)
					}
				}
			}
		}
	}
}

func TestTerminalListsAtMost40OfMany(t *testing.T) {
	content, err := render(Table, large(101), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(content, []byte("\nquery-")); n != 40 {
		t.Errorf("%d of 101 queries are listed, want the 20 largest losses and gains", n)
	}
	if !bytes.Contains(content, []byte("61 queries in between left out")) {
		t.Error("nothing says how many are left out")
	}
	content, err = render(Table, large(100), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(content, []byte("\nquery-")); n != 100 {
		t.Errorf("%d of 100 queries are listed, want all", n)
	}
}

func TestWideCharactersKeepColumnsStraight(t *testing.T) {
	g := &grid{columns: []column{{head: "title"}, {head: "n", right: true}}}
	for _, title := range []string{"plain", "日本語", "👨‍👩‍👧 joined", "e\u0301 marked", "🇩🇪 flag"} {
		g.add(words(title, "1")...)
	}
	text, err := g.text(Options{})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for _, line := range lines {
		if widthOf(line) != widthOf(lines[0]) {
			t.Errorf("a line takes %d columns, the head %d:\n%s", widthOf(line), widthOf(lines[0]), text)
		}
	}
}

func TestWrapKeepsWordsAndWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		said := clean(rapid.String().Draw(t, "text"))
		width := rapid.IntRange(10, 60).Draw(t, "width")
		got := wrap(said, width, "- ", "  ")
		for line := range strings.Lines(got) {
			if w := widthOf(strings.TrimSuffix(line, "\n")); w > width {
				t.Fatalf("a line takes %d of %d columns: %q", w, width, line)
			}
		}
		squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if squeeze(strings.TrimPrefix(got, "- ")) != squeeze(said) && squeeze(strings.TrimPrefix(got, "-")) != squeeze(said) {
			t.Fatalf("wrapping changed %q into %q", said, got)
		}
	})
}

func TestClipIsNeverWider(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := clean(rapid.OneOf(rapid.String(), rapid.SampledFrom(hostile)).Draw(t, "text"))
		if clipped := clip(s, 20); widthOf(clipped) > 20 {
			t.Fatalf("clip(%q, 20) takes %d columns", s, widthOf(clipped))
		}
	})
}

// A table too narrow for its columns becomes paragraphs, whose heads are as
// inert as those of a table.
func TestStackedHeadsAreInert(t *testing.T) {
	g := &grid{columns: []column{{head: "window"}, {head: "\x1b]0;title\x07\u202e" + strings.Repeat("wide ", 10)}, {head: strings.Repeat("wide ", 10)}}}
	g.add(words("5", "0.5", "0.6")...)
	text, err := g.text(Options{Width: 40})
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && !visible(r) }) {
		t.Errorf("a head steers the terminal: %q", text)
	}
}
