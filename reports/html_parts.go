package reports

import (
	_ "embed"
	"html/template"
	"math"
	"slices"

	"github.com/releval/releval/eval/score"
)

// pageNumbers fills in verdicts and comparisons.
func (r *Report) pageNumbers(p *page) {
	scale := 0.0
	for _, d := range r.Differences {
		for _, v := range []float64{d.Low, d.High, d.Difference} {
			if !math.IsNaN(v) {
				scale = max(scale, math.Abs(v))
			}
		}
	}
	for i, v := range r.Verdicts() {
		p.Verdicts = append(p.Verdicts, r.pageVerdict(v, r.LeadDifference(i), scale))
	}
	systems := r.Evaluation.Systems
	if len(systems) != 2 {
		p.Overview = r.overviewGrid().html("Metrics")
	}
	var notes footnotes
	for i, s := range systems[1:] {
		differences := r.differencesOf(i)
		c := pageComparison{Label: "Metrics without and with " + clipLong(s.System), Coverage: coverage(differences[0].Confidence)}
		if len(systems) > 2 {
			c.Heading = clipLong(s.System)
		}
		for m, d := range differences {
			c.Rows = append(c.Rows, comparisonRow(d, &systems[0], &s, m, scale, notes.mark(d.Warnings)))
		}
		p.Comparisons = append(p.Comparisons, c)
	}
	p.Footnotes = notes.lines()
	if len(systems) > 1 {
		p.Footnotes = append(p.Footnotes, method(r.Differences)+".")
		if slices.ContainsFunc(p.Comparisons, func(c pageComparison) bool {
			return slices.ContainsFunc(c.Rows, func(r pageComparisonRow) bool { return r.WithoutBounds != "" || r.WithBounds != "" })
		}) {
			p.Footnotes = append(p.Footnotes, "Below a mean stands where it could lie if the unjudged hits, which count as non-relevant, were judged.")
		}
	}
	for i, s := range systems[1:] {
		if b := r.bars(i); len(b.rows) > 0 {
			p.Bars = append(p.Bars, pagePlot{Heading: clipLong(r.LeadMetric().String() + " under " + s.System), Plot: b.plot()})
		}
	}
}

func comparisonRow(d score.Difference, base, system *score.SystemScores, metric int, scale float64, note string) pageComparisonRow {
	row := pageComparisonRow{
		Metric: d.Metric.String(), Note: note, Without: fixed(d.BaseMean), With: fixed(d.NextMean),
		Class: toneClass(significant(d)), Direction: string(direction(d)),
		Difference: signed(d.Difference), Interval: interval(d.Low, d.High), P: pValue(d.AdjustedP),
		Won: d.Wins, Lost: d.Losses, Tied: d.Ties, Forest: effect(d, scale),
	}
	if low, high := mean(base.Low[metric]), mean(base.High[metric]); high-low > 1e-12 {
		row.WithoutBounds = bounds(low, high)
	}
	if low, high := mean(system.Low[metric]), mean(system.High[metric]); high-low > 1e-12 {
		row.WithBounds = bounds(low, high)
	}
	return row
}

func (r *Report) pageVerdict(v Verdict, d score.Difference, scale float64) pageVerdict {
	p := pageVerdict{
		Class: string(v.Direction), Headline: clean(v.Headline), Evidence: clean(v.Evidence), Power: clean(v.Power), Counts: v.Counts,
		Word: map[Direction]string{Better: "Helps", Worse: "Hurts", Same: "Changes nothing", Unclear: "No clear difference"}[v.Direction],
	}
	if v.Worst != nil {
		p.Worst = &pageWorst{v.Worst.Query, clipLong(Name(&r.Evaluation.Run.Queries[v.Worst.Query])), signed(v.Worst.Difference)}
	}
	if !math.IsNaN(d.Low) && !math.IsNaN(d.High) {
		p.Effect = effectLabelled(d, scale)
	}
	p.Share = share(d)
	return p
}

