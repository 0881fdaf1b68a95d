package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/releval/releval/eval/compare"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// BaselineView is the comparison with an earlier run of the same suite.
type BaselineView struct {
	// Name is where the baseline came from, such as a file's name.
	Name string
	// Started is when the baseline was run.
	Started time.Time
	// Settings are what differs between the two runs besides their results.
	Settings []compare.Setting
	// Meaningless lists why the difference means nothing, where somebody
	// forced it; it stands at the top of the report.
	Meaningless []string
	// Differences are of each system's metrics, this run minus the baseline:
	// by system, then by metric. Base is the system in the baseline.
	Differences []score.Difference
	// Queries are the queries that moved on the lead metric, by system in
	// the order of Evaluation.Systems, the largest loss first. Without is
	// the baseline's value, With this run's, Before and After are the ranks
	// of the title that did most of it. May be nil.
	Queries [][]QueryRow
	// LeftOut are the queries that the two runs do not share.
	LeftOut compare.LeftOut
}

// NewBaselineView takes over a comparison of the report's run with the run of
// the given name.
func (r *Report) NewBaselineView(name string, c *compare.Result) *BaselineView {
	view := &BaselineView{
		Name:        name,
		Started:     c.Base.Run.Manifest.Started,
		Settings:    c.Settings,
		Meaningless: c.Meaningless,
		Differences: c.Differences,
		LeftOut:     c.LeftOut,
	}
	view.Queries = make([][]QueryRow, len(r.Evaluation.Systems))
	for i, system := range r.Evaluation.Systems {
		if s := slices.Index(c.Systems, system.System); s >= 0 {
			view.Queries[i] = movedRows(r, c, system.System, c.Moves[s])
		}
	}
	return view
}

// movedRows lists the queries of one system that are not as they were, the
// largest loss first.
func movedRows(r *Report, c *compare.Result, system string, moves []compare.Move) []QueryRow {
	place := make(map[string]int)
	for i := range r.Evaluation.Run.Queries {
		place[r.Evaluation.Run.Queries[i].ID] = i
	}
	base, next := c.Base.Index(system), c.Next.Index(system)
	var rows []QueryRow
	for _, m := range moves {
		if m.Difference == 0 {
			continue
		}
		is := &c.Next.Run.Queries[m.Query]
		row := QueryRow{
			Query: place[is.ID], Without: m.Base, With: m.Next, Difference: m.Difference, Changes: m.Changes,
			Failed: c.Base.Systems[base].Errors[m.Query] != "" || c.Next.Systems[next].Errors[m.Query] != "",
		}
		row.Title, row.Before, row.After = bestOf(is, c.Base.Ranks(base, m.Query), c.Next.Ranks(next, m.Query))
		row.name(m.Changes)
		rows = append(rows, row)
	}
	return rows
}

// baselineGroup is one system compared with itself in the baseline.
type baselineGroup struct {
	system string
	// sentence says all, headline what fits into two lines.
	sentence, headline string
	lead               *score.Difference
	// same says that every metric is as it was.
	same        bool
	differences []score.Difference
}

// baselineGroups parts the baseline's differences by system, with a verdict
// on the lead metric of each.
func (r *Report) baselineGroups() []baselineGroup {
	var groups []baselineGroup
	for _, d := range r.Baseline.Differences {
		if n := len(groups); n == 0 || groups[n-1].system != d.System {
			groups = append(groups, baselineGroup{system: d.System})
		}
		last := &groups[len(groups)-1]
		last.differences = append(last.differences, d)
	}
	for i := range groups {
		g := &groups[i]
		g.lead, g.same = &g.differences[0], true
		for k := range g.differences {
			d := &g.differences[k]
			if d.Metric == r.leadMetric() {
				g.lead = d
			}
			g.same = g.same && d.Says == stats.Unchanged
		}
		g.sentence = baselineSentence(g.lead, g.differences)
		g.headline = baselineHeadline(g.lead, g.sentence)
	}
	return groups
}

// baselineSentence says how one system moved since the baseline: first what
// happened on these queries, then what it may mean for others. It is as it was
// only where every metric is.
func baselineSentence(d *score.Difference, all []score.Difference) string {
	headline, evidence := baselineSaid(d, all)
	said, join := headline, ": "
	if d.Says == stats.DiffersHere || d.Says == stats.Unsettled {
		join = "; "
	}
	if evidence != "" {
		said += join + evidence
	}
	said += "."
	if d.Says == stats.NoEvidence || d.Says == stats.Unchanged {
		return said
	}
	said = counts(d) + " " + said
	if judged := judgedSaid(d); judged != "" {
		said += " " + judged
	}
	return said
}

