package reports

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strconv"
	"sync"

	"github.com/releval/releval/eval/gate"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/sweep"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/chart"
	"github.com/releval/releval/reports/grid"
)

//go:embed page.html
var pageTemplate string

// parsedPage is the template, parsed and escaped once for many reports.
var parsedPage = sync.OnceValues(func() (*template.Template, error) { return template.New("report").Parse(pageTemplate) })

//go:embed page.css
var pageStyle string

//go:embed page.js
var pageScript string

// page is what the HTML report's template shows. Texts in it are escaped by
// the template; the fields of type template.HTML were escaped where they were
// made.
type page struct {
	Policy, Tool, Title, Suite, Subject string
	Rerankers                           []string
	Style                               template.CSS
	Script                              template.JS
	Verdicts                            []pageVerdict
	StandIn, Serious                    string
	Next                                []string
	Sections                            []pageLink
	Comparisons                         []pageComparison
	Best                                string
	Systems                             *pageSystems
	Gains, Latency                      *pageTable
	Overview                            template.HTML
	Pairs                               *pageTable
	Footnotes                           []string
	Bars                                []pagePlot
	Sweeps                              []pageSweep
	Tags                                *pageTable
	Baseline                            *pageBaseline
	Lead                                *pageLead
	Words                               [][2]string
	Gates                               *pageTable
	Filters                             pageFilters
	QueriesNote                         string
	Queries                             []pageQuery
	Findings                            []finding
	NothingFound                        string
	Manifest                            [][2]string
}

type (
	pageLink    struct{ ID, Name string }
	pageVerdict struct {
		Class, Word, Headline, Evidence, Power, Counts, Judged string
		Worst                                                  *pageWorst
		Effect, Share                                          template.HTML
	}
	pageWorst struct {
		Query            int
		Name, Difference string
	}
	pageComparison struct {
		Heading, Label, Coverage, Remark string
		Base, Next                       string
		Rows                             []pageComparisonRow
	}
	pageComparisonRow struct {
		Metric, Explained, Note, Without, WithoutBounds, With, WithBounds string
		Class, Direction, Difference, Interval, P                         string
		DifferenceBounds                                                  string
		Won, Lost, Tied                                                   int
		Forest                                                            template.HTML
	}
	pagePlot struct {
		Heading string
		Plot    template.HTML
	}
	pageSweep struct {
		Heading string
		Says    []string
		Plot    template.HTML
		Table   template.HTML
		Tables  []pageTable
	}
	pageTable struct {
		Heading string
		Table   template.HTML
	}
	// pageLead is what a page leads with: the gates, and what changed since the
	// baseline, with its cause.
	pageLead struct {
		Class, Gates     string
		MoreGates        string
		OpenGates        []string
		Heading, Warning string
		Changes          []pageVerdict
		Settings         []pageSetting
		LeftOut          []string
		Moved            *pageTable
	}
	pageSetting struct{ What, Old, New string }
	pageGroup   struct {
		Sentence string
		Table    template.HTML
	}
	pageBaseline struct {
		Heading, Warning string
		Groups           []pageGroup
		Tests            []pageTable
		Remarks          []string
		Moves            []pageTable
	}
	pageFilters struct {
		Systems, Tags []string
		Outcomes      []pageLink
	}
)

// writeHTML renders one file that needs nothing else: styles, charts and a
// few lines of script are inside, and its policy forbids it to load anything.
func writeHTML(w io.Writer, r *Report) error {
	t, err := parsedPage()
	if err != nil {
		return fmt.Errorf("cannot read the report's template: %w", err)
	}
	p := r.page()
	queries := r.pageQueries()
	limit := maxPage + lineOfQuery*max(0, len(queries.order)-detailed)
	var b bytes.Buffer
	tried := 0 // the size of the hits in the last try
	for _, depth := range []int{10, 8, 6, 5, 4, 3, 2} {
		p.Queries, p.QueriesNote = queries.at(depth)
		size := sizeOfHits(p.Queries)
		if b.Len() > 0 && depth > 2 && b.Len()-tried+size >= limit {
			continue // it would be too large: no need to try
		}
		tried = size
		b.Reset()
		if err := t.ExecuteTemplate(&b, "page", p); err != nil {
			return fmt.Errorf("cannot render the report's page: %w", err)
		}
		if b.Len() < limit {
			break
		}
	}
	_, err = w.Write(b.Bytes())
	return err
}

