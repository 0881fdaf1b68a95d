package convert

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

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
				Name    string                       `json:"name"`
				Ratings json.RawMessage              `json:"judgmentRatings"`
				Scores  json.RawMessage              `json:"judgmentScores"`
				Queries []map[string]json.RawMessage `json:"querySetQueries"`
				Text    json.RawMessage              `json:"queryText"`
			}
			if err := json.Unmarshal(source, &list); err != nil {
				return errors.New("not a judgment list, which is an object with judgmentRatings")
			}
			if list.Name != "" {
				name = list.Name
			}
			if len(list.Text) > 0 { // a line of a query set's upload
				var one map[string]json.RawMessage
				if err := decode(source, &one); err != nil {
					return err
				}
				list.Queries = append(list.Queries, one)
			}
			if list.Queries != nil {
				return addQuerySet(b, list.Queries)
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
		query = withoutFields(&b.ledger, query)
		if strings.TrimSpace(query) == "" {
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

// addQuerySet adds the queries of a query set, which has no judgments.
func addQuerySet(b *builder, queries []map[string]json.RawMessage) error {
	for _, one := range queries {
		var text string
		if err := json.Unmarshal(one["queryText"], &text); err != nil || strings.TrimSpace(text) == "" {
			return errors.New("a query of the query set has no queryText")
		}
		b.query("", withoutFields(&b.ledger, text))
		for _, field := range slices.Sorted(maps.Keys(one)) {
			if field != "queryText" {
				b.note("field", "of a query besides its text left out", field)
			}
		}
	}
	return nil
}

// withoutFields takes off what the plugin glues to a query's text: a # and an
// object of the query's further fields, as "what is it#{"referenceAnswer":"…"}".
func withoutFields(b *ledger, query string) string {
	text, fields, found := strings.Cut(query, "#{")
	if !found || !strings.HasPrefix(fields, `"`) || !json.Valid([]byte("{"+fields)) {
		return query
	}
	b.note("query", "whose further fields, glued to its text behind a #, are left out", fmt.Sprintf("%q", text))
	return text
}

// writeOpenSearch writes the body of a request that imports a judgment list.
func writeOpenSearch(out *output, c *collection) error {
	list := openSearchList{
		Name: c.Suite.Name, Description: "judgments of the suite " + c.Suite.Name, Type: "IMPORT_JUDGMENT",
		Ratings: []openSearchQuery{},
	}
	for i := range c.Suite.Queries {
		q := &c.Suite.Queries[i]
		if withoutFields(&ledger{}, q.Text) != q.Text {
			out.lose("query", "whose end OpenSearch takes for further fields", fmt.Sprintf("%q", q.Text))
		}
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
