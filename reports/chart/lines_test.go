package chart

import (
	"encoding/xml"
	"fmt"
	"html"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// threeCurves are not all at the same windows. The second starts where the
// first does, and meets it again at window 4.
func threeCurves() []Curve {
	undefined := math.NaN()
	return []Curve{
		{Name: "elastic", Metric: "ndcg@3", Without: 0.783, Recommended: 3, Points: []Point{
			{Window: 1, Value: 0.783, Ceiling: 0.783, Recall: 0.4},
			{Window: 2, Value: 0.80, Gain: 0.017, GainLow: -0.01, GainHigh: 0.06, Ceiling: 0.85, Recall: 0.6},
			{Window: 3, Value: 0.86, Gain: 0.077, GainLow: 0.02, GainHigh: 0.15, Ceiling: 0.95, Recall: 0.9},
			{Window: 4, Value: 0.85, Gain: 0.067, GainLow: 0.01, GainHigh: 0.14, Ceiling: 1, Recall: 1},
		}},
		{Name: "small", Metric: "ndcg@3", Without: 0.783, Recommended: 2, Points: []Point{
			{Window: 1, Value: 0.783, Ceiling: 0.783},
			{Window: 2, Value: 0.81, Gain: 0.027, GainLow: -0.01, GainHigh: 0.06, Ceiling: 0.85},
			{Window: 4, Value: 0.85, Gain: 0.067, GainLow: 0.01, GainHigh: 0.14, Ceiling: 1},
			{Window: 8, Value: 0.70, Gain: -0.083, GainLow: -0.15, GainHigh: -0.01, Ceiling: 1},
		}},
		{Name: "by title", Metric: "ndcg@3", Without: 0.783, Points: []Point{
			{Window: 2, Value: 0.74, Gain: -0.043, GainLow: -0.1, GainHigh: 0.02, Ceiling: 0.85},
			{Window: 3, Value: undefined, Gain: undefined, GainLow: undefined, GainHigh: undefined, Ceiling: 0.95},
			{Window: 4, Value: 0.72, Gain: -0.063, GainLow: -0.1, GainHigh: 0.02, Ceiling: 1},
			{Window: 8, Value: 0.72, Gain: -0.063, GainLow: -0.1, GainHigh: 0.02, Ceiling: 1},
		}},
	}
}

// hostileNames would do harm in a drawing or on a terminal.
var hostileNames = []string{
	`<script>window.pwned=1</script>`, `"><img src=x onerror="window.pwned=1">`, "line one\nline two\r\nline three", "\u202etxt.exe\u202c", "\x1b[31mred\x1b]0;title\x07",
	strings.Repeat("long ", 2000), strings.Repeat("x", 10000), "👨‍👩‍👧 family and 日本語のタイトル", "e" + strings.Repeat("\u0301", 500), "\x00nul\x7f\u009b31m",
	"]]>", "&lt;b&gt;", "\ufeffbom", "\xff\xfeinvalid", "\ufffe", "<!-- comment -->", "   ", "",
}

// plotted is a chart over windows read back with nothing but what a reader
// sees: the labels of its scales, and the shapes.
type plotted struct {
	t *testing.T
	// windows and ticks are labels with the place where they stand, in
	// percent of the plot's width and height.
	windows, ticks map[float64]float64
	lines          map[string]string      // the path of each class
	marks          map[string][][2]string // the places of each mark
}

// value is what the scale says at a height.
func (p *plotted) value(y float64) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for tick := range p.ticks {
		low, high = min(low, tick), max(high, tick)
	}
	return low + (high-low)*(y-p.ticks[low])/(p.ticks[high]-p.ticks[low])
}

// window is the label below a place.
func (p *plotted) window(x float64) int {
	for w, at := range p.windows {
		if math.Abs(at-x) < 0.02 {
			return int(w)
		}
	}
	p.t.Errorf("no window stands below %v", x)
	return 0
}

// points reads pairs of places.
func (p *plotted) points(pairs [][2]string) map[int]float64 {
	points := make(map[int]float64)
	for _, pair := range pairs {
		points[p.window(parsed64(p.t, pair[0]))] = p.value(parsed64(p.t, pair[1]))
	}
	return points
}

func parsed64(t *testing.T, s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Error(err)
	}
	return v
}