// sizeOfHits is about how many bytes the hits of all queries take.
func sizeOfHits(queries []pageQuery) int {
	const tags = len("<tr><td><td><td>")
	size := 0
	for i := range queries {
		for _, pair := range queries[i].Pairs {
			for _, l := range []*pageList{pair.Left, pair.Right} {
				if l == nil {
					continue
				}
				for _, h := range l.Hits {
					size += tags + len(h.Rank) + len(h.Name) + len(h.Grade) + len(h.Adds)
				}
			}
		}
	}
	return size
}

// maxPage is the size in bytes below which a page of up to 500 queries is
// kept by showing fewer hits of each; every further query may add its line.
const (
	maxPage     = 1_000_000
	lineOfQuery = 500
)

// page works out everything but the queries.
func (r *Report) page() *page {
	m := &r.Evaluation.Run.Manifest
	hash := sha256.Sum256([]byte(pageScript))
	p := &page{
		Policy: "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) +
			"'; base-uri 'none'; form-action 'none'",
		Tool:         grid.Short(cmp.Or(m.Tool, "releval")),
		Suite:        grid.Short(m.Suite),
		Subject:      text.Clean(r.subject()),
		Style:        template.CSS(pageStyle),
		Script:       template.JS(pageScript),
		Serious:      grid.Clip(text.Clean(r.serious()), 2000),
		NothingFound: nothingFound,
		Filters:      r.pageFilters(),
	}
	p.Title = p.Suite + ": relevance report"
	for _, k := range m.Reranked() {
		p.Rerankers = append(p.Rerankers, grid.Clip(text.Clean(describe(k)), 300))
	}
	if !m.Started.IsZero() {
		p.Subject += ", " + m.Started.UTC().Format("2 January 2006 15:04 UTC")
	}
	if len(r.Gates) > 0 {
		p.Subject += "; gates: " + gateSummary(r.Gates)
	}
	if m.StandIn() {
		p.StandIn = standInNote
	}
	for _, n := range r.next() {
		p.Next = append(p.Next, grid.Clip(text.Clean(n), 4000)) // a command that is cut cannot be run
	}
	for _, row := range r.manifestRows() {
		p.Manifest = append(p.Manifest, [2]string{grid.Clip(text.Clean(row[0]), 100), grid.Clip(text.Clean(row[1]), 4000)})
	}
	for _, f := range r.findings() {
		p.Findings = append(p.Findings, pageFinding(f))
	}
	r.pageNumbers(p)
	r.pageViews(p)
	r.pageSections(p)
	p.Lead, p.Words = r.pageLead(), r.words()
	return p
}

// pageFinding cuts a finding to what a page needs.
func pageFinding(f finding) finding {
	const shown = 50
	cut := finding{Serious: f.Serious, Text: grid.Clip(text.Clean(f.Text), 500)}
	for i, item := range f.Items {
		if i == shown {
			cut.Items = append(cut.Items, "and "+text.Thousands(len(f.Items)-i)+" more")
			break
		}
		cut.Items = append(cut.Items, grid.Clip(text.Clean(item), 300))
	}
	return cut
}

