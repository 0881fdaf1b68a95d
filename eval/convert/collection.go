package convert

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/releval/releval/judgments"
)

// collection is what the formats have in common, and more than most of them
// hold.
type collection struct {
	// Suite holds the queries with their judgments and, where the source
	// has it, how to search. Its queries need not be sound as those of a
	// loaded suite are: grades may be negative, as in TREC qrels, and two
	// queries may have one text.
	Suite judgments.Suite
	// Runs are rankings, none for a source of judgments alone.
	Runs []run
	// Texts says whether the queries' texts are known. TREC files name
	// queries by id alone, and Text is then the id.
	Texts bool
	// Losses are what the source says and the collection does not hold, a
	// sentence each.
	Losses []string

	// documents are the ids of the documents file that was joined: no made-up
	// id may be one of them.
	documents map[string]bool
}

// run is one system's rankings.
type run struct {
	// Tag names the system.
	Tag string
	// Queries are the rankings, in the order of the source.
	Queries []ranking
}

// ranking is what one system found for one query.
type ranking struct {
	// Query is the query's id.
	Query string
	// Hits are ordered by rank.
	Hits []hit
}

// hit is one document of a ranking.
type hit struct {
	// ID is the document's id; may be empty where Title is given.
	ID string
	// Title is the document's title, where the source has it.
	Title string
	// Score is the system's score; higher ranks first.
	Score float64
}

// Judged counts the judgments of all queries.
func (c *collection) Judged() int {
	n := 0
	for i := range c.Suite.Queries {
		n += len(c.Suite.Queries[i].Relevant)
	}
	return n
}

// checkUTF8 finds ids that are not UTF-8. TREC files may have them, and every
// other format is text.
func (c *collection) checkUTF8() error {
	check := func(what, id string) error {
		if !utf8.ValidString(id) {
			return fmt.Errorf("the %s id %q is not UTF-8, and the format is", what, id)
		}
		return nil
	}
	for i := range c.Suite.Queries {
		if err := check("query", c.Suite.Queries[i].ID); err != nil {
			return err
		}
		for _, j := range c.Suite.Queries[i].Relevant {
			if err := check("document", j.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

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
		b.notes.add("%d judgments are given more than once, and are kept once", named(q, j))
		return
	}
	b.notes.add("%d judgments are given twice with different grades, and the higher is kept", fmt.Sprintf("%s (%g and %g)", named(q, j), first.Grade, j.Grade))
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
func (b *builder) collection(name string) *collection {
	c := &collection{Texts: true}
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
		return 0, fmt.Errorf("the grade %q is not a number", text)
	}
	return f, nil
}