// corners are the points of a path of straight lines.
func corners(path string) [][2]string {
	var pairs [][2]string
	for _, m := range regexp.MustCompile(`[ML](-?[0-9.]+) (-?[0-9.]+)`).FindAllStringSubmatch(path, -1) {
		pairs = append(pairs, [2]string{m[1], m[2]})
	}
	return pairs
}

// readShapes reads the shapes of a picture.
func readShapes(t *testing.T, drawing string) *plotted {
	p := &plotted{t: t, windows: map[float64]float64{}, ticks: map[float64]float64{}, lines: map[string]string{}, marks: map[string][][2]string{}}
	for _, m := range regexp.MustCompile(`<path class="(s\d run|ceiling|first)" d="([^"]+)"/>`).FindAllStringSubmatch(drawing, -1) {
		if _, there := p.lines[m[1]]; !there { // the legend comes after
			p.lines[m[1]] = m[2]
		}
	}
	for _, m := range regexp.MustCompile(`<use href="#((?:mark|best)-\d)" x="([0-9.]+)%" y="([0-9.]+)%"/>`).FindAllStringSubmatch(drawing, -1) {
		p.marks[m[1]] = append(p.marks[m[1]], [2]string{m[2], m[3]})
	}
	return p
}

// readFile reads a chart that stands alone.
func readFile(t *testing.T, content []byte) *plotted {
	p := readShapes(t, string(content))
	box := regexp.MustCompile(`<svg x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"`).FindStringSubmatch(string(content))
	if box == nil {
		t.Fatal("no box for the curves")
	}
	var place [4]float64
	for i := range place {
		place[i] = parsed64(t, box[i+1])
	}
	for _, m := range regexp.MustCompile(`<text x="([0-9.]+)" y="([0-9.]+)" text-anchor="(end|middle)"[^>]*>([0-9.]+)</text>`).FindAllStringSubmatch(string(content), -1) {
		if label := parsed64(t, m[4]); m[3] == "end" {
			p.ticks[label] = (parsed64(t, m[2]) - 4 - place[1]) / place[3] * 100 // the baseline is 4 below the middle
		} else {
			p.windows[label] = (parsed64(t, m[1]) - place[0]) / place[2] * 100
		}
	}
	return p
}

// readPlot reads a chart in a page.
func readPlot(t *testing.T, drawing string) *plotted {
	p := readShapes(t, drawing)
	for _, m := range regexp.MustCompile(`<span style="(top|left):([0-9.]+)%">(?:<b>)?([0-9.]+)(?:</b>)?</span>`).FindAllStringSubmatch(drawing, -1) {
		if m[1] == "top" {
			p.ticks[parsed64(t, m[3])] = parsed64(t, m[2])
		} else {
			p.windows[parsed64(t, m[3])] = parsed64(t, m[2])
		}
	}
	return p
}

// Read back through the labels of its own scales, every line goes through the
// points of its reranker, and through no others.
func TestSweepsChartReadsBack(t *testing.T) {
	sweeps := threeCurves()
	c := NewLines(sweeps)
	for name, p := range map[string]*plotted{"file": readFile(t, c.File()), "page": readPlot(t, string(c.Page()))} {
		if len(p.windows) != 5 || len(p.ticks) < 3 || len(p.lines) != 5 {
			t.Fatalf("%s: %d windows, %d ticks and %d lines, want 5, 3 or more, and 5", name, len(p.windows), len(p.ticks), len(p.lines))
		}
		near := func(what string, got map[int]float64, window int, want float64) {
			t.Helper()
			if v, there := got[window]; !there || math.Abs(v-want) > 0.0005 {
				t.Errorf("%s: %s is drawn at %.4f at window %d (%t), want %.4f", name, what, v, window, there, want)
			}
		}
		for i, s := range sweeps {
			line := p.points(corners(p.lines[fmt.Sprintf("s%d run", i)]))
			best := p.points(p.marks[fmt.Sprintf("best-%d", i)])
			marked := p.points(p.marks[fmt.Sprintf("mark-%d", i)])
			defined := 0
			for _, point := range s.Points {
				if math.IsNaN(point.Value) {
					continue
				}
				defined++
				near(s.Name, line, point.Window, point.Value)
				if point.Window == s.Recommended {
					near(s.Name+"'s recommended mark", best, point.Window, point.Value)
				} else {
					near(s.Name+"'s mark", marked, point.Window, point.Value)
				}
			}
			if len(line) != defined || len(best)+len(marked) != defined {
				t.Errorf("%s: %s has %d corners and %d marks, want %d of each", name, s.Name, len(line), len(best)+len(marked), defined)
			}
		}
		ceiling := p.points(corners(p.lines["ceiling"]))
		for w, want := range map[int]float64{1: 0.783, 2: 0.85, 3: 0.95, 4: 1, 8: 1} {
			near("the ceiling", ceiling, w, want)
		}
		first := corners(p.lines["first"] + "L100 0")[0]
		if got := p.value(parsed64(t, first[1])); math.Abs(got-0.783) > 0.0005 {
			t.Errorf("%s: the first stage is drawn at %.4f, want 0.783", name, got)
		}
		// The third has no value at window 3: its line breaks there.
		if n := strings.Count(p.lines["s2 run"], "M"); n != 2 {
			t.Errorf("%s: the line with a gap has %d parts", name, n)
		}
		// The second was not swept at window 3: its line goes on.
		if n := strings.Count(p.lines["s1 run"], "M"); n != 1 {
			t.Errorf("%s: the line over a window that it does not have has %d parts", name, n)
		}
	}
}