// pageNumbers fills in verdicts and comparisons.
func (r *Report) pageNumbers(p *page) {
	scale := 0.0
	for _, d := range r.Compared.Differences {
		for _, v := range []float64{d.Low, d.High, d.Mean} {
			if !math.IsNaN(v) {
				scale = max(scale, math.Abs(v))
			}
		}
	}
	for i, phrase := range r.decisions() {
		p.Verdicts = append(p.Verdicts, pageDecision(&r.swept()[i], phrase))
	}
	for _, v := range r.opens() {
		i := slices.IndexFunc(r.Compared.Differences, func(d score.Difference) bool {
			return d.Primary && d.Base == v.Base && d.System == v.System
		})
		p.Verdicts = append(p.Verdicts, r.pageVerdict(v, &r.Compared.Differences[i], scale))
	}
	p.Best = r.bestSaid()
	if b := r.bestWindows(); b != nil {
		p.Best = bestWindowsSaid(b)
	} else if r.Sweep != nil {
		p.Best = ""
	}
	p.Best = grid.Clip(text.Clean(p.Best), 1000)
	systems := r.Evaluation.Systems
	var notes grid.Footnotes
	switch {
	case !r.decides() && !r.timed():
	case !r.decides():
		p.Latency = r.pageLatency()
	case r.Sweep == nil:
		p.Systems = newPageSystems(r.Decision, "The systems to choose from", &notes)
		p.Style += template.CSS(chart.ScatterStyle())
	}
	if b := r.bestWindows(); b != nil {
		p.Systems = newPageSystems(&b.Decision, bestWindowsTitle, &notes)
		p.Systems.Heading, p.Systems.Notes = bestWindowsTitle, bestWindowsNotes(b, false)
		p.Systems.showWindows(&b.Decision)
		p.Style += template.CSS(chart.ScatterStyle())
	}
	if g := r.gainsGrid(); g != nil {
		p.Gains = &pageTable{grid.Short(r.gainsTitle()), g.HTML(grid.Short(r.gainsTitle()))}
	}
	if len(systems) != 2 {
		p.Overview = r.overviewGrid(&notes).HTML("Metrics")
	}
	if g := r.pairsGrid(); g != nil {
		p.Pairs = &pageTable{grid.Short(r.pairsTitle()), g.HTML(grid.Short(r.pairsTitle()))}
	}
	for _, i := range r.compared() {
		s, differences := &systems[i], r.differencesOf(i)
		if len(differences) == 0 {
			continue
		}
		c := pageComparison{Label: "Metrics without and with " + grid.Short(s.System), Coverage: coverage(differences[0].Confidence)}
		c.Base, c.Next = r.heads(i)
		if len(systems) > 2 {
			c.Heading = grid.Short(r.against(i))
		}
		for k := range differences {
			c.Rows = append(c.Rows, r.comparisonRow(&differences[k], i, scale, notes.Mark(remarks(&differences[k]))))
		}
		p.Comparisons = append(p.Comparisons, c)
	}
	p.Footnotes = notes.Lines()
	if len(systems) > 1 {
		p.Footnotes = append(p.Footnotes, method(r.Compared.Differences)+".")
		if slices.ContainsFunc(p.Comparisons, func(c pageComparison) bool {
			return slices.ContainsFunc(c.Rows, func(r pageComparisonRow) bool { return r.WithoutBounds != "" || r.WithBounds != "" })
		}) {
			p.Footnotes = append(p.Footnotes, "Below a mean and a difference stands where it could lie if the unjudged hits of all systems, which count as non-relevant, were judged.")
		}
	}
	for i, system := range r.compared() {
		s := &systems[system]
		if b := r.bars(i); b != nil {
			p.Bars = append(p.Bars, pagePlot{Heading: grid.Short(r.leadMetric().String() + " under " + s.System), Plot: b.Page()})
		}
	}
}

func (r *Report) comparisonRow(d *score.Difference, system int, scale float64, note string) pageComparisonRow {
	row := pageComparisonRow{
		Metric: d.Metric.String(), Explained: explained(d.Metric), Note: note, Without: grid.Fixed(d.BaseMean), With: grid.Fixed(d.NextMean),
		Class: grid.ToneClass(toneOf(d)), Direction: looks(d.Says),
		Difference: grid.Signed(d.Mean), Interval: intervalCell(d), P: pValue(corrected(d)),
		Won: d.Wins, Lost: d.Losses, Tied: d.Ties, Forest: chart.Interval(d.Mean, d.Low, d.High, scale),
	}
	e := r.Evaluation
	metric, base := slices.Index(e.Metrics, d.Metric), r.baseOf(system)
	if low, high := r.systemMean(base, metric, e.Systems[base].Low[metric]), r.systemMean(base, metric, e.Systems[base].High[metric]); high-low > 1e-12 {
		row.WithoutBounds = grid.Bounds(low, high)
	}
	if low, high := r.systemMean(system, metric, e.Systems[system].Low[metric]), r.systemMean(system, metric, e.Systems[system].High[metric]); high-low > 1e-12 {
		row.WithBounds = grid.Bounds(low, high)
	}
	if j := d.IfJudged; j.High-j.Low > 1e-12 {
		row.DifferenceBounds = grid.Interval(j.Low, j.High)
	}
	return row
}

// pageDecision is the decision of a sweep in the place of a verdict.
func pageDecision(one *sweep.Reranker, phrase string) pageVerdict {
	d := one.Recommendation.Decision
	p := pageVerdict{Headline: text.Clean(phrase), Word: map[sweep.Action]string{
		sweep.Keep: "Keep", sweep.Set: "Set", sweep.Use: "Use", sweep.TryMore: "Try more", sweep.LeaveOut: "Leave out", sweep.NoAnswers: "No answers",
	}[d.Action]}
	if p.Word == "" {
		p.Word = "Cannot tell"
	} else if d.Window > 0 {
		p.Word += " " + strconv.Itoa(d.Window)
	}
	p.Class = looks(map[grid.Tone]stats.Says{grid.Good: stats.Raises, grid.Bad: stats.Lowers, grid.Warn: stats.Unsettled}[decisionTone(d.Action)])
	return p
}

