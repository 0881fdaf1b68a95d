package integrity

import (
	"fmt"
	"slices"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/text"
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
	// because none has a value: the reranker did not run.
	NotReranked []QueryFinding
	// SameOrder and Ordered count the queries whose reranked hits are in the
	// order of the first stage, and all that have hits enough to tell.
	SameOrder, Ordered int
	// Collapsed are queries where more than half of the reranked hits share
	// one score, so that their order is an accident.
	Collapsed []QueryFinding
	// Ascending are queries whose scores rise down the list, though nothing but
	// the score sorts it.
	Ascending []QueryFinding
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
	// NoValue, Filtered and BelowMinScore are those of the titles that have no
	// value in the reranker's field, do not match its filter, and score below
	// its min_score. Of a title in none of them the reason is not known.
	NoValue, Filtered, BelowMinScore []string
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
func (s *SystemIntegrity) DropReasons() (noValue, filtered, belowMinScore, unknown int) {
	for _, d := range s.Dropped {
		noValue += len(d.NoValue)
		filtered += len(d.Filtered)
		belowMinScore += len(d.BelowMinScore)
	}
	return noValue, filtered, belowMinScore, s.Documents() - noValue - filtered - belowMinScore
}

// Check looks a run through.
func Check(run *eval.Run) Integrity {
	m := &run.Manifest
	found := Integrity{
		Incomplete:   run.Complete == nil,
		Missing:      max(0, m.QueryCount-len(run.Queries)),
		IndexChanged: indexChange(run),
	}
	for _, system := range m.Names() {
		found.Systems = append(found.Systems, SystemIntegrity{System: system})
	}
	reasons := make([]dropReason, len(m.Systems))
	byScore := make([]bool, len(m.Systems))
	for s, system := range m.Names() {
		reasons[s] = dropReasonOf(run, system)
		order := m.System(system).Order()
		byScore[s] = order.Known() && !order.Sorted()
	}
	ambiguous := make(map[string]bool)
	asked := m.Hashes.Titles != ""
	for i := range run.Queries {
		q := &run.Queries[i]
		if !slices.ContainsFunc(q.Judgments, func(j judgments.Judgment) bool { return j.Grade > 0 }) {
			found.NoRelevant = append(found.NoRelevant, q.ID)
		}
		for s := range found.Systems {
			found.Systems[s].look(q, m, reasons[s], byScore[s])
		}
		if !asked {
			noteAmbiguous(q, ambiguous)
		}
	}
	for s := range found.Systems {
		found.Systems[s].allDropped(run)
	}
	if found.AmbiguousTitles = m.Ambiguous; !asked {
		found.AmbiguousTitles = text.SortedKeys(ambiguous)
	}
	return found
}

// look takes one query's answer into the system's account; byScore says that
// its hits are sorted by their scores.
func (s *SystemIntegrity) look(q *eval.Query, m *eval.Manifest, why dropReason, byScore bool) {
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
	if byScore {
		s.ascending(q.ID, result.Hits)
	}
	top := q.Ranked(result).Hits
	top = top[:min(JudgedDepth, len(top))]
	for _, match := range q.Matches(top) {
		s.Shown++
		if match >= 0 {
			s.Judged++
		}
	}
	s.compare(q, m, why)
}

// ascending looks for a score above that of the rank before.
func (s *SystemIntegrity) ascending(query string, hits []eval.Hit) {
	for i := 1; i < len(hits); i++ {
		if hits[i].Score > hits[i-1].Score {
			s.Ascending = append(s.Ascending, QueryFinding{query, fmt.Sprintf("the score at rank %d is above that at rank %d", i+1, i)})
			return
		}
	}
}

// noteAmbiguous collects the titles judged without an id that two documents
// of one answer share.
func noteAmbiguous(q *eval.Query, ambiguous map[string]bool) {
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
			own := map[string]bool{} // a document may have a title twice
			for _, value := range h.Titles() {
				if title, ok := judged[judgments.FoldTitle(value)]; ok && !own[title] {
					if seen[title] {
						ambiguous[title] = true
					}
					own[title], seen[title] = true, true
				}
			}
		}
	}
}
