package reports

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/releval/releval/reports/chart"
)

func TestPageStaysBelowItsLimit(t *testing.T) {
	content, err := render(HTML, large500(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(content) >= 1_000_000 {
		t.Errorf("500 queries take %d bytes", len(content))
	}
	if n := strings.Count(string(content), `<details class="q"`); n != 500 {
		t.Errorf("%d queries are shown, want 500", n)
	}
}

// TestColoursHaveContrast computes the contrast of every colour that text is
// set in against the grounds that it stands on, in both schemes (WCAG 2: AA
// asks for 4.5).
func TestColoursHaveContrast(t *testing.T) {
	schemes := regexp.MustCompile(`:root\{([^}]*--bg:#[^}]*--band[^}]*)\}`).FindAllStringSubmatch(pageStyle, -1)
	if len(schemes) != 2 {
		t.Fatalf("%d colour schemes, want light and dark", len(schemes))
	}
	for i, scheme := range schemes {
		colors := make(map[string]string)
		for _, m := range regexp.MustCompile(`--([a-z-]+):(#[0-9a-f]{6})`).FindAllStringSubmatch(scheme[1], -1) {
			colors[m[1]] = m[2]
		}
		for _, pair := range [][2]string{
			{"text", "bg"}, {"text", "raised"}, {"text", "gain-bg"}, {"text", "tie-bg"}, {"text", "fail-bg"}, {"muted", "bg"}, {"muted", "raised"}, {"muted", "gain-bg"},
			{"gain", "bg"}, {"gain", "gain-bg"}, {"loss", "bg"}, {"loss", "loss-bg"}, {"loss", "gain-bg"}, {"loss", "raised"}, {"gain", "raised"}, {"fail", "bg"}, {"fail", "fail-bg"}, {"accent", "bg"},
		} {
			if colors[pair[0]] == "" || colors[pair[1]] == "" {
				t.Fatalf("no colour %s or %s", pair[0], pair[1])
			}
			if c := contrast(colors[pair[0]], colors[pair[1]]); c < 4.5 {
				t.Errorf("scheme %d: %s on %s has a contrast of %.2f", i, pair[0], pair[1], c)
			}
		}
	}
}

func contrast(a, b string) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// luminance is the relative luminance of WCAG 2.
func luminance(color string) float64 {
	n, err := strconv.ParseUint(color[1:], 16, 32)
	if err != nil {
		return math.NaN()
	}
	return 0.2126*channel(n>>16) + 0.7152*channel(n>>8) + 0.0722*channel(n)
}

// channel is the linear light of a colour's lowest eight bits.
func channel(v uint64) float64 {
	c := float64(v&255) / 255
	if c <= 0.03928 {
		return c / 12.92
	}
	return math.Pow((c+0.055)/1.055, 2.4)
}

// TestPageHasItsPartsInOrder reads the headings.
func TestPageHasItsPartsInOrder(t *testing.T) {
	r := full()
	r.Baseline = &BaselineView{Name: "main.jsonl", Differences: r.Compared.Differences, Queries: [][]QueryRow{nil, r.Queries[0]}}
	content, err := render(HTML, r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	at := -1
	for _, part := range []string{`class="verdict better"`, `id="metrics"`, `id="differences"`, `id="windows"`, `id="baseline"`, `id="gates"`, `id="queries"`, `id="trust"`, `id="manifest"`} {
		i := strings.Index(string(content), part)
		if i <= at {
			t.Errorf("%s stands at %d, after what stands at %d is expected", part, i, at)
		}
		at = i
	}
	if strings.Contains(string(content), "ZgotmplZ") {
		t.Error("the template refused a value")
	}
}

// A page needs the style of the looks exactly where it has such a chart.
func TestPageHasTheLooksItNeeds(t *testing.T) {
	for name, test := range map[string]struct {
		r    *Report
		want int
	}{"one sweep": {full(), 0}, "three sweeps": {sweepsOfThree(), 1}} {
		content, err := render(HTML, test.r, Options{})
		if err != nil {
			t.Fatal(err)
		}
		page := string(content)
		if style, defined := strings.Count(page, chart.LinesStyle()), strings.Count(page, `id="best"`); style != test.want || defined != test.want {
			t.Errorf("%s: the page has the style of the looks %d times and their marks %d times, want %d", name, style, defined, test.want)
		}
		windows := page[strings.Index(page, `id="windows"`):]
		together, own := strings.Index(windows, `class="s0 run"`), strings.Index(windows, `class="value"`)
		if test.want == 1 && (together < 0 || together > own) {
			t.Errorf("%s: the common chart stands at %d, the first single one at %d", name, together, own)
		}
	}
}
