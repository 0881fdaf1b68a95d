package reports

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"github.com/releval/releval/eval/score"
)

// effect draws a difference with its interval around 0, on a scale that ends
// at plus and minus the given value.
func effect(d score.Difference, scale float64) template.HTML {
	if math.IsNaN(d.Difference) || math.IsNaN(d.Low) || math.IsNaN(d.High) || scale <= 0 {
		return ""
	}
	at := func(v float64) string { return number(50 + 47*v/scale) }
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 100 10" preserveAspectRatio="none"><path class="axis-line" d="M0 5h100"/><path class="zero" d="M50 0v10"/><path class="range" d="M%s 5H%s"/><path class="mid" d="M%s 5h0"/></svg>`,
		at(d.Low), at(d.High), at(d.Difference)))
}

// effectLabelled is effect with its scale below and words for those who do
// not see it.
func effectLabelled(d score.Difference, scale float64) template.HTML {
	drawn := string(effect(d, scale))
	label := fmt.Sprintf("difference %s, interval %s", signed(d.Difference), interval(d.Low, d.High))
	drawn = strings.Replace(drawn, "<svg ", `<svg role="img" aria-label="`+escapeHTML(label)+`" `, 1)
	return template.HTML(`<div class="effect">` + drawn + `<div class="axis"><span>worse</span><span>0</span><span>better</span></div></div>`)
}

// share draws how many queries won, tied and lost.
func share(d score.Difference) template.HTML {
	if d.N == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<div class="share" role="img" aria-label="%s">`, escapeHTML(counts(d)))
	for _, part := range []struct {
		class string
		n     int
	}{{"w", d.Wins}, {"t", d.Ties}, {"l", d.Losses}} {
		if part.n > 0 {
			fmt.Fprintf(&b, `<i class="%s" style="flex:%d"></i>`, part.class, part.n)
		}
	}
	b.WriteString("</div>")
	return template.HTML(b.String())
}
