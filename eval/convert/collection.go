package convert

import (
	"fmt"
	"unicode/utf8"

	"github.com/releval/releval/judgments"
)

// Collection is what the formats have in common, and more than most of them
// hold.
type Collection struct {
	// Suite holds the queries with their judgments and, where the source
	// has it, how to search. Its queries need not be sound as those of a
	// loaded suite are: grades may be negative, as in TREC qrels, and two
	// queries may have one text.
	Suite judgments.Suite
	// Runs are rankings, none for a source of judgments alone.
	Runs []Run
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

// Run is one system's rankings.
type Run struct {
	// Tag names the system.
	Tag string
	// Queries are the rankings, in the order of the source.
	Queries []Ranking
}

// Ranking is what one system found for one query.
type Ranking struct {
	// Query is the query's id.
	Query string
	// Hits are ordered by rank.
	Hits []Hit
}

// Hit is one document of a ranking.
type Hit struct {
	// ID is the document's id; may be empty where Title is given.
	ID string
	// Title is the document's title, where the source has it.
	Title string
	// Score is the system's score; higher ranks first.
	Score float64
}

// Judged counts the judgments of all queries.
func (c *Collection) Judged() int {
	n := 0
	for i := range c.Suite.Queries {
		n += len(c.Suite.Queries[i].Relevant)
	}
	return n
}

// checkUTF8 finds ids that are not UTF-8. TREC files may have them, and every
// other format is text.
func (c *Collection) checkUTF8() error {
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
