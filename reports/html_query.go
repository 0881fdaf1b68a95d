package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/releval/releval/eval"
)

type (
	pageQuery struct {
		Number                            int
		Several                           bool
		Name, Note, Moved                 string
		Class, Difference                 string
		Differences, Outcomes, TagNumbers string
		Lines                             []string
		Pairs                             []pagePair
	}
	pagePair struct {
		Heading     string
		Left, Right *pageList
		Height      int
		Lines       []pageLine
		Missing     string
	}
	pageList struct {
		Caption string
		Hits    []pageHit
		// places are the rows' documents.
		places map[string]int
	}
	pageHit  struct{ Class, Rank, Name, Grade, Adds string }
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

func (r *Report) pageQueries(tags []string) *pageQueries {
	p := &pageQueries{report: r, tags: make(map[string]int), rows: make(map[int][]QueryRow), details: make(map[int]bool), answers: make(map[int][]explanation)}
	for i, t := range tags {
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
		for system := range r.Evaluation.Systems {
			if system > 0 || len(r.Evaluation.Systems) == 1 {
				p.answers[query] = append(p.answers[query], r.explain(query, system))
			}
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
	note := fmt.Sprintf("The first %d hits of each list are shown, and every relevant one below them; dashes are unjudged. A title's “adds” are its part of %s.", depth, p.report.LeadMetric())
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
	shown := pageQuery{Number: query, Name: clipLong(Name(q)), Several: len(rows) > 1}
	var differences, outcomes, notes []string
	for i, row := range rows {
		differences = append(differences, sortable(row.Difference))
		outcomes = append(outcomes, outcomeOf(row, len(e.Systems) > 1))
		if shown.Several {
			notes = append(notes, clipLong(e.Systems[i+1].System)+" "+signed(row.Difference))
		}
	}
	shown.Differences, shown.Outcomes = strings.Join(differences, " "), strings.Join(outcomes, " ")
	if row := rows[0]; shown.Several {
		shown.Note = strings.Join(notes, " · ")
	} else {
		shown.Note, shown.Moved = clipLong(row.Best), ranksMoved(row.Before, row.After)
		shown.Difference, shown.Class = signed(row.Difference), toneClass(toneOf(row.Difference))
		if len(e.Systems) == 1 {
			shown.Difference, shown.Class, shown.Moved = fixed(row.Without), "", rank(row.Before)
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
		shown.Lines = []string{"The hits of this query are not shown here: releval report --query " + quoted(clipLong(q.ID), "ID") + " shows them."}
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
	asked := "Query: " + clip(clean(q.Text), 300)
	if q.InferenceText != "" && q.InferenceText != q.Text {
		asked += " · the reranker was asked: " + clip(clean(q.InferenceText), 300)
	}
	if len(q.Tags) > 0 {
		asked += " · tags: " + clip(clean(strings.Join(q.Tags, ", ")), 200)
	}
	lines := []string{asked}
	if q.Quarantine != nil {
		lines = append(lines, clip(clean("In quarantine until "+q.Quarantine.Until.Format("2006-01-02")+": "+q.Quarantine.Reason), 300))
	}
	var values []string
	for m, metric := range e.Metrics {
		value := metric.String()
		for s, system := range e.Systems {
			if s > 0 {
				value += " →"
			}
			value += " " + fixed(system.Values[m][query])
			if low, high := system.Low[m][query], system.High[m][query]; m == p.report.Lead && high-low > 1e-12 {
				value += " (" + bounds(low, high) + " if the unjudged were judged)"
			}
		}
		values = append(values, value)
	}
	return append(lines, strings.Join(values, " · "))
}

// pair shows two rankings side by side with lines between a title's ranks.
func (p *pageQueries) pair(q *eval.Query, query int, x explanation, depth int) pagePair {
	single := len(p.report.Evaluation.Systems) == 1
	pair := pagePair{Left: listOf(x.without, depth, nil)}
	pair.Left.Caption = "without: " + fixed(x.without.value)
	if single {
		pair.Left.Caption = x.metric.String() + ": " + fixed(x.without.value)
	}
	if x.without.failure != "" {
		pair.Left.Caption = "without: failed: " + clip(clean(x.without.failure), 200)
	}
	if !single {
		was := make(map[string]int)
		for i, h := range x.without.hits {
			was[documentOf(h)] = i + 1
		}
		pair.Right = listOf(x.with, depth, was)
		pair.Right.Caption = clipLong(x.with.system) + ": " + fixed(x.with.value) + " (" + signed(x.with.value-x.without.value) + ")"
		if x.with.failure != "" {
			pair.Right.Caption = clipLong(x.with.system) + ": failed: " + clip(clean(x.with.failure), 200)
		}
		pair.connect(x)
	}
	systems := []string{x.without.system}
	if !single {
		systems = append(systems, x.with.system)
	}
	pair.Missing = missing(q, systems)
	return pair
}

// missing names the relevant documents that no system's answer holds.
func missing(q *eval.Query, systems []string) string {
	var names []string
	found := make([]bool, len(q.Judgments))
	for _, s := range systems {
		for j, at := range ranks(q, s) {
			found[j] = found[j] || at > 0
		}
	}
	for j, judged := range q.Judgments {
		if judged.Grade > 0 && !found[j] {
			names = append(names, clipLong(hitName(judged.Title, judged.ID))+" ("+compact(judged.Grade)+")")
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "Relevant, but not returned: " + list(names, 8) + "."
}

func documentOf(h eval.Hit) string { return h.Index + "\x00" + h.ID }

// listOf shows the top of an answer, and the relevant hits below it. With
// earlier ranks given, each rank is shown beside what it was.
func listOf(a answer, depth int, was map[string]int) *pageList {
	l := &pageList{places: make(map[string]int)}
	for i, h := range a.hits {
		relevant := a.grades[i] > 0
		if i >= depth && !relevant {
			continue
		}
		hit := pageHit{Rank: strconv.Itoa(i + 1), Name: clip(clean(hitName(h.Title, h.ID)), longest), Grade: grade(a.grades[i])}
		if was != nil {
			hit.Rank = ranksMoved(was[documentOf(h)], i+1)
		}
		switch {
		case relevant:
			hit.Class = "y"
		case math.IsNaN(a.grades[i]):
			hit.Class = "u"
		}
		if a.terms[i] != 0 {
			hit.Adds = fixed(a.terms[i])
		}
		l.places[documentOf(h)] = len(l.Hits)
		l.Hits = append(l.Hits, hit)
	}
	return l
}

// connect draws the lines. Two rows stand above the first hit of a list: the
// caption and the head.
func (p *pagePair) connect(x explanation) {
	p.Height = max(len(p.Left.Hits), len(p.Right.Hits)) + 2
	paths := make(map[string]string)
	for i := range x.documents {
		d := &x.documents[i]
		left, inLeft := p.Left.places[documentOf(d.hit)]
		right, inRight := p.Right.places[documentOf(d.hit)]
		if !inLeft || !inRight {
			continue
		}
		class := "e"
		if d.grade > 0 {
			switch {
			case d.after < d.before:
				class = "p"
			case d.after > d.before:
				class = "m"
			default:
				class = "z"
			}
		}
		paths[class] += fmt.Sprintf("M0 %d.5L10 %d.5", left+2, right+2)
	}
	for _, class := range []string{"e", "z", "m", "p"} {
		if paths[class] != "" {
			p.Lines = append(p.Lines, pageLine{class, paths[class]})
		}
	}
}

// sortable prints a difference for the script; what is undefined comes last.
func sortable(v float64) string {
	if math.IsNaN(v) {
		return "9"
	}
	return positiveZero(strconv.FormatFloat(v, 'f', 5, 64))
}

func outcomeOf(row QueryRow, compared bool) string {
	switch {
	case row.Failed:
		return "failed"
	case !compared:
		return "answered"
	case signed(row.Difference)[0] == '+':
		return "won"
	case signed(row.Difference)[0] == '-':
		return "lost"
	}
	return "tied"
}
