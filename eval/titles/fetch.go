package titles

import (
	"context"
	"encoding/json"
	"slices"
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
	ask := append([]string{where.Field}, fields...)
	var all []Fetched
	for batch := range slices.Chunk(ids, titlesPerRequest) {
		response, err := search(ctx, c, where, map[string]any{"ids": map[string]any{"values": batch}}, ask, resolveSize)
		if err != nil {
			return nil, err
		}
		for _, h := range response.Hits {
			d := Fetched{Document: document(h, where.Field), Values: make(map[string][]string, len(fields))}
			for _, f := range h.Fields {
				if len(f.Values) > 0 {
					d.Values[f.Name] = f.Values
				}
			}
			all = append(all, d)
		}
	}
	return all, nil
}

// Among lists those of the documents with the ids that match a filter: a query,
// or a list of them, as it stands.
func Among(ctx context.Context, c Cluster, where Place, ids []string, filter json.RawMessage) ([]Document, error) {
	var all []Document
	for batch := range slices.Chunk(ids, titlesPerRequest) {
		both := map[string]any{"bool": map[string]any{
			"filter": map[string]any{"ids": map[string]any{"values": batch}}, "must": filter,
		}}
		response, err := search(ctx, c, where, both, []string{where.Field}, resolveSize)
		if err != nil {
			return nil, err
		}
		for _, h := range response.Hits {
			all = append(all, document(h, where.Field))
		}
	}
	return all, nil
}
