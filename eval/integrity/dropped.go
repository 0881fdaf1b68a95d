package integrity

import (
	"cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/text"
)

// dropReason says why a reranker left a document out.
type dropReason func(key string) (noValue, belowMinScore bool)

// dropReasonOf says why a system drops documents. A server drops a document for
// one of two reasons, so that without a min_score there is no doubt; with one,
// the run's last line says which it was.
func dropReasonOf(r *eval.Run, system string) dropReason {
	if !hasMinScore(&r.Manifest, system) {
		return func(string) (bool, bool) { return true, false }
	}
	noValue, below := make(map[string]bool), make(map[string]bool)
	if r.Complete != nil {
		for _, key := range r.Complete.Dropped[system].NoValue {
			noValue[key] = true
		}
		for _, key := range r.Complete.Dropped[system].BelowMinScore {
			below[key] = true
		}
	}
	return func(key string) (bool, bool) { return noValue[key], below[key] }
}

func hasMinScore(m *eval.Manifest, system string) bool {
	s := m.System(system)
	return s != nil && s.MinScore != nil
}

// add takes a dropped document in.
func (d *Dropped) add(h eval.Hit, why dropReason) {
	title := cmp.Or(h.Title, h.ID)
	d.Titles = append(d.Titles, title)
	noValue, below := why(h.Key().String())
	if noValue {
		d.NoValue = append(d.NoValue, title)
	}
	if below {
		d.BelowMinScore = append(d.BelowMinScore, title)
	}
}

// allDropped finds a reranker that scored nothing at all, because no document
// of any window has a value in its field.
func (s *SystemIntegrity) allDropped(run *eval.Run) {
	whole := make(map[string]bool) // queries whose window was dropped wholly because no document has a value
	for _, d := range s.Dropped {
		whole[d.Query] = len(d.NoValue) == len(d.Titles)
	}
	var queries []string
	for i := range run.Queries {
		q := &run.Queries[i]
		result, first := q.Results[s.System], q.Results[run.Manifest.FirstStageOf(s.System)]
		if result.Failed() || first.Failed() || len(first.Hits) == 0 {
			continue
		}
		if len(result.Hits) > 0 || !whole[q.ID] {
			return
		}
		queries = append(queries, q.ID)
	}
	for _, id := range queries {
		s.NotReranked = append(s.NotReranked, QueryFinding{id, "no document of the window has a value in the reranker's field"})
	}
}

// LeftOut lists the documents that a reranker left out, each once, in the order
// of their names in run files.
func LeftOut(r *eval.Run, system string) []eval.Key {
	window := r.Manifest.Window(system)
	dropped := make(map[string]eval.Key)
	for i := range r.Queries {
		first, reranked := r.Queries[i].Results[r.Manifest.FirstStageOf(system)], r.Queries[i].Results[system]
		if first.Failed() || reranked.Failed() {
			continue
		}
		for _, h := range holdAgainst(first.Hits, window, reranked.Hits).dropped {
			dropped[h.Key().String()] = h.Key()
		}
	}
	documents := make([]eval.Key, 0, len(dropped))
	for _, name := range text.SortedKeys(dropped) {
		documents = append(documents, dropped[name])
	}
	return documents
}
