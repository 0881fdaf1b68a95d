package reports

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/sweep"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// decides says whether the report has systems to choose from: of one and its
// reranker the comparison says it all.
func (r *Report) decides() bool { return len(r.Evaluation.Systems) > 2 }

// bestSaid is the sentence below the decision table; empty where there is
// nothing to choose from.
func (r *Report) bestSaid() string {
	if !r.decides() {
		return ""
	}
	return decisionSaid(r.Decision)
}

// decisionSaid names the best system, those that the queries do not tell apart
// from it, and the cheapest and the fastest among all of these. It is made of
// the table alone.
func decisionSaid(d *score.Decision) string {
	if d.Best == "" {
		return ""
	}
	best := d.Row(d.Best)
	on := text.Count(d.Queries, "query")
	if d.Queries < d.Total {
		on = fmt.Sprintf("the %s of %s that all systems answered", text.Thousands(d.Queries), text.Count(d.Total, "query"))
	}
	said := fmt.Sprintf("%s %s the highest %s, %s on %s", text.And(d.Highest), one(len(d.Highest), "has", "share"), d.Lead, grid.Fixed(best.Mean), on)
	it := one(len(d.Highest), "it", "them")
	others := 0
	var left []string
	alike, open := belowHighest(d, d.Alike), belowHighest(d, d.Open)
	for i := range d.Rows {
		switch row := &d.Rows[i]; {
		case !row.Compared:
			left = append(left, row.Name)
		case !slices.Contains(d.Highest, row.Name):
			others++
		}
	}
	switch {
	case others == 0:
	case len(alike) == 0:
		said += ", which " + one(d.Queries, "tells", "tell") + " every other system apart from " + it
	case len(alike) == others:
		said += ", which " + one(d.Queries, "tells", "tell") + " no other system apart from " + it
	default:
		said += fmt.Sprintf(", which %s not tell %s apart from %s", one(d.Queries, "does", "do"), text.And(alike), it)
	}
	said += "."
	if len(d.Alike) > 0 {
		said += chosenSaid(d)
	}
	if len(open) > 0 {
		said += fmt.Sprintf(" Judging the unjudged hits could put %s before %s.", someSystems(open), d.Best)
	}
	if len(open) < len(d.Open) {
		said += " Judging the unjudged hits could end the tie for the highest."
	}
	if len(left) > 0 {
		said += fmt.Sprintf(" %s answered too few queries to be compared.", text.And(left))
	}
	return said
}

// belowHighest are those of the named systems that do not share the highest
// mean.
func belowHighest(d *score.Decision, names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(d.Highest, name) })
}

// chosenSaid names the cheapest and the fastest of the systems that come into
// question.
func chosenSaid(d *score.Decision) string {
	of := "those two"
	if n := len(d.Alike) + 1; n > 2 {
		of = "these " + text.Thousands(n)
	}
	var parts []string
	if len(d.Cheapest) > 0 {
		price := usd(d.Row(d.Cheapest[0]).USD) + " dollars for 1,000 searches"
		known := ""
		if d.Unpriced {
			known = " of known price"
		}
		parts = append(parts, superlative(d.Cheapest, "the cheapest"+known, price))
	}
	if len(d.Fastest) > 0 {
		l := d.Row(d.Fastest[0]).Latency
		parts = append(parts, superlative(d.Fastest, "the fastest", milliseconds(l.Wall.P50)+" ms at the median ("+measuredHow(l)+")"))
	}
	if len(parts) == 0 {
		return ""
	}
	return " Of " + of + ", " + strings.Join(parts, "; ") + "."
}

// one is the verb's form for so many.
func one(n int, singular, plural string) string {
	if n == 1 {
		return singular
	}
	return plural
}

func superlative(names []string, what, how string) string {
	return text.And(names) + " " + one(len(names), "is", "are") + " " + what + ", at " + how
}

// someSystems names a few, and counts the rest.
func someSystems(names []string) string {
	const most = 3
	if len(names) > most {
		return text.And(append(slices.Clone(names[:most]), text.Thousands(len(names)-most)+" more"))
	}
	return text.And(names)
}