// pageViews fills in gates, baseline and sweeps.
func (r *Report) pageViews(p *page) {
	if len(r.Gates) > 0 {
		p.Gates = &pageTable{Heading: "Gates: " + gateSummary(r.Gates), Table: gateTables(r.Gates)}
	}
	curves := r.curves()
	if g := r.sweepsTogether(); g != nil {
		heading := clipLong("Windows side by side: " + r.Sweep.Lead())
		together := pageSweep{Heading: heading, Table: g.html(heading)}
		if c := newSweepsChart(curves); c != nil {
			together.Plot = c.plot()
			p.Style += template.CSS(seriesStyle())
		}
		p.Sweeps = append(p.Sweeps, together)
	}
	if g := r.tagsGrid(); g != nil {
		heading := r.LeadMetric().String() + " by tag"
		p.Tags = &pageTable{heading, g.html(heading)}
	}
	for i, one := range r.swept() {
		view := pageSweep{Heading: clipLong("Windows of " + one.Name), Table: sweepGrid(r.Sweep, &one).html("Windows of " + one.Name)}
		for _, text := range sweepSays(r.Sweep, &one) {
			view.Says = append(view.Says, clean(text))
		}
		if c := newSweepChart(&curves[i]); c != nil {
			view.Plot = c.plot()
		}
		for _, table := range sweepTables(r.Sweep, &one) {
			heading := clipLong(table.title)
			view.Tables = append(view.Tables, pageTable{heading, table.html(heading + " of " + one.Name)})
		}
		p.Sweeps = append(p.Sweeps, view)
	}
	b := r.Baseline
	if b == nil {
		return
	}
	p.Baseline = &pageBaseline{Heading: clipLong("Against the baseline "+b.Name) + ofDay(b), Warning: clean(meaningless(b))}
	var notes footnotes
	for _, g := range r.baselineGroups() {
		p.Baseline.Groups = append(p.Baseline.Groups, pageGroup{clean(g.sentence),
			comparisonGrid(g.differences, "baseline", "now", false, &notes).html("Metrics of " + g.system + " in the baseline and now")})
	}
	for _, g := range r.baselineGroups() {
		heading := clipLong("Tests against the baseline: " + g.system)
		p.Baseline.Tests = append(p.Baseline.Tests, pageTable{heading, testsGrid(g.differences).html(heading)})
	}
	for _, line := range append(notes.lines(), baselineRemarks(b)...) {
		p.Baseline.Remarks = append(p.Baseline.Remarks, clip(clean(line), 500))
	}
	for s, rows := range b.Queries {
		if losses, gains, _ := selectRows(rows, 2*shownEach, shownEach); len(losses)+len(gains) > 0 && s < len(r.Evaluation.Systems) {
			heading := clipLong("Queries of " + r.Evaluation.Systems[s].System + " that moved")
			p.Baseline.Moves = append(p.Baseline.Moves, pageTable{heading, r.movedGrid(losses, gains).html(heading)})
			if g := r.titlesGrid(losses, gains); g != nil {
				heading := clipLong("The titles that did it, under " + r.Evaluation.Systems[s].System)
				p.Baseline.Moves = append(p.Baseline.Moves, pageTable{heading, g.html(heading)})
			}
		}
	}
}

// pageSections are the links at the top.
func (r *Report) pageSections(p *page) {
	add := func(there bool, id, name string) {
		if there {
			p.Sections = append(p.Sections, pageLink{id, name})
		}
	}
	add(true, "metrics", "Metrics")
	add(len(p.Bars) > 0, "differences", "Query by query")
	add(len(p.Sweeps) > 0, "windows", "Windows")
	add(p.Baseline != nil, "baseline", "Baseline")
	add(p.Gates != nil, "gates", "Gates")
	add(true, "queries", "Queries")
	add(true, "trust", "What could not be trusted")
	add(true, "manifest", "What was run")
}

// pageFilters are what the queries can be filtered by.
func (r *Report) pageFilters() pageFilters {
	e := r.Evaluation
	var f pageFilters
	if len(e.Systems) > 2 {
		for _, s := range e.Systems[1:] {
			f.Systems = append(f.Systems, clipLong(s.System))
		}
	}
	for _, t := range r.tags() {
		f.Tags = append(f.Tags, clip(clean(t), 40))
	}
	f.Outcomes = []pageLink{{"all", "all"}}
	if len(e.Systems) > 1 {
		f.Outcomes = append(f.Outcomes, pageLink{"lost", "lost"}, pageLink{"won", "won"}, pageLink{"tied", "tied"})
	}
	f.Outcomes = append(f.Outcomes, pageLink{"failed", "failed"})
	return f
}

// tags are the tags of all queries, sorted.
func (r *Report) tags() []string {
	var tags []string
	for i := range r.Evaluation.Run.Queries {
		tags = append(tags, r.Evaluation.Run.Queries[i].Tags...)
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}
