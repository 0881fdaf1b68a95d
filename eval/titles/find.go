package titles

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
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
	// resolveSize is index.max_result_window where nobody changed it.
	resolveSize = 10000
	// spellingsSize is how many hits a search for further spellings of titles
	// brings that are found already. Of one title the best hits have nothing
	// beside it, and come first.
	spellingsSize = 1000
	// An index is read whole where it holds at most this many documents, or
	// this many for each title: that takes fewer requests than phrases do.
	readAtLeast   = 1000
	readsPerTitle = 15
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
	// Window is how many hits the index gives at most; 0 for the usual 10,000.
	// It need not be known: who asks for more is told, and asks again.
	Window int
}

// most is how many hits may be asked for.
func (w Place) most() int {
	if w.Window > 0 {
		return min(w.Window, resolveSize)
	}
	return resolveSize
}

// within asks, and asks again for fewer hits where the index gives no more.
func within[T any](where Place, ask func(Place) (T, error)) (T, error) {
	found, err := ask(where)
	if n := cluster.MaxWindow(err); n > 0 && n < where.most() {
		where.Window = n
		return ask(where)
	}
	return found, err
}

// Document is a document with its title as the index writes it.
type Document struct {
	Index, ID, Title string
}

// key is the document without its title.
func (d Document) key() Document { return Document{Index: d.Index, ID: d.ID} }

// Found is what Find found.
type Found struct {
	// Documents are by folded title, sorted by id.
	Documents map[string][]Document
	// IDs are the ids that exist, with their documents.
	IDs map[string]Document
	// Shared are the ids that documents of several indices have, with these
	// documents by index; nil where there are none.
	Shared map[string][]Document
	// All is every document of the index, once for each of its titles; nil where
	// it was not read whole.
	All []Document
}

// Find looks titles and ids up. Titles that fold to the same are one.
func Find(ctx context.Context, c Cluster, where Place, names, ids []string) (*Found, error) {
	return within(where, func(where Place) (*Found, error) { return find(ctx, c, where, names, ids) })
}

func find(ctx context.Context, c Cluster, where Place, names, ids []string) (*Found, error) {
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
	f.ids(documents)
	for _, list := range f.found.Documents {
		slices.SortFunc(list, func(a, b Document) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Index, b.Index)) })
	}
	return f.found, nil
}

// ids keeps what has an id that was asked for.
func (f *finder) ids(documents []Fetched) {
	for _, d := range documents {
		first, twice := f.found.IDs[d.ID]
		if !twice {
			f.found.IDs[d.ID] = d.Document
			continue
		}
		if f.found.Shared == nil {
			f.found.Shared = make(map[string][]Document)
		}
		if f.found.Shared[d.ID] == nil {
			f.found.Shared[d.ID] = []Document{first}
		}
		f.found.Shared[d.ID] = append(f.found.Shared[d.ID], d.Document)
	}
	for _, list := range f.found.Shared {
		slices.SortFunc(list, func(a, b Document) int { return cmp.Compare(a.Index, b.Index) })
	}
}

// finder is one Find at work.
// Has says whether a document of the id exists, in the index where one is named.
func (f *Found) Has(index, id string) bool {
	_, ok := f.Of(index, id)
	return ok
}

// Of is the document of an id, that of the index where one is named.
func (f *Found) Of(index, id string) (Document, bool) {
	d, ok := f.IDs[id]
	if index == "" || ok && d.Index == index {
		return d, ok
	}
	for _, d := range f.Shared[id] {
		if d.Index == index {
			return d, true
		}
	}
	return Document{}, false
}

type finder struct {
	cluster Cluster
	where   Place
	asked   map[string]string // titles by their folded form
	taken   map[Document]bool
	found   *Found
}

// titles looks all titles up: among all documents where these are few for so
// many titles, else by searches.
func (f *finder) titles(ctx context.Context) error {
	if len(f.asked) == 0 {
		return nil
	}
	if f.where.Field == "_id" {
		fetched, err := Fetch(ctx, f.cluster, f.where, slices.Collect(maps.Values(f.asked)))
		for _, d := range fetched {
			f.takeDocument(d.Document)
		}
		return err
	}
	limit := max(readAtLeast, readsPerTitle*len(f.asked))
	total, err := Count(ctx, f.cluster, f.where, limit+1)
	if err != nil {
		return err
	}
	if total <= limit {
		all, err := All(ctx, f.cluster, f.where, total)
		if err == nil {
			f.among(all)
			return nil
		}
		switch cluster.KindOf(err) {
		case cluster.KindInvalidRequest, cluster.KindForbidden, cluster.KindTooLarge, cluster.KindUnsupported:
			// Such as a server that gives less at once.
		default:
			if !errors.Is(err, ErrTooManyDocuments) {
				return err
			}
		}
	}
	return f.bySearches(ctx)
}

