package integrity

import (
	"cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/text"
)

// dropReason says why a reranker left a document out; all false where that is
// not known.
type dropReason func(key string) (noValue, filtered, belowMinScore bool)

// dropReasonOf says why a system drops documents: by what was looked up at the
// end of the run. Of a run that looked nothing up it is known only where the
// server has no other reason than a missing value.
func dropReasonOf(r *eval.Run, system string) dropReason {
	var looked eval.DropReasons
	known := false
	if r.Complete != nil {
		looked, known = r.Complete.Dropped[system]
	}
	if s := r.Manifest.System(system); !known && s != nil && s.MinScore == nil && len(s.Extra["filter"]) == 0 {
		return func(string) (bool, bool, bool) { return true, false, false }
	}
	noValue, filtered, below := set(looked.NoValue), set(looked.Filtered), set(looked.BelowMinScore)
	return func(key string) (bool, bool, bool) { return noValue[key], filtered[key], below[key] }
}

func set(keys []string) map[string]bool {
	all := make(map[string]bool, len(keys))
	for _, key := range keys {
		all[key] = true
	}
	return all
}

// add takes a dropped document in.
func (d *Dropped) add(h eval.Hit, why dropReason) {
	title := cmp.Or(h.Title, h.ID)
	d.Titles = append(d.Titles, title)
	noValue, filtered, below := why(h.Key().String())
	switch {
	case filtered:
		d.Filtered = append(d.Filtered, title)
	case noValue:
		d.NoValue = append(d.NoValue, title)
	case below:
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