// baselineSaid parts what is said of a system: what happened on these queries,
// and what it may mean for others.
func baselineSaid(d *score.Difference, all []score.Difference) (headline, evidence string) {
	means := fmt.Sprintf("%s from %s to %s", d.Metric, grid.Fixed(d.BaseMean), grid.Fixed(d.NextMean))
	switch d.Says {
	case stats.NoEvidence:
		return d.System + ": no evidence", noEvidence(d)
	case stats.Unchanged:
		var others []string
		for i := range all {
			if o := &all[i]; o.Says != stats.Unchanged {
				others = append(others, o.Metric.String())
			}
		}
		if len(others) == 0 {
			return d.System + " is as it was", fmt.Sprintf("every metric is the same on each of %s", text.Count(d.N, "query"))
		}
		return fmt.Sprintf("%s has the same %s, %s, on each of %s, but not the same %s", d.System, d.Metric, grid.Fixed(d.NextMean), text.Count(d.N, "query"), text.And(others)), ""
	case stats.Raises, stats.Lowers:
		verb := map[stats.Says]string{stats.Raises: "rose", stats.Lowers: "fell"}[d.Says]
		return fmt.Sprintf("%s %s: %s", d.System, verb, means), fmt.Sprintf("%s (%s interval %s, %s)", grid.Signed(d.Mean), coverage(d.Confidence), grid.Interval(d.Low, d.High), pCorrected(d))
	case stats.DiffersHere:
		return fmt.Sprintf("%s changed on these queries: %s, %s (%s)", d.System, means, grid.Signed(d.Mean), pCorrected(d)), beyond(d)
	}
	here := fmt.Sprintf("%s changed by %s on these queries, %s", d.System, grid.Signed(d.Mean), means)
	if d.TooFew {
		return here, beyond(d)
	}
	return here, fmt.Sprintf("whether others like them would change is not settled (%s): %s", pCorrected(d), worseOrBetter(d))
}

// baselineHeadline says the same on a line of a terminal.
func baselineHeadline(d *score.Difference, sentence string) string {
	if d.Says == stats.NoEvidence || d.Says == stats.Unchanged {
		return sentence
	}
	said := map[stats.Says]string{stats.Raises: "rose", stats.Lowers: "fell"}[d.Says]
	if said == "" {
		said = "changed here"
	}
	interval := ""
	if !math.IsNaN(d.Low) {
		interval = " [" + grid.Signed(d.Low) + ", " + grid.Signed(d.High) + "]"
	}
	settled := ""
	if d.Says == stats.Unsettled {
		settled = ", not settled"
	}
	return fmt.Sprintf("%s %s: %s → %s, %s%s, %s%s", d.System, said, grid.Fixed(d.BaseMean), grid.Fixed(d.NextMean), grid.Signed(d.Mean), interval, pSaid(corrected(d)), settled)
}

// ofDay gives the baseline's day.
func ofDay(b *BaselineView) string {
	if b.Started.IsZero() {
		return ""
	}
	return " of " + b.Started.UTC().Format("2006-01-02")
}

// changes are the settings that differ, a line each.
func (b *BaselineView) changes() []string {
	var lines []string
	for _, s := range b.Settings {
		lines = append(lines, s.String())
	}
	return lines
}

// baselineRemarks says what else to know of the comparison.
func baselineRemarks(b *BaselineView) []string {
	remarks := b.changes()
	for _, line := range b.LeftOut.Says() {
		remarks = append(remarks, "not compared: "+line)
	}
	return remarks
}

// meaningless is the warning above a comparison that was forced.
func meaningless(b *BaselineView) string {
	if len(b.Meaningless) == 0 {
		return ""
	}
	return "These runs are not comparable, and were compared because --force asks for it: " + strings.Join(b.Meaningless, "; ") + "."
}

// movedGrid lists the queries that moved since the baseline.
func (r *Report) movedGrid(rows ...[]QueryRow) *grid.Table {
	g := r.queryGrid(rows...)
	g.Columns[1].Head, g.Columns[2].Head = "baseline", "now"
	return g
}

// titlesShown is how many titles explain one query; the others share a row.
const titlesShown = 4

// titlesGrid says which titles moved queries since the baseline: ranks before
// and now, and what each contributed. The contributions of a query add up to
// its difference. It is nil where nothing is known of the titles.
func (r *Report) titlesGrid(lists ...[]QueryRow) *grid.Table {
	g := &grid.Table{Columns: []grid.Column{
		{Head: "query", Shrink: 14},
		{Head: "title", Shrink: 20},
		{Head: "grade", Right: true},
		{Head: "rank", Right: true},
		{Head: "contribution", Right: true},
	}}
	for _, rows := range lists {
		for _, row := range rows {
			addTitles(g, queryName(&r.Evaluation.Run.Queries[row.Query]), row.Changes)
		}
	}
	if len(g.Rows) == 0 {
		return nil
	}
	return g
}

// addTitles adds the titles that moved one query, the largest effect first; the
// name stands before the first.
func addTitles(g *grid.Table, name string, changes []score.Change) {
	changes = slices.Clone(changes)
	slices.SortStableFunc(changes, func(a, b score.Change) int {
		return cmp.Compare(math.Abs(b.Contribution), math.Abs(a.Contribution))
	})
	name = grid.Short(name)
	rest := 0.0
	for i, c := range changes {
		if i >= titlesShown {
			rest += c.Contribution
			continue
		}
		grade := "–"
		if c.Judged {
			grade = grid.Compact(c.Grade)
		}
		g.Add(grid.Cell{Text: name}, grid.Cell{Text: grid.Short(cmp.Or(c.Title, c.ID))}, grid.Cell{Text: grade},
			grid.Cell{Text: ranksMoved(c.Before, c.After)}, grid.Toned(grid.Signed(c.Contribution), grid.ToneOf(c.Contribution)))
		name = ""
	}
	if more := len(changes) - titlesShown; more > 0 {
		g.Add(grid.Cell{}, grid.Cell{Text: text.Plural(more, "other title", "other titles")}, grid.Cell{}, grid.Cell{}, grid.Toned(grid.Signed(rest), grid.ToneOf(rest)))
	}
}
