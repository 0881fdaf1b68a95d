package convert

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/releval/releval/judgments"
)

// studioDocument is a document of Relevance Studio's indices: a scenario,
// which has values, or a judgement, which has a scenario_id and a rating.
type studioDocument struct {
	Workspace string                     `json:"workspace_id,omitempty"`
	Name      string                     `json:"name,omitempty"`
	Values    map[string]json.RawMessage `json:"values,omitempty"`
	Tags      []string                   `json:"tags,omitempty"`
	Scenario  string                     `json:"scenario_id,omitempty"`
	Index     string                     `json:"index,omitempty"`
	Document  string                     `json:"doc_id,omitempty"`
	Rating    json.RawMessage            `json:"rating,omitempty"`
}

// readStudio reads scenarios and judgements of Relevance Studio, as search
// responses on its indices return them, or one hit or document a line. The
// scenarios give the texts of the queries; without them the scenarios' ids
// stand in their place.
func readStudio(path string, o ReadOptions) (*collection, error) {
	b := newBuilder()
	type judgement struct {
		scenario string
		judgments.Judgment
	}
	var judged []judgement
	tags := map[string][]string{}
	indices := map[string]bool{}
	err := readJSON(path, func(value json.RawMessage) error {
		return documentsOf(value, 0, func(id string, source json.RawMessage) error {
			var d studioDocument
			if err := decode(source, &d); err != nil {
				return fmt.Errorf("neither a scenario nor a judgement: %w", err)
			}
			switch {
			case d.Scenario != "":
				grade, err := jsonGrade(d.Rating)
				if err != nil {
					return fmt.Errorf("scenario %q, document %q: %w", d.Scenario, d.Document, err)
				}
				if d.Document == "" {
					return fmt.Errorf("a judgement of scenario %q has no doc_id", d.Scenario)
				}
				if d.Index != "" {
					indices[d.Index] = true
				}
				judged = append(judged, judgement{d.Scenario, judgments.Judgment{ID: d.Document, Index: d.Index, Grade: grade}})
				return nil
			case d.Values != nil:
				if id == "" {
					return fmt.Errorf("the scenario %q has no _id; export the hits and not their _source alone", d.Name)
				}
				text, chosen, err := scenarioText(id, d, o.Param)
				if err != nil {
					return err
				}
				b.queries[b.query(id, text)].Params = b.params(d.Values, chosen)
				tags[id] = d.Tags
				return nil
			}
			b.note("document", "left out, neither a scenario nor a judgement", id)
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	for _, j := range judged {
		b.judge(b.query(j.scenario, ""), j.Judgment)
	}
	c := b.collection(baseName(path))
	for i := range c.Suite.Queries {
		c.Suite.Queries[i].Tags = tags[c.Suite.Queries[i].ID]
	}
	c.setIndices(indices)
	return c, nil
}

// scenarioText chooses the value of a scenario that is the query.
func scenarioText(id string, d studioDocument, param string) (text, chosen string, err error) {
	names := slices.Sorted(maps.Keys(d.Values))
	chosen = param
	if chosen == "" {
		if len(names) == 1 {
			chosen = names[0]
		}
		for _, name := range []string{"text", "query", "query_text", "query_string", "q"} {
			if _, ok := d.Values[name]; ok && chosen == "" {
				chosen = name
			}
		}
	}
	if err := json.Unmarshal(d.Values[chosen], &text); err != nil || strings.TrimSpace(text) == "" {
		return "", "", fmt.Errorf("the scenario %q has the values %s, of which none is known to be the query; name the one that is", cmp.Or(d.Name, id), strings.Join(names, ", "))
	}
	return text, chosen, nil
}

// writeStudio writes scenarios and judgements as hits, one a line, with the
// ids and indices that a bulk load needs. Judgements name documents by id and
// index, and rate in whole numbers.
func writeStudio(out *output, c *collection) error {
	if out.options.Workspace == "" {
		return errors.New("judgements of Relevance Studio belong to a workspace; name its id")
	}
	index := cmp.Or(out.options.Index, c.Suite.Search.Index)
	if index == "" {
		return errors.New("judgements of Relevance Studio name the index of their documents; name it")
	}
	w, err := out.create("")
	if err != nil {
		return err
	}
	type hit struct {
		Index  string         `json:"_index"`
		ID     string         `json:"_id"`
		Source studioDocument `json:"_source"`
	}
	for i := range c.Suite.Queries {
		q := &c.Suite.Queries[i]
		text, err := json.Marshal(q.Text)
		if err != nil {
			return err
		}
		values := map[string]json.RawMessage{}
		for _, p := range q.Params {
			values[p.Name] = p.Value
		}
		if values["text"] != nil {
			out.lose("parameter", "text, whose name in a scenario is that of the query", named(q, judgments.Judgment{}))
		}
		values["text"] = text
		scenario := cmp.Or(q.ID, digest(out.options.Workspace, q.Text))
		if err := jsonLine(w, hit{"esrs-scenarios", scenario, studioDocument{
			Workspace: out.options.Workspace, Name: q.Text, Values: values, Tags: q.Tags,
		}}); err != nil {
			return err
		}
		for _, j := range q.Relevant {
			if j.ID == "" {
				out.lose("judgment", "left out, because Relevance Studio names documents by id and this one has a title alone", named(q, j))
				continue
			}
			grade := out.wholeGrade(j.Grade, "ratings are")
			rating := json.RawMessage(fmt.Sprintf("%.0f", grade))
			if err := jsonLine(w, hit{"esrs-judgements", digest(scenario, cmp.Or(j.Index, index), j.ID), studioDocument{
				Workspace: out.options.Workspace, Scenario: scenario, Index: cmp.Or(j.Index, index), Document: j.ID, Rating: rating,
			}}); err != nil {
				return err
			}
		}
	}
	out.noteRuns(c)
	out.noteSuite(c.without(func(q *judgments.Query) { q.Tags, q.Params, q.Relevant = nil, nil, nil }), true)
	return nil
}

// without is the collection for listing losses where more of a query is kept
// than usually.
func (c *collection) without(kept func(q *judgments.Query)) *collection {
	copied := *c
	copied.Suite.Queries = slices.Clone(c.Suite.Queries)
	for i := range copied.Suite.Queries {
		kept(&copied.Suite.Queries[i])
	}
	return &copied
}

// digest makes an id of several texts.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}
