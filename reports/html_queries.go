package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

type (
	pageQuery struct {
		Number                            int
		Several                           bool
		Name, Note, Moved                 string
		Class, Difference                 string
		Differences, Outcomes, TagNumbers string
		Parts                             []pagePart
		Lines                             []string
		Pairs                             []pagePair
	}
	pagePair struct {
		Left, Right  *pageList
		Rows, Height int
		Lines        []pageLine
		Notes        []string
	}
	pageList struct {
		Caption string
		Last    string // the head of the last column
		Hits    []pageHit
		// places are the rows' documents.
		places map[eval.Key]int
	}
	pagePart struct{ Name, Class, Difference string }
	pageHit  struct{ Class, Rank, Name, Grade, Adds, Tone string }
	pageLine struct{ Class, Path string }
)

// detailed is how many queries a page shows with their hits: those that moved
// most.
const detailed = 500

// pageQueries works out the queries' parts that do not depend on how many
// hits are shown.
type pageQueries struct {
	report  *Report
	tags    map[string]int
	order   []int // the queries in the order of the page
	rows    map[int][]QueryRow
	details map[int]bool
	answers map[int][]explanation
}

func (r *Report) pageQueries() *pageQueries {
	p := &pageQueries{report: r, tags: make(map[string]int), rows: make(map[int][]QueryRow), details: make(map[int]bool), answers: make(map[int][]explanation)}
	for i, t := range r.tags() {
		p.tags[t] = i
	}
	for i, rows := range r.Queries {
		for _, row := range rows {
			p.rows[row.Query] = append(p.rows[row.Query], row)
			if i == 0 {
				p.order = append(p.order, row.Query)
			}
		}
	}
	moved := func(query int) float64 {
		largest := 0.0
		for _, row := range p.rows[query] {
			if row.Failed {
				return math.Inf(1)
			}
			largest = max(largest, math.Abs(undefinedLast(row.Difference)))
		}
		return largest
	}
	byMove := slices.Clone(p.order)
	slices.SortStableFunc(byMove, func(a, b int) int { return cmp.Compare(moved(b), moved(a)) })
	for _, query := range byMove[:min(detailed, len(byMove))] {
		p.details[query] = true
		for _, system := range r.explained() {
			p.answers[query] = append(p.answers[query], r.explain(query, system))
		}
	}
	return p
}

// at gives the queries with that many hits each, and what to say about it.
func (p *pageQueries) at(depth int) ([]pageQuery, string) {
	queries := make([]pageQuery, 0, len(p.order))
	for _, query := range p.order {
		queries = append(queries, p.query(query, depth))
	}
	note := fmt.Sprintf("The first %d hits of each list are shown, and every relevant one below them; a dash for a grade means unjudged. What a title adds is its part of %s, its change its part of the difference.", depth, p.report.leadMetric())
	if len(p.order) > detailed {
		note += fmt.Sprintf(" The hits are shown for the %d queries that moved most.", detailed)
	}
	return queries, note
}

// query shows one query.
func (p *pageQueries) query(query, depth int) pageQuery {
	r := p.report
	e := r.Evaluation
	q := &e.Run.Queries[query]
	rows := p.rows[query]
	shown := pageQuery{Number: query, Name: grid.Short(queryName(q)), Several: len(rows) > 1}
	var differences, outcomes []string
	for i, row := range rows {
		differences = append(differences, sortable(row.Difference))
		outcomes = append(outcomes, outcomeOf(row, len(e.Systems) > 1))
		if shown.Several {
			shown.Parts = append(shown.Parts, pagePart{grid.Short(e.Systems[r.compared()[i]].System), grid.ToneClass(grid.ToneOf(row.Difference)), grid.Signed(row.Difference)})
		}
	}
	shown.Differences, shown.Outcomes = strings.Join(differences, " "), strings.Join(outcomes, " ")
	if row := rows[0]; !shown.Several {
		shown.Note, shown.Moved = grid.Short(row.Title), ranksMoved(row.Before, row.After)
		shown.Difference, shown.Class = grid.Signed(row.Difference), grid.ToneClass(grid.ToneOf(row.Difference))
		if len(e.Systems) == 1 {
			shown.Difference, shown.Class, shown.Moved = grid.Fixed(row.Without), "", rank(row.Before)
		}
		if row.Failed {
			shown.Moved = "failed"
		}
	}
	var tags []string
	for _, t := range q.Tags {
		tags = append(tags, strconv.Itoa(p.tags[t]))
	}
	shown.TagNumbers = strings.Join(tags, " ")
	if !p.details[query] {
		shown.Lines = []string{"The hits of this query are not shown here: releval report --query " + quoted(grid.Short(q.ID), "ID") + " shows them."}
		return shown
	}
	shown.Lines = p.lines(q, query)
	for _, x := range p.answers[query] {
		shown.Pairs = append(shown.Pairs, p.pair(q, query, x, depth))
	}
	return shown
}

