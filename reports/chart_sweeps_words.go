package reports

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// windowSays is what hovering over a window says, a line for each reranker.
func (c *sweepsChart) windowSays(i int) string {
	w := c.windows[i]
	lines := []string{escapeHTML(fmt.Sprintf("window %d, %s", w, c.metric))}
	for _, s := range c.series {
		says := "not swept at this window"
		switch p := s.point(w); {
		case p == nil:
		case !drawable(p.Value):
			says = "undefined"
		default:
			says = fmt.Sprintf("%s, gain %s (%s)", fixed(p.Value), signed(p.Gain), interval(p.GainLow, p.GainHigh))
			if i == s.best {
				says += ", recommended"
			}
		}
		lines = append(lines, escapeHTML(s.name+": "+says))
	}
	for _, m := range c.ceiling {
		if m.at == i {
			lines = append(lines, "ceiling: "+fixed(m.value))
		}
	}
	if drawable(c.first) {
		lines = append(lines, "without: "+fixed(c.first))
	}
	return strings.Join(lines, "\n")
}

// summary says in words what the chart shows.
func (c *sweepsChart) summary() string {
	var parts []string
	for _, s := range c.series {
		if len(s.Points) == 0 {
			continue
		}
		first, last := s.Points[0], s.Points[len(s.Points)-1]
		part := fmt.Sprintf("%s %s at %d", s.name, fixed(first.Value), first.Window)
		if last.Window != first.Window {
			part += fmt.Sprintf(" and %s at %d", fixed(last.Value), last.Window)
		}
		if s.best >= 0 {
			part += ", recommended window " + strconv.Itoa(s.Recommended)
		}
		parts = append(parts, part)
	}
	if drawable(c.first) {
		parts = append(parts, fixed(c.first)+" without a reranker")
	}
	return clean(c.metric) + " by window, rerankers side by side: " + strings.Join(parts, "; ")
}

// notes say what the chart leaves out.
func (c *sweepsChart) notes() []string {
	var notes []string
	if c.differ {
		notes = append(notes, "the rerankers' ceilings differ: each one's own chart has it")
	}
	if c.left > 0 {
		notes = append(notes, fmt.Sprintf("the first %d of %d rerankers are drawn: the table has them all", len(c.series), len(c.series)+c.left))
	}
	return notes
}

// says names a reranker and its recommendation.
func (s *series) says() string {
	if s.best < 0 {
		return s.name
	}
	return fmt.Sprintf("%s, recommended window %d", s.name, s.Recommended)
}

// legend names every line.
func (c *sweepsChart) legend() []legendEntry {
	var legend []legendEntry
	for i := range c.series {
		legend = append(legend, legendEntry{class: fmt.Sprintf("s%d run", i), text: c.series[i].says(), mark: fmt.Sprintf("mark-%d", i)})
	}
	if len(c.ceiling) > 0 {
		legend = append(legend, legendEntry{class: "ceiling", text: "ceiling: a perfect reranker"})
	}
	if drawable(c.first) {
		legend = append(legend, legendEntry{class: "first", text: "without"})
	}
	if len(c.recommended()) > 0 {
		legend = append(legend, legendEntry{text: "large and filled: the recommended window", mark: "best", noLine: true})
	}
	for _, note := range c.notes() {
		legend = append(legend, legendEntry{text: note, noLine: true})
	}
	// A file cannot measure its text: this is what 13 pixels take at most.
	const column = 7.5
	for i := range legend {
		legend[i].width = 60 + int(math.Ceil(column*float64(widthOf(legend[i].text))))
	}
	return legend
}
