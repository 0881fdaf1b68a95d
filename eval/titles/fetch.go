package titles

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/releval/releval/eval/cluster"
)

// Fetched is a document with the values of some of its fields.
type Fetched struct {
	Document
	// Values are by field; a field without a value is left out.
	Values map[string][]string
}

// Fetch reads documents by their ids, with their titles and the values of
// further fields. Ids that no document has are left out.
func Fetch(ctx context.Context, c Cluster, where Place, ids []string, fields ...string) ([]Fetched, error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	hits, err := byIDs(ctx, c, where, ids, append([]string{where.Field}, fields...), func(batch []string) any {
		return map[string]any{"ids": map[string]any{"values": batch}}
	})
	if err != nil {
		return nil, err
	}
	var all []Fetched
	for _, h := range hits {
		d := Fetched{Document: document(h, where.Field), Values: make(map[string][]string, len(fields))}
		for _, f := range h.Fields {
			if len(f.Values) > 0 {
				d.Values[f.Name] = f.Values
			}
		}
		all = append(all, d)
	}
	return all, nil
}

// byIDs asks about documents by their ids, as many at a time as fit into an
// answer: several indices may have documents of one id.
func byIDs(ctx context.Context, c Cluster, where Place, ids, fields []string, query func(batch []string) any) ([]cluster.Hit, error) {
	return within(where, func(where Place) ([]cluster.Hit, error) {
		var all []cluster.Hit
		for batch := range slices.Chunk(ids, max(1, min(titlesPerRequest, where.most()/2))) {
			response, err := search(ctx, c, where, query(batch), fields, where.most())
			if err != nil {
				return nil, err
			}
			all = append(all, response.Hits...)
		}
		return all, nil
	})
}

// Among lists those of the documents with the ids that match a filter: a query,
// or a list of them, as it stands.
func Among(ctx context.Context, c Cluster, where Place, ids []string, filter json.RawMessage) ([]Document, error) {
	hits, err := byIDs(ctx, c, where, ids, []string{where.Field}, func(batch []string) any {
		return map[string]any{"bool": map[string]any{
			"filter": map[string]any{"ids": map[string]any{"values": batch}}, "must": filter,
		}}
	})
	var all []Document
	for _, h := range hits {
		all = append(all, document(h, where.Field))
	}
	return all, err
}
