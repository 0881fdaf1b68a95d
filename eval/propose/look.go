package propose

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/releval/releval/eval/cluster"
)

// A Looker is what a look needs of a cluster.
type Looker interface {
	Mapping(ctx context.Context, index string) ([]cluster.MappedField, error)
	FieldCaps(ctx context.Context, index string, fields ...string) (cluster.FieldCaps, error)
	Search(ctx context.Context, body []byte, o cluster.SearchOptions) (cluster.Response, error)
	Endpoints(ctx context.Context) ([]cluster.Endpoint, error)
}

// A Field is a field of the index, and what it holds in the sampled documents.
type Field struct {
	cluster.MappedField
	// Filled is the share of documents that have a value, Single the share of
	// these that have only one, Distinct the share of different first values
	// among them; each from 0 to 1.
	Filled, Single, Distinct float64
	// Length is how many characters, and Words how many words, all values of a
	// document have, the means over those that have any.
	Length, Words float64
}

// An Index is what was seen of an index and its cluster.
type Index struct {
	// Name is as the user gave it.
	Name string
	// Fields are sorted by name.
	Fields []Field
	// Sampled is the number of documents whose fields were looked at.
	Sampled int
	// Hidden is why the mapping could not be read; nil where it was. Then
	// semantic_text looks like text.
	Hidden error
	// Endpoints are those for reranking, sorted by id; EndpointsHidden is why
	// they could not be listed.
	Endpoints       []cluster.Endpoint
	EndpointsHidden error
}

const (
	sampledDocuments = 100
	sampledFields    = 200
)

// Look sees what an index holds. That the mapping or the endpoints may not be
// read is part of the answer; every other failure is an error, such as that
// there is no such index.
func Look(ctx context.Context, c Looker, name string) (*Index, error) {
	x := &Index{Name: name}
	mapped, err := c.Mapping(ctx, name)
	if cluster.KindOf(err) == cluster.KindForbidden {
		x.Hidden = err
		mapped, err = fromFieldCaps(ctx, c, name)
	}
	if err != nil {
		return nil, err
	}
	for _, f := range mapped {
		x.Fields = append(x.Fields, Field{MappedField: f})
	}
	if len(x.Fields) == 0 {
		return nil, fmt.Errorf("%s has no fields: index some documents first, or correct the name", name)
	}
	if err := x.sample(ctx, c); err != nil {
		return nil, err
	}
	x.Endpoints, x.EndpointsHidden = c.Endpoints(ctx)
	if x.EndpointsHidden != nil && cluster.KindOf(x.EndpointsHidden) != cluster.KindForbidden {
		return nil, x.EndpointsHidden
	}
	return x, nil
}

// fromFieldCaps is the mapping as far as a key may see it that may do nothing
// but search.
func fromFieldCaps(ctx context.Context, c Looker, index string) ([]cluster.MappedField, error) {
	caps, err := c.FieldCaps(ctx, index, "*")
	if err != nil {
		return nil, err
	}
	var all []cluster.MappedField
	for name, types := range caps.Fields {
		types = slices.DeleteFunc(slices.Clone(types), func(t cluster.FieldType) bool { return t.Type == "unmapped" })
		if len(types) != 1 || strings.HasPrefix(name, "_") || types[0].Type == "object" || types[0].Type == "nested" {
			continue
		}
		f := cluster.MappedField{Name: name, Type: types[0].Type, Searchable: types[0].Searchable}
		for i := strings.LastIndexByte(name, '.'); i > 0; i = strings.LastIndexByte(name[:i], '.') {
			if above := caps.Fields[name[:i]]; len(above) > 0 && above[0].Type != "object" {
				f.Parent = name[:i]
				break
			}
		}
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b cluster.MappedField) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// sample looks at what some documents hold in the fields that have words: fewer
// where they are so large that the answer would be, and not in semantic_text
// where the server does not show it.
func (x *Index) sample(ctx context.Context, c Looker) error {
	var titles, texts, meanings []string
	for _, f := range x.Fields {
		switch {
		case f.Parent != "":
		case titled(f.Name) > 0 && (f.isText() || f.Type == "keyword"):
			titles = append(titles, f.Name)
		case f.isText():
			texts = append(texts, f.Name)
		case f.Type == "semantic_text":
			meanings = append(meanings, f.Name)
		}
	}
	plain := slices.Concat(titles, texts)
	plain = plain[:min(len(plain), sampledFields)]
	asked := slices.Concat(plain, meanings[:min(len(meanings), sampledFields)])
	for size := sampledDocuments; len(asked) > 0; {
		body, err := json.Marshal(map[string]any{
			"size": size, "query": map[string]any{"match_all": map[string]any{}}, "fields": asked, "_source": false, "track_total_hits": false,
		})
		if err != nil {
			return err
		}
		answer, err := c.Search(ctx, body, cluster.SearchOptions{Index: x.Name, Size: size})
		switch kind := cluster.KindOf(err); {
		case err == nil:
			x.Sampled = len(answer.Hits)
			for i := range x.Fields {
				x.Fields[i].look(answer.Hits)
			}
			return nil
		case kind == cluster.KindTooLarge && size > 1:
			size /= 10
		case kind == cluster.KindInvalidRequest && len(plain) < len(asked):
			asked = plain
		default:
			return err
		}
	}
	return nil
}

func (f *Field) look(hits []cluster.Hit) {
	filled, single, length, words := 0, 0, 0, 0
	different := make(map[string]bool)
	for _, h := range hits {
		values := h.Values(f.Name)
		if len(values) == 0 {
			continue
		}
		filled++
		if len(values) == 1 {
			single++
		}
		different[values[0]] = true
		for _, v := range values {
			length += utf8.RuneCountInString(v)
			words += len(strings.Fields(v))
		}
	}
	if filled == 0 {
		return
	}
	n := float64(filled)
	f.Filled, f.Single, f.Distinct = n/float64(len(hits)), float64(single)/n, float64(len(different))/n
	f.Length, f.Words = float64(length)/n, float64(words)/n
}

// isText says that the first stage can match words in the field.
func (f *Field) isText() bool {
	return f.Type == "text" || f.Type == "match_only_text"
}

// isIdentifier says that the field holds one word in each document, and in each
// another one: nothing that a query asks for in words.
func (f *Field) isIdentifier() bool {
	return f.Filled > 0 && f.Words < 1.5 && f.Distinct > 0.95
}
