package chart

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/releval/releval/reports/grid"
)

// TestLooksAreApart holds the rerankers of one chart apart by each of the
// means on its own: sign, dashes, shape, and colour on both grounds, also as
// seen with the three kinds of dichromacy (the matrices of Machado, Oliveira
// and Fernandes, 2009, for a severity of 1).
func TestLooksAreApart(t *testing.T) {
	seen := map[string][3][3]float64{
		"in full colour":    {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
		"with protanopia":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
		"with deuteranopia": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
		"with tritanopia":   {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
	}
	all := looks()
	for i, a := range all {
		if grid.Width(string(a.sign)) != 1 || strings.ContainsRune("·° []", a.sign) {
			t.Errorf("the sign %c takes %d columns, or has another meaning", a.sign, grid.Width(string(a.sign)))
		}
		// WCAG 2 asks 3 of what is no text, on the grounds of the page and
		// on GitHub's.
		for _, pair := range [][2]string{{a.light, "#fcfcfb"}, {a.light, "#ffffff"}, {a.dark, "#15181b"}, {a.dark, "#0d1117"}} {
			if c := contrastOf(pair[0], pair[1]); c < 3 {
				t.Errorf("%s on %s has a contrast of %.2f", pair[0], pair[1], c)
			}
		}
		for _, b := range all[:i] {
			if a.sign == b.sign || a.dashes == b.dashes || a.outline(4) == b.outline(4) {
				t.Errorf("%c and %c share a sign, dashes or a shape", a.sign, b.sign)
			}
			for how, matrix := range seen {
				for _, pair := range [][2]string{{a.light, b.light}, {a.dark, b.dark}} {
					if d := difference(pair[0], pair[1], matrix); d < 25 {
						t.Errorf("%s, %s and %s are only %.1f apart", how, pair[0], pair[1], d)
					}
				}
			}
		}
	}
}

// difference is CIE 1976's, of two colours seen through a matrix of linear
// light.
func difference(a, b string, matrix [3][3]float64) float64 {
	one, other := lab(a, matrix), lab(b, matrix)
	return math.Sqrt(math.Pow(one[0]-other[0], 2) + math.Pow(one[1]-other[1], 2) + math.Pow(one[2]-other[2], 2))
}

// lab is a colour's place in CIE 1976 L*a*b* under D65.
func lab(color string, matrix [3][3]float64) [3]float64 {
	n, _ := strconv.ParseUint(color[1:], 16, 32)
	var linear, light [3]float64
	for i := range 3 {
		linear[i] = channelOf(n >> (16 - 8*i))
	}
	for i, row := range matrix {
		light[i] = min(max(row[0]*linear[0]+row[1]*linear[1]+row[2]*linear[2], 0), 1)
	}
	f := func(v float64) float64 {
		if v > 216.0/24389 {
			return math.Cbrt(v)
		}
		return (24389.0/27*v + 16) / 116
	}
	x := f((0.4124*light[0] + 0.3576*light[1] + 0.1805*light[2]) / 0.9505)
	y := f(0.2126*light[0] + 0.7152*light[1] + 0.0722*light[2])
	z := f((0.0193*light[0] + 0.1192*light[1] + 0.9505*light[2]) / 1.089)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

func contrastOf(a, b string) float64 {
	la, lb := luminanceOf(a), luminanceOf(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// luminanceOf is the relative luminance of WCAG 2.
func luminanceOf(color string) float64 {
	n, err := strconv.ParseUint(color[1:], 16, 32)
	if err != nil {
		return math.NaN()
	}
	return 0.2126*channelOf(n>>16) + 0.7152*channelOf(n>>8) + 0.0722*channelOf(n)
}

// channelOf is the linear light of a colour's lowest eight bits.
func channelOf(v uint64) float64 {
	c := float64(v&255) / 255
	if c <= 0.03928 {
		return c / 12.92
	}
	return math.Pow((c+0.055)/1.055, 2.4)
}
