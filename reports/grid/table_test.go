package grid

import (
	"strings"
	"testing"

	"github.com/releval/releval/eval/text"
)

func TestWideCharactersKeepColumnsStraight(t *testing.T) {
	g := &Table{Columns: []Column{{Head: "title"}, {Head: "n", Right: true}}}
	for _, title := range []string{"plain", "日本語", "👨‍👩‍👧 joined", "e\u0301 marked", "🇩🇪 flag"} {
		g.Add(Words(title, "1")...)
	}
	drawn, err := g.Text(Screen{})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(drawn), "\n")
	for _, line := range lines {
		if Width(line) != Width(lines[0]) {
			t.Errorf("a line takes %d columns, the head %d:\n%s", Width(line), Width(lines[0]), drawn)
		}
	}
}

// A table too narrow for its columns becomes paragraphs, whose heads are as
// inert as those of a table.
func TestStackedHeadsAreInert(t *testing.T) {
	g := &Table{Columns: []Column{{Head: "window"}, {Head: "\x1b]0;title\x07\u202e" + strings.Repeat("wide ", 10)}, {Head: strings.Repeat("wide ", 10)}}}
	g.Add(Words("5", "0.5", "0.6")...)
	drawn, err := g.Text(Screen{Width: 40})
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsFunc(drawn, func(r rune) bool { return r != '\n' && !text.Visible(r) }) {
		t.Errorf("a head steers the terminal: %q", drawn)
	}
}
