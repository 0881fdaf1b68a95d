package load

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strings"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/judgments"
)

// Loader is what loading documents needs of a cluster.
type Loader interface {
	Exists(ctx context.Context, index string) (bool, error)
	CreateIndex(ctx context.Context, index string, body []byte) error
	DeleteIndex(ctx context.Context, index string) error
	Bulk(ctx context.Context, index string, documents iter.Seq2[cluster.Document, error]) (cluster.BulkResult, error)
	Refresh(ctx context.Context, index string) error
}

// Documents puts the suite's documents into its index, which it creates
// with the suite's mappings and settings where it does not exist. With
// recreate an index that exists is deleted first; without, documents of the
// same id are replaced and all others stay. It returns how many documents
// were indexed. A document that the server refuses is an error.
func Documents(ctx context.Context, l Loader, s *judgments.Suite, recreate bool) (int, error) {
	index := s.Search.Index
	if s.Search.Documents == "" {
		return 0, judgments.Problems{{Position: s.Search.Position, Message: "there is nothing to load; name an NDJSON file as documents"}}
	}
	exists, err := l.Exists(ctx, index)
	if err != nil {
		return 0, err
	}
	if exists && recreate {
		if err := l.DeleteIndex(ctx, index); err != nil {
			return 0, err
		}
		exists = false
	}
	if !exists {
		body, err := indexBody(s)
		if err != nil {
			return 0, err
		}
		if err := l.CreateIndex(ctx, index, body); err != nil {
			return 0, err
		}
	}
	result, err := l.Bulk(ctx, index, source(s.Search.Documents))
	if err != nil {
		return result.Indexed, err
	}
	if result.Failed > 0 {
		return result.Indexed, refused(index, result)
	}
	return result.Indexed, l.Refresh(ctx, index)
}

func indexBody(s *judgments.Suite) ([]byte, error) {
	body := make(map[string]json.RawMessage)
	if len(s.Search.Mappings) > 0 {
		body["mappings"] = s.Search.Mappings
	}
	if len(s.Search.Settings) > 0 {
		body["settings"] = s.Search.Settings
	}
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(body)
	return encoded.Bytes(), err
}

func source(path string) iter.Seq2[cluster.Document, error] {
	return func(yield func(cluster.Document, error) bool) {
		for d, err := range judgments.Documents(path) {
			if !yield(cluster.Document{ID: d.ID, JSON: d.Source}, err) {
				return
			}
		}
	}
}

// refused says which documents the server would not take.
func refused(index string, result cluster.BulkResult) error {
	var first []string
	for _, f := range result.Failures[:min(3, len(result.Failures))] {
		first = append(first, fmt.Sprintf("%q: %s: %s", f.ID, f.Type, f.Reason))
	}
	return &cluster.Error{
		Op:   "load documents into " + index,
		Kind: cluster.KindInvalidRequest,
		What: fmt.Sprintf("the server refused %d of %d documents (%s)", result.Failed, result.Failed+result.Indexed, strings.Join(first, "; ")),
		Hint: "correct them, or the mappings",
	}
}