// lines say what was asked, and the other metrics.
func (p *pageQueries) lines(q *eval.Query, query int) []string {
	e := p.report.Evaluation
	asked := "Query: " + grid.Clip(text.Clean(q.Text), 300)
	if q.InferenceText != "" && q.InferenceText != q.Text {
		asked += " · the reranker was asked: " + grid.Clip(text.Clean(q.InferenceText), 300)
	}
	if len(q.Tags) > 0 {
		asked += " · tags: " + grid.Clip(text.Clean(strings.Join(q.Tags, ", ")), 200)
	}
	lines := []string{asked}
	if q.Quarantine != nil {
		lines = append(lines, grid.Clip(text.Clean("In quarantine until "+q.Quarantine.Until.Format("2006-01-02")+": "+q.Quarantine.Reason), 300))
	}
	var values, open []string
	for m, metric := range e.Metrics {
		var means, limits []string
		unjudged := false
		for _, system := range e.Systems {
			low, high := system.Low[m][query], system.High[m][query]
			unjudged = unjudged || high-low > 1e-12
			means, limits = append(means, grid.Fixed(system.Values[m][query])), append(limits, grid.Bounds(low, high))
		}
		values = append(values, metric.String()+" "+strings.Join(means, " → "))
		if unjudged && m == p.report.Lead {
			open = append(open, "if unjudged hits were judged: "+metric.String()+" "+strings.Join(limits, " → "))
		}
	}
	return append(append(lines, strings.Join(values, " · ")), open...)
}

// sortable prints a difference for the script; what is undefined comes last.
func sortable(v float64) string {
	if math.IsNaN(v) {
		return "9"
	}
	return text.Fixed(v, 5)
}

func outcomeOf(row QueryRow, compared bool) string {
	switch {
	case row.Failed:
		return "failed"
	case !compared:
		return "answered"
	case grid.Signed(row.Difference)[0] == '+':
		return "won"
	case grid.Signed(row.Difference)[0] == '-':
		return "lost"
	}
	return "tied"
}

// pair shows two rankings side by side with lines between a title's ranks.
func (p *pageQueries) pair(q *eval.Query, query int, x explanation, depth int) pagePair {
	single := x.without.system == x.with.system
	pair := pagePair{Left: listOf(x.without, depth, nil)}
	name := "without"
	if x.without.system != eval.FirstStage {
		name = grid.Short(x.without.system)
	}
	pair.Left.Caption = name + ": " + grid.Fixed(x.without.value)
	if single && len(p.report.Evaluation.Systems) == 1 {
		pair.Left.Caption = x.metric.String() + ": " + grid.Fixed(x.without.value)
	}
	if x.without.failure != "" {
		pair.Left.Caption = name + ": failed"
		pair.Notes = append(pair.Notes, name+" failed: "+grid.Clip(text.Clean(x.without.failure), 300))
	}
	if !single {
		was := make(map[eval.Key]int)
		for i, h := range x.without.hits {
			was[h.Key()] = i + 1
		}
		pair.Right = listOf(x.with, depth, was)
		pair.Right.Caption = grid.Short(x.with.system) + ": " + grid.Fixed(x.with.value) + " (" + grid.Signed(x.with.value-x.without.value) + ")"
		if x.with.failure != "" {
			pair.Right.Caption = grid.Short(x.with.system) + ": failed"
			pair.Notes = append(pair.Notes, grid.Short(x.with.system)+" failed: "+grid.Clip(text.Clean(x.with.failure), 300))
		}
		pair.connect(x, len(p.order) <= linesOfAll)
	}
	systems := []string{x.without.system}
	if !single {
		systems = append(systems, x.with.system)
	}
	if phrase := p.missing(query, systems); phrase != "" {
		pair.Notes = append(pair.Notes, phrase)
	}
	return pair
}

