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
	dropped := make(map[string][]eval.Key) // by system
	ids := make(map[string]bool)
	var fields []string
	for _, r := range p.Rerankers {
		if r.MinScore == nil {
			continue
		}
		documents := integrity.LeftOut(run, r.Name)
		for _, d := range documents {
			ids[d.ID] = true
		}
		if len(documents) > 0 {
			dropped[r.Name] = documents
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
	found := make(map[eval.Key]map[string][]string) // the values of fields
	for _, d := range documents {
		// a run over one index names none
		found[eval.Key{ID: d.ID}], found[eval.Key{Index: d.Index, ID: d.ID}] = d.Values, d.Values
	}
	reasons := make(map[string]eval.DropReasons)
	var said []string
	for _, r := range p.Rerankers {
		documents := dropped[r.Name]
		if len(documents) == 0 {
			continue
		}
		var why eval.DropReasons
		for _, d := range documents {
			switch values, known := found[d]; {
			case !known:
			case len(values[r.Field]) > 0:
				why.BelowMinScore = append(why.BelowMinScore, d.String())
			default:
				why.NoValue = append(why.NoValue, d.String())
			}
		}
		reasons[r.Name] = why
		text := fmt.Sprintf("of %s that %s left out, %d have no value in %s, and %d score below min_score %v",
			text.Count(len(documents), "document"), r.Name, len(why.NoValue), r.Field, len(why.BelowMinScore), *r.MinScore)
		if unknown := len(documents) - len(why.NoValue) - len(why.BelowMinScore); unknown > 0 {
			text += fmt.Sprintf("; %d were not looked up", unknown)
		}
		said = append(said, text)
	}
	return reasons, said
}
