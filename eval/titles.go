package eval

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/judgments"
)

// How many titles or ids go into one request, and how many hits it may bring.
// A bool query has 1,024 clauses at the most on a small server; 10,000 is
// index.max_result_window where nobody changed it.
const (
	titlesPerRequest  = 1000
	phrasesPerRequest = 200
	resolveSize       = 10000
)

// Resolver is what looking titles up needs of a cluster.
type Resolver interface {
	FieldCaps(ctx context.Context, index string, fields ...string) (cluster.FieldCaps, error)
	Search(ctx context.Context, body []byte, o cluster.SearchOptions) (cluster.Response, error)
}

// Titles says which documents the judged titles and ids of a plan stand for.
type Titles struct {
	// Documents are by folded title: the ids of the documents that have it,
	// sorted. Names holds each title as the index writes it.
	Documents map[string][]string
	Names     map[string]string
	// IDs are the judged ids that exist, with their titles.
	IDs map[string]string
	// Missing are the judged titles and ids that match no document, as the
	// suite writes them, sorted. Ambiguous are the titles judged without an
	// id that several documents have.
	Missing, Ambiguous []string
	// Hash covers the resolved ids.
	Hash string
}

// ResolveTitles looks up every judged title and id of the plan, many in one
// request: exactly on a keyword field where the title has one, and what is
// not found there as a phrase, whose hits are compared after folding.
func ResolveTitles(ctx context.Context, c Resolver, p *Plan) (Titles, error) {
	r := resolver{
		cluster: c,
		index:   p.Suite.Search.Index,
		field:   p.Suite.Search.TitleField,
		found:   Titles{Documents: make(map[string][]string), Names: make(map[string]string), IDs: make(map[string]string)},
		asked:   make(map[string]string),
	}
	ids := make(map[string]bool)
	for _, q := range p.Queries {
		for _, j := range q.Relevant {
			if j.ID != "" {
				ids[j.ID] = true
			} else {
				r.asked[judgments.FoldTitle(j.Title)] = j.Title
			}
		}
	}
	if err := r.titles(ctx); err != nil {
		return Titles{}, err
	}
	if err := r.ids(ctx, sortedKeys(ids)); err != nil {
		return Titles{}, err
	}
	r.finish(ids)
	return r.found, nil
}

// resolver is one look-up at work.
type resolver struct {
	cluster      Resolver
	index, field string
	asked        map[string]string // titles by their folded form
	found        Titles
}

func (r *resolver) titles(ctx context.Context) error {
	if len(r.asked) == 0 {
		return nil
	}
	exact, err := r.keywordField(ctx)
	if err != nil {
		return err
	}
	if exact != "" {
		for batch := range slices.Chunk(r.open(), titlesPerRequest) {
			if err := r.search(ctx, map[string]any{"terms": map[string]any{exact: batch}}); err != nil {
				return err
			}
		}
	}
	for batch := range slices.Chunk(r.open(), phrasesPerRequest) {
		phrases := make([]any, len(batch))
		for i, title := range batch {
			phrases[i] = map[string]any{"match_phrase": map[string]any{r.field: title}}
		}
		if err := r.search(ctx, map[string]any{"bool": map[string]any{"should": phrases}}); err != nil {
			return err
		}
	}
	return nil
}

// open lists the titles that are not found yet, in order.
func (r *resolver) open() []string {
	var titles []string
	for _, folded := range sortedKeys(r.asked) {
		if len(r.found.Documents[folded]) == 0 {
			titles = append(titles, r.asked[folded])
		}
	}
	return titles
}

// keywordField finds a keyword field that holds the whole title: the title
// field itself or one of its sub-fields; "" where there is none.
func (r *resolver) keywordField(ctx context.Context) (string, error) {
	caps, err := r.cluster.FieldCaps(ctx, r.index, r.field, r.field+".*")
	if cluster.KindOf(err) == cluster.KindForbidden {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	for _, name := range sortedKeys(caps.Fields) {
		types := caps.Fields[name]
		if len(types) == 1 && types[0].Type == "keyword" && types[0].Searchable {
			return name, nil
		}
	}
	return "", nil
}

func (r *resolver) ids(ctx context.Context, ids []string) error {
	for batch := range slices.Chunk(ids, titlesPerRequest) {
		response, err := r.ask(ctx, map[string]any{"ids": map[string]any{"values": batch}})
		if err != nil {
			return err
		}
		for _, h := range response.Hits {
			r.found.IDs[h.ID], _ = h.Value(r.field)
		}
	}
	return nil
}

// search asks a query and takes those hits whose title was asked for.
func (r *resolver) search(ctx context.Context, query map[string]any) error {
	response, err := r.ask(ctx, query)
	if err != nil {
		return err
	}
	for _, h := range response.Hits {
		title, _ := h.Value(r.field)
		folded := judgments.FoldTitle(title)
		if _, asked := r.asked[folded]; asked && !slices.Contains(r.found.Documents[folded], h.ID) {
			r.found.Documents[folded] = append(r.found.Documents[folded], h.ID)
			r.found.Names[folded] = title
		}
	}
	return nil
}

func (r *resolver) ask(ctx context.Context, query map[string]any) (cluster.Response, error) {
	body, err := json.Marshal(map[string]any{
		"size": resolveSize, "from": 0, "track_total_hits": false, "_source": false,
		"fields": []string{r.field}, "query": query,
	})
	if err != nil {
		return cluster.Response{}, fmt.Errorf("cannot look the judged titles up: %w", err)
	}
	return r.cluster.Search(ctx, body, cluster.SearchOptions{Index: r.index, Size: resolveSize})
}

// finish sorts out what was found, and hashes it.
func (r *resolver) finish(ids map[string]bool) {
	sum := sha256.New()
	for _, folded := range sortedKeys(r.asked) {
		documents := r.found.Documents[folded]
		slices.Sort(documents)
		switch {
		case len(documents) == 0:
			r.found.Missing = append(r.found.Missing, r.asked[folded])
		case len(documents) > 1:
			r.found.Ambiguous = append(r.found.Ambiguous, r.asked[folded])
		}
		fmt.Fprintf(sum, "%q %q\n", folded, documents)
	}
	for _, id := range sortedKeys(ids) {
		_, exists := r.found.IDs[id]
		if !exists {
			r.found.Missing = append(r.found.Missing, "id "+id)
		}
		fmt.Fprintf(sum, "id %q %t\n", id, exists)
	}
	slices.SortFunc(r.found.Missing, strings.Compare)
	r.found.Hash = hex.EncodeToString(sum.Sum(nil))
}