// Hovering over a window says every reranker's value there.
func TestSweepsChartSays(t *testing.T) {
	c := NewLines(threeCurves())
	var titles []string
	for _, m := range regexp.MustCompile(`(?s)<title>(window.*?)</title>`).FindAllStringSubmatch(string(c.Page()), -1) {
		titles = append(titles, m[1])
	}
	want := []string{
		"window 2, ndcg@3\nelastic: 0.800, gain +0.017 (-0.010 to +0.060)\nsmall: 0.810, gain +0.027 (-0.010 to +0.060), recommended\nby title: 0.740, gain -0.043 (-0.100 to +0.020)\nceiling: 0.850\nwithout: 0.783",
		"window 3, ndcg@3\nelastic: 0.860, gain +0.077 (+0.020 to +0.150), recommended\nsmall: not swept at this window\nby title: undefined\nceiling: 0.950\nwithout: 0.783",
	}
	if len(titles) != 5 || !slices.Equal(titles[1:3], want) {
		t.Errorf("%d windows say %q", len(titles), titles)
	}
	if got, want := c.Summary(), "ndcg@3 by window, rerankers side by side: elastic 0.783 at 1 and 0.850 at 4, recommended window 3; small 0.783 at 1 and 0.700 at 8, recommended window 2; by title 0.740 at 2 and 0.720 at 8; 0.783 without a reranker"; got != want {
		t.Errorf("summary %q, want %q", got, want)
	}
}

// swiftly makes a sweep of values at windows.
func swiftly(name string, recommended int, ceiling float64, points map[int]float64) Curve {
	s := Curve{Name: name, Metric: "mrr", Without: 0.5, Recommended: recommended}
	for w, v := range points {
		s.Points = append(s.Points, Point{Window: w, Value: v, Ceiling: ceiling})
	}
	slices.SortFunc(s.Points, func(a, b Point) int { return a.Window - b.Window })
	return s
}

