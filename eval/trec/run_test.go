package trec

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func readRun(t *testing.T, text string, o Options) *Run {
	t.Helper()
	r, err := ReadRun(t.Context(), Input{Name: "run", Reader: strings.NewReader(text)}, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReadRun(t *testing.T) {
	text := "q1 Q0 a 3 1 t\nq2 Q0 z 1 1 t\r\n\nq1 Q0 b 2 1 t\nq1 Q0 c 1 5e0 last\n"
	for _, c := range []struct {
		order Order
		want  []Ranking
	}{
		// Of equal scores the greater document comes first.
		{ByScore, []Ranking{{"q1", []Hit{{"c", 5}, {"b", 1}, {"a", 1}}}, {"q2", []Hit{{"z", 1}}}}},
		{ByRank, []Ranking{{"q1", []Hit{{"c", -1}, {"b", -2}, {"a", -3}}}, {"q2", []Hit{{"z", -1}}}}},
	} {
		run := readRun(t, text, Options{Order: c.order})
		if diff := cmp.Diff(c.want, run.Rankings); diff != "" || run.Tag != "last" {
			t.Errorf("rankings by %v with tag %q (-want +got):\n%s", c.order, run.Tag, diff)
		}
	}
	tests := []struct {
		text, want string
		o          Options
	}{
		{"", "run: the file holds no hit", Options{}},
		{"q Q0 a 1\n", "run:1: 4 fields, want 6", Options{}},
		{"q Q0 a 1 x t\n", `run:1: the score "x" is not a number`, Options{}},
		{"q Q0 a 1 1 t\np Q0 a 1 1 t\nq Q0 a 2 1 t\nbad\n", `run:3: document "a" is returned a second time for query "q", first at line 1`, Options{}},
		{"q Q0 a 1 1 t\nq Q0 b 1 1 t\n", `run:2: two hits of query`, Options{Order: ByRank}},
	}
	for _, test := range tests {
		_, err := ReadRun(t.Context(), Input{Name: "run", Reader: strings.NewReader(test.text)}, test.o)
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%q: %v, want %s", test.text, err, test.want)
		}
	}
}

func TestOverlap(t *testing.T) {
	a := readRun(t, "q1 Q0 a 1 2 t\nq1 Q0 b 2 1 t\nq2 Q0 a 1 1 t\n", Options{})
	b := readRun(t, "q1 Q0 b 1 2 t\nq1 Q0 a 2 1 t\nq0 Q0 a 1 1 t\n", Options{})
	queries, values := Overlap(a, b, .9)
	// Two lists of two, swapped: agreement 0 and 1, so RBO is p.
	if !cmp.Equal(queries, []string{"q0", "q1", "q2"}) || values[0] != 0 || math.Abs(values[1]-.9) > 1e-12 || values[2] != 0 {
		t.Errorf("RBO of %q is %v, want 0, 0.9 and 0", queries, values)
	}
}
