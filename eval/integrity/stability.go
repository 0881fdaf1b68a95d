package integrity

import (
	"slices"

	"github.com/releval/releval/eval"
)

// Unstable is a query that a system ranked differently when it was searched
// again.
type Unstable struct {
	Query, System string
	// Different counts the repeats whose ranking is not that of the first
	// search, of Repeats in all.
	Different, Repeats int
	// TiesExplain says that only documents of equal score changed places.
	TiesExplain bool
}

// CheckStability lists the queries whose repeated searches did not give the
// same ranking, in the order of the run. A failed repeat is passed over: it
// is no other ranking.
func CheckStability(run *eval.Run) []Unstable {
	var found []Unstable
	for i := range run.Queries {
		q := &run.Queries[i]
		for _, system := range run.Manifest.Names() {
			first := q.Results[system]
			if first.Failed() {
				continue
			}
			u := Unstable{Query: q.ID, System: system, TiesExplain: true}
			for _, repeat := range q.Repeats {
				again := repeat[system]
				if again.Failed() {
					continue
				}
				u.Repeats++
				if !sameOrder(first.Hits, again.Hits) {
					u.Different++
					u.TiesExplain = u.TiesExplain && sameButForTies(first.Hits, again.Hits)
				}
			}
			if u.Different > 0 {
				found = append(found, u)
			}
		}
	}
	return found
}

func sameOrder(a, b []eval.Hit) bool {
	return slices.EqualFunc(a, b, func(x, y eval.Hit) bool { return x.Key() == y.Key() })
}

// sameButForTies says whether two rankings differ only in the order of
// documents with equal scores. At the end of the list a tied document may
// also have given way to another one of the same score.
func sameButForTies(a, b []eval.Hit) bool {
	if len(a) != len(b) {
		return false
	}
	scores := func(hits []eval.Hit) map[eval.Key]float64 {
		m := make(map[eval.Key]float64, len(hits))
		for _, h := range hits {
			m[h.Key()] = h.Score
		}
		return m
	}
	inA, inB := scores(a), scores(b)
	for i := range a {
		if a[i].Score != b[i].Score {
			return false
		}
		last := a[len(a)-1].Score
		for _, hit := range []eval.Hit{a[i], b[i]} {
			scoreA, okA := inA[hit.Key()]
			scoreB, okB := inB[hit.Key()]
			if (!okA || !okB) && hit.Score != last || okA && okB && scoreA != scoreB {
				return false
			}
		}
	}
	return true
}
