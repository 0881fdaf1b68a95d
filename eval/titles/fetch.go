package titles

import (
	"context"
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
