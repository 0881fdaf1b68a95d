package convert

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/releval/releval/judgments"
)

// collection is what the formats have in common, and more than most of them
// hold. Its ledger says what the source does not say clearly.
type collection struct {
	ledger
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
	// raters are those whose grades the judgments' grades were made of, and
	// ratings their grades: by query, by judgment, and by the rater's place.
	raters  []string
	ratings [][]map[int]float64
	// fields are the documents' fields, where the source has them.
	fields []judgments.Document

	// searchUnknown says why the source's own way to search is not known; ""
	// where it is, or the source has none.
	searchUnknown string
	// idsOnly says that the source itself knows queries by id alone, so that
	// a file of texts is of use; eitherUsed that a table's column holds either
	// ids or titles.
	idsOnly, eitherUsed bool
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

// counts counts queries, judgments, documents and rankings.
func (c *collection) counts() Counts {
	n := Counts{Queries: len(c.Suite.Queries)}
	documents := map[string]bool{}
	for i := range c.Suite.Queries {
		for _, j := range c.Suite.Queries[i].Relevant {
			n.Judgments++
			documents[documentKey(j.Index, j.ID, j.Title)] = true
		}
	}
	for _, r := range c.Runs {
		n.Rankings += len(r.Queries)
		for _, q := range r.Queries {
			for _, h := range q.Hits {
				documents[documentKey("", h.ID, h.Title)] = true
			}
		}
	}
	n.Documents = len(documents)
	return n
}

func documentKey(index, id, title string) string {
	if id != "" {
		return "id:" + index + "\x00" + id
	}
	return "title:" + judgments.FoldTitle(title)
}

// samples shows how the first judgments were understood, each of another
// query; of a source of rankings the first hits.
func (c *collection) samples() []string {
	const most = 3
	var all []string
	for i := range c.Suite.Queries {
		q := &c.Suite.Queries[i]
		if len(q.Relevant) > 0 && len(all) < most {
			j := q.Relevant[0]
			all = append(all, fmt.Sprintf("%s → %s → grade %g", sampleText(q.Text), sampleDocument(j.ID, j.Title), j.Grade))
		}
	}
	if len(all) > 0 || len(c.Runs) == 0 {
		return all
	}
	texts := map[string]string{}
	for _, q := range c.Suite.Queries {
		texts[q.ID] = q.Text
	}
	for _, r := range c.Runs[0].Queries {
		if len(r.Hits) > 0 && len(all) < most {
			all = append(all, fmt.Sprintf("%s → %s → rank 1", sampleText(cmp.Or(texts[r.Query], r.Query)), sampleDocument(r.Hits[0].ID, r.Hits[0].Title)))
		}
	}
	return all
}

func sampleDocument(id, title string) string {
	switch {
	case title == "":
		return "id " + sampleText(id)
	case id == "":
		return "title " + sampleText(title)
	}
	return fmt.Sprintf("title %s, id %s", sampleText(title), sampleText(id))
}

// sampleText is %q, cut where it is long.
func sampleText(s string) string {
	if runes := []rune(s); len(runes) > 50 {
		s = string(runes[:50]) + "..."
	}
	return strconv.Quote(s)
}

// source gives the documents to join with: of the given file, else of the
// source itself, else of the file that it names; nil where there are none.
func (c *collection) source(path string) iter.Seq2[judgments.Document, error] {
	if path == "" && len(c.fields) > 0 {
		return func(yield func(judgments.Document, error) bool) {
			for _, d := range c.fields {
				if !yield(d, nil) {
					return
				}
			}
		}
	}
	if path = cmp.Or(path, c.Suite.Search.Documents); path != "" {
		return judgments.Documents(path)
	}
	return nil
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
	ledger
	queries []judgments.Query
	byKey   map[string]int
	// judged is the place of a judgment in its query, by query and document.
	judged map[judgedKey]int
	// ratings are the grades of each judgment that has several raters, by the
	// rater's place in raters.
	ratings map[judgedKey]map[int]float64
	raters  []string
	// rule makes one grade of several, see ReadOptions.Raters.
	rule string
}

type judgedKey struct {
	query    int
	document string
}

func newBuilder() *builder {
	return &builder{byKey: map[string]int{}, judged: map[judgedKey]int{}, ratings: map[judgedKey]map[int]float64{}}
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
		b.lose("time", "a query's id has another text than before, and the first is kept", fmt.Sprintf("%s: %q", id, text))
	}
	return i
}

// judge adds a judgment to a query.
func (b *builder) judge(query int, j judgments.Judgment) {
	first := b.place(query, &j)
	if first == nil {
		return
	}
	q := &b.queries[query]
	if first.Grade == j.Grade {
		b.note("judgment", "given more than once with the same grade, and kept once", named(q, j))
		return
	}
	b.lose("judgment", "given twice with different grades, of which the higher is kept", fmt.Sprintf("%s (%g and %g)", named(q, j), first.Grade, j.Grade))
	first.Grade = max(first.Grade, j.Grade)
}

