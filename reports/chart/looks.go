package chart

import (
	"fmt"
	"strings"
)

// look is how one reranker of several is told from the others: by the shape
// of its marks and the dashes of its line where colours are not seen, and in
// a terminal by a sign. The colours stay apart under the common kinds of
// colour blindness.
type look struct {
	sign        rune
	light, dark string // the colour on a light and on a dark ground
	dashes      string
	corners     [][2]float64 // of the mark, at a radius of 1; a circle without
}

// looks are as many as one chart can hold and still be read.
func looks() []look {
	return []look{
		{'•', "#0826d8", "#94e4ff", "", nil},
		{'×', "#c66f07", "#df623a", "10 4", [][2]float64{{-0.9, -0.9}, {0.9, -0.9}, {0.9, 0.9}, {-0.9, 0.9}}},
		{'+', "#24906d", "#47918b", "5 4", [][2]float64{{0, -1.2}, {1.1, 0.8}, {-1.1, 0.8}}},
		{'◆', "#a861d7", "#a870ff", "12 4 3 4", [][2]float64{{0, -1.3}, {1.1, 0}, {0, 1.3}, {-1.1, 0}}},
		{'○', "#613600", "#ffbd00", "20 5", [][2]float64{{0, 1.2}, {1.1, -0.8}, {-1.1, -0.8}}},
		{'▲', "#1a1833", "#f7ffbf", "6 3 2 3 2 3", [][2]float64{{-0.4, -1.2}, {0.4, -1.2}, {0.4, -0.4}, {1.2, -0.4}, {1.2, 0.4}, {0.4, 0.4}, {0.4, 1.2}, {-0.4, 1.2}, {-0.4, 0.4}, {-1.2, 0.4}, {-1.2, -0.4}, {-0.4, -0.4}}},
	}
}

// The radius of a mark, and of one at a recommended window, in pixels.
const (
	markRadius = 4.5
	bestRadius = 8
)

// outline is the path of the mark around the origin.
func (l *look) outline(radius float64) string {
	if len(l.corners) == 0 {
		r, across := number(radius), number(2*radius)
		return fmt.Sprintf("M-%s 0a%s %s 0 1 0 %s 0a%s %s 0 1 0 -%s 0z", r, r, r, across, r, r, across)
	}
	var b strings.Builder
	pen := "M"
	for _, c := range l.corners {
		b.WriteString(pen + number(radius*c[0]) + " " + number(radius*c[1]))
		pen = "L"
	}
	return b.String() + "z"
}

// defineMarks defines the marks of the first n looks, for use by their ids.
func defineMarks(b *strings.Builder, n int) {
	b.WriteString("<defs>")
	for i, l := range looks()[:n] {
		fmt.Fprintf(b, `<path id="mark-%d" class="s%d mark" d="%s"/><path id="best-%d" class="s%d best" d="%s"/>`, i, i, l.outline(markRadius), i, i, l.outline(bestRadius))
	}
	fmt.Fprintf(b, `<path id="best" class="any best" d="%s"/></defs>`, looks()[0].outline(bestRadius))
}

// LinesStyle is the style of the looks, for pages and files alike. any is
// the colour of what stands for every one of them.
func LinesStyle() string {
	var light, dark, dashes strings.Builder
	for i, l := range looks() {
		fmt.Fprintf(&light, ".s%d{color:%s}", i, l.light)
		fmt.Fprintf(&dark, ".s%d{color:%s}", i, l.dark)
		if l.dashes != "" {
			fmt.Fprintf(&dashes, ".s%d.run{stroke-dasharray:%s}", i, l.dashes)
		}
	}
	return light.String() + ".any{color:#5a626b}@media(prefers-color-scheme:dark){" + dark.String() + ".any{color:#a9b1ba}}" + dashes.String() +
		"path.run,path.mark,path.best{stroke:currentColor;stroke-width:2}path.mark{fill:none}path.best{fill:currentColor;fill-opacity:.35}"
}
