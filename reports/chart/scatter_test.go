package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The picture is read back: every point stands where its numbers say, better ones
// higher and slower ones further right, and the front only rises.
func TestScatterReadsBack(t *testing.T) {
	point := regexp.MustCompile(`<circle class="point( on)?" cx="([-0-9.]+)%" cy="([-0-9.]+)%"`)
	front := regexp.MustCompile(`<path class="front" d="M([-0-9.]+) 100V([-0-9.]+)((?:H[-0-9.]+V[-0-9.]+)*)H100"/>`)
	rapid.Check(t, func(t *rapid.T) {
		var systems []System
		values := rapid.SampledFrom([]float64{0, 0.1, 0.25, 0.5, 0.501, 1, math.NaN()})
		times := rapid.SampledFrom([]float64{0, 0.004, 1, 2, 3, 40, 4000, math.NaN(), math.Inf(1)})
		for i := range rapid.IntRange(0, 9).Draw(t, "systems") {
			s := System{Name: "<b>" + strconv.Itoa(i), Number: i + 1, Value: values.Draw(t, "value"), Milliseconds: times.Draw(t, "ms"), Low: values.Draw(t, "low"), High: math.NaN()}
			s.Low, s.High = min(s.Low, s.Value), max(s.Low, s.Value)
			systems = append(systems, s)
		}
		var drawn []System
		for i := range systems {
			s := &systems[i]
			s.Front = drawable(s.Value) && drawable(s.Milliseconds)
			for _, o := range systems {
				if o.Value >= s.Value && o.Milliseconds <= s.Milliseconds && (o.Value > s.Value || o.Milliseconds < s.Milliseconds) {
					s.Front = false
				}
			}
			if drawable(s.Value) && drawable(s.Milliseconds) {
				drawn = append(drawn, *s)
			}
		}
		c := NewScatter("ndcg@10", "median wall time", systems)
		if c == nil {
			if len(drawn) > 1 {
				t.Fatalf("%d systems are not drawn", len(drawn))
			}
			return
		}
		page := string(c.Page())
		points := point.FindAllStringSubmatch(page, -1)
		if len(points) != len(drawn) {
			t.Fatalf("%d points of %d systems", len(points), len(drawn))
		}
		at := func(s string) float64 {
			v, err := strconv.ParseFloat(s, 64)
			if err != nil || v < -0.01 || v > 100.01 {
				t.Fatalf("%q is no place in the picture", s)
			}
			return v
		}
		for i, p := range points {
			if drawn[i].Front != (p[1] != "") {
				t.Fatalf("%+v is drawn as %q", drawn[i], p[0])
			}
			for k, q := range points {
				if drawn[i].Value > drawn[k].Value && at(p[3]) > at(q[3]) || drawn[i].Milliseconds > drawn[k].Milliseconds && at(p[2]) < at(q[2]) {
					t.Fatalf("%+v and %+v are drawn at %v and %v", drawn[i], drawn[k], p[2:], q[2:])
				}
			}
		}
		steps := front.FindStringSubmatch(page)
		if steps == nil {
			t.Fatalf("no front is drawn:\n%s", page)
		}
		x, y := at(steps[1]), at(steps[2])
		for _, step := range regexp.MustCompile(`H([-0-9.]+)V([-0-9.]+)`).FindAllStringSubmatch(steps[3], -1) {
			if at(step[1]) < x || at(step[2]) > y {
				t.Fatalf("the front falls: %s", steps[0])
			}
			x, y = at(step[1]), at(step[2])
		}
		if strings.Contains(page, "<b>0") || strings.Contains(page, "NaN") || strings.Contains(page, "Inf") {
			t.Fatalf("the page holds what it must not:\n%s", page)
		}
		file := xml.NewDecoder(strings.NewReader(string(c.File())))
		for {
			if _, err := file.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("the file is no XML: %v", err)
			}
		}
	})
}
