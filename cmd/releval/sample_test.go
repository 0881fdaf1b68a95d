package main

import (
	"cmp"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// The first command ends with the decision among six systems. What it says is
// worked out again here from the systems' means, the comparisons and the
// latencies of the same report. It takes three seconds of processor time at
// most, on however busy a machine.
func TestSampleDecision(t *testing.T) {
	run := func(format string) []byte {
		c := exec.CommandContext(t.Context(), os.Args[0], "run", "../../judgments/films/films.yaml", "--format", format)
		c.Env = append(os.Environ(), asCommand+"=1", "GITHUB_ACTIONS=")
		out, err := c.Output()
		if err != nil {
			t.Fatal(err)
		}
		if used := c.ProcessState.UserTime() + c.ProcessState.SystemTime(); used > 3*time.Second && !underRace {
			t.Errorf("it takes %v of processor time, want 3s at most", used)
		}
		return out
	}
	var report struct {
		Systems []struct {
			Name            string
			Distinguishable bool `json:"distinguishable_from_best"`
			Metrics         []struct {
				Metric string
				Mean   float64
			}
			Latency struct {
				Wall struct{ P50 float64 } `json:"wall_ms"`
			}
		}
		Comparisons []struct {
			Base, System, Metric, Says string
		}
		Decision struct {
			Metric, Best, Sentence string
			NotDistinguishable     []string `json:"not_distinguishable"`
			Fastest                []string
		}
	}
	if err := json.Unmarshal(run("json"), &report); err != nil {
		t.Fatal(err)
	}
	d := report.Decision
	means, medians := make(map[string]float64), make(map[string]float64)
	var names []string
	for _, s := range report.Systems {
		for _, m := range s.Metrics {
			if m.Metric == d.Metric {
				means[s.Name], medians[s.Name] = m.Mean, s.Latency.Wall.P50
				names = append(names, s.Name)
			}
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(means[b], means[a]) })
	if len(names) != 6 || d.Best != names[0] {
		t.Fatalf("%v by the mean, and the best is said to be %q", names, d.Best)
	}
	var alike []string
	for _, name := range names[1:] {
		told, compared := false, false
		for _, c := range report.Comparisons {
			if c.Metric == d.Metric && (c.Base == name && c.System == d.Best || c.Base == d.Best && c.System == name) {
				compared = true
				told = told || c.Says == "raises" || c.Says == "lowers"
			}
		}
		if !compared {
			t.Errorf("%s is not compared with the best", name)
		}
		if !told {
			alike = append(alike, name)
		}
	}
	if !slices.Equal(d.NotDistinguishable, alike) {
		t.Errorf("not told apart from the best: %v, by the comparisons %v", d.NotDistinguishable, alike)
	}
	for _, s := range report.Systems {
		if s.Name != d.Best && s.Distinguishable == slices.Contains(alike, s.Name) {
			t.Errorf("%s: distinguishable from the best: %v", s.Name, s.Distinguishable)
		}
	}
	fastest := slices.MinFunc(append(alike, d.Best), func(a, b string) int { return cmp.Compare(medians[a], medians[b]) })
	if !slices.Contains(d.Fastest, fastest) {
		t.Errorf("the fastest of them: %v, by the medians %s", d.Fastest, fastest)
	}
	for _, name := range append(alike, d.Best, fastest) {
		if !strings.Contains(d.Sentence, name) {
			t.Errorf("the sentence does not name %s: %s", name, d.Sentence)
		}
	}
	table := string(run("table"))
	at := 0
	for _, name := range names { // a row each, the best first
		row := strings.Index(table, "\n"+name+" ")
		if row < at {
			t.Errorf("the row of %s stands at %d, and that before it at %d:\n%s", name, row, at, table)
		}
		at = row
	}
	if said := d.Best + " has the highest " + d.Metric; !strings.Contains(strings.Join(strings.Fields(table[at:]), " "), said) {
		t.Errorf("below the table stands not %q:\n%s", said, table)
	}
}