func (r *Report) pageVerdict(v verdict, d *score.Difference, scale float64) pageVerdict {
	p := pageVerdict{
		Class: looks(v.Says), Headline: text.Clean(v.Headline), Evidence: text.Clean(v.Evidence), Power: text.Clean(v.Power), Counts: v.Counts, Judged: v.Judged,
		Word: map[stats.Says]string{stats.Raises: "Helps", stats.Lowers: "Hurts", stats.Unchanged: "Changes nothing here", stats.DiffersHere: "Differs on these queries",
			stats.Unsettled: "Not settled", stats.NoEvidence: "No evidence"}[v.Says],
	}
	if v.Worst != nil {
		p.Worst = &pageWorst{v.Worst.Query, grid.Short(queryName(&r.Evaluation.Run.Queries[v.Worst.Query])), grid.Signed(v.Worst.Difference)}
	}
	if !math.IsNaN(d.Low) && !math.IsNaN(d.High) {
		p.Effect = chart.LabelledInterval(d.Mean, d.Low, d.High, scale)
	}
	p.Share = chart.Share(d.Wins, d.Ties, d.Losses, counts(d))
	return p
}

// looks is the class that gives a verdict its colour.
func looks(says stats.Says) string {
	switch says {
	case stats.Raises:
		return "better"
	case stats.Lowers:
		return "worse"
	case stats.Unchanged:
		return "same"
	}
	return "unclear"
}

// pageViews fills in gates, baseline and sweeps.
func (r *Report) pageViews(p *page) {
	if len(r.Gates) > 0 {
		p.Gates = &pageTable{Heading: "Gates: " + gateSummary(r.Gates), Table: gateTables(r.Gates)}
	}
	curves := r.curves()
	if g := r.sweepsTogether(); g != nil {
		heading := grid.Short("Windows side by side: " + r.Sweep.Lead())
		together := pageSweep{Heading: heading, Table: g.HTML(heading)}
		if c := chart.NewLines(curves); c != nil {
			together.Plot = c.Page()
			p.Style += template.CSS(chart.LinesStyle())
		}
		p.Sweeps = append(p.Sweeps, together)
	}
	if g := r.tagsGrid(); g != nil {
		heading := r.leadMetric().String() + " by tag"
		p.Tags = &pageTable{heading, g.HTML(heading)}
	}
	for i, one := range r.swept() {
		view := pageSweep{Heading: grid.Short("Windows of " + one.Name), Table: sweepGrid(r.Sweep, &one).HTML("Windows of " + one.Name)}
		for _, phrase := range sweepSays(r.Sweep, &one) {
			view.Says = append(view.Says, text.Clean(phrase))
		}
		if c := chart.NewLine(&curves[i]); c != nil {
			view.Plot = c.Page()
		}
		for _, table := range sweepTables(r.Sweep, &one) {
			heading := grid.Short(table.title)
			view.Tables = append(view.Tables, pageTable{heading, table.HTML(heading + " of " + one.Name)})
		}
		p.Sweeps = append(p.Sweeps, view)
	}
	b := r.Baseline
	if b == nil {
		return
	}
	p.Baseline = &pageBaseline{Heading: grid.Short("Against the baseline "+b.Name) + ofDay(b), Warning: text.Clean(meaningless(b))}
	var notes grid.Footnotes
	for _, g := range r.baselineGroups() {
		p.Baseline.Groups = append(p.Baseline.Groups, pageGroup{text.Clean(g.sentence),
			comparisonGrid(g.differences, "baseline", "now", false, &notes).HTML("Metrics of " + g.system + " in the baseline and now")})
	}
	for _, g := range r.baselineGroups() {
		heading := grid.Short("Tests against the baseline: " + g.system)
		p.Baseline.Tests = append(p.Baseline.Tests, pageTable{heading, testsGrid(g.differences).HTML(heading)})
	}
	for _, line := range append(notes.Lines(), baselineRemarks(b)...) {
		p.Baseline.Remarks = append(p.Baseline.Remarks, grid.Clip(text.Clean(line), 500))
	}
	for s, rows := range b.Queries {
		if losses, gains, _ := selectRows(rows, 2*shownEach, shownEach); len(losses)+len(gains) > 0 && s < len(r.Evaluation.Systems) {
			heading := grid.Short("Queries of " + r.Evaluation.Systems[s].System + " that moved")
			p.Baseline.Moves = append(p.Baseline.Moves, pageTable{heading, r.movedGrid(losses, gains).HTML(heading)})
			if g := r.titlesGrid(losses, gains); g != nil {
				heading := grid.Short("The titles that did it, under " + r.Evaluation.Systems[s].System)
				p.Baseline.Moves = append(p.Baseline.Moves, pageTable{heading, g.HTML(heading)})
			}
		}
	}
}