// place puts a judgment into its query; it returns the one that is there for
// the same document already, and nil where this one is the first or names no
// document.
func (b *builder) place(query int, j *judgments.Judgment) *judgments.Judgment {
	if strings.TrimSpace(j.ID) == "" {
		j.ID = ""
	}
	if strings.TrimSpace(j.Title) == "" {
		j.Title = ""
	}
	if j.ID == "" && j.Title == "" {
		b.lose("judgment", "left out, because it names no document", fmt.Sprintf("of %q", b.queries[query].Text))
		return nil
	}
	q := &b.queries[query]
	key := judgedKey{query, documentKey(j.Index, j.ID, j.Title)}
	if i, ok := b.judged[key]; ok {
		return &q.Relevant[i]
	}
	b.judged[key] = len(q.Relevant)
	q.Relevant = append(q.Relevant, *j)
	return nil
}

// rate adds one rater's grade of a document. The judgments' own grades are made
// of all of them at the end.
func (b *builder) rate(query int, j judgments.Judgment, name string) {
	b.place(query, &j)
	at := slices.Index(b.raters, name)
	if at < 0 {
		at = len(b.raters)
		b.raters = append(b.raters, name)
	}
	key := judgedKey{query, documentKey(j.Index, j.ID, j.Title)}
	if b.ratings[key] == nil {
		b.ratings[key] = map[int]float64{}
	}
	if first, ok := b.ratings[key][at]; ok && first != j.Grade {
		b.lose("document", "graded twice by one rater, and the higher grade is kept", fmt.Sprintf("%s by %s", named(&b.queries[query], j), name))
		j.Grade = max(j.Grade, first)
	}
	b.ratings[key][at] = j.Grade
}

// named names a judgment in an example.
func named(q *judgments.Query, j judgments.Judgment) string {
	return fmt.Sprintf("%q for %q", cmp.Or(j.Title, j.ID), cmp.Or(q.Text, q.ID))
}

// collection finishes the collection. Several raters' grades make one by the
// builder's rule.
func (b *builder) collection(name string) *collection {
	c := &collection{ledger: b.ledger, Texts: true, raters: b.raters}
	c.Suite.Name = name
	for i := range b.queries {
		q := &b.queries[i]
		if q.Text == "" {
			c.Texts = false
			q.Text, q.InferenceText = q.ID, q.ID
		}
	}
	c.Suite.Queries = b.queries
	if len(b.raters) == 0 {
		return c
	}
	c.note("", fmt.Sprintf("%s: a document's grade is the %s of theirs", counted(len(b.raters), "rater"), cmp.Or(b.rule, "median")), strings.Join(b.raters[:min(5, len(b.raters))], ", "))
	combine := ratersRule(b.rule)
	c.ratings = make([][]map[int]float64, len(b.queries))
	for i := range b.queries {
		q := &b.queries[i]
		c.ratings[i] = make([]map[int]float64, len(q.Relevant))
		for k := range q.Relevant {
			j := &q.Relevant[k]
			ratings := b.ratings[judgedKey{i, documentKey(j.Index, j.ID, j.Title)}]
			if len(ratings) > 0 {
				c.ratings[i][k] = ratings
				j.Grade = combine(slices.Sorted(maps.Values(ratings)))
			}
		}
	}
	return c
}

// by gives the queries with one rater's own grades, those without any left out.
func (c *collection) by(rater int) []judgments.Query {
	var queries []judgments.Query
	for i, q := range c.Suite.Queries {
		var own []judgments.Judgment
		for k, j := range q.Relevant {
			if grade, ok := c.ratings[i][k][rater]; ok {
				j.Grade = grade
				own = append(own, j)
			}
		}
		if q.Relevant = own; len(own) > 0 {
			queries = append(queries, q)
		}
	}
	return queries
}

// ratersRule gives what makes one grade of several, which are sorted; nil where
// there is no such rule.
func ratersRule(rule string) func(grades []float64) float64 {
	switch rule {
	case "", "median":
		return func(grades []float64) float64 {
			n := len(grades)
			return (grades[(n-1)/2] + grades[n/2]) / 2
		}
	case "mean":
		return func(grades []float64) float64 {
			sum := 0.0
			for _, g := range grades {
				sum += g
			}
			return sum / float64(len(grades))
		}
	case "max":
		return slices.Max[[]float64]
	}
	return nil
}

// setIndices makes the indices that ratings name those of the search. Where there
// is one, no judgment needs to name it.
func (c *collection) setIndices(indices map[string]bool) {
	if len(indices) == 0 {
		return
	}
	c.Suite.Search.Index = strings.Join(slices.Sorted(maps.Keys(indices)), ",")
	if len(indices) > 1 {
		return
	}
	for i := range c.Suite.Queries {
		for k := range c.Suite.Queries[i].Relevant {
			c.Suite.Queries[i].Relevant[k].Index = ""
		}
	}
}

// parseGrade reads a grade: any finite decimal number.
func parseGrade(text string) (float64, error) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return 0, fmt.Errorf("the grade %q is not a number", text)
	}
	return f, nil
}
