package execute

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/eval/titles"
)

// mostLookedUp is how many dropped documents are looked up: as many as one
// request takes.
const mostLookedUp = 1000

// lookUpDropped finds out why rerankers left documents out: one request for
// what all of them read, and one more for each reranker with a filter; none
// where nothing was left out. It returns what to say about it.
func lookUpDropped(ctx context.Context, c Resolver, p *plan.Plan, run *eval.Run) (map[string]eval.DropReasons, []string) {
	dropped := make(map[string][]eval.Key) // by system
	ids := make(map[string]bool)
	var fields []string
	for _, r := range p.Rerankers {
		documents := integrity.LeftOut(run, r.Name)
		for _, d := range documents {
			ids[d.ID] = true
		}
		if len(documents) > 0 {
			dropped[r.Name] = documents
			fields = append(fields, r.Reads()...)
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
		let, err := letThrough(ctx, c, where, ask, r.Extra["filter"])
		if err != nil {
			said = append(said, "which documents the filter of "+r.Name+" keeps out could not be looked up: "+err.Error())
		}
		var why eval.DropReasons
		for _, d := range documents {
			values, known := found[d]
			switch {
			case !known:
			case let != nil && !let[d]:
				why.Filtered = append(why.Filtered, d.String())
			case !slices.ContainsFunc(r.Reads(), func(field string) bool { return len(values[field]) > 0 }):
				why.NoValue = append(why.NoValue, d.String())
			case r.MinScore != nil && (let != nil || len(r.Extra["filter"]) == 0):
				why.BelowMinScore = append(why.BelowMinScore, d.String())
			}
		}
		reasons[r.Name] = why
		if len(why.NoValue) == len(documents) {
			continue // as the server does without any setting: said where the documents are named
		}
		said = append(said, dropSentence(r.Name, strings.Join(r.Reads(), ", "), r.MinScore, len(documents), &why))
	}
	return reasons, said
}

// letThrough are those of the documents that match a reranker's filter; nil
// where there is none, or it differs from query to query.
func letThrough(ctx context.Context, c Resolver, where titles.Place, ids []string, filter []byte) (map[eval.Key]bool, error) {
	if len(filter) == 0 || bytes.Contains(filter, []byte("{{")) {
		return nil, nil
	}
	matching, err := titles.Among(ctx, c, where, ids, filter)
	if err != nil {
		return nil, err
	}
	let := make(map[eval.Key]bool)
	for _, d := range matching {
		let[eval.Key{ID: d.ID}], let[eval.Key{Index: d.Index, ID: d.ID}] = true, true
	}
	return let, nil
}

// dropSentence counts why a reranker left documents out.
func dropSentence(reranker, field string, minScore *float64, documents int, why *eval.DropReasons) string {
	var parts []string
	if n := len(why.NoValue); n > 0 {
		parts = append(parts, fmt.Sprintf("%d have no value in %s", n, field))
	}
	if n := len(why.Filtered); n > 0 {
		parts = append(parts, fmt.Sprintf("%d do not match its filter", n))
	}
	if n := len(why.BelowMinScore); n > 0 {
		parts = append(parts, fmt.Sprintf("%d score below min_score %v", n, *minScore))
	}
	if n := documents - len(why.NoValue) - len(why.Filtered) - len(why.BelowMinScore); n > 0 {
		parts = append(parts, fmt.Sprintf("of %d the reason is not known", n))
	}
	return fmt.Sprintf("of %s that %s left out, %s", text.Count(documents, "document"), reranker, text.And(parts))
}
