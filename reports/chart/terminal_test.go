package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/releval/releval/reports/grid"
)

// cells reads the chart of a terminal back: the rows of the canvas, and where
// in them each window stands.
func cells(t *testing.T, chart string) (rows [][]rune, columns map[string]int, legend []string) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(chart, "\n"), "\n")
	for i, line := range lines {
		before, after, there := strings.Cut(line, "┤")
		if there {
			rows = append(rows, []rune(strings.Repeat(" ", len([]rune(before))+1)+after))
			continue
		}
		// The rule, the windows, the legend.
		columns = make(map[string]int)
		for _, w := range strings.Fields(lines[i+1]) {
			columns[w] = strings.Index(lines[i+1], w) + len(w)/2
		}
		return rows, columns, lines[i+2:]
	}
	t.Fatal("no rule under the chart")
	return nil, nil, nil
}

// at is the sign in a row and column.
func at(row []rune, column int) string {
	if column < len(row) {
		return string(row[column])
	}
	return " "
}

// Lines that lie on each other both show; every line ends at its reranker's
// last window; recommended windows are bracketed.
func TestSweepsInATerminal(t *testing.T) {
	nan := math.NaN()
	for name, test := range map[string]struct {
		sweeps []Curve
		want   []string // parts of rows
		never  []string
		legend []string
	}{
		"two that coincide": {
			[]Curve{swiftly("a", 0, nan, map[int]float64{5: 0.7, 10: 0.7}), swiftly("b", 0, nan, map[int]float64{5: 0.7, 10: 0.7})},
			[]string{"×•×•×•×•×•×"}, nil, []string{"• a", "× b", "· without"},
		},
		"three that coincide": {
			[]Curve{swiftly("a", 0, nan, map[int]float64{5: 0.7, 10: 0.7}), swiftly("b", 0, nan, map[int]float64{5: 0.7, 10: 0.7}), swiftly("c", 0, nan, map[int]float64{5: 0.7, 10: 0.7})},
			[]string{"×+•×+•×+•×+"}, nil, []string{"• a", "× b", "+ c", "· without"},
		},
		"one on the first stage": {
			[]Curve{swiftly("a", 0, nan, map[int]float64{5: 0.5, 10: 0.5}), swiftly("b", 0, nan, map[int]float64{5: 0.7, 10: 0.7})},
			[]string{"·•·•·•·•·•·•", "×××××××××××"}, []string{"••"}, []string{"• a", "× b", "· without"},
		},
		"recommended at one window with one value": {
			[]Curve{swiftly("a", 10, nan, map[int]float64{5: 0.6, 10: 0.7, 20: 0.6}), swiftly("b", 10, nan, map[int]float64{5: 0.8, 10: 0.7, 20: 0.8})},
			[]string{"[•×]"}, []string{"[•]", "[×]"}, []string{"• a, recommended window 10", "× b, recommended window 10", "· without   [ ] recommended"},
		},
		"recommended at the rims": {
			[]Curve{swiftly("a", 5, nan, map[int]float64{5: 0.8, 10: 0.7}), swiftly("b", 10, nan, map[int]float64{5: 0.6, 10: 0.6})},
			[]string{"[•]", "××[×]"}, nil, []string{"• a, recommended window 5", "× b, recommended window 10", "· without   [ ] recommended"},
		},
		"all but one undefined": {
			[]Curve{swiftly("a", 5, 1, map[int]float64{5: nan, 10: nan}), swiftly("b", 10, 1, map[int]float64{5: nan, 10: 0.7, 20: math.Inf(1)})},
			[]string{"[×]"}, []string{"•", "×××"}, []string{"• a, recommended window 5", "× b, recommended window 10", "° ceiling   · without   [ ] recommended"},
		},
		"the same value everywhere": {
			[]Curve{swiftly("a", 0, 0.5, map[int]float64{5: 0.5, 10: 0.5}), swiftly("b", 0, 0.5, map[int]float64{5: 0.5, 10: 0.5})},
			[]string{"·°•×·°•×·°•×"}, nil, []string{"• a", "× b", "° ceiling   · without"},
		},
	} {
		rows, _, legend := cells(t, NewLines(test.sweeps).Terminal(80))
		var text strings.Builder
		for _, row := range rows {
			text.WriteString(string(row) + "\n")
		}
		for _, want := range test.want {
			if !strings.Contains(text.String(), want) {
				t.Errorf("%s: no %q in\n%s", name, want, text.String())
			}
		}
		for _, never := range test.never {
			if strings.Contains(text.String(), never) {
				t.Errorf("%s: %q in\n%s", name, never, text.String())
			}
		}
		for i := range legend {
			legend[i] = strings.TrimSpace(legend[i])
		}
		if !slices.Equal(legend, test.legend) {
			t.Errorf("%s: the legend is %q, want %q", name, legend, test.legend)
		}
	}
}

