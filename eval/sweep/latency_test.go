package sweep

import (
	"math"
	"strings"
	"testing"
	"time"
)

// A line is drawn only where the window explains the latency, and never down.
func TestFitIsHeldBack(t *testing.T) {
	x := []float64{10, 20, 50, 100, 10, 20, 50, 100}
	for name, test := range map[string]struct {
		y    []float64
		want bool
	}{
		"rises":         {[]float64{2, 3, 6, 11, 2, 3, 6, 11}, true},
		"falls":         {[]float64{11, 10, 7, 2, 11, 10, 7, 2}, false},
		"is noise":      {[]float64{3, 9, 2, 4, 8, 1, 9, 5}, false},
		"is always one": {[]float64{3, 3, 3, 3, 3, 3, 3, 3}, false},
	} {
		if got := fit(x, test.y); (got != nil) != test.want {
			t.Errorf("a latency that %s: %+v", name, got)
		}
	}
	if fit([]float64{10, 10}, []float64{1, 2}) != nil {
		t.Error("a line through one window")
	}
}

// latencyOf has the walls of each window, by query.
func latencyOf(walls ...[]float64) *Latency {
	l := &Latency{Queries: len(walls[0]), walls: walls}
	for _, w := range walls {
		s := samples{wall: w, took: w}
		l.byWindow = append(l.byWindow, s)
	}
	return l
}

func TestSlower(t *testing.T) {
	fast, slow, noise := make([]float64, 20), make([]float64, 20), make([]float64, 20)
	for i := range fast {
		fast[i] = 10 + float64(i)
		slow[i] = fast[i] + 4 + float64(i)/10 // 4.0 to 5.9 more
		noise[i] = fast[i] + []float64{-1, 1}[i%2]
	}
	l := latencyOf(fast, slow, noise)
	// Of 20 the 6th and the 15th bound the median: P(Bin(20, ½) ≤ 5) = 0.0207.
	got := l.slower(0, 1, 0.95)
	for _, c := range []struct {
		got  Number
		want float64
	}{{got.Mean, 4.95}, {got.Low, 4.5}, {got.High, 5.4}} {
		if math.Abs(float64(c.got)-c.want) > 1e-9 {
			t.Errorf("slower by %+v", got)
		}
	}
	if said := l.slowerSays(got); said != ", +5.0 ms (median of 20 queries; +4.5 to +5.4)" && said != ", +4.9 ms (median of 20 queries; +4.5 to +5.4)" {
		t.Errorf("says %q", said)
	}
	if said := l.slowerSays(l.slower(0, 2, 0.95)); said != ", not told apart in latency on 20 queries" {
		t.Errorf("says %q", said)
	}
	few := latencyOf(fast[:4], slow[:4])
	if said := few.slowerSays(few.slower(0, 1, 0.95)); !strings.Contains(said, "too few") {
		t.Errorf("says %q", said)
	}
}

// A larger window whose few searches happened to be fast does not follow a
// smaller one that is beyond the budget, and few searches bound nothing.
func TestBudgetIsOfTheSamples(t *testing.T) {
	full := levels(40, 0.8)
	k := curveOf(t, []int{10, 50, 100}, levels(40, 0.5), [][]float64{full, full, full}).compare(options(t, Options{LatencyBudget: 3 * time.Millisecond}, 40))
	choice := k.budget(latencyOf(levels(20, 2), levels(20, 7.7), levels(20, 2.5)))
	if choice.Window != 10 || !strings.Contains(choice.Sentence, "stayed within 3ms here, as all smaller ones did") || !strings.Contains(choice.Sentence, "20 searches a window are a fact about these; 59 bound") {
		t.Errorf("%+v", choice)
	}
	choice = k.budget(latencyOf(levels(59, 2), levels(59, 2.5), levels(59, 2.9)))
	if choice.Window != 100 || !strings.Contains(choice.Sentence, "with 95 % confidence 95 % of all like them take at most 2.9ms") {
		t.Errorf("%+v", choice)
	}
	if choice = k.budget(latencyOf(levels(20, 9), levels(20, 9), levels(20, 9))); choice.Window != 0 || !strings.Contains(choice.Sentence, "no window stayed within 3ms here") {
		t.Errorf("%+v", choice)
	}
}
