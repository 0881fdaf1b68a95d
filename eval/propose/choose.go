package propose

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/spelling"
)

// Wishes are what the user decides; what is empty is proposed.
type Wishes struct {
	TitleField string
	// Fields are what the first stage matches, each also as field^boost.
	Fields      []string
	RerankField string
	// InferenceIDs are the endpoints of the rerankers; all that the cluster has
	// where there are none.
	InferenceIDs []string
	// Window is rank_window_size of the rerankers, 50 where it is 0. An
	// endpoint that returns less gets less.
	Window int
	// Alone leaves rerankers out.
	Alone bool
	// EmbeddingModel is the model that made the vectors of a dense_vector
	// field.
	EmbeddingModel string
}

// DefaultWindow is rank_window_size where the user wishes none.
const DefaultWindow = 50

// A Proposal is how a first suite searches, with the reasons.
type Proposal struct {
	// Index is where.
	Index *Index
	// TitleField identifies a document to the judgments.
	TitleField string
	// Fields are what the first stage by words matches, with boosts; none
	// where the index has no text but in semantic_text.
	Fields []string
	// Semantic is the semantic_text field of the first stage by meaning, ""
	// for none.
	Semantic string
	// Vector is the dense_vector field, nil for none; Model made its vectors,
	// "" where that is not known, and then the field is not searched.
	Vector *Field
	Model  string
	// Rerankers are what is put over every first stage.
	Rerankers []judgments.Reranker
}

// Choose proposes how to search an index. What the user named and the index
// does not have is an error, and so is an index without what is needed: a
// field that tells documents apart, one with text, an endpoint.
func Choose(x *Index, w Wishes) (*Proposal, error) {
	p := &Proposal{Index: x, Model: w.EmbeddingModel}
	var err error
	if p.TitleField, err = x.title(w.TitleField); err != nil {
		return nil, err
	}
	if p.Fields, err = x.matched(w.Fields, p.TitleField); err != nil {
		return nil, err
	}
	reranked, err := x.reranked(w.RerankField, p.TitleField)
	if err != nil {
		return nil, err
	}
	p.Semantic = x.semantic(reranked)
	if len(p.Fields) == 0 && p.Semantic == "" {
		return nil, fmt.Errorf("%s has no text field with values, which a first stage searches; name a field by --field, or another index", x.Name)
	}
	if p.Semantic == "" {
		p.Vector = x.vector()
	}
	if w.EmbeddingModel != "" && p.Vector == nil {
		return nil, fmt.Errorf("--embedding-model is for a field of type dense_vector, and %s has none that is searched", x.Name)
	}
	if !w.Alone {
		p.Rerankers, err = x.rerankers(w, reranked)
	}
	return p, err
}

// find looks up a field that the user named.
func (x *Index) find(flag, name string) (*Field, error) {
	var names []string
	for i := range x.Fields {
		if x.Fields[i].Name == name {
			return &x.Fields[i], nil
		}
		names = append(names, x.Fields[i].Name)
	}
	if near := spelling.Nearest(name, names); near != "" {
		return nil, fmt.Errorf("%s: %s has no field %s; did you mean %s?", flag, x.Name, text.Quote(name), text.Quote(near))
	}
	return nil, fmt.Errorf("%s: %s has no field %s; it has %s", flag, x.Name, text.Quote(name), text.List(names, 12))
}

// titleNames are what fields with titles are called, and how surely.
var titleNames = map[string]int{"title": 4, "headline": 3, "heading": 3, "subject": 3, "name": 2, "label": 1}

// titled is how much the name of a field promises a title.
func titled(name string) int {
	name = strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '-' })
	if len(words) == 0 {
		return 0
	}
	sure := 2 * titleNames[words[len(words)-1]]
	if len(words) > 1 && sure > 0 {
		sure-- // original_title, product_name
	}
	return sure
}

// title finds the field whose value identifies a document: one value, short,
// in nearly every document, and nearly always another.
func (x *Index) title(wish string) (string, error) {
	if wish == "_id" { // which every document has, and no mapping names
		return wish, nil
	}
	if wish != "" {
		_, err := x.find("--title-field", wish)
		return wish, err
	}
	var best *Field
	for i := range x.Fields {
		f := &x.Fields[i]
		if f.Parent != "" || !f.isText() && f.Type != "keyword" || titled(f.Name) == 0 {
			continue
		}
		if x.Sampled > 0 && (f.Filled < 0.9 || f.Single < 0.9 || f.Distinct < 0.8 || f.Length > 300) {
			continue
		}
		if best == nil || titled(f.Name) > titled(best.Name) || titled(f.Name) == titled(best.Name) && strings.Count(f.Name, ".") < strings.Count(best.Name, ".") {
			best = f
		}
	}
	if best == nil {
		return "", fmt.Errorf("no field of %s looks like a title, by its name and by what it holds: one short value, another in each document; name one by --title-field", x.Name)
	}
	return best.Name, nil
}

// mostFields bounds the fields that the first stage matches.
const mostFields = 5

