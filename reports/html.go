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
	"strings"

	"github.com/releval/releval/eval"
)

//go:embed page.html
var pageTemplate string

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
	Overview                            template.HTML
	Footnotes                           []string
	Bars                                []pagePlot
	Sweeps                              []pageSweep
	Baseline                            *pageBaseline
	Gates                               *pageTable
	Filters                             pageFilters
	QueriesNote                         string
	Queries                             []pageQuery
	Findings                            []Finding
	NothingFound                        string
	Manifest                            [][2]string
}

type (
	pageLink    struct{ ID, Name string }
	pageVerdict struct {
		Class, Word, Headline, Evidence, Power, Counts string
		Worst                                          *pageWorst
		Effect, Share                                  template.HTML
	}
	pageWorst struct {
		Query            int
		Name, Difference string
	}
	pageComparison struct {
		Heading, Label, Coverage, Remark string
		Rows                             []pageComparisonRow
	}
	pageComparisonRow struct {
		Metric, Note, Without, WithoutBounds, With, WithBounds string
		Class, Direction, Difference, Interval, P              string
		Won, Lost, Tied                                        int
		Forest                                                 template.HTML
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
	pageGroup struct {
		Sentence string
		Table    template.HTML
	}
	pageBaseline struct {
		Heading, Warning string
		Groups           []pageGroup
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
	t, err := template.New("report").Parse(pageTemplate)
	if err != nil {
		return fmt.Errorf("cannot read the report's template: %w", err)
	}
	p := r.page()
	queries := r.pageQueries()
	var b bytes.Buffer
	tried := 0 // the size of the hits in the last try
	for _, depth := range []int{10, 8, 6, 5, 4, 3, 2} {
		p.Queries, p.QueriesNote = queries.at(depth)
		size := sizeOfHits(p.Queries)
		if b.Len() > 0 && depth > 2 && b.Len()-tried+size >= maxPage {
			continue // it would be too large: no need to try
		}
		tried = size
		b.Reset()
		if err := t.ExecuteTemplate(&b, "page", p); err != nil {
			return fmt.Errorf("cannot render the report's page: %w", err)
		}
		if b.Len() < maxPage {
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

// maxPage is the size in bytes below which a page is kept by showing fewer
// hits of each query.
const maxPage = 1_000_000

// page works out everything but the queries.
func (r *Report) page() *page {
	m := &r.Evaluation.Run.Manifest
	hash := sha256.Sum256([]byte(pageScript))
	p := &page{
		Policy: "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) +
			"'; base-uri 'none'; form-action 'none'",
		Tool:         clipLong(cmp.Or(m.Tool, "releval")),
		Suite:        clipLong(m.Suite),
		Subject:      clean(r.Subject()),
		Style:        template.CSS(pageStyle),
		Script:       template.JS(pageScript),
		Serious:      clip(clean(r.serious()), 2000),
		NothingFound: nothingFound,
		Filters:      r.pageFilters(),
	}
	p.Title = p.Suite + ": relevance report"
	for _, k := range m.Rerankers {
		p.Rerankers = append(p.Rerankers, clip(clean(describe(k)), 300))
	}
	if !m.Started.IsZero() {
		p.Subject += ", " + m.Started.UTC().Format("2 January 2006 15:04 UTC")
	}
	if m.Cluster.Embedded() && len(m.Rerankers) > 0 {
		p.StandIn = standInNote
	}
	for _, n := range r.Next() {
		p.Next = append(p.Next, clip(clean(n), 300))
	}
	for _, row := range r.manifestRows() {
		p.Manifest = append(p.Manifest, [2]string{clip(clean(row[0]), 100), clip(clean(row[1]), 4000)})
	}
	for _, f := range r.Findings() {
		p.Findings = append(p.Findings, pageFinding(f))
	}
	r.pageNumbers(p)
	r.pageViews(p)
	r.pageSections(p)
	return p
}

// pageFinding cuts a finding to what a page needs.
func pageFinding(f Finding) Finding {
	const shown = 50
	cut := Finding{Serious: f.Serious, Text: clip(clean(f.Text), 500)}
	for i, item := range f.Items {
		if i == shown {
			cut.Items = append(cut.Items, "and "+thousands(len(f.Items)-i)+" more")
			break
		}
		cut.Items = append(cut.Items, clip(clean(item), 300))
	}
	return cut
}

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

func comparisonRow(d eval.Difference, base, system *eval.SystemScores, metric int, scale float64, note string) pageComparisonRow {
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

func (r *Report) pageVerdict(v Verdict, d eval.Difference, scale float64) pageVerdict {
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
		p.Gates = &pageTable{Heading: "Gates: " + gateSummary(r.Gates), Table: gateTable(r.Gates)}
	}
	if g := sweepsTogether(r.Sweeps); g != nil {
		heading := clipLong("Windows side by side: " + r.Sweeps[0].Metric)
		p.Sweeps = append(p.Sweeps, pageSweep{Heading: heading, Table: g.html(heading)})
	}
	for i := range r.Sweeps {
		s := &r.Sweeps[i]
		view := pageSweep{Heading: clipLong("Windows of " + s.Reranker), Table: sweepGrid(s).html("Windows of " + s.Reranker)}
		for _, text := range sweepSays(s) {
			view.Says = append(view.Says, clean(text))
		}
		if c := newSweepChart(s); c != nil {
			view.Plot = c.plot()
		}
		for _, table := range s.Tables {
			heading := clipLong(table.Title)
			view.Tables = append(view.Tables, pageTable{heading, table.grid().html(heading + " of " + s.Reranker)})
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
	for _, line := range append(notes.lines(), baselineRemarks(b)...) {
		p.Baseline.Remarks = append(p.Baseline.Remarks, clip(clean(line), 500))
	}
	for s, rows := range b.Queries {
		if losses, gains, _ := selectRows(rows, 2*shownEach, shownEach); len(losses)+len(gains) > 0 && s < len(r.Evaluation.Systems) {
			heading := clipLong("Queries of " + r.Evaluation.Systems[s].System + " that moved")
			p.Baseline.Moves = append(p.Baseline.Moves, pageTable{heading, r.movedGrid(losses, gains).html(heading)})
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

// toneClass is the CSS class of a tone.
func toneClass(t tone) string {
	switch t {
	case good:
		return "g"
	case bad:
		return "b"
	}
	return ""
}

// html renders the grid as a table that scrolls on its own where it is wider
// than the page.
func (g *grid) html(label string) template.HTML {
	var b strings.Builder
	fmt.Fprintf(&b, `<div class="scroll" role="region" tabindex="0" aria-label="%s"><table><thead><tr>`, escapeHTML(clipLong(label)))
	side := func(i int) string {
		if g.columns[i].right {
			return ""
		}
		return ` class="left"`
	}
	for i, c := range g.columns {
		fmt.Fprintf(&b, `<th scope="col"%s>%s</th>`, side(i), escapeHTML(c.head))
	}
	b.WriteString("</tr></thead><tbody>\n")
	for _, row := range g.rows {
		b.WriteString("<tr>")
		for i, c := range row {
			text := escapeHTML(c.text) + c.note
			if class := toneClass(c.tone); class != "" {
				text = `<b class="` + class + `">` + text + "</b>"
			}
			fmt.Fprintf(&b, "<td%s>%s</td>", side(i), text)
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody></table></div>")
	return template.HTML(b.String())
}

// gateTable shows gates with room for their reasons.
func gateTable(rows []GateRow) template.HTML {
	var b strings.Builder
	b.WriteString(`<div class="scroll wrap" role="region" tabindex="0" aria-label="Gates"><table><thead><tr><th scope="col">result</th><th scope="col" class="left">gate</th><th scope="col" class="left">expected</th><th scope="col" class="left">actual</th><th scope="col">margin</th></tr></thead><tbody>` + "\n")
	for _, outcome := range []Outcome{Failed, Inconclusive, Passed, Skipped} {
		for i := range rows {
			g := &rows[i]
			if g.Outcome != outcome {
				continue
			}
			margin := signed(g.Margin)
			if math.IsNaN(g.Margin) {
				margin = ""
			}
			more := clip(clean(g.Source), 300)
			if g.Place != "" {
				more = clean(g.Place) + ": " + more
			}
			if g.Reason != "" {
				more += ": " + clip(clean(g.Reason), 500)
			}
			fmt.Fprintf(&b, `<tr><td><span class="tag %s">%s</span></td><td class="left">%s<small>%s</small></td><td class="left">%s</td><td class="left">%s</td><td>%s</td></tr>`+"\n",
				g.Outcome, g.Outcome, escapeHTML(clip(clean(gateName(g)), 120)), escapeHTML(more), escapeHTML(clipLong(g.Expected)), escapeHTML(clipLong(g.Actual)), escapeHTML(margin))
		}
	}
	b.WriteString("</tbody></table></div>")
	return template.HTML(b.String())
}
