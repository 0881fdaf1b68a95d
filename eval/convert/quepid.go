package convert

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/releval/releval/judgments"
)

// Quepid exports JSON of three kinds: a book of query-document pairs, each
// with the judgements of several raters and the documents' fields; a case of
// queries with one rating a document; and a snapshot of the rankings of a
// case. They name queries by text, so that the text gives the ids: those of
// a book, its case and its snapshots agree.

type quepidBook struct {
	Name  string `json:"name"`
	Pairs []struct {
		Query      string            `json:"query_text"`
		Document   json.RawMessage   `json:"doc_id"`
		Fields     json.RawMessage   `json:"document_fields"`
		Need       string            `json:"information_need"`
		Judgements []quepidJudgement `json:"judgements"`
	} `json:"query_doc_pairs"`
}

type quepidJudgement struct {
	Document   json.RawMessage `json:"doc_id"` // of a case alone
	Rating     json.RawMessage `json:"rating"`
	Rater      string          `json:"user_email"`
	Unrateable bool            `json:"unrateable"`
}

type quepidCase struct {
	Name    string `json:"case_name"`
	Queries []struct {
		ID      json.RawMessage `json:"query_id"`
		Options json.RawMessage `json:"options"`
		Text    string          `json:"query_text"`
		Ratings json.RawMessage `json:"ratings"`
	} `json:"queries"`
	// Snapshot is the name of a snapshot, whose Docs are rankings by query.
	Snapshot string                  `json:"name"`
	Docs     map[string][]quepidRank `json:"docs"`
}

type quepidRank struct {
	ID        json.RawMessage `json:"id"`
	Explain   json.RawMessage `json:"explain"`
	RatedOnly bool            `json:"rated_only"`
}

// readQuepid reads one of the three.
func readQuepid(path string, o ReadOptions) (*collection, error) {
	q := quepidReader{b: newBuilder(), fields: map[string]json.RawMessage{}}
	q.b.rule = o.Raters
	err := readJSON(path, func(value json.RawMessage) error {
		var kind map[string]json.RawMessage
		if err := decode(value, &kind); err != nil {
			return fmt.Errorf("not an export of Quepid: %w", err)
		}
		switch {
		case kind["query_doc_pairs"] != nil:
			return q.book(value)
		case kind["queries"] != nil:
			return q.cases(value)
		}
		return errors.New("not an export of Quepid, which has query_doc_pairs (a book) or queries (a case or a snapshot)")
	})
	if err != nil {
		return nil, err
	}
	c := q.b.collection(cmp.Or(q.name, baseName(path)))
	judgments.DeriveIDs(c.Suite.Queries)
	ids := map[string]string{}
	for _, one := range c.Suite.Queries {
		ids[judgments.FoldTitle(one.Text)] = one.ID
	}
	if len(q.rankings) > 0 {
		for i := range q.rankings {
			q.rankings[i].Query = ids[judgments.FoldTitle(q.rankings[i].Query)]
		}
		c.Runs = []run{{Tag: q.name, Queries: q.rankings}}
	}
	for _, id := range slices.Sorted(maps.Keys(q.fields)) {
		c.fields = append(c.fields, judgments.Document{ID: id, Source: q.fields[id]})
	}
	return c, nil
}

// quepidReader puts an export together.
type quepidReader struct {
	b        *builder
	name     string
	fields   map[string]json.RawMessage // of documents, by id
	rankings []ranking                  // by the query's text
}

func (r *quepidReader) book(value json.RawMessage) error {
	var book quepidBook
	if err := decode(value, &book); err != nil {
		return fmt.Errorf("not a book of Quepid: %w", err)
	}
	r.name = book.Name
	needs := map[string]bool{}
	for i, pair := range book.Pairs {
		if strings.TrimSpace(pair.Query) == "" {
			return fmt.Errorf("the pair %d has no query_text", i+1)
		}
		id, err := idText(pair.Document)
		if err != nil {
			return fmt.Errorf("the pair %d of the query %q: doc_id: %w", i+1, pair.Query, err)
		}
		if err := r.documentFields(id, pair.Fields); err != nil {
			return err
		}
		if pair.Need != "" && !needs[pair.Query] {
			needs[pair.Query] = true
			r.b.note("information need", "left out", "")
		}
		q := r.b.query("", pair.Query)
		if len(pair.Judgements) == 0 {
			r.b.note("pair", "that nobody rated, left unjudged", "")
		}
		for _, j := range pair.Judgements {
			if err := r.rate(q, id, j); err != nil {
				return err
			}
		}
	}
	return nil
}

// documentFields keeps the fields of a document, which Quepid writes as a text
// of JSON.
func (r *quepidReader) documentFields(id string, raw json.RawMessage) error {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		raw = json.RawMessage(text)
	}
	if raw = bytes.TrimSpace(raw); len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	if raw[0] != '{' || !json.Valid(raw) {
		return fmt.Errorf("document %q: document_fields is not a JSON object", id)
	}
	if first, ok := r.fields[id]; ok {
		if !bytes.Equal(first, raw) {
			r.b.note("document", "whose fields differ from pair to pair, of which the first are kept", id)
		}
		return nil
	}
	r.fields[id] = raw
	return nil
}