// matched are the fields of the first stage by words: the title, which counts
// twice, and those with the most text.
func (x *Index) matched(wish []string, title string) ([]string, error) {
	for _, name := range wish {
		name, _, _ = strings.Cut(name, "^")
		if strings.Contains(name, "*") {
			continue
		}
		if _, err := x.find("--field", name); err != nil {
			return nil, err
		}
	}
	if len(wish) > 0 {
		return wish, nil
	}
	var found []*Field
	for i := range x.Fields {
		f := &x.Fields[i]
		if f.Parent == "" && f.isText() && f.Searchable && (f.Filled > 0 || x.Sampled == 0) && (f.Name == title || !f.isIdentifier()) {
			found = append(found, f)
		}
	}
	slices.SortStableFunc(found, func(a, b *Field) int {
		if a.Name == title || b.Name == title {
			return cmp.Compare(btoi(b.Name == title), btoi(a.Name == title))
		}
		return cmp.Compare(b.Filled*b.Length, a.Filled*a.Length)
	})
	var names []string
	for _, f := range found[:min(len(found), mostFields)] {
		name := f.Name
		if name == title && len(found) > 1 {
			name += "^2"
		}
		names = append(names, name)
	}
	return names, nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// reranked is the field that rerankers read: the one with the most text, rather
// than the title where that is not known.
func (x *Index) reranked(wish, title string) (*Field, error) {
	if wish != "" {
		return x.find("--rerank-field", wish)
	}
	var best *Field
	for i := range x.Fields {
		f := &x.Fields[i]
		if f.Parent != "" || !f.isText() && f.Type != "semantic_text" {
			continue
		}
		if best == nil || f.Filled*f.Length > best.Filled*best.Length || best.Name == title && f.Filled*f.Length == best.Filled*best.Length {
			best = f
		}
	}
	return best, nil
}

// semantic is the semantic_text field to search, rather one of the text that
// is reranked.
func (x *Index) semantic(reranked *Field) string {
	best, sure := "", 0
	for i := range x.Fields {
		f := &x.Fields[i]
		if f.Type != "semantic_text" {
			continue
		}
		s := 1
		if f.Parent != "" {
			s = 2
		}
		if reranked != nil && (f.Parent == reranked.Name || f.Name == reranked.Name) {
			s = 3
		}
		if s > sure {
			best, sure = f.Name, s
		}
	}
	return best
}

// vector is the first dense_vector field that a search can use.
func (x *Index) vector() *Field {
	for i := range x.Fields {
		if f := &x.Fields[i]; f.Type == "dense_vector" && f.Searchable {
			return f
		}
	}
	return nil
}

// rerankers are one for each endpoint.
func (x *Index) rerankers(w Wishes, field *Field) ([]judgments.Reranker, error) {
	endpoints, err := x.endpoints(w.InferenceIDs)
	if err != nil {
		return nil, err
	}
	if field == nil {
		return nil, errors.New("no field has text to rerank; name one by --rerank-field")
	}
	var all []judgments.Reranker
	for _, e := range endpoints {
		r := judgments.Reranker{Name: name(e.ID, all), Field: field.Name, InferenceID: e.ID, Window: cmp.Or(w.Window, DefaultWindow)}
		if e.TopN > 0 {
			r.Window = min(r.Window, e.TopN)
		}
		all = append(all, r)
	}
	return all, nil
}

func (x *Index) endpoints(wished []string) ([]cluster.Endpoint, error) {
	if len(wished) == 0 {
		switch {
		case x.EndpointsHidden != nil:
			return nil, fmt.Errorf("%w; or name the endpoint by --inference-id, or leave rerankers out by --no-rerankers", x.EndpointsHidden)
		case len(x.Endpoints) == 0:
			return nil, errors.New("the cluster has no inference endpoint for reranking: make one by PUT _inference/rerank/NAME, or leave rerankers out by --no-rerankers")
		}
		return x.Endpoints, nil
	}
	var all []cluster.Endpoint
	for _, id := range wished {
		at := slices.IndexFunc(x.Endpoints, func(e cluster.Endpoint) bool { return e.ID == id })
		var ids []string
		for _, e := range x.Endpoints {
			ids = append(ids, e.ID)
		}
		switch {
		case slices.ContainsFunc(all, func(e cluster.Endpoint) bool { return e.ID == id }):
			return nil, fmt.Errorf("--inference-id: %s is given twice", text.Quote(id))
		case at >= 0:
			all = append(all, x.Endpoints[at])
		case x.EndpointsHidden != nil:
			all = append(all, cluster.Endpoint{ID: id})
		case len(ids) == 0:
			return nil, fmt.Errorf("--inference-id: the cluster has no endpoint %s for reranking, nor any other: make one by PUT _inference/rerank/NAME", text.Quote(id))
		default:
			return nil, fmt.Errorf("--inference-id: the cluster has no endpoint %s for reranking; it has %s", text.Quote(id), text.List(ids, 12))
		}
	}
	return all, nil
}

// mostName is how long a reranker's name may be.
const mostName = 40

// name makes a system's name of an endpoint's id.
func name(id string, others []judgments.Reranker) string {
	base := cmp.Or(judgments.Slug(id, mostName), "reranker")
	if id == cluster.DefaultEndpoint {
		base = "elastic"
	}
	if base == judgments.FirstStage || base == "baseline" || base == "best" || base == stageWords || base == stageSemantic || base == stageVectors || base == stageHybrid {
		base += "-reranker"
	}
	name := base
	for n := 2; slices.ContainsFunc(others, func(r judgments.Reranker) bool { return r.Name == name }); n++ {
		name = fmt.Sprintf("%s-%d", base, n)
	}
	return name
}
