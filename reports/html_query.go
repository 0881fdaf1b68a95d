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
	note := fmt.Sprintf("The first %d hits of each list are shown, and every relevant one below them; a dash for a grade means unjudged. What a title adds is its part of %s, its change its part of the difference.", depth, p.report.LeadMetric())
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
	var differences, outcomes []string
	for i, row := range rows {
		differences = append(differences, sortable(row.Difference))
		outcomes = append(outcomes, outcomeOf(row, len(e.Systems) > 1))
		if shown.Several {
			shown.Parts = append(shown.Parts, pagePart{clipLong(e.Systems[i+1].System), toneClass(toneOf(row.Difference)), signed(row.Difference)})
		}
	}
	shown.Differences, shown.Outcomes = strings.Join(differences, " "), strings.Join(outcomes, " ")
	if row := rows[0]; !shown.Several {
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
	var values, open []string
	for m, metric := range e.Metrics {
		var means, limits []string
		unjudged := false
		for _, system := range e.Systems {
			low, high := system.Low[m][query], system.High[m][query]
			unjudged = unjudged || high-low > 1e-12
			means, limits = append(means, fixed(system.Values[m][query])), append(limits, bounds(low, high))
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
	case signed(row.Difference)[0] == '+':
		return "won"
	case signed(row.Difference)[0] == '-':
		return "lost"
	}
	return "tied"
}
