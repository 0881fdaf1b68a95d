package gate

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/judgments"
)

// Unprovable warns of the gates with a confidence that so many queries as the
// suite has for them cannot show to hold: those with a max_drop that is below
// what the queries leave room for even if nothing changes on any of them, and
// those with a min_gain that they could not show if each gained all that it
// can. Queries in quarantine at the given time do not count.
func Unprovable(s *judgments.Suite, now time.Time) []judgments.Problem {
	var found []judgments.Problem
	for _, g := range s.Gates {
		if g.Confidence == 0 {
			continue
		}
		n := 0
		for i := range s.Queries {
			q := &s.Queries[i]
			if (g.Tag == "" || slices.Contains(q.Tags, g.Tag)) && (q.Quarantine == nil || !inForce(q.Quarantine, now)) {
				n++
			}
		}
		if text := unprovable(g, n); text != "" {
			found = append(found, judgments.Problem{Position: g.Position, Message: text})
		}
	}
	return found
}

// unprovable says why n queries cannot show that the gate holds; empty where
// they can.
func unprovable(g judgments.Gate, n int) string {
	alpha := 1 - g.Confidence
	room := stats.MarginOf(n, alpha)
	switch {
	case n == 0:
		return ""
	case g.MaxDrop != nil && *g.MaxDrop == 0:
		return fmt.Sprintf("max_drop 0 with confidence %s can be shown by no number of queries on which nothing changes: the gate is inconclusive unless scores rise; use max_drop %s, the least that its %s can show, or remove confidence",
			number(g.Confidence), atLeast(room), plural(n, "query"))
	case g.MaxDrop != nil && room > *g.MaxDrop:
		return fmt.Sprintf("max_drop %s with confidence %s needs %d queries even if nothing changes, and the gate has %d: it is inconclusive unless scores rise; use max_drop %s, the least that they can show, remove confidence, or add queries",
			number(*g.MaxDrop), number(g.Confidence), stats.QueriesForMargin(*g.MaxDrop, alpha), n, atLeast(room))
	case g.MinGain != nil && 1-2*room < *g.MinGain:
		// The bound of n differences of 1, where the worst possible is −1.
		return fmt.Sprintf("min_gain %s with confidence %s cannot be shown by %s, even if each gained all that it can: the gate is never passed; remove confidence, or add queries",
			number(*g.MinGain), number(g.Confidence), plural(n, "query"))
	}
	return ""
}

// atLeast rounds a limit up to three decimals.
func atLeast(x float64) string { return number(math.Ceil(x*1000-Tolerance) / 1000) }
