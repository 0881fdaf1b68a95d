package titles

import (
	"context"

	"github.com/releval/releval/eval/cluster"
)

// nearSize is how many candidates one look for near titles brings.
const nearSize = 20

// Candidates asks the index for documents whose titles share words with one,
// a few edits in each word allowed. It is for an index that is too large to
// be read whole.
func Candidates(ctx context.Context, c Cluster, where Place, title string) ([]Document, error) {
	fuzzy := map[string]any{"match": map[string]any{where.Field: map[string]any{"query": title, "fuzziness": "AUTO", "prefix_length": 1}}}
	plain := map[string]any{"match": map[string]any{where.Field: map[string]any{"query": title, "boost": 2}}}
	response, err := search(ctx, c, where, map[string]any{"bool": map[string]any{"should": []any{fuzzy, plain}}}, []string{where.Field}, nearSize)
	if cluster.KindOf(err) == cluster.KindInvalidRequest {
		// A field without terms, such as one of type wildcard, refuses
		// fuzziness.
		response, err = search(ctx, c, where, plain, []string{where.Field}, nearSize)
	}
	if err != nil {
		return nil, err
	}
	documents := make([]Document, len(response.Hits))
	for i, h := range response.Hits {
		documents[i] = document(h, where.Field)
	}
	return documents, nil
}
