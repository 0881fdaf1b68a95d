package reports

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/releval/releval/reports/grid"
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
					if w := grid.Width(line); w > o.screen().Columns() {
						t.Errorf("%s at %d columns: a line takes %d: %s", name, o.screen().Columns(), w, line)
					}
					if strings.TrimRight(line, " ") != line {
						t.Errorf("%s at %d columns: a line ends in a space: %q", name, o.screen().Columns(), line)
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