// measuredHow says at which load times were measured.
func measuredHow(l score.Latency) string {
	switch {
	case l.Sampled:
		return "measured one search at a time"
	case l.Concurrency == 0:
		return "concurrency not known"
	case l.Concurrency == 1:
		return "one query in flight"
	}
	return "up to " + text.Thousands(l.Concurrency) + " queries in flight"
}

// milliseconds prints a time, shorter the longer it is.
func milliseconds(ms float64) string {
	switch {
	case math.IsNaN(ms):
		return absent
	case ms == math.Trunc(ms) || ms >= 99.95:
		return text.Thousands(int(math.Round(ms)))
	case ms < 0.995:
		return text.Fixed(ms, 2)
	}
	return text.Fixed(ms, 1)
}

// usd prints an amount in dollars with two decimals, a small one with as many as
// it takes to show two digits.
func usd(v float64) string {
	if math.IsNaN(v) {
		return absent
	}
	decimals := 2
	for ; v > 0 && decimals < 12 && v*math.Pow10(decimals) < 10; decimals++ {
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}

// times prints the median and the 95th percentile.
func times(p score.Percentiles) string {
	if math.IsNaN(p.P50) {
		return absent
	}
	return milliseconds(p.P50) + " / " + milliseconds(p.P95)
}

// documentsScored prints how many documents a search scores.
func documentsScored(v float64) string {
	if math.IsNaN(v) {
		return absent
	}
	return text.Fixed(v, 1)
}

// place says how a system stands to the best one.
func place(d *score.Decision, row *score.DecisionRow) grid.Cell {
	switch {
	case d.Best == "" || !row.Compared:
		return grid.Cell{Text: absent}
	case slices.Contains(d.Highest, row.Name):
		return grid.Toned("best", grid.Good)
	case row.Apart:
		return grid.Toned("below", grid.Faint)
	}
	return grid.Cell{Text: "maybe"}
}

// decisionGrid is the table that systems are chosen from. Where it must be
// narrow it leaves out what a reader can do without.
func decisionGrid(d *score.Decision, narrow bool, notes *grid.Footnotes) *grid.Table {
	return systemsGrid(d, false, narrow, notes)
}

// systemsGrid is decisionGrid, with each system's window where that was chosen.
func systemsGrid(d *score.Decision, windows, narrow bool, notes *grid.Footnotes) *grid.Table {
	g := &grid.Table{Columns: []grid.Column{
		{Head: "system", Shrink: 8},
		{Head: d.Lead.String(), Right: true},
		{Head: coverage(d.Confidence) + " interval", Right: true},
		{Head: "gain", Right: true},
	}}
	wall, window := times, "window"
	if narrow {
		window = "win."
		wall = func(p score.Percentiles) string { return strings.ReplaceAll(times(p), " ", "") }
	}
	if windows {
		g.Columns = slices.Insert(g.Columns, 1, grid.Column{Head: window, Right: true})
	}
	if narrow {
		g.Columns[len(g.Columns)-2].Head = coverage(d.Confidence)
	} else {
		g.Columns = append(g.Columns, grid.Column{Head: "gain's interval", Right: true})
	}
	g.Columns = append(g.Columns, grid.Column{Head: "best?"})
	if !narrow {
		g.Columns = append(g.Columns, grid.Column{Head: "ceiling", Right: true}, grid.Column{Head: "took ms", Right: true})
	}
	g.Columns = append(g.Columns, grid.Column{Head: "wall ms", Right: true})
	costs := []grid.Column{{Head: "documents", Right: true}, {Head: "$ per 1,000", Right: true}}
	if narrow {
		costs[0].Head, costs[1].Head = "docs", "$/1000"
	}
	g.Columns = append(g.Columns, costs...)
	for i := range d.Rows {
		row := &d.Rows[i]
		mean := grid.Cell{Text: grid.Fixed(row.Mean)}
		if moved(row.Mean, row.AsRanked) {
			mean.Note = notes.Mark([]string{"the mean over all orders of tied hits; as the server ranked them it is " + grid.Fixed(row.AsRanked)})
		}
		cells := []grid.Cell{{Text: grid.Short(row.Name)}, mean, {Text: meanInterval(row)}}
		if windows {
			cells = slices.Insert(cells, 1, grid.Cell{Text: windowOf(row)})
		}
		gain, interval := grid.Cell{Text: absent}, absent
		if row.Gain != nil && row.Gain.Says != stats.NoEvidence {
			gain, interval = grid.Toned(grid.Signed(row.Gain.Mean), toneOf(row.Gain)), intervalCell(row.Gain)
		}
		cells = append(cells, gain)
		if !narrow {
			cells = append(cells, grid.Cell{Text: interval})
		}
		cells = append(cells, place(d, row))
		if !narrow {
			cells = append(cells, grid.Cell{Text: orAbsent(row.Ceiling)}, grid.Cell{Text: times(row.Latency.Took)})
		}
		g.Add(append(cells, grid.Cell{Text: wall(row.Latency.Wall)}, grid.Cell{Text: documentsScored(row.Documents)}, grid.Cell{Text: usd(row.USD)})...)
	}
	return g
}

// windowOf is the window of a row's reranker, a dash where it has none.
func windowOf(row *score.DecisionRow) string {
	if row.FirstStage == "" {
		return absent
	}
	return strconv.Itoa(row.Window)
}

// bestWindows is the choice that a sweep of several rerankers ends in; nil where
// there is none.
func (r *Report) bestWindows() *sweep.BestWindows {
	if r.Sweep == nil || r.Sweep.Best == nil || r.Sweep.Best.Best == "" {
		return nil
	}
	return r.Sweep.Best
}

// chosenFrom is the table that the report's systems are chosen from; nil where
// there is none.
func (r *Report) chosenFrom() *score.Decision {
	if b := r.bestWindows(); b != nil {
		return &b.Decision
	}
	if r.Sweep != nil || !r.decides() {
		return nil
	}
	return r.Decision
}

// bestWindowsTitle is the heading over its table.
const bestWindowsTitle = "Every system, each reranker at its best window"

// bestWindowsSaid is the sentence below its table.
func bestWindowsSaid(b *sweep.BestWindows) string {
	said := decisionSaid(&b.Decision)
	var windows []string
	for _, name := range append([]string{b.Best}, b.Alike...) {
		if row := b.Row(name); row.FirstStage != "" {
			windows = append(windows, fmt.Sprintf("%s is at window %d", name, row.Window))
		}
	}
	if len(windows) > 0 {
		said += " " + text.And(windows) + "."
	}
	return said
}

// bestWindowsNotes say how the table was made.
func bestWindowsNotes(b *sweep.BestWindows, narrow bool) []string {
	chosen := fmt.Sprintf("each window is the recommended one, else that of the highest mean, chosen by the same queries, which flatters means and gains; verdicts are corrected for all %s with other windows (up to %d of each reranker)",
		text.Count(b.Family, "comparison"), b.Windows)
	return append([]string{chosen}, decisionNotes(&b.Decision, narrow)...)
}

func orAbsent(v float64) string {
	if math.IsNaN(v) {
		return absent
	}
	return grid.Fixed(v)
}

// meanInterval is the interval of a row's mean, a dash where there is none.
func meanInterval(row *score.DecisionRow) string {
	if math.IsNaN(row.Low) {
		return absent
	}
	return text.Fixed(row.Low, 3) + "–" + text.Fixed(row.High, 3)
}

// decisionNotes say what the columns of the table are, as far as a reader
// cannot guess it.
func decisionNotes(d *score.Decision, narrow bool) []string {
	first := "gain: over the system's own first stage; best?: below where the verdict on the difference with the best says so, maybe where it does not"
	second := "wall: from sending a search to the end of its answer, median / 95th percentile (of 20 searches or more) of " + latencySaid(d)
	if !narrow {
		first += "; ceiling: a perfect reranker on the same window"
		second = "took: the server's own measure; " + second
	}
	if !slices.ContainsFunc(d.Rows, func(r score.DecisionRow) bool { return r.Latency.Searches > 0 }) {
		return []string{first + "; documents: scored by the reranker for a search; no search was timed"}
	}
	return []string{first, second + "; documents: scored by the reranker for a search"}
}

// latencySaid says which searches were timed.
func latencySaid(d *score.Decision) string {
	var all []string
	for i := range d.Rows {
		l := d.Rows[i].Latency
		if l.Searches == 0 {
			continue
		}
		said := "the run's searches (" + measuredHow(l) + ")"
		if l.Sampled {
			said = text.Plural(l.Searches, "search", "searches") + " measured one at a time"
		}
		if !slices.Contains(all, said) {
			all = append(all, said)
		}
	}
	if len(all) == 0 {
		return "no search"
	}
	return text.And(all)
}

// wallSaid gives the wall times in a sentence, where there is no room for a table.
func wallSaid(d *score.Decision) string {
	var parts []string
	for i := range d.Rows {
		parts = append(parts, d.Rows[i].Name+" "+times(d.Rows[i].Latency.Wall)+" ms")
	}
	return "Wall time, median / 95th percentile: " + strings.Join(parts, ", ") + "; of " + latencySaid(d) + "."
}

// timesGrid shows what the systems take and cost, where no decision table
// does.
func timesGrid(d *score.Decision) *grid.Table {
	g := &grid.Table{Columns: []grid.Column{
		{Head: "system", Shrink: 10}, {Head: "took p50", Right: true}, {Head: "took p95", Right: true}, {Head: "wall p50", Right: true}, {Head: "wall p95", Right: true},
		{Head: "documents", Right: true}, {Head: "$ per 1,000", Right: true},
	}}
	for i := range d.Rows {
		row := &d.Rows[i]
		l := row.Latency
		g.Add(grid.Words(grid.Short(row.Name), milliseconds(l.Took.P50), milliseconds(l.Took.P95), milliseconds(l.Wall.P50), milliseconds(l.Wall.P95), documentsScored(row.Documents), usd(row.USD))...)
	}
	return g
}

// timed says whether the run was searched, so that there are times.
func (r *Report) timed() bool { return r.Evaluation.Run.Manifest.Cluster.Kind != eval.FromFiles }

// latencyTitle is the heading over timesGrid.
const latencyTitle = "Latency in milliseconds, and cost"

// latencyNote says what its numbers are of.
func latencyNote(d *score.Decision) string {
	return "took: the server's own measure; wall: from sending to the end of the answer; of " + latencySaid(d) + "; documents: scored by the reranker for a search"
}

// decisionTitle is the heading over the decision table.
const decisionTitle = "Systems"

// gainsGrid compares what one reranker adds to one first stage with what it adds
// to another; nil where none stands over two.
func (r *Report) gainsGrid() *grid.Table {
	rows := r.Compared.Gains
	if len(rows) == 0 {
		return nil
	}
	m := &r.Evaluation.Run.Manifest
	g := &grid.Table{Columns: []grid.Column{
		{Head: "reranker", Shrink: 8}, {Head: "over", Shrink: 8}, {Head: "gain", Right: true}, {Head: "over", Shrink: 8}, {Head: "gain", Right: true},
		{Head: "difference", Right: true}, {Head: coverage(rows[0].Confidence) + " interval", Right: true}, {Head: "p", Right: true},
	}}
	for i := range rows {
		d := &rows[i]
		base, next := m.System(d.Base), m.System(d.System)
		g.Add(grid.Cell{Text: grid.Short(next.Reranker)}, grid.Cell{Text: grid.Short(base.FirstStage)}, grid.Cell{Text: grid.Signed(d.BaseMean)},
			grid.Cell{Text: grid.Short(next.FirstStage)}, grid.Cell{Text: grid.Signed(d.NextMean)},
			grid.Toned(grid.Signed(d.Mean), toneOf(d)), grid.Cell{Text: intervalCell(d)}, grid.Cell{Text: pValue(corrected(d))})
	}
	return g
}

// gainsTitle is the heading over gainsGrid.
func (r *Report) gainsTitle() string {
	title := "What a reranker adds to " + r.leadMetric().String() + " over two first stages"
	for i := range r.Compared.Gains {
		if !r.Compared.Gains[i].Primary {
			return title + " (secondary where compare: does not name the pair)"
		}
	}
	return title
}
