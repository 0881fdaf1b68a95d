package reports

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// sweepLines draws a sweep for a terminal: the metric with the reranker, the
// ceiling and the first stage over the windows, evenly spaced. It is empty
// where there are too few points for a line.
func sweepLines(s *SweepView, width int) string {
	const rows, left = 10, 8
	n := len(s.Points)
	if n < 3 {
		return ""
	}
	low, high := math.Inf(1), math.Inf(-1)
	take := func(v float64) {
		if !math.IsNaN(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	take(s.FirstStage)
	for _, p := range s.Points {
		take(p.Value)
		take(p.Ceiling)
	}
	if math.IsInf(low, 0) {
		return ""
	}
	if high-low < 0.01 {
		middle := (low + high) / 2
		low, high = middle-0.005, middle+0.005
	}
	columns := min(width-left-2, 6*(n-1)+1, 70)
	canvas := make([][]rune, rows)
	for i := range canvas {
		canvas[i] = []rune(strings.Repeat(" ", columns))
	}
	plot := func(value func(x float64) float64, sign rune) {
		for c := range columns {
			v := value(float64(c) / float64(columns-1) * float64(n-1))
			if math.IsNaN(v) {
				continue
			}
			row := int(math.Round((high - v) / (high - low) * (rows - 1)))
			canvas[min(max(row, 0), rows-1)][c] = sign
		}
	}
	between := func(of func(*SweepPoint) float64) func(x float64) float64 {
		return func(x float64) float64 {
			i := min(int(x), n-2)
			a, b := of(&s.Points[i]), of(&s.Points[i+1])
			return a + (b-a)*(x-float64(i))
		}
	}
	plot(func(float64) float64 { return s.FirstStage }, '·')
	plot(between(func(p *SweepPoint) float64 { return p.Ceiling }), '°')
	plot(between(func(p *SweepPoint) float64 { return p.Value }), '•')
	var b strings.Builder
	for i := range canvas {
		label := ""
		if i == 0 || i == rows-1 || i == rows/2 {
			label = fixed(high - (high-low)*float64(i)/(rows-1))
		}
		fmt.Fprintf(&b, "%*s ┤%s\n", left-2, label, strings.TrimRight(string(canvas[i]), " "))
	}
	b.WriteString(strings.Repeat(" ", left-1) + "└" + strings.Repeat("─", columns) + "\n")
	b.WriteString(windowLabels(s, left, columns))
	b.WriteString(wrap(fmt.Sprintf("• %s with %s   ° ceiling   · without", s.Metric, clean(s.Reranker)), width, strings.Repeat(" ", left), strings.Repeat(" ", left)))
	return b.String()
}

// windowLabels writes the windows under their points, as many as fit.
func windowLabels(s *SweepView, left, columns int) string {
	line := []byte(strings.Repeat(" ", left+columns+8))
	free := 0
	for i, p := range s.Points {
		label := strconv.Itoa(p.Window)
		at := left + int(math.Round(float64(i)*float64(columns-1)/float64(len(s.Points)-1))) - len(label)/2
		if at < free || at+len(label) > left+columns+1 {
			continue
		}
		copy(line[at:], label)
		free = at + len(label) + 2
	}
	return strings.TrimRight(string(line), " ") + "\n"
}
