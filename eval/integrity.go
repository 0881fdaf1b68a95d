package eval

import (
	"cmp"
	"slices"
	"strings"

	"github.com/releval/releval/judgments"
)

// Integrity is what could not be trusted in a run, worked out from the run
// alone.
type Integrity struct {
	// Incomplete says that the run has no last line: it was cut short.
	Incomplete bool
	// Missing is how many queries the manifest announces but the run lacks.
	Missing int
	// Systems are by system, in the manifest's order.
	Systems []SystemIntegrity
	// NoRelevant are the ids of queries without a relevant judgment: every
	// metric gives them 0.
	NoRelevant []string
	// IndexChanged says how the index at the end differs from that at the
	// start; empty where it does not.
	IndexChanged string
	// AmbiguousTitles are titles judged without an id that several documents
	// of the index share, or, where the index was not asked, two returned
	// ones.
	AmbiguousTitles []string
}

// SystemIntegrity is the integrity of one system's answers.
type SystemIntegrity struct {
	System string
	// Failed are the queries without a usable answer, with the reason.
	Failed []QueryFinding
	// Empty are the ids of queries whose answer holds no hit.
	Empty []string
	// Dropped are the documents of the window that the reranker left out.
	Dropped []Dropped
	// Outside are hits that the first stage's window does not hold.
	Outside []QueryFinding
	// NotReranked are queries whose order and scores are those of the first
	// stage, or that have hits of score 0, or all of which lost every document
	// for want of a value: the reranker did not run.
	NotReranked []QueryFinding
	// SameOrder and Ordered count the queries whose reranked hits are in the
	// order of the first stage, and all that have hits enough to tell.
	SameOrder, Ordered int
	// Collapsed are queries where more than half of the reranked hits share
	// one score, so that their order is an accident.
	Collapsed []QueryFinding
	// Judged and Shown count the judged hits, and all hits, at or above
	// JudgedDepth.
	Judged, Shown int
	// Warnings are the oddities that the answers carry.
	Warnings []QueryFinding
}

// JudgedDepth is down to which rank the share of judged hits is counted.
const JudgedDepth = 10

// QueryFinding is something about one query.
type QueryFinding struct {
	Query  string
	Reason string
}

// Dropped are documents that a reranker left out of its answer to a query.
type Dropped struct {
	Query  string
	Titles []string
	// NoValue and BelowMinScore are those of the titles that have no value in
	// the reranker's field, and those that score below its min_score. A title
	// in neither was not looked up.
	NoValue, BelowMinScore []string
}

// Documents counts the dropped documents.
func (s *SystemIntegrity) Documents() int {
	n := 0
	for _, d := range s.Dropped {
		n += len(d.Titles)
	}
	return n
}

// DropReasons counts the dropped documents by why they were dropped.
func (s *SystemIntegrity) DropReasons() (noValue, belowMinScore, unknown int) {
	for _, d := range s.Dropped {
		noValue += len(d.NoValue)
		belowMinScore += len(d.BelowMinScore)
	}
	return noValue, belowMinScore, s.Documents() - noValue - belowMinScore
}

// CheckIntegrity looks a run through.
func CheckIntegrity(run *Run) Integrity {
	m := &run.Manifest
	found := Integrity{
		Incomplete:   run.Complete == nil,
		Missing:      max(0, m.QueryCount-len(run.Queries)),
		IndexChanged: indexChange(run),
	}
	for _, system := range m.Systems {
		found.Systems = append(found.Systems, SystemIntegrity{System: system})
	}
	reasons := make([]dropReason, len(m.Systems))
	for s, system := range m.Systems {
		reasons[s] = run.dropReason(system)
	}
	ambiguous := make(map[string]bool)
	asked := m.Hashes.Titles != ""
	for i := range run.Queries {
		q := &run.Queries[i]
		if !slices.ContainsFunc(q.Judgments, func(j Judgment) bool { return j.Grade > 0 }) {
			found.NoRelevant = append(found.NoRelevant, q.ID)
		}
		for s := range found.Systems {
			found.Systems[s].look(q, m.Window(found.Systems[s].System), reasons[s])
		}
		if !asked {
			noteAmbiguous(q, ambiguous)
		}
	}
	for s := range found.Systems {
		found.Systems[s].allDropped(run)
	}
	if found.AmbiguousTitles = m.Ambiguous; !asked {
		found.AmbiguousTitles = sortedKeys(ambiguous)
	}
	return found
}

// look takes one query's answer into the system's account. The window is 0
// for the first stage.
func (s *SystemIntegrity) look(q *Query, window int, why dropReason) {
	result := q.Results[s.System]
	if result.Failed() {
		reason := "no result"
		if result != nil {
			reason = result.Error
		}
		s.Failed = append(s.Failed, QueryFinding{q.ID, reason})
		return
	}
	for _, w := range result.Warnings {
		s.Warnings = append(s.Warnings, QueryFinding{q.ID, w})
	}
	if len(result.Hits) == 0 {
		s.Empty = append(s.Empty, q.ID)
	}
	top := result.Hits[:min(JudgedDepth, len(result.Hits))]
	for _, match := range q.Matches(top) {
		s.Shown++
		if match >= 0 {
			s.Judged++
		}
	}
	s.compare(q, window, why)
}

