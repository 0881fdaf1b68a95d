package pool

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/eval/titles"
	"github.com/releval/releval/judgments"
)

// textsPerRequest is how many documents are fetched at once with their texts,
// which may be long.
const textsPerRequest = 100

// Complete asks the index for what a judge has to see: the title and the
// beginning of the text of every candidate, at most length characters of it;
// and which titles several documents have, so that a judgment needs an id.
// Field may be empty for no text.
func (p *Pool) Complete(ctx context.Context, c titles.Cluster, where titles.Place, field string, length int) error {
	var ids []string
	for _, q := range p.Queries {
		for _, candidate := range q.Candidates {
			ids = append(ids, candidate.ID)
		}
	}
	documents, err := fetch(ctx, c, where, ids, field)
	if err != nil {
		return err
	}
	byID := make(map[eval.Key]titles.Fetched, len(documents))
	for _, d := range documents {
		byID[eval.Key{ID: d.ID}] = d
		byID[eval.Key{Index: d.Index, ID: d.ID}] = d
	}
	var names []string
	for i := range p.Queries {
		for k := range p.Queries[i].Candidates {
			candidate := &p.Queries[i].Candidates[k]
			d, known := byID[eval.Key{Index: candidate.Index, ID: candidate.ID}]
			if !known {
				d = byID[eval.Key{ID: candidate.ID}]
			}
			if candidate.Title == "" {
				candidate.setTitles(d.Values[where.Field])
				candidate.NeedsID = !judgments.CanHold(candidate.Title) || len(candidate.Others) > 0
			}
			if field != "" {
				candidate.Text = snippet(strings.Join(d.Values[field], " "), length)
			}
			names = append(names, candidate.Title)
		}
	}
	found, err := titles.Find(ctx, c, where, names, nil)
	if err != nil {
		return err
	}
	for i := range p.Queries {
		for k := range p.Queries[i].Candidates {
			candidate := &p.Queries[i].Candidates[k]
			if len(found.Documents[judgments.FoldTitle(candidate.Title)]) > 1 {
				candidate.NeedsID = true
			}
		}
	}
	return nil
}

// fetch reads documents in batches, smaller ones where an answer is too
// large.
func fetch(ctx context.Context, c titles.Cluster, where titles.Place, ids []string, field string) ([]titles.Fetched, error) {
	var fields []string
	if field != "" {
		fields = []string{field}
	}
	var all []titles.Fetched
	for size := textsPerRequest; len(ids) > 0; {
		batch := ids[:min(size, len(ids))]
		documents, err := titles.Fetch(ctx, c, where, batch, fields...)
		if cluster.KindOf(err) == cluster.KindTooLarge && size > 1 {
			size /= 2
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, documents...)
		ids = ids[len(batch):]
	}
	return all, nil
}

// snippet is the beginning of a text on one line, at most length characters,
// cut between words where that is possible.
func snippet(s string, length int) string {
	s = text.Clean(s)
	if length <= 0 || utf8.RuneCountInString(s) <= length {
		return s
	}
	cut := string([]rune(s)[:length])
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:.-") + " ..."
}
