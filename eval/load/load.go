package load

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// Loader is what loading documents needs of a cluster.
type Loader interface {
	Exists(ctx context.Context, index string) (bool, error)
	FieldCaps(ctx context.Context, index string, fields ...string) (cluster.FieldCaps, error)
	CreateIndex(ctx context.Context, index string, body []byte) error
	DeleteIndex(ctx context.Context, index string) error
	Bulk(ctx context.Context, index string, documents iter.Seq2[cluster.Document, error]) (cluster.BulkResult, error)
	Refresh(ctx context.Context, index string) error
}

// Loaded is what was loaded.
type Loaded struct {
	// Documents is how many documents were indexed.
	Documents int
	// Derived is how many of the file's documents have no id there.
	Derived int
	// Indices are the indices that the file says its documents are of, sorted.
	Indices []string
}

// Notes are what a user should know of the documents beside their number.
func (l Loaded) Notes(s *judgments.Suite) []string {
	var notes []string
	if l.Derived > 0 {
		notes = append(notes, fmt.Sprintf("%s: %s without an id: each gets one made from its content, which stays the same as long as the content does", s.Search.Documents, text.Count(l.Derived, "document")))
	}
	if len(l.Indices) > 1 {
		notes = append(notes, fmt.Sprintf("%s: the documents are of %d indices (%s), and all of them go into %s", s.Search.Documents, len(l.Indices), text.List(l.Indices, 5), s.Search.Index))
	}
	return notes
}

// Documents puts the suite's documents into its index, which it creates
// with the suite's mappings and settings where it does not exist. With
// recreate an index that exists is deleted first; without, documents of the
// same id are replaced and all others stay. A document that the server refuses
// is an error. So is, before anything is changed, a file that does not begin
// with a document, and without recreate an index that maps a field otherwise
// than the suite's mappings.
func Documents(ctx context.Context, l Loader, s *judgments.Suite, recreate bool) (Loaded, error) {
	index := s.Search.Index
	if s.Search.Documents == "" {
		return Loaded{}, problem(s, "there is nothing to load; name a file as documents")
	}
	for _, err := range judgments.Documents(s.Search.Documents) {
		if err != nil {
			return Loaded{}, err
		}
		break
	}
	exists, err := l.Exists(ctx, index)
	if err != nil {
		return Loaded{}, err
	}
	if exists && !recreate {
		if err := compareMappings(ctx, l, s); err != nil {
			return Loaded{}, err
		}
	}
	if exists && recreate {
		if err := l.DeleteIndex(ctx, index); err != nil {
			return Loaded{}, err
		}
		exists = false
	}
	if !exists {
		body, err := indexBody(s)
		if err != nil {
			return Loaded{}, err
		}
		if err := l.CreateIndex(ctx, index, body); err != nil {
			return Loaded{}, err
		}
	}
	var loaded Loaded
	result, err := l.Bulk(ctx, index, loaded.source(s.Search.Documents))
	loaded.Documents = result.Indexed
	slices.Sort(loaded.Indices)
	if err != nil {
		return loaded, err
	}
	if result.Failed > 0 {
		return loaded, refused(index, result)
	}
	return loaded, l.Refresh(ctx, index)
}

func problem(s *judgments.Suite, format string, args ...any) error {
	return judgments.Problems{{Position: s.Search.Position, Message: fmt.Sprintf(format, args...)}}
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

// source gives the documents of a file, and keeps count of them.
func (l *Loaded) source(path string) iter.Seq2[cluster.Document, error] {
	return func(yield func(cluster.Document, error) bool) {
		for d, err := range judgments.Documents(path) {
			if d.Derived {
				l.Derived++
			}
			if d.Index != "" && !slices.Contains(l.Indices, d.Index) {
				l.Indices = append(l.Indices, d.Index)
			}
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
