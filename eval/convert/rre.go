package convert

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/releval/releval/judgments"
)

// The ratings of the Rated Ranking Evaluator (RRE): topics with groups of
// queries, where the queries of a group, spellings of one need, share the
// relevant documents. A query is the placeholders of a template.

type rreRatings struct {
	Index  string     `json:"index"`
	Topics []rreTopic `json:"topics"`
	Groups []rreGroup `json:"query_groups"`
	rreGroup
}

type rreTopic struct {
	Description string     `json:"description"`
	Groups      []rreGroup `json:"query_groups"`
}

type rreGroup struct {
	Name    string `json:"name"`
	Queries []struct {
		Template     string                     `json:"template"`
		Placeholders map[string]json.RawMessage `json:"placeholders"`
	} `json:"queries"`
	Relevant json.RawMessage `json:"relevant_documents"`
}

// readRRE reads a file of ratings.
func readRRE(path string, o ReadOptions) (*collection, error) {
	b := newBuilder()
	index := ""
	err := readJSON(path, func(value json.RawMessage) error {
		var ratings rreRatings
		if err := decode(value, &ratings); err != nil {
			return fmt.Errorf("not a file of RRE's ratings: %w", err)
		}
		index = ratings.Index
		groups := append(slices.Clone(ratings.Groups), ratings.rreGroup)
		for _, topic := range ratings.Topics {
			groups = append(groups, topic.Groups...)
		}
		for _, g := range groups {
			if err := addRREGroup(b, g, o.Param); err != nil {
				return fmt.Errorf("query group %q: %w", g.Name, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	c := b.collection(baseName(path))
	c.Suite.Search.Index = index
	return c, nil
}

func addRREGroup(b *builder, g rreGroup, param string) error {
	relevant, err := rreRelevant(g.Relevant)
	if err != nil {
		return err
	}
	if len(g.Queries) == 0 && len(relevant) > 0 {
		return errors.New("it has relevant_documents and no queries")
	}
	for _, one := range g.Queries {
		text, err := rreText(b, one.Placeholders, param)
		if err != nil {
			return err
		}
		if one.Template != "" {
			b.note("template", "left out, which says how to search", one.Template)
		}
		q := b.query("", text)
		for _, j := range relevant {
			b.judge(q, j)
		}
	}
	return nil
}

// rreText chooses the placeholder that is the query: the given one, the only
// one, or $query.
func rreText(b *builder, placeholders map[string]json.RawMessage, param string) (string, error) {
	names := slices.Sorted(maps.Keys(placeholders))
	chosen := ""
	for _, name := range names {
		plain := strings.TrimPrefix(name, "$")
		if param != "" && plain == strings.TrimPrefix(param, "$") || param == "" && (len(names) == 1 || plain == "query" || plain == "q") {
			chosen = name
		}
	}
	var text string
	if err := json.Unmarshal(placeholders[chosen], &text); err != nil || strings.TrimSpace(text) == "" {
		return "", fmt.Errorf("a query has the placeholders %s, of which none is known to be the query's text; name the one that is by --param", strings.Join(names, ", "))
	}
	for _, name := range names {
		if name != chosen {
			b.note("placeholder", "besides the query left out", name)
		}
	}
	return text, nil
}

// rreRelevant reads the relevant documents in either of their forms, an object
// of documents with gains or of gains with lists of documents, or a list of
// such objects.
func rreRelevant(raw json.RawMessage) ([]judgments.Judgment, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	if raw[0] == '[' {
		var list []json.RawMessage
		if err := decode(raw, &list); err != nil {
			return nil, fmt.Errorf("relevant_documents: %w", err)
		}
		var all []judgments.Judgment
		for _, item := range list {
			some, err := rreRelevant(item)
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
		}
		return all, nil
	}
	var members map[string]json.RawMessage
	if err := decode(raw, &members); err != nil {
		return nil, fmt.Errorf("relevant_documents: %w", err)
	}
	var all []judgments.Judgment
	for _, key := range slices.Sorted(maps.Keys(members)) {
		if value := bytes.TrimSpace(members[key]); len(value) > 0 && value[0] == '[' {
			grade, err := parseGrade(key)
			if err != nil {
				return nil, fmt.Errorf("relevant_documents: %w", err)
			}
			var ids []json.RawMessage
			if err := decode(value, &ids); err != nil {
				return nil, fmt.Errorf("relevant_documents: %w", err)
			}
			for _, raw := range ids {
				id, err := idText(raw)
				if err != nil {
					return nil, fmt.Errorf("relevant_documents: %w", err)
				}
				all = append(all, judgments.Judgment{ID: id, Grade: grade})
			}
			continue
		}
		var one struct {
			Gain json.RawMessage `json:"gain"`
		}
		if err := decode(members[key], &one); err != nil {
			return nil, fmt.Errorf("relevant_documents: document %q: %w", key, err)
		}
		grade, err := jsonGrade(one.Gain)
		if err != nil {
			return nil, fmt.Errorf("relevant_documents: document %q: %w", key, err)
		}
		all = append(all, judgments.Judgment{ID: key, Grade: grade})
	}
	return all, nil
}
