package convert

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/releval/releval/judgments"
)

// openSearchList is a judgment list, as it is imported and as it is returned.
type openSearchList struct {
	Name        string            `json:"name"`
	Description string            `json:"description,omitempty"`
	Type        string            `json:"type"`
	Ratings     []openSearchQuery `json:"judgmentRatings"`
}

type openSearchQuery struct {
	Query   string             `json:"query"`
	Ratings []openSearchRating `json:"ratings"`
}

type openSearchRating struct {
	Document string `json:"docId"`
	Rating   string `json:"rating"`
}

// readOpenSearch reads a judgment list of OpenSearch's search relevance
// plugin: the body of an import, or the response that returns it. Of the
// list's forms over time all are read: a list of queries with ratings, and
// an object of queries with lists of documents and ratings or scores.
func readOpenSearch(path string) (*collection, error) {
	b := newBuilder()
	name := baseName(path)
	err := readJSON(path, func(value json.RawMessage) error {
		return documentsOf(value, 0, func(_ string, source json.RawMessage) error {
			var list struct {
				Name    string          `json:"name"`
				Ratings json.RawMessage `json:"judgmentRatings"`
				Scores  json.RawMessage `json:"judgmentScores"`
			}
			if err := json.Unmarshal(source, &list); err != nil {
				return errors.New("not a judgment list, which is an object with judgmentRatings")
			}
			if list.Name != "" {
				name = list.Name
			}
			ratings := list.Ratings
			if len(ratings) == 0 {
				ratings = list.Scores
			}
			if len(ratings) == 0 {
				return errors.New("not a judgment list: judgmentRatings is missing")
			}
			return addOpenSearch(b, ratings)
		})
	})
	if err != nil {
		return nil, err
	}
	return b.collection(name), nil
}

func addOpenSearch(b *builder, raw json.RawMessage) error {
	type rating struct {
		Document json.RawMessage `json:"docId"`
		Rating   json.RawMessage `json:"rating"`
		Score    json.RawMessage `json:"score"`
	}
	add := func(query string, ratings []rating) error {
		if query == "" {
			return errors.New("a query is empty")
		}
		q := b.query("", query)
		for _, r := range ratings {
			id, err := idText(r.Document)
			if err != nil {
				return fmt.Errorf("query %q: docId: %w", query, err)
			}
			text := r.Rating
			if len(text) == 0 {
				text = r.Score
			}
			grade, err := jsonGrade(text)
			if err != nil {
				return fmt.Errorf("query %q, document %q: %w", query, id, err)
			}
			b.judge(q, judgments.Judgment{ID: id, Grade: grade})
		}
		return nil
	}
	var list []struct {
		Query   string   `json:"query"`
		Ratings []rating `json:"ratings"`
	}
	if raw[0] == '[' {
		if err := decode(raw, &list); err != nil {
			return fmt.Errorf("judgmentRatings: %w", err)
		}
		for _, q := range list {
			if err := add(q.Query, q.Ratings); err != nil {
				return err
			}
		}
		return nil
	}
	var byQuery map[string]json.RawMessage
	if err := decode(raw, &byQuery); err != nil {
		return fmt.Errorf("judgmentRatings: %w", err)
	}
	for _, q := range slices.Sorted(maps.Keys(byQuery)) {
		var ratings []rating
		if err := decode(byQuery[q], &ratings); err != nil {
			return fmt.Errorf("query %q: %w", q, err)
		}
		if err := add(q, ratings); err != nil {
			return err
		}
	}
	return nil
}

// writeOpenSearch writes the body of a request that imports a judgment list.
func writeOpenSearch(out *output, c *collection) error {
	list := openSearchList{
		Name: c.Suite.Name, Description: "judgments of the suite " + c.Suite.Name, Type: "IMPORT_JUDGMENT",
		Ratings: []openSearchQuery{},
	}
	for i := range c.Suite.Queries {
		q := &c.Suite.Queries[i]
		entry := openSearchQuery{Query: q.Text}
		for _, j := range q.Relevant {
			if j.ID == "" {
				out.lose("judgment", "left out, because OpenSearch names documents by id and this one has a title alone", named(q, j))
				continue
			}
			entry.Ratings = append(entry.Ratings, openSearchRating{j.ID, strconv.FormatFloat(j.Grade, 'f', -1, 64)})
		}
		if len(entry.Ratings) == 0 {
			out.lose("query", "left out, because it has no judgment by id", fmt.Sprintf("%q", q.Text))
			continue
		}
		list.Ratings = append(list.Ratings, entry)
	}
	out.noteIDs(c)
	out.noteRuns(c)
	out.noteSuite(c, true)
	w, err := out.create("")
	if err != nil {
		return err
	}
	return writeJSON(w, list)
}