// What cannot be drawn is left out, and said where it could be missed.
func TestSweepsChartLeavesOut(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	one := swiftly("one", 10, 0.9, map[int]float64{5: 0.6, 10: 0.7})
	for name, sweeps := range map[string][]Curve{
		"nothing":          nil,
		"one reranker":     {one},
		"one window":       {swiftly("a", 0, 1, map[int]float64{5: 0.6}), swiftly("b", 0, 1, map[int]float64{5: 0.7})},
		"no defined value": {swiftly("a", 0, 1, map[int]float64{5: nan, 10: inf}), swiftly("b", 0, 1, map[int]float64{5: nan})},
	} {
		if c := NewLines(sweeps); c != nil {
			t.Errorf("%s makes a chart", name)
		}
	}
	differ := "the rerankers' ceilings differ"
	several := func(n int) []Curve {
		var sweeps []Curve
		for i := range n {
			sweeps = append(sweeps, swiftly(fmt.Sprint("reranker ", i), 0, 0.9, map[int]float64{5: 0.5, 10: 0.5 + float64(i)/100}))
		}
		return sweeps
	}
	otherFirst := swiftly("two", 5, 0.9, map[int]float64{5: 0.6, 10: 0.7})
	otherFirst.Without = 0.4
	for name, test := range map[string]struct {
		sweeps    []Curve
		want, not []string
	}{
		"ceilings that agree":                {[]Curve{one, swiftly("two", 5, 0.9, map[int]float64{5: 0.6, 20: 0.7})}, []string{"ceiling", "without", "recommended"}, []string{differ}},
		"ceilings that differ":               {[]Curve{one, swiftly("two", 5, 0.8, map[int]float64{5: 0.6, 20: 0.7})}, []string{differ, "without"}, []string{`class="ceiling"`, "°"}},
		"ceilings at no window of both":      {[]Curve{one, swiftly("two", 0, 0.8, map[int]float64{20: 0.7})}, []string{"ceiling"}, []string{differ}},
		"an undefined and an infinite point": {[]Curve{one, swiftly("two", 0, nan, map[int]float64{5: nan, 10: inf, 20: 0.7})}, []string{differ, "two"}, []string{"NaN", "Inf"}},
		"undefined ceilings":                 {[]Curve{swiftly("a", 0, nan, map[int]float64{5: 0.6}), swiftly("b", 0, nan, map[int]float64{10: 0.6})}, []string{"without"}, []string{differ, `class="ceiling"`, "°", "NaN", "recommended"}},
		"first stages that differ":           {[]Curve{one, otherFirst}, []string{"recommended"}, []string{`class="first"`, "·", "without"}},
		"as many as there are looks":         {several(6), []string{"reranker 5", "▲"}, []string{"are drawn"}},
		"more than there are looks":          {several(8), []string{"the first 6 of 8 rerankers are drawn: the table has them all", "reranker 5"}, []string{"reranker 6"}},
	} {
		c := NewLines(test.sweeps)
		if c == nil {
			t.Errorf("%s: no chart", name)
			continue
		}
		_, drawn, _ := strings.Cut(string(c.File()), "</style>")
		_, inPage, _ := strings.Cut(string(c.Page()), "<svg")
		for form, drawing := range map[string]string{"terminal": c.Terminal(200), "file": drawn, "page": inPage} {
			drawing = html.UnescapeString(drawing)
			for _, want := range test.want {
				if !strings.Contains(drawing, want) && (form == "terminal" || want != "▲") {
					t.Errorf("%s: the %s does not hold %q:\n%s", name, form, want, drawing)
				}
			}
			for _, never := range test.not {
				if strings.Contains(drawing, never) {
					t.Errorf("%s: the %s holds %q:\n%s", name, form, never, drawing)
				}
			}
		}
	}
}

// Names are hostile: whatever a reranker is called, the file parses and shows
// it as text.
func TestSweepsChartNamesAreInert(t *testing.T) {
	for i := range hostileNames {
		sweeps := threeCurves()
		sweeps[0].Name, sweeps[1].Name, sweeps[2].Metric = hostileNames[i], hostileNames[(i+1)%len(hostileNames)], hostileNames[(i+2)%len(hostileNames)]
		c := NewLines(sweeps)
		var read struct {
			Texts []string `xml:"text"`
		}
		if err := xml.Unmarshal(c.File(), &read); err != nil {
			t.Fatal(err)
		}
		if want := grid.Clip(text.Clean(hostileNames[i]), nameColumns) + ", recommended window 3"; !slices.Contains(read.Texts, want) {
			t.Errorf("no text %q among %q", want, read.Texts)
		}
		for line := range strings.Lines(c.Terminal(60)) {
			if w := grid.Width(strings.TrimSuffix(line, "\n")); w > 60 || strings.ContainsFunc(strings.TrimSuffix(line, "\n"), func(r rune) bool { return !text.Visible(r) }) {
				t.Errorf("a line takes %d columns, or is not inert: %q", w, line)
			}
		}
	}
}

// The windows below an axis do not run into each other, and those that stand
// out are always there.
func TestAxisLabels(t *testing.T) {
	for _, test := range []struct {
		windows  int
		standOut []int
		want     []int
	}{
		{2, nil, []int{0, 1}},
		{6, []int{3}, []int{0, 1, 2, 3, 4, 5}},
		{25, nil, []int{0, 3, 6, 9, 12, 15, 18, 21, 24}},
		{25, []int{10}, []int{0, 3, 6, 10, 15, 18, 21, 24}},
		{25, []int{10, 11}, []int{0, 3, 6, 10, 11, 15, 18, 21, 24}},
	} {
		a := newAxes(make([]int, test.windows), extent{0, 1})
		if got := a.labelled(test.standOut); !slices.Equal(got, test.want) {
			t.Errorf("of %d windows with %v standing out, labelled are %v, want %v", test.windows, test.standOut, got, test.want)
		}
	}
}
