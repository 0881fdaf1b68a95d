package propose

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/eval/queries"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// The names of the first stages.
const (
	stageWords    = "bm25"
	stageSemantic = "semantic"
	stageVectors  = "vectors"
	stageHybrid   = "hybrid"
)

// A File is what the suite says beside how it searches.
type File struct {
	// Path is where the suite will be, Name what it is called.
	Path, Name string
	// Cluster is what the suite says of it, "" for nothing.
	Cluster string
	// Documents is a file with the documents, from the working directory; ""
	// for none.
	Documents string
}

// Suite writes a suite of plain queries, without judgments, with a gate, and
// with a comment on every choice.
func (p *Proposal) Suite(listed []queries.Query, f File) ([]byte, error) {
	s := &judgments.Suite{
		File: f.Path, Name: f.Name, Cluster: f.Cluster,
		Search:  p.search(),
		Metrics: []judgments.MetricName{{Name: "ndcg@10"}, {Name: "mrr@10"}, {Name: "recall@50"}, {Name: "judged@10"}},
	}
	s.Search.Documents = f.Documents
	if len(p.Rerankers) > 0 {
		none := 0.0
		s.Gates = []judgments.Gate{{Metric: "ndcg@10", Versus: judgments.FirstStage, MinGain: &none}}
	}
	for _, q := range listed {
		s.Queries = append(s.Queries, judgments.Query{ID: q.ID, Text: q.Text, InferenceText: q.Text})
	}
	var b bytes.Buffer
	if err := judgments.Write(&b, s); err != nil {
		return nil, err
	}
	content := p.explain(b.Bytes())
	if _, err := judgments.Parse(f.Path, content, judgments.Options{}); err != nil {
		return nil, err
	}
	return content, nil
}

// search is how the suite searches. One first stage needs a name only where
// another may come.
func (p *Proposal) search() judgments.Search {
	s := judgments.Search{Index: p.Index.Name, TitleField: p.TitleField, Rerankers: p.Rerankers}
	stages := p.stages()
	if len(stages) == 1 && len(p.leftOut()) == 0 {
		s.Retriever = stages[0].body
		return s
	}
	for _, stage := range stages {
		s.Retrievers = append(s.Retrievers, judgments.Retriever{Name: stage.name, Body: stage.body})
	}
	return s
}

type object = map[string]any

// A stage is a first stage.
type stage struct {
	name string
	body json.RawMessage
}

// newStage makes one of a retriever; the names and numbers in it cannot fail
// to be written.
func newStage(name, kind string, settings object) stage {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(object{kind: settings})
	return stage{name, bytes.TrimSpace(b.Bytes())}
}

// stages are the first stages that the index allows: by words, by meaning, and
// both together.
func (p *Proposal) stages() []stage {
	var all []stage
	if len(p.Fields) > 0 {
		query := object{"multi_match": object{"query": "{{query}}", "fields": p.Fields}}
		if name, _, boosted := strings.Cut(p.Fields[0], "^"); len(p.Fields) == 1 && !boosted && !strings.Contains(name, "*") {
			query = object{"match": object{name: "{{query}}"}}
		}
		all = append(all, newStage(stageWords, "standard", object{"query": query}))
	}
	if p.Semantic != "" {
		all = append(all, newStage(stageSemantic, "standard", object{"query": object{"semantic": object{"field": p.Semantic, "query": "{{inference_text}}"}}}))
	}
	if p.Vector != nil && p.Model != "" {
		all = append(all, newStage(stageVectors, "knn", object{
			"field":                p.Vector.Name,
			"query_vector_builder": object{"text_embedding": object{"model_id": p.Model, "model_text": "{{inference_text}}"}},
			"k":                    p.window(), "num_candidates": 2 * p.window(),
		}))
	}
	if len(all) > 1 {
		var children []json.RawMessage
		for _, s := range all {
			children = append(children, s.body)
		}
		all = append(all, newStage(stageHybrid, "rrf", object{"rank_window_size": p.window(), "retrievers": children}))
	}
	return all
}

// Systems are what the suite compares, by name.
func (p *Proposal) Systems() []string {
	s := judgments.Suite{Search: p.search()}
	return s.Systems()
}

// window is how many hits the first stages together bring: as many as the
// largest reranker reads, and as the metrics look at.
func (p *Proposal) window() int {
	window := DefaultWindow
	for _, r := range p.Rerankers {
		window = max(window, r.Window)
	}
	return window
}