// Read back through the scale at the left and the windows below, every sign
// stands where its reranker's value is.
func TestSweepsInATerminalReadBack(t *testing.T) {
	sweeps := []Curve{
		swiftly("falls", 0, nan(), map[int]float64{5: 0.9, 10: 0.7, 20: 0.4, 40: 0.3}),
		swiftly("rises", 0, nan(), map[int]float64{10: 0.35, 40: 0.65}),
		swiftly("short", 0, nan(), map[int]float64{5: 0.45, 10: 0.6}),
	}
	for _, width := range []int{40, 80, 200} {
		chart := NewLines(sweeps).Terminal(width)
		rows, columns, _ := cells(t, chart)
		scale := func(row int) float64 {
			var top, bottom float64
			lines := strings.Split(chart, "\n")
			fmt.Sscan(lines[0], &top)
			fmt.Sscan(lines[len(rows)-1], &bottom)
			return top + (bottom-top)*float64(row)/float64(len(rows)-1)
		}
		half := (scale(0) - scale(1)) / 2
		for i, s := range sweeps {
			sign := string(looks()[i].sign)
			for _, p := range s.Points {
				column, there := columns[fmt.Sprint(p.Window)]
				if !there {
					t.Errorf("at %d columns no window %d is labelled:\n%s", width, p.Window, chart)
					continue
				}
				row := slices.IndexFunc(rows, func(row []rune) bool { return at(row, column) == sign })
				if row < 0 || math.Abs(scale(row)-p.Value) > half+0.001 {
					t.Errorf("at %d columns %s stands in row %d at window %d, which is not %.3f:\n%s", width, sign, row, p.Window, p.Value, chart)
				}
			}
			last := columns[fmt.Sprint(s.Points[len(s.Points)-1].Window)]
			for _, row := range rows {
				if i := strings.LastIndex(string(row), sign); i >= 0 && len([]rune(string(row)[:i])) > last {
					t.Errorf("at %d columns %s goes on behind the last window of its reranker:\n%s", width, sign, chart)
				}
			}
		}
	}
}

func nan() float64 { return math.NaN() }

// Many windows share columns, and the chart stays in its width.
func TestSweepsInATerminalWithManyWindows(t *testing.T) {
	points := make(map[int]float64)
	for w := 1; w <= 200; w++ {
		points[w] = 0.5 + float64(w%7)/100
	}
	sweeps := []Curve{swiftly("a", 200, 1, points), swiftly("b", 1, 1, points)}
	for _, width := range []int{40, 80} {
		chart := NewLines(sweeps).Terminal(width)
		for line := range strings.Lines(chart) {
			if w := grid.Width(strings.TrimSuffix(line, "\n")); w > width {
				t.Errorf("a line takes %d of %d columns: %s", w, width, line)
			}
		}
		if !strings.Contains(chart, "•") || !strings.Contains(chart, "×") {
			t.Errorf("at %d columns one hides the other:\n%s", width, chart)
		}
	}
}