// missing names the relevant documents that no system's answer holds.
func (p *pageQueries) missing(query int, systems []string) string {
	e := p.report.Evaluation
	q := &e.Run.Queries[query]
	var names []string
	found := make([]bool, len(q.Judgments))
	for _, s := range systems {
		for j, at := range e.Ranks(e.Index(s), query) {
			found[j] = found[j] || at > 0
		}
	}
	for j, judged := range q.Judgments {
		if judged.Grade > 0 && !found[j] {
			names = append(names, grid.Short(hitName(judged.Title, judged.ID))+" ("+grid.Compact(judged.Grade)+")")
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "Relevant, but not returned: " + text.List(names, 8) + "."
}

// listOf shows the top of an answer, and the relevant hits below it. With
// earlier ranks given, each rank is shown beside what it was.
func listOf(a answer, depth int, was map[eval.Key]int) *pageList {
	l := &pageList{Last: "adds", places: make(map[eval.Key]int)}
	for i, h := range a.hits {
		relevant := a.grades[i] > 0
		if i >= depth && !relevant {
			continue
		}
		hit := pageHit{Rank: strconv.Itoa(i + 1), Name: grid.Short(hitName(h.Title, h.ID)), Grade: grade(a.grades[i])}
		if was != nil {
			hit.Rank = rank(was[h.Key()]) + "→" + hit.Rank
		}
		switch {
		case relevant:
			hit.Class = "y"
		case !math.IsNaN(a.grades[i]):
			hit.Class = "j"
		}
		if was == nil && a.terms[i] != 0 {
			hit.Adds = grid.Fixed(a.terms[i])
		}
		l.places[h.Key()] = len(l.Hits)
		l.Hits = append(l.Hits, hit)
	}
	return l
}

// linesOfAll is up to how many queries lines are drawn for every title; on a
// larger page only for the relevant ones.
const linesOfAll = 200

// connect draws the lines. Two rows stand above the first hit of a list: the
// caption and the head.
func (p *pagePair) connect(x explanation, all bool) {
	p.Rows = max(len(p.Left.Hits), len(p.Right.Hits)) + 2
	p.Height = 2 * p.Rows
	paths := make(map[string]string)
	p.Right.Last = "change"
	var gone []string
	for i := range x.documents {
		d := &x.documents[i]
		left, inLeft := p.Left.places[d.hit.Key()]
		right, inRight := p.Right.places[d.hit.Key()]
		if change := grid.Signed(d.difference()); d.difference() != 0 {
			if inRight {
				p.Right.Hits[right].Adds, p.Right.Hits[right].Tone = change, grid.ToneClass(grid.ToneOf(d.difference()))
			} else if d.after == 0 {
				gone = append(gone, grid.Short(hitName(d.hit.Title, d.hit.ID))+" ("+change+")")
			}
		}
		if !inLeft || !inRight {
			continue
		}
		class := "e"
		switch {
		case d.grade > 0:
			switch {
			case d.after < d.before:
				class = "p"
			case d.after > d.before:
				class = "m"
			default:
				class = "z"
			}
		case !all:
			continue
		}
		paths[class] += fmt.Sprintf("M0 %dL2 %d", 2*left+5, 2*right+5)
	}
	if len(gone) > 0 && x.with.failure == "" {
		p.Notes = append(p.Notes, "No longer returned: "+text.List(gone, 8)+".")
	}
	for _, class := range []string{"e", "z", "m", "p"} {
		if paths[class] != "" {
			p.Lines = append(p.Lines, pageLine{class, paths[class]})
		}
	}
}
