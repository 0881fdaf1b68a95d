package reports

import (
	"fmt"
	"math"
	"strconv"

	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// longTexts says, of each reranker whose windows hold texts that are longer
// than its model reads, how many there are, and what it makes of the lead
// metric where a relevant document is among them and where none is.
func (r *Report) longTexts() []finding {
	var found []finding
	e := r.Evaluation
	for s := range e.Systems {
		long := integrity.FindLongTexts(e.Run, e.Systems[s].System)
		if long == nil || long.Long == 0 || len(e.Metrics) == 0 {
			continue
		}
		base, system := &e.Systems[r.baseOf(s)], &e.Systems[s]
		var among, others side
		var items []string
		for i, flags := range long.TooLong {
			before, after := base.Values[r.Lead][i], system.Values[r.Lead][i]
			if flags == nil || math.IsNaN(before) || math.IsNaN(after) {
				continue
			}
			relevant := relevantAmong(e, r.baseOf(s), i, flags)
			if len(relevant) == 0 {
				others.add(before, after)
				continue
			}
			among.add(before, after)
			q := &e.Run.Queries[i]
			var titles []string
			for _, rank := range relevant {
				titles = append(titles, q.Window(long.System)[rank].Title)
			}
			items = append(items, q.ID+": "+text.List(titles, 3))
		}
		what := fmt.Sprintf("%s; %s %s with a relevant document among them, %s without", long, e.Metrics[r.Lead], among.said(), others.said())
		found = append(found, finding{Text: what, Items: items})
	}
	return found
}

// side are the queries on one side of a limit.
type side struct {
	queries       int
	before, after float64 // sums
}

func (s *side) add(before, after float64) {
	s.queries++
	s.before += before
	s.after += after
}

func (s *side) said() string {
	if s.queries == 0 {
		return "on no query"
	}
	n := float64(s.queries)
	return fmt.Sprintf("from %s to %s on %s", grid.Fixed(s.before/n), grid.Fixed(s.after/n), text.Count(s.queries, "query"))
}

// relevantAmong are the ranks, from 0, of the relevant hits of a window among
// those that are too long.
func relevantAmong(e *score.Evaluation, base, query int, tooLong []bool) []int {
	var ranks []int
	for _, h := range e.Systems[base].Judged[query] {
		if rank := int(h.Rank) - 1; rank < len(tooLong) && tooLong[rank] && e.Run.Queries[query].Judgments[h.Judgment].Grade > 0 {
			ranks = append(ranks, rank)
		}
	}
	return ranks
}

// csvTooLong is the share of a query's window that is too long for a system's
// model; empty where that was not looked up.
func csvTooLong(long *integrity.LongTexts, query int) string {
	if long == nil || len(long.TooLong[query]) == 0 {
		return ""
	}
	n := 0
	for _, too := range long.TooLong[query] {
		if too {
			n++
		}
	}
	return strconv.FormatFloat(float64(n)/float64(len(long.TooLong[query])), 'g', -1, 64)
}
