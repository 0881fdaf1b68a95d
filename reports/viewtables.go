package reports

import (
	"math"
	"strconv"

	"github.com/releval/releval/eval/gate"
)

// passedShown is up to how many passed expectations are listed one by one.
const passedShown = 5

// gateGrid lists gates and expectations, the failed ones first. Passed
// expectations are only counted where there are many: the note says so.
func gateGrid(rows []gate.Result) (g *grid, note string) {
	passed := 0
	for i := range rows {
		if rows[i].Expectation() && rows[i].Verdict == gate.Passed {
			passed++
		}
	}
	counted := passed > passedShown
	if counted {
		note = plural(passed, "expectation", "expectations") + " passed, not listed"
	}
	g = &grid{columns: []column{
		{head: "result"},
		{head: "gate", shrink: 16},
		{head: "expected", shrink: 10},
		{head: "actual", shrink: 8},
		{head: "margin", right: true},
	}}
	for _, verdict := range []gate.Verdict{gate.Failed, gate.Inconclusive, gate.Passed, gate.Skipped} {
		for i := range rows {
			row := &rows[i]
			if row.Verdict == verdict && !(counted && verdict == gate.Passed && row.Expectation()) {
				g.add(toned(string(verdict), gateTone(verdict)), cell{text: clipLong(gateName(row))}, cell{text: clipLong(row.Expected)}, cell{text: clipLong(row.Actual)}, cell{text: margin(row)})
			}
		}
	}
	return g, note
}

// margin prints the room left to a gate's limit: in ranks for an expectation.
func margin(row *gate.Result) string {
	switch {
	case math.IsNaN(row.Margin):
		return ""
	case !row.Expectation():
		return signed(row.Margin)
	case row.Margin > 0:
		return "+" + compact(row.Margin)
	}
	return compact(row.Margin)
}

// gateName names a gate in a table.
func gateName(row *gate.Result) string {
	s := row.Metric
	switch {
	case row.Expectation():
		s = "query " + row.Query
	case s == "":
		s = row.Source
	}
	if row.System != "" {
		s += " of " + row.System
	}
	if row.Expectation() && row.Expected == "" {
		s += ": " + row.Source
	}
	return s
}

func gateTone(v gate.Verdict) tone {
	switch v {
	case gate.Passed:
		return good
	case gate.Failed:
		return bad
	case gate.Inconclusive:
		return warn
	}
	return faint
}

// gateSummary counts the verdicts.
func gateSummary(rows []gate.Result) string {
	counts := make(map[gate.Verdict]int)
	for i := range rows {
		counts[rows[i].Verdict]++
	}
	var parts []string
	for _, v := range []gate.Verdict{gate.Failed, gate.Inconclusive, gate.Passed, gate.Skipped} {
		if counts[v] > 0 {
			parts = append(parts, thousands(counts[v])+" "+string(v))
		}
	}
	return list(parts, len(parts))
}

// sweepGrid shows a sweep, a row for each window.
func sweepGrid(s *SweepView) *grid {
	latency := false
	for _, p := range s.Points {
		latency = latency || !math.IsNaN(p.P50)
	}
	g := &grid{columns: []column{
		{head: "window", right: true},
		{head: s.Metric, right: true},
		{head: "gain", right: true},
		{head: coverage(s.Confidence) + " interval", right: true},
		{head: "ceiling", right: true},
		{head: "recall", right: true},
		{head: "captured", right: true},
	}}
	if latency {
		g.columns = append(g.columns, column{head: "p50/p95 ms", right: true})
	}
	for _, p := range s.Points {
		window := toned(strconv.Itoa(p.Window), plain)
		if p.Window == s.Recommended {
			window = toned("→ "+window.text, good)
		}
		row := []cell{
			window, {text: fixed(p.Value)}, {text: signed(p.Gain)}, {text: interval(p.GainLow, p.GainHigh)},
			{text: fixed(p.Ceiling)}, {text: fixed(p.Recall)}, {text: percent(p.Captured)},
		}
		if latency {
			row = append(row, cell{text: milliseconds(p.P50) + "/" + milliseconds(p.P95)})
		}
		g.add(row...)
	}
	return g
}

// milliseconds prints a latency with as many decimals as it can claim.
func milliseconds(ms float64) string {
	switch {
	case math.IsNaN(ms):
		return undefined
	case ms < 10:
		return strconv.FormatFloat(ms, 'f', 1, 64)
	}
	return strconv.FormatFloat(ms, 'f', 0, 64)
}

// sweepSays is what a sweep comes to, a sentence each.
func sweepSays(s *SweepView) []string {
	if len(s.Sentences) > 0 {
		return s.Sentences
	}
	var said []string
	add := func(text string) {
		if text != "" {
			said = append(said, text)
		}
	}
	if s.Recommended > 0 {
		reason := ""
		if s.Reason != "" {
			reason = ": " + s.Reason
		}
		add("Recommended window: " + strconv.Itoa(s.Recommended) + reason + ".")
	} else if s.Reason != "" {
		add("No window can be recommended: " + s.Reason + ".")
	}
	if s.Enough > 0 {
		add("Window " + strconv.Itoa(s.Enough) + " is the smallest with 90 % of the best gain.")
	}
	if s.Shape != "" {
		add("The curve " + s.Shape + ".")
	}
	if s.Latency != "" {
		add("Latency: " + s.Latency + ".")
	}
	if s.Audit != "" {
		add("Windows derived from one pass: " + s.Audit + ".")
	}
	for _, n := range s.Notes {
		add(n + ".")
	}
	return said
}
