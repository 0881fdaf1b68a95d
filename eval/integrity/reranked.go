package integrity

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/judgments"
)

// compare compares the reranked hits with what the reranker saw.
func (s *SystemIntegrity) compare(q *eval.Query, m *eval.Manifest, why dropReason) {
	window := m.Window(s.System)
	first, result := q.Results[m.FirstStageOf(s.System)], q.Results[s.System]
	if window == 0 || first.Failed() || result.Failed() {
		return
	}
	seen, reranked := first.Hits[:min(window, len(first.Hits))], result.Hits
	held := holdAgainst(first.Hits, window, reranked)
	if len(held.dropped) > 0 {
		dropped := Dropped{Query: q.ID}
		for _, h := range held.dropped {
			dropped.add(h, why)
		}
		s.Dropped = append(s.Dropped, dropped)
	}
	if len(held.outside) > 0 {
		var names []string
		for _, h := range held.outside {
			names = append(names, cmp.Or(h.Title, h.ID))
		}
		reason := "not in the first stage's window: " + strings.Join(names, ", ")
		if unfiltered(m, s.System) {
			reason += "; its filter lets it see further down than the first stage's window, which has no such filter"
		}
		s.Outside = append(s.Outside, QueryFinding{q.ID, reason})
	}
	if reason := notReranked(m.System(s.System), seen, reranked); reason != "" {
		s.NotReranked = append(s.NotReranked, QueryFinding{q.ID, reason})
	}
	if held.both >= fewestOrdered {
		s.Ordered++
		if held.sameOrder {
			s.SameOrder++
		}
	}
	if shared := mostShared(reranked); len(reranked) >= 4 && shared*2 > len(reranked) {
		s.Collapsed = append(s.Collapsed, QueryFinding{q.ID, fmt.Sprintf("%d of %d hits share one score", shared, len(reranked))})
	}
}

// unfiltered says that a system's reranker has a filter which its first stage
// is not searched with, as it was in earlier releases.
func unfiltered(m *eval.Manifest, system string) bool {
	s := m.System(system)
	filter := bytes.Trim(judgments.CanonicalJSON(s.Extra["filter"]), "[] ")
	first := m.System(s.FirstStage)
	return len(filter) > 0 && first != nil && !bytes.Contains(judgments.CanonicalJSON(first.Retriever), filter)
}

// fewestOrdered is how many hits a reranked list must have for its order to
// say anything.
const fewestOrdered = 3

// Unranked gives the ids of the queries whose answers a system's reranker
// demonstrably did not rank: they are not usable, and do not score.
func Unranked(run *eval.Run, system string) map[string]bool {
	window, firstStage := run.Manifest.Window(system), run.Manifest.FirstStageOf(system)
	if window == 0 {
		return nil
	}
	queries := make(map[string]bool)
	anyHit := false
	for i := range run.Queries {
		q := &run.Queries[i]
		first, result := q.Results[firstStage], q.Results[system]
		if first.Failed() || result.Failed() {
			continue
		}
		anyHit = anyHit || len(result.Hits) > 0
		if notReranked(run.Manifest.System(system), first.Hits[:min(window, len(first.Hits))], result.Hits) != "" {
			queries[q.ID] = true
		}
	}
	if anyHit {
		return queries
	}
	s := SystemIntegrity{System: system}
	why := dropReasonOf(run, system)
	for i := range run.Queries {
		s.compare(&run.Queries[i], &run.Manifest, why)
	}
	s.allDropped(run)
	for _, q := range s.NotReranked {
		queries[q.Query] = true
	}
	return queries
}

// notReranked says why the hits cannot come from a reranker, or "". What is
// scored outside of Elasticsearch may well score 0, and came from the reranker
// or is a failure.
func notReranked(system *eval.System, seen, reranked []eval.Hit) string {
	if system.Outside != nil {
		return ""
	}
	for _, h := range reranked {
		if h.Score == 0 {
			return "the hit " + cmp.Or(h.Title, h.ID) + " has score 0, which no reranked hit has"
		}
	}
	if len(reranked) == 0 || len(reranked) != len(seen) {
		return ""
	}
	for i := range seen {
		if !seen[i].Equal(reranked[i]) {
			return ""
		}
	}
	return "order and scores are those of the first stage"
}

// mostShared counts the hits of the most frequent score.
func mostShared(hits []eval.Hit) int {
	scores := make([]float64, len(hits))
	for i, h := range hits {
		scores[i] = h.Score
	}
	slices.Sort(scores)
	most, start := 0, 0
	for i := range scores {
		if scores[i] != scores[start] {
			start = i
		}
		most = max(most, i-start+1)
	}
	return most
}

// Unmoved counts the lists that are long enough to tell, where a reranker left
// all of them in the order of the first stage; else it is 0.
func Unmoved(run *eval.Run, r eval.System) int {
	lists := 0
	for i := range run.Queries {
		first, result := run.Queries[i].Results[r.FirstStage], run.Queries[i].Results[r.Name]
		if first.Failed() || result.Failed() {
			continue
		}
		held := holdAgainst(first.Hits, r.Window, result.Hits)
		if held.both < fewestOrdered {
			continue
		}
		if !held.sameOrder {
			return 0
		}
		lists++
	}
	return lists
}
