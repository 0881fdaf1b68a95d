package execute

import (
	"context"
	"fmt"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/eval/titles"
)

// mostLookedUp is how many dropped documents are looked up: as many as one
// request takes.
const mostLookedUp = 1000

// lookUpDropped tells apart why rerankers with a min_score left documents out:
// one request for all of them, none where nothing was left out. It returns
// what to say about it.
func lookUpDropped(ctx context.Context, c Resolver, p *plan.Plan, run *eval.Run) (map[string]eval.DropReasons, []string) {
	dropped := make(map[string]map[string]eval.Hit) // by system, then by key
	ids := make(map[string]bool)
	var fields []string
	for _, r := range p.Rerankers {
		if r.MinScore == nil {
			continue
		}
		hits := integrity.LeftOut(run, r.Name)
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
	ask := text.SortedKeys(ids)
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
	reasons := make(map[string]eval.DropReasons)
	var said []string
	for _, r := range p.Rerankers {
		hits := dropped[r.Name]
		if len(hits) == 0 {
			continue
		}
		var why eval.DropReasons
		for _, key := range text.SortedKeys(hits) {
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
			text.Count(len(hits), "document"), r.Name, len(why.NoValue), r.Field, len(why.BelowMinScore), *r.MinScore)
		if unknown := len(hits) - len(why.NoValue) - len(why.BelowMinScore); unknown > 0 {
			text += fmt.Sprintf("; %d were not looked up", unknown)
		}
		said = append(said, text)
	}
	return reasons, said
}