// explain puts the reasons over the parts.
func (p *Proposal) explain(suite []byte) []byte {
	for _, c := range []struct {
		key     string
		comment []string
	}{
		{"search:", []string{"How each query is searched: the first stages, and the rerankers over each of them."}},
		{"  title_field:", p.whyTitle()},
		{"  retriever:", p.whyStages()},
		{"  retrievers:", p.whyStages()},
		{"  rerankers:", p.whyRerankers()},
		{"gates:", []string{"What a run must meet: no reranker may be worse than none."}},
		{"queries:", []string{"What is searched for. releval pool finds the documents to judge, and puts", "the titles under relevant, each with its grade."}},
	} {
		indent := c.key[:len(c.key)-len(strings.TrimLeft(c.key, " "))]
		var b bytes.Buffer
		for _, line := range c.comment {
			fmt.Fprintf(&b, "\n%s# %s", indent, text.Clean(line))
		}
		suite = bytes.Replace(suite, []byte("\n"+c.key), []byte(b.String()+"\n"+c.key), 1)
	}
	return suite
}

func (p *Proposal) field(name string) *Field {
	for i := range p.Index.Fields {
		if p.Index.Fields[i].Name == name {
			return &p.Index.Fields[i]
		}
	}
	return &Field{}
}

func (p *Proposal) whyTitle() []string {
	f := p.field(p.TitleField)
	if f.Filled == 0 {
		return []string{"Its value identifies a document to the judgments."}
	}
	return []string{fmt.Sprintf("Its value identifies a document to the judgments: of %s looked at, %s have it,", text.Count(p.Index.Sampled, "document"), text.Percent(f.Filled)),
		fmt.Sprintf("and %s of the values differ.", text.Percent(f.Distinct))}
}

func (p *Proposal) whyStages() []string {
	return slices.Concat(p.whyFields(), p.whyMeaning(), p.leftOut())
}

func (p *Proposal) whyFields() []string {
	if len(p.Fields) == 0 {
		return []string{"The index has no text but in semantic_text."}
	}
	var seen []string
	for _, name := range p.Fields {
		name, _, _ = strings.Cut(name, "^")
		if f := p.field(name); f.Length > 0 {
			seen = append(seen, fmt.Sprintf("%s %.0f", name, f.Length))
		}
	}
	if len(seen) == 0 {
		return []string{"The first stage matches the words of the query."}
	}
	return []string{"The first stage matches the words of the query. Its fields have so many characters", "in a document on average: " + text.List(seen, mostFields) + "."}
}

func (p *Proposal) whyMeaning() []string {
	var why []string
	switch {
	case p.Semantic != "":
		why = append(why, fmt.Sprintf("%s is a semantic_text field, whose model searches by meaning.", p.Semantic))
	case p.Vector != nil && p.Model != "":
		why = append(why, fmt.Sprintf("%s holds vectors, and %s makes one of the query.", p.Vector.Name, p.Model))
	}
	if len(why) > 0 && len(p.Fields) > 0 {
		why = append(why, "hybrid fuses both.")
	}
	return why
}

// leftOut says how to use vectors whose model is not known.
func (p *Proposal) leftOut() []string {
	if p.Vector == nil || p.Model != "" {
		return nil
	}
	size := "a field of vectors"
	if p.Vector.Dimensions > 0 {
		size = fmt.Sprintf("a field of vectors with %d dimensions", p.Vector.Dimensions)
	}
	return []string{
		fmt.Sprintf("%s is %s. To search it too, name its model by --embedding-model, or", p.Vector.Name, size),
		"give each query its vector, params: {vector: [0.1, …]}, and add a retriever:",
		fmt.Sprintf("vectors: {knn: {field: %s, query_vector: \"{{vector}}\", k: %d, num_candidates: %d}}", p.Vector.Name, p.window(), 2*p.window()),
	}
}

func (p *Proposal) whyRerankers() []string {
	if len(p.Rerankers) == 0 { // and no key to explain
		return nil
	}
	lines := []string{fmt.Sprintf("Each endpoint for reranking, on %s:", p.Rerankers[0].Field)}
	for _, r := range p.Rerankers {
		about := "not looked up: the credentials may not list the endpoints"
		for _, e := range p.Index.Endpoints {
			if e.ID == r.InferenceID {
				about = e.Service
				if e.Model != "" {
					about += ", " + e.Model
				}
				if e.TopN > 0 {
					about += fmt.Sprintf(", at most %s", text.Count(e.TopN, "result"))
				}
			}
		}
		lines = append(lines, fmt.Sprintf("%s: %s", r.Name, about))
	}
	return lines
}
