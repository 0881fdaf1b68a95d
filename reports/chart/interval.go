package chart

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"github.com/releval/releval/reports/grid"
)

// Interval draws a difference with its interval around 0, on a scale that ends
// at plus and minus the given value; nothing where one of them is undefined.
func Interval(mid, low, high, scale float64) template.HTML {
	if math.IsNaN(mid) || math.IsNaN(low) || math.IsNaN(high) || scale <= 0 {
		return ""
	}
	at := func(v float64) string { return number(50 + 47*v/scale) }
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 100 10" preserveAspectRatio="none"><path class="axis-line" d="M0 5h100"/><path class="zero" d="M50 0v10"/><path class="range" d="M%s 5H%s"/><path class="mid" d="M%s 5h0"/></svg>`,
		at(low), at(high), at(mid)))
}

// Span draws a mean with its interval on a scale between the two last values;
// nothing where one of them is undefined.
func Span(mid, low, high, from, to float64) template.HTML {
	if math.IsNaN(mid) || math.IsNaN(low) || math.IsNaN(high) || !(from < to) {
		return ""
	}
	at := func(v float64) string { return number(3 + 94*(v-from)/(to-from)) }
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 100 10" preserveAspectRatio="none"><path class="axis-line" d="M0 5h100"/><path class="range" d="M%s 5H%s"/><path class="mid" d="M%s 5h0"/></svg>`,
		at(low), at(high), at(mid)))
}

// LabelledInterval is Interval with its scale below and words for those who do
// not see it.
func LabelledInterval(mid, low, high, scale float64) template.HTML {
	drawn := string(Interval(mid, low, high, scale))
	label := fmt.Sprintf("difference %s, interval %s", grid.Signed(mid), grid.Interval(low, high))
	drawn = strings.Replace(drawn, "<svg ", `<svg role="img" aria-label="`+grid.EscapeHTML(label)+`" `, 1)
	return template.HTML(`<div class="effect">` + drawn + `<div class="axis"><span>worse</span><span>0</span><span>better</span></div></div>`)
}

// Share draws how many queries won, tied and lost, with words for those who do
// not see it.
func Share(won, tied, lost int, says string) template.HTML {
	if won+tied+lost == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<div class="share" role="img" aria-label="%s">`, grid.EscapeHTML(says))
	for _, part := range []struct {
		class string
		n     int
	}{{"w", won}, {"t", tied}, {"l", lost}} {
		if part.n > 0 {
			fmt.Fprintf(&b, `<i class="%s" style="flex:%d"></i>`, part.class, part.n)
		}
	}
	b.WriteString("</div>")
	return template.HTML(b.String())
}