// compare holds the reranked hits against what the reranker saw.
func (s *SystemIntegrity) compare(q *Query, window int, why dropReason) {
	first, result := q.Results[FirstStage], q.Results[s.System]
	if window == 0 || first.Failed() || result.Failed() {
		return
	}
	seen, reranked := first.Hits[:min(window, len(first.Hits))], result.Hits
	held := holdAgainst(seen, reranked)
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
		s.Outside = append(s.Outside, QueryFinding{q.ID, "not in the first stage's window: " + strings.Join(names, ", ")})
	}
	if reason := notReranked(seen, reranked); reason != "" {
		s.NotReranked = append(s.NotReranked, QueryFinding{q.ID, reason})
	}
	if held.both >= fewestOrdered {
		s.Ordered++
		if held.sameOrder {
			s.SameOrder++
		}
	}
	if shared := mostShared(reranked); len(reranked) >= 4 && shared*2 > len(reranked) {
		s.Collapsed = append(s.Collapsed, QueryFinding{q.ID, countOf(shared, len(reranked)) + " hits share one score"})
	}
}

// fewestOrdered is how many hits a reranked list must have for its order to
// say anything.
const fewestOrdered = 3

// unranked gives the queries whose answers a system's reranker demonstrably did
// not rank.
func unranked(run *Run, system string) map[string]bool {
	window := run.Manifest.Window(system)
	if window == 0 {
		return nil
	}
	queries := make(map[string]bool)
	anyHit := false
	for i := range run.Queries {
		q := &run.Queries[i]
		first, result := q.Results[FirstStage], q.Results[system]
		if first.Failed() || result.Failed() {
			continue
		}
		anyHit = anyHit || len(result.Hits) > 0
		if notReranked(first.Hits[:min(window, len(first.Hits))], result.Hits) != "" {
			queries[q.ID] = true
		}
	}
	if anyHit {
		return queries
	}
	s := SystemIntegrity{System: system}
	why := run.dropReason(system)
	for i := range run.Queries {
		s.compare(&run.Queries[i], window, why)
	}
	s.allDropped(run)
	for _, q := range s.NotReranked {
		queries[q.Query] = true
	}
	return queries
}

// notReranked says why the hits cannot come from a reranker, or "".
func notReranked(seen, reranked []Hit) string {
	for _, h := range reranked {
		if h.Score == 0 {
			return "the hit " + cmp.Or(h.Title, h.ID) + " has score 0, which no reranked hit has"
		}
	}
	if len(reranked) == 0 || len(reranked) != len(seen) {
		return ""
	}
	for i := range seen {
		if seen[i] != reranked[i] {
			return ""
		}
	}
	return "order and scores are those of the first stage"
}

// mostShared counts the hits of the most frequent score.
func mostShared(hits []Hit) int {
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

// noteAmbiguous collects the titles judged without an id that two documents
// of one answer share.
func noteAmbiguous(q *Query, ambiguous map[string]bool) {
	judged := make(map[string]string)
	for _, j := range q.Judgments {
		if j.ID == "" {
			judged[judgments.FoldTitle(j.Title)] = j.Title
		}
	}
	if len(judged) == 0 {
		return
	}
	for _, result := range q.Results {
		if result.Failed() {
			continue
		}
		seen := make(map[string]bool)
		for _, h := range result.Hits {
			title, ok := judged[judgments.FoldTitle(h.Title)]
			if ok && seen[title] {
				ambiguous[title] = true
			}
			if ok {
				seen[title] = true
			}
		}
	}
}

// indexChange says how the index changed under the run, or "".
func indexChange(run *Run) string {
	if run.Complete == nil || run.Complete.Indices == nil || run.Manifest.Indices == nil {
		return ""
	}
	before := make(map[string]IndexInfo)
	for _, i := range run.Manifest.Indices {
		before[i.Name] = i
	}
	var changes []string
	for _, after := range run.Complete.Indices {
		was, known := before[after.Name]
		delete(before, after.Name)
		switch {
		case !known:
			changes = append(changes, "index "+after.Name+" was added")
		case was.UUID != after.UUID:
			changes = append(changes, "index "+after.Name+" was created anew")
		case was.Documents != after.Documents:
			changes = append(changes, "index "+after.Name+" went from "+count(was.Documents, "document")+" to "+count(after.Documents, "document"))
		}
	}
	for _, name := range sortedKeys(before) {
		changes = append(changes, "index "+name+" is gone")
	}
	return strings.Join(changes, "; ")
}