// bySearches asks for titles exactly, and then as phrases, which find the
// other spellings of a title too.
func (f *finder) bySearches(ctx context.Context) error {
	exact, err := f.keywordField(ctx)
	if err != nil {
		return err
	}
	phrases := f.open()
	if exact != "" {
		for batch := range slices.Chunk(f.open(), titlesPerRequest) {
			err := f.batch(ctx, batch, f.where.most(), func(titles []string) any {
				return map[string]any{"terms": map[string]any{exact: titles}}
			})
			if err != nil {
				return err
			}
		}
		if exact == f.where.Field {
			// A phrase in a keyword field is the exact title again.
			phrases = nil
		}
	}
	found, open := f.split(phrases)
	for _, part := range []struct {
		titles []string
		size   int
	}{{open, f.where.most()}, {found, min(spellingsSize, f.where.most())}} {
		for batch := range slices.Chunk(part.titles, phrasesPerRequest) {
			if err := f.batch(ctx, batch, part.size, f.phrases); err != nil {
				return err
			}
		}
	}
	if len(f.open()) == 0 {
		return nil
	}
	return f.everything(ctx)
}

// phrases is a query for titles as phrases.
func (f *finder) phrases(titles []string) any {
	phrases := make([]any, len(titles))
	for i, title := range titles {
		phrases[i] = map[string]any{"match_phrase": map[string]any{f.where.Field: title}}
	}
	return map[string]any{"bool": map[string]any{"should": phrases}}
}

// open lists the titles that are not found yet, in order.
func (f *finder) open() []string {
	_, open := f.split(slices.Sorted(maps.Values(f.asked)))
	return open
}

// split parts titles into those found and those not found yet.
func (f *finder) split(titles []string) (found, open []string) {
	for _, title := range titles {
		if len(f.found.Documents[judgments.FoldTitle(title)]) > 0 {
			found = append(found, title)
		} else {
			open = append(open, title)
		}
	}
	return found, open
}

// keywordField finds a keyword field that holds the whole title: the title
// field itself or one of its sub-fields; "" where there is none.
func (f *finder) keywordField(ctx context.Context) (string, error) {
	caps, err := f.cluster.FieldCaps(ctx, f.where.Index, f.where.Field, f.where.Field+".*")
	switch cluster.KindOf(err) {
	case cluster.KindForbidden, cluster.KindUnsupported: // as of another cluster
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
func (f *finder) batch(ctx context.Context, titles []string, size int, query func([]string) any) error {
	response, err := search(ctx, f.cluster, f.where, query(titles), []string{f.where.Field}, size)
	switch {
	case len(titles) > 1 && (cluster.KindOf(err) == cluster.KindInvalidRequest || cluster.KindOf(err) == cluster.KindTooLarge),
		err == nil && len(titles) > 1 && len(response.Hits) == size:
		half := len(titles) / 2
		if err := f.batch(ctx, titles[:half], size, query); err != nil {
			return err
		}
		return f.batch(ctx, titles[half:], size, query)
	case err != nil:
		return err
	}
	f.take(response)
	return nil
}

// take keeps those hits whose title was asked for.
func (f *finder) take(response cluster.Response) {
	for _, h := range response.Hits {
		for _, d := range documents(h, f.where.Field) {
			f.takeDocument(d)
		}
	}
}

// takeDocument keeps a document whose title was asked for, once.
func (f *finder) takeDocument(d Document) {
	folded := judgments.FoldTitle(d.Title)
	if _, asked := f.asked[folded]; asked && !f.taken[d] {
		f.taken[d] = true
		f.found.Documents[folded] = append(f.found.Documents[folded], d)
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
	f.among(all)
	return nil
}

// among takes what has a title that was asked for.
func (f *finder) among(all []Document) {
	f.found.All = all
	for _, d := range all {
		f.takeDocument(d)
	}
}

// documents are a hit once for each of its titles.
func documents(h cluster.Hit, field string) []Document {
	first := document(h, field)
	all := []Document{first}
	for _, title := range h.Values(field) {
		if title != first.Title {
			all = append(all, Document{Index: h.Index, ID: h.ID, Title: title})
		}
	}
	return all
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
