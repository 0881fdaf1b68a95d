package convert

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/releval/releval/judgments"
)

// builder puts queries and judgments together as they come, line by line, in
// any order.
type builder struct {
	queries []judgments.Query
	byKey   map[string]int
	// judged is the place of a judgment in its query, by query and document.
	judged map[judgedKey]int
	notes  notes
}

type judgedKey struct {
	query    int
	document string
}

func newBuilder() *builder {
	return &builder{byKey: map[string]int{}, judged: map[judgedKey]int{}}
}

// query returns the index of a query, which is made where there is none. The
// id tells queries apart, or the folded text where the source has no ids.
func (b *builder) query(id, text string) int {
	key := "id:" + id
	if id == "" {
		key = "text:" + judgments.FoldTitle(text)
	}
	i, ok := b.byKey[key]
	if !ok {
		i = len(b.queries)
		b.byKey[key] = i
		b.queries = append(b.queries, judgments.Query{ID: id, Text: text, InferenceText: text})
	}
	q := &b.queries[i]
	switch {
	case text == "" || text == q.Text:
	case q.Text == "":
		q.Text, q.InferenceText = text, text
	case judgments.FoldTitle(q.Text) != judgments.FoldTitle(text):
		b.notes.add("%d times a query's id has another text than before, and the first is kept", fmt.Sprintf("%s: %q", id, text))
	}
	return i
}

// judge adds a judgment to a query.
func (b *builder) judge(query int, j judgments.Judgment) {
	if strings.TrimSpace(j.ID) == "" {
		j.ID = ""
	}
	if strings.TrimSpace(j.Title) == "" {
		j.Title = ""
	}
	if j.ID == "" && j.Title == "" {
		b.notes.add("%d judgments name no document, and are left out", b.queries[query].Text)
		return
	}
	document := "id:" + j.ID
	if j.ID == "" {
		document = "title:" + judgments.FoldTitle(j.Title)
	}
	q := &b.queries[query]
	key := judgedKey{query, document}
	i, ok := b.judged[key]
	if !ok {
		b.judged[key] = len(q.Relevant)
		q.Relevant = append(q.Relevant, j)
		return
	}
	first := &q.Relevant[i]
	if first.Grade == j.Grade {
		b.notes.add("%d judgments stand more than once, and are kept once", named(q, j))
		return
	}
	b.notes.add("%d judgments stand twice with different grades, and the higher is kept", fmt.Sprintf("%s (%g and %g)", named(q, j), first.Grade, j.Grade))
	first.Grade = max(first.Grade, j.Grade)
}

// named names a judgment in an example.
func named(q *judgments.Query, j judgments.Judgment) string {
	query, document := q.Text, j.Title
	if query == "" {
		query = q.ID
	}
	if document == "" {
		document = j.ID
	}
	return fmt.Sprintf("%q for %q", document, query)
}

// collection finishes the collection.
func (b *builder) collection(name string) *Collection {
	c := &Collection{Texts: true}
	c.Suite.Name = name
	for i := range b.queries {
		q := &b.queries[i]
		if q.Text == "" {
			c.Texts = false
			q.Text, q.InferenceText = q.ID, q.ID
		}
	}
	c.Suite.Queries = b.queries
	c.Losses = b.notes.list()
	return c
}

// parseGrade reads a grade: any finite decimal number.
func parseGrade(text string) (float64, error) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return 0, fmt.Errorf("the grade %q is no number", text)
	}
	return f, nil
}