// gatesLed is how many gates that did not pass a page opens with: its first
// screen has to hold what changed, too.
const gatesLed = 4

// pageLead fills what a page leads with; nil where there is neither a gate nor a
// baseline.
func (r *Report) pageLead() *pageLead {
	sentence, open := r.gatesLead()
	if r.Baseline == nil && gate.Overall(r.Gates) != gate.Failed {
		return nil
	}
	lead := &pageLead{Gates: sentence, Class: string(gate.Overall(r.Gates))}
	for i, line := range open {
		if more := len(r.openGates()) - i; i == gatesLed && more > 0 {
			lead.MoreGates = "and " + text.Thousands(more) + " more"
			break
		}
		lead.OpenGates = append(lead.OpenGates, grid.Clip(text.Clean(line), 700))
	}
	b := r.Baseline
	if b == nil {
		return lead
	}
	lead.Heading, lead.Warning = r.changeTitle(), text.Clean(meaningless(b))
	scale := 0.0
	groups := r.changed()
	for _, g := range groups {
		for _, v := range []float64{g.lead.Low, g.lead.High, g.lead.Mean} {
			if !math.IsNaN(v) {
				scale = max(scale, math.Abs(v))
			}
		}
	}
	for _, g := range groups {
		headline, evidence := baselineSaid(g.lead, g.differences)
		v := pageVerdict{
			Class: looks(g.lead.Says), Headline: text.Clean(headline), Evidence: text.Clean(evidence), Counts: counts(g.lead), Judged: judgedSaid(g.lead),
			Word: map[stats.Says]string{stats.Raises: "Rose", stats.Lowers: "Fell", stats.Unchanged: "As it was", stats.DiffersHere: "Changed on these queries",
				stats.Unsettled: "Not settled", stats.NoEvidence: "No evidence"}[g.lead.Says],
		}
		if g.lead.Says == stats.Lowers {
			v.Class = "worse bad" // whoever asks for a change has broken it
		}
		if !g.same && g.lead.Says == stats.Unchanged {
			v.Word = "Same " + r.leadMetric().String()
		}
		if !math.IsNaN(g.lead.Low) && !math.IsNaN(g.lead.High) && !g.same {
			v.Effect = chart.LabelledInterval(g.lead.Mean, g.lead.Low, g.lead.High, scale)
		}
		if g.lead.Says != stats.NoEvidence {
			v.Share = chart.Share(g.lead.Wins, g.lead.Ties, g.lead.Losses, v.Counts)
		}
		lead.Changes = append(lead.Changes, v)
	}
	for i, s := range b.Settings {
		if i == settingsShown {
			lead.Settings = append(lead.Settings, pageSetting{What: "and " + text.Thousands(len(b.Settings)-i) + " more"})
			break
		}
		lead.Settings = append(lead.Settings, pageSetting{grid.Clip(text.Clean(s.What), 300), grid.Clip(text.Clean(s.Old), valueShown), grid.Clip(text.Clean(s.New), valueShown)})
	}
	for _, line := range b.LeftOut.Says() {
		lead.LeftOut = append(lead.LeftOut, grid.Clip(text.Clean(line), 500))
	}
	if rows, title := r.moved(); len(rows) > 0 {
		if losses, gains, _ := selectRows(rows, 0, 5); len(losses)+len(gains) > 0 {
			heading := grid.Short(title)
			lead.Moved = &pageTable{heading, r.movedGrid(losses, gains).HTML(heading)}
		}
	}
	return lead
}

// pageSections are the links at the top.
func (r *Report) pageSections(p *page) {
	add := func(there bool, id, name string) {
		if there {
			p.Sections = append(p.Sections, pageLink{id, name})
		}
	}
	add(p.Systems != nil, "systems", decisionTitle)
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
		for _, s := range r.compared() {
			f.Systems = append(f.Systems, grid.Short(e.Systems[s].System))
		}
	}
	for _, t := range r.tags() {
		f.Tags = append(f.Tags, grid.Clip(text.Clean(t), 40))
	}
	f.Outcomes = []pageLink{{"all", "all"}}
	if len(e.Systems) > 1 {
		f.Outcomes = append(f.Outcomes, pageLink{"lost", "lost"}, pageLink{"won", "won"}, pageLink{"tied", "tied"})
	}
	f.Outcomes = append(f.Outcomes, pageLink{"failed", "failed"})
	return f
}
