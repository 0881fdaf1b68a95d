package titles

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/judgments"
)

// How many titles or ids go into one request, and how many hits it may bring.
// A query may have 1,024 clauses on a small server, a phrase counting once
// for each of its words; 10,000 is index.max_result_window where nobody
// changed it.
const (
	titlesPerRequest  = 1000
	phrasesPerRequest = 200
	resolveSize       = 10000
)

// Cluster is what looking titles up needs of a cluster.
type Cluster interface {
	FieldCaps(ctx context.Context, index string, fields ...string) (cluster.FieldCaps, error)
	Search(ctx context.Context, body []byte, o cluster.SearchOptions) (cluster.Response, error)
}

// Place is where titles are looked up.
type Place struct {
	// Index is an index or alias, or several separated by commas.
	Index string
	// Field is the title field.
	Field string
}

// Document is a document with its title as the index writes it.
type Document struct {
	Index, ID, Title string
}

// Found is what Find found.
type Found struct {
	// Documents are by folded title, sorted by id.
	Documents map[string][]Document
	// IDs are the ids that exist, with their documents.
	IDs map[string]Document
	// All is every document of the index; nil where no title was missing, or
	// the index holds 10,000 documents or more, which one answer cannot.
	All []Document
}

// Find looks titles and ids up. Titles that fold to the same are one.
func Find(ctx context.Context, c Cluster, where Place, names, ids []string) (*Found, error) {
	f := finder{
		cluster: c,
		where:   where,
		asked:   make(map[string]string, len(names)),
		taken:   make(map[Document]bool, len(names)),
		found:   &Found{Documents: make(map[string][]Document), IDs: make(map[string]Document)},
	}
	for _, name := range names {
		f.asked[judgments.FoldTitle(name)] = name
	}
	if err := f.titles(ctx); err != nil {
		return nil, err
	}
	documents, err := Fetch(ctx, c, where, ids)
	if err != nil {
		return nil, err
	}
	for _, d := range documents {
		f.found.IDs[d.ID] = d.Document
	}
	for _, list := range f.found.Documents {
		slices.SortFunc(list, func(a, b Document) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Index, b.Index)) })
	}
	return f.found, nil
}

// finder is one Find at work.
type finder struct {
	cluster Cluster
	where   Place
	asked   map[string]string // titles by their folded form
	taken   map[Document]bool
	found   *Found
}

func (f *finder) titles(ctx context.Context) error {
	if len(f.asked) == 0 {
		return nil
	}
	exact, err := f.keywordField(ctx)
	if err != nil {
		return err
	}
	if exact != "" {
		for batch := range slices.Chunk(f.open(), titlesPerRequest) {
			err := f.batch(ctx, batch, func(titles []string) any {
				return map[string]any{"terms": map[string]any{exact: titles}}
			})
			if err != nil {
				return err
			}
		}
	}
	for batch := range slices.Chunk(f.open(), phrasesPerRequest) {
		err := f.batch(ctx, batch, func(titles []string) any {
			phrases := make([]any, len(titles))
			for i, title := range titles {
				phrases[i] = map[string]any{"match_phrase": map[string]any{f.where.Field: title}}
			}
			return map[string]any{"bool": map[string]any{"should": phrases}}
		})
		if err != nil {
			return err
		}
	}
	if len(f.open()) == 0 {
		return nil
	}
	return f.everything(ctx)
}

// open lists the titles that are not found yet, in order.
func (f *finder) open() []string {
	var titles []string
	for _, folded := range slices.Sorted(maps.Keys(f.asked)) {
		if len(f.found.Documents[folded]) == 0 {
			titles = append(titles, f.asked[folded])
		}
	}
	return titles
}

// keywordField finds a keyword field that holds the whole title: the title
// field itself or one of its sub-fields; "" where there is none.
func (f *finder) keywordField(ctx context.Context) (string, error) {
	caps, err := f.cluster.FieldCaps(ctx, f.where.Index, f.where.Field, f.where.Field+".*")
	if cluster.KindOf(err) == cluster.KindForbidden {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	for _, name := range slices.Sorted(maps.Keys(caps.Fields)) {
		types := caps.Fields[name]
		if len(types) == 1 && types[0].Type == "keyword" && types[0].Searchable {
			return name, nil
		}
	}
	return "", nil
}

// batch asks for titles at once, and in halves where the answer is full or
// the server finds the query too large.
func (f *finder) batch(ctx context.Context, titles []string, query func([]string) any) error {
	response, err := search(ctx, f.cluster, f.where, query(titles), []string{f.where.Field}, resolveSize)
	switch {
	case len(titles) > 1 && (cluster.KindOf(err) == cluster.KindInvalidRequest || cluster.KindOf(err) == cluster.KindTooLarge),
		err == nil && len(titles) > 1 && len(response.Hits) == resolveSize:
		half := len(titles) / 2
		if err := f.batch(ctx, titles[:half], query); err != nil {
			return err
		}
		return f.batch(ctx, titles[half:], query)
	case err != nil:
		return err
	}
	f.take(response)
	return nil
}

// take keeps those hits whose title was asked for.
func (f *finder) take(response cluster.Response) {
	for _, h := range response.Hits {
		d := document(h, f.where.Field)
		folded := judgments.FoldTitle(d.Title)
		if _, asked := f.asked[folded]; asked && !f.taken[d] {
			f.taken[d] = true
			f.found.Documents[folded] = append(f.found.Documents[folded], d)
		}
	}
}

// everything reads all titles, where they fit in one answer.
func (f *finder) everything(ctx context.Context) error {
	total, err := Count(ctx, f.cluster, f.where, resolveSize)
	if err != nil || total >= resolveSize {
		return err
	}
	all, err := All(ctx, f.cluster, f.where, total)
	if err != nil {
		return err
	}
	open := make(map[string]bool)
	for _, title := range f.open() {
		open[judgments.FoldTitle(title)] = true
	}
	f.found.All = all
	for _, d := range all {
		if folded := judgments.FoldTitle(d.Title); open[folded] {
			f.found.Documents[folded] = append(f.found.Documents[folded], d)
		}
	}
	return nil
}

func document(h cluster.Hit, field string) Document {
	title, _ := h.Value(field)
	return Document{Index: h.Index, ID: h.ID, Title: title}
}

// search asks a query for some fields.
func search(ctx context.Context, c Cluster, where Place, query any, fields []string, size int) (cluster.Response, error) {
	body, err := json.Marshal(map[string]any{
		"size": size, "from": 0, "track_total_hits": false, "_source": false,
		"fields": fields, "query": query,
	})
	if err != nil {
		return cluster.Response{}, fmt.Errorf("cannot look titles up: %w", err)
	}
	return c.Search(ctx, body, cluster.SearchOptions{Index: where.Index, Size: size})
}
