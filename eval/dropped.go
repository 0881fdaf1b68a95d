package eval

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/releval/releval/eval/titles"
)

// mostLookedUp is how many dropped documents are looked up: as many as one
// request takes.
const mostLookedUp = 1000

// key tells a document from all others of the run.
func (h Hit) key() string {
	if h.Index == "" {
		return h.ID
	}
	return h.Index + "/" + h.ID
}

// dropReason says why a reranker left a document out.
type dropReason func(key string) (noValue, belowMinScore bool)

// dropReason says why a system drops documents. A server drops a document for
// one of two reasons, so that without a min_score there is no doubt; with one,
// the run's last line says which it was.
func (r *Run) dropReason(system string) dropReason {
	if !r.Manifest.hasMinScore(system) {
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

func (m *Manifest) hasMinScore(system string) bool {
	return slices.ContainsFunc(m.Rerankers, func(r Reranker) bool { return r.Name == system && r.MinScore != nil })
}

// add takes a dropped document in.
func (d *Dropped) add(h Hit, why dropReason) {
	title := cmp.Or(h.Title, h.ID)
	d.Titles = append(d.Titles, title)
	noValue, below := why(h.key())
	if noValue {
		d.NoValue = append(d.NoValue, title)
	}
	if below {
		d.BelowMinScore = append(d.BelowMinScore, title)
	}
}

// allDropped finds a reranker that scored nothing at all, because no document
// of any window has a value in its field.
func (s *SystemIntegrity) allDropped(run *Run) {
	whole := make(map[string]bool) // queries whose window was dropped wholly for want of a value
	for _, d := range s.Dropped {
		whole[d.Query] = len(d.NoValue) == len(d.Titles)
	}
	var queries []string
	for i := range run.Queries {
		q := &run.Queries[i]
		result, first := q.Results[s.System], q.Results[FirstStage]
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

// lookUpDropped tells apart why rerankers with a min_score left documents out:
// one request for all of them, none where nothing was left out. It returns
// what to say about it.
func lookUpDropped(ctx context.Context, c Resolver, p *Plan, run *Run) (map[string]DropReasons, []string) {
	dropped := make(map[string]map[string]Hit) // by system, then by key
	ids := make(map[string]bool)
	var fields []string
	for _, r := range p.Rerankers {
		if r.MinScore == nil {
			continue
		}
		hits := run.droppedBy(r.Name)
		for _, h := range hits {
			ids[h.ID] = true
		}
		if len(hits) > 0 {
			dropped[r.Name] = hits
			fields = append(fields, r.Field)
		}
	}
	if len(dropped) == 0 {
		return nil, nil
	}
	ask := sortedKeys(ids)
	ask = ask[:min(len(ask), mostLookedUp)]
	where := titles.Place{Index: p.Suite.Search.Index, Field: p.Suite.Search.TitleField}
	documents, err := titles.Fetch(ctx, c, where, ask, fields...)
	if err != nil {
		return nil, []string{"why rerankers left documents out could not be looked up: " + err.Error()}
	}
	found := make(map[string]map[string]bool) // by key, the fields with a value
	for _, d := range documents {
		for _, key := range []string{d.ID, d.Index + "/" + d.ID} {
			found[key] = make(map[string]bool)
			for field := range d.Values {
				found[key][field] = true
			}
		}
	}
	reasons := make(map[string]DropReasons)
	var said []string
	for _, r := range p.Rerankers {
		hits := dropped[r.Name]
		if len(hits) == 0 {
			continue
		}
		var why DropReasons
		for _, key := range sortedKeys(hits) {
			switch fields, known := found[key]; {
			case !known:
			case fields[r.Field]:
				why.BelowMinScore = append(why.BelowMinScore, key)
			default:
				why.NoValue = append(why.NoValue, key)
			}
		}
		reasons[r.Name] = why
		text := fmt.Sprintf("of %s that %s left out, %d have no value in %s, and %d score below min_score %v",
			count(int64(len(hits)), "document"), r.Name, len(why.NoValue), r.Field, len(why.BelowMinScore), *r.MinScore)
		if unknown := len(hits) - len(why.NoValue) - len(why.BelowMinScore); unknown > 0 {
			text += fmt.Sprintf("; %d were not looked up", unknown)
		}
		said = append(said, text)
	}
	return reasons, said
}

// droppedBy collects the documents that a reranker left out, each once.
func (r *Run) droppedBy(system string) map[string]Hit {
	window := r.Manifest.Window(system)
	dropped := make(map[string]Hit)
	for i := range r.Queries {
		first, reranked := r.Queries[i].Results[FirstStage], r.Queries[i].Results[system]
		if first.Failed() || reranked.Failed() {
			continue
		}
		returned := make(map[string]bool, len(reranked.Hits))
		for _, h := range reranked.Hits {
			returned[h.key()] = true
		}
		for _, h := range first.Hits[:min(window, len(first.Hits))] {
			if !returned[h.key()] {
				dropped[h.key()] = h
			}
		}
	}
	return dropped
}
