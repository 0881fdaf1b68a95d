package reports

import (
	"fmt"
	"strings"
)

// sweepLines draws a sweep for a terminal: the metric with the reranker, the
// ceiling and the first stage over the windows. It is empty where there are
// too few points for a line.
func sweepLines(s *Curve, width int) string {
	n := len(s.Points)
	if n < 3 {
		return ""
	}
	e := newExtent()
	e.take(s.Without)
	for _, p := range s.Points {
		e.take(p.Value, p.Ceiling)
	}
	if e.empty() {
		return ""
	}
	c := newCanvas(s.windows(), e, 10, min(width-canvasLeft-2, 6*(n-1)+1, 70), 0)
	c.level(s.Without, '·')
	c.line(s.marks(ceilingOf), '°')
	c.line(s.marks(valueOf), '•')
	var b strings.Builder
	// The reranker is what the chart is about, and covers the others.
	c.write(&b, 5, func(signs []rune, _ int) rune { return signs[len(signs)-1] }, nil)
	indent := strings.Repeat(" ", canvasLeft)
	b.WriteString(wrap(fmt.Sprintf("• %s with %s   ° ceiling   · without", s.Metric, clean(s.Name)), width, indent, indent))
	return b.String()
}

// lines draws the chart for a terminal, every reranker with a sign of its
// own. Where lines lie on each other their signs take turns, so that none
// hides another.
func (c *sweepsChart) lines(width int) string {
	const pad = 1 // for the bracket around a sign at the rim
	signs := looks()
	drawn := newCanvas(c.windows, c.taken, 13, min(width-canvasLeft-2-2*pad, 10*(len(c.windows)-1)+1, 70), pad)
	drawn.level(c.first, '·')
	drawn.line(c.ceiling, '°')
	for i, s := range c.series {
		drawn.line(s.marks, signs[i].sign)
	}
	var b strings.Builder
	drawn.write(&b, 3, func(signs []rune, column int) rune { return signs[column%len(signs)] }, c.brackets(drawn))
	indent := strings.Repeat(" ", canvasLeft)
	for i := range c.series {
		b.WriteString(wrap(string(signs[i].sign)+" "+c.series[i].says(), width, indent, indent+"  "))
	}
	line := indent
	for _, other := range c.otherSigns() {
		if line != indent && widthOf(line)+widthOf(other) > width {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line = indent
		}
		line += other + "   "
	}
	if line != indent {
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	for _, note := range c.notes() {
		b.WriteString(wrap(note, width, indent, indent))
	}
	return b.String()
}

// otherSigns explain what is drawn besides the rerankers.
func (c *sweepsChart) otherSigns() []string {
	var others []string
	if len(c.ceiling) > 0 {
		others = append(others, "° ceiling")
	}
	if drawable(c.first) {
		others = append(others, "· without")
	}
	if len(c.recommended()) > 0 {
		others = append(others, "[ ] recommended")
	}
	return others
}

// brackets are what stands around the signs at recommended windows: several
// rerankers that meet there share them.
func (c *sweepsChart) brackets(drawn *canvas) map[[2]int]rune {
	together := make(map[[2]int]string)
	for i, s := range c.series {
		for _, m := range s.marks {
			if m.at == s.best && drawable(m.value) {
				together[[2]int{drawn.row(m.value), drawn.column(m.at)}] += string(looks()[i].sign)
			}
		}
	}
	over := make(map[[2]int]rune)
	for place, signs := range together {
		text := []rune("[" + signs + "]")
		from := min(max(place[1]-len(text)/2, 0), len(drawn.signs[0])-len(text))
		for i, sign := range text {
			over[[2]int{place[0], from + i}] = sign
		}
	}
	return over
}