func (r *quepidReader) rate(query int, id string, j quepidJudgement) error {
	if j.Unrateable || len(j.Rating) == 0 || string(j.Rating) == "null" {
		r.b.note("judgement", "without a rating, left out", "")
		return nil
	}
	grade, err := jsonGrade(j.Rating)
	if err != nil {
		return fmt.Errorf("query %q, document %q: %w", r.b.queries[query].Text, id, err)
	}
	r.b.rate(query, judgments.Judgment{ID: id, Grade: grade}, cmp.Or(j.Rater, "unknown"))
	return nil
}

// cases reads a case, or a snapshot of one.
func (r *quepidReader) cases(value json.RawMessage) error {
	var c quepidCase
	if err := decode(value, &c); err != nil {
		return fmt.Errorf("not a case or snapshot of Quepid: %w", err)
	}
	r.name = cmp.Or(c.Name, c.Snapshot)
	known := map[string]bool{}
	for i, one := range c.Queries {
		if strings.TrimSpace(one.Text) == "" {
			return fmt.Errorf("the query %d has no query_text", i+1)
		}
		q := r.b.query("", one.Text)
		options, err := optionsOf(one.Options)
		if err != nil {
			return fmt.Errorf("query %q: %w", one.Text, err)
		}
		if len(options) > 0 {
			r.b.queries[q].Params = r.b.params(options, "")
		}
		if err := r.ratings(q, one.Ratings); err != nil {
			return fmt.Errorf("query %q: %w", one.Text, err)
		}
		if c.Docs == nil {
			continue
		}
		id, err := idText(one.ID)
		if err != nil {
			return fmt.Errorf("query %q: query_id: %w", one.Text, err)
		}
		known[id] = true
		ranks, err := rankingOf(c.Docs[id])
		if err != nil {
			return fmt.Errorf("query %q: %w", one.Text, err)
		}
		if len(ranks) > 0 {
			r.rankings = append(r.rankings, ranking{Query: one.Text, Hits: ranks})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.Docs)) {
		if !known[id] {
			r.b.lose("ranking", "of a query that the snapshot does not list, left out", id)
		}
	}
	return nil
}

// optionsOf reads a query's options: an object, or the text of one.
func optionsOf(raw json.RawMessage) (map[string]json.RawMessage, error) {
	var inner string
	if json.Unmarshal(raw, &inner) == nil {
		raw = json.RawMessage(inner)
	}
	if trimmed := bytes.TrimSpace(raw); len(trimmed) == 0 || string(trimmed) == "null" || string(trimmed) == `""` {
		return nil, nil
	}
	var options map[string]json.RawMessage
	if err := decode(raw, &options); err != nil {
		return nil, fmt.Errorf("options: %w", err)
	}
	return options, nil
}

// ratings reads a case's list of ratings, or a snapshot's object of them.
func (r *quepidReader) ratings(query int, raw json.RawMessage) error {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	if raw[0] == '[' {
		var list []quepidJudgement
		if err := decode(raw, &list); err != nil {
			return fmt.Errorf("ratings: %w", err)
		}
		for _, j := range list {
			id, err := idText(j.Document)
			if err != nil {
				return fmt.Errorf("ratings: doc_id: %w", err)
			}
			if err := r.rate(query, id, j); err != nil {
				return err
			}
		}
		return nil
	}
	var byDocument map[string]json.RawMessage
	if err := decode(raw, &byDocument); err != nil {
		return fmt.Errorf("ratings: %w", err)
	}
	for _, id := range slices.Sorted(maps.Keys(byDocument)) {
		if string(byDocument[id]) == "null" {
			r.b.note("judgement", "without a rating, left out", "")
			continue
		}
		grade, err := jsonGrade(byDocument[id])
		if err != nil {
			return fmt.Errorf("document %q: %w", id, err)
		}
		r.b.judge(query, judgments.Judgment{ID: id, Grade: grade})
	}
	return nil
}

// rankingOf reads a snapshot's ranking: its order is the ranks, and the value
// of the explanation the score. Documents that are there because they are
// rated, and were not found, do not count.
func rankingOf(docs []quepidRank) ([]hit, error) {
	var hits []hit
	seen := map[string]bool{}
	for _, d := range docs {
		id, err := idText(d.ID)
		if err != nil {
			return nil, err
		}
		if d.RatedOnly {
			continue
		}
		if seen[id] {
			return nil, fmt.Errorf("the document %q is ranked twice", id)
		}
		seen[id] = true
		hits = append(hits, hit{ID: id, Score: explained(d.Explain)})
	}
	return hits, nil
}

// explained is the value of an explanation, which may be a text of JSON; 0
// where there is none.
func explained(raw json.RawMessage) float64 {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		raw = json.RawMessage(text)
	}
	var e struct {
		Value float64 `json:"value"`
	}
	_ = json.Unmarshal(raw, &e)
	return e.Value
}
