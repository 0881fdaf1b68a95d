package convert

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/releval/releval/judgments"
)

// columnRole is what a column may hold, and the names that tables give it, in
// lower case.
type columnRole struct {
	role  string
	names []string
}

// roles are all of them. Never written to.
var roles = []columnRole{
	{"query_id", []string{"query_id", "query-id", "qid", "queryid", "query id", "topic", "topic_id"}},
	{"query", []string{"query", "query_text", "query text", "querytext", "text", "search_term", "search term", "keyword", "keywords", "search_query", "question"}},
	{"id", []string{"doc_id", "docid", "document_id", "doc-id", "corpus-id", "corpus_id", "id", "doc id", "_id", "product_id", "passage_id", "pid", "url"}},
	{"title", []string{"title", "doc_title", "document_title", "product_title"}},
	{"document", []string{"document", "doc"}},
	{"grade", []string{"grade", "rating", "score", "relevance", "label", "rel", "judgment", "judgement", "relevance_label", "gain"}},
	{"position", []string{"doc position", "position", "rank"}},
	{"run", []string{"snapshot name", "case name"}},
	{"index", []string{"_index", "index"}},
}

// roleNames are the roles in their order.
func roleNames() []string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = r.role
	}
	return names
}

// columns are the places of a table's columns by role.
type columns struct {
	at    map[string]int
	width int
	// raters are the places of columns that hold one rater's grades each.
	raters []int
	names  []string // of the header; nil where there is none
	// doubts are what speaks against columns that may be raters' and are not
	// taken for them.
	doubts []string
}

func (c *columns) has(role string) bool { _, ok := c.at[role]; return ok }

// get is a row's value for a role, without blanks around it.
func (c *columns) get(row []string, role string) string {
	i, ok := c.at[role]
	if !ok || i >= len(row) {
		return ""
	}
	return strings.TrimSpace(row[i])
}

// lacks names what a table must have and this one has not; "" for nothing.
func (c *columns) lacks() string {
	switch {
	case !c.has("query") && !c.has("query_id"):
		return "the query"
	case !c.has("id") && !c.has("title") && !c.has("document"):
		return "the document"
	case !c.has("grade") && !c.has("position") && len(c.raters) == 0:
		return "the grade"
	}
	return ""
}

func isQueryHeader(word string) bool { return slices.Contains(roles[1].names, strings.ToLower(word)) }

// isHeader reports whether a value is the name of a column.
func isHeader(value string) bool {
	value = strings.ToLower(strings.TrimSpace(value))
	return slices.ContainsFunc(roles, func(r columnRole) bool { return r.role != "document" && slices.Contains(r.names, value) })
}

// name finds columns by the names that a header gives them.
func (c *columns) name(header []string) {
	c.width = len(header)
	for _, r := range roles {
		for _, known := range r.names {
			for i, name := range header {
				if _, named := c.at[r.role]; !named && strings.ToLower(strings.TrimSpace(name)) == known {
					c.at[r.role] = i
				}
			}
		}
	}
}

// findColumns tells what the columns hold: as the caller says, else by the
// header, else by their number. header reports whether the first record is one.
func findColumns(path string, records []record, chosen map[string]string, delimiter byte) (c columns, header bool, err error) {
	first := records[0]
	c = columns{at: map[string]int{}}
	fail := func(format string, args ...any) error {
		return judgments.Problem{Position: judgments.Position{File: path, Line: first.line, Column: 1}, Message: fmt.Sprintf(format, args...)}
	}
	c.name(first.fields)
	header = len(c.at) > 1 || len(c.at) == 1 && !anyNumber(first.fields)
	numbered := len(chosen) > 0
	for _, value := range chosen {
		if _, err := strconv.Atoi(value); err != nil {
			numbered = false
		}
	}
	for _, role := range slices.Sorted(maps.Keys(chosen)) {
		at := slices.IndexFunc(first.fields, func(name string) bool {
			return strings.EqualFold(strings.TrimSpace(name), strings.TrimSpace(chosen[role]))
		})
		if n, err := strconv.Atoi(chosen[role]); at < 0 && err == nil && n >= 1 && n <= len(first.fields) {
			at = n - 1
		}
		switch {
		case !slices.Contains(roleNames(), role):
			return c, false, fmt.Errorf("--columns: %q is not among %s", role, strings.Join(roleNames(), ", "))
		case at < 0:
			return c, false, fail("no column %q for the %s; the columns are %s", chosen[role], role, strings.Join(first.fields, ", "))
		}
		// A column that the caller names stands for no other role.
		maps.DeleteFunc(c.at, func(_ string, other int) bool { return other == at })
		c.at[role] = at
	}
	if len(chosen) > 0 {
		// What is chosen says all that there is to say of that part.
		if chosen["title"] != "" || chosen["id"] != "" || chosen["document"] != "" {
			for _, role := range []string{"title", "id", "document"} {
				if chosen[role] == "" {
					delete(c.at, role)
				}
			}
		}
		header = header || !numbered
	}
	if header {
		c.names = first.fields
		c.findRaters(path, records[1:], delimiter)
		if missing := c.lacks(); missing != "" {
			if missing == "the grade" && len(c.doubts) > 0 {
				return c, true, fail("the header %q names no column for the grade, and no others are raters': %s; name it by --columns, as --columns grade=NAME", strings.Join(first.fields, ", "), strings.Join(c.doubts, ", "))
			}
			return c, true, fail("the header %q names no column for %s; name the columns by --columns, as --columns query=NAME,title=NAME,grade=NAME", strings.Join(first.fields, ", "), missing)
		}
		return c, true, nil
	}
	if len(chosen) > 0 {
		if missing := c.lacks(); missing != "" {
			return c, false, fail("--columns names no column for %s", missing)
		}
		return c, false, nil
	}
	c.at = map[string]int{"query": 0, "document": 1, "grade": 2}
	switch len(first.fields) {
	case 3:
	case 4:
		c.at = map[string]int{"query_id": 0, "query": 1, "document": 2, "grade": 3}
	default:
		return c, false, fail("a table without a header has 3 columns (query, document, grade) or 4 (query id, query, document, grade), not %d; name the columns by --columns, as --columns query=1,document=2,grade=3", len(first.fields))
	}
	if _, err := tableGrade(first.fields[c.at["grade"]], delimiter); err != nil {
		return c, false, fail("the first line %q is neither a header whose columns are known nor a row with a grade; name the columns by --columns, as --columns query=NAME,title=NAME,grade=NAME", strings.Join(first.fields, ", "))
	}
	return c, false, nil
}

func anyNumber(fields []string) bool {
	return slices.ContainsFunc(fields, func(f string) bool {
		_, err := strconv.ParseFloat(strings.TrimSpace(f), 64)
		return err == nil
	})
}

// maxRating is the greatest grade that a column is taken for a rater's by its
// values alone: above it are years, prices and counts.
const maxRating = 10

// measured are names of columns whose numbers are measured and no rater's. Never
// written to.
var measured = []string{"click", "impression", "view", "visit", "count", "freq", "price", "cost", "year", "date", "time", "rank", "position", "age", "runtime",

	"size", "number", "votes", "popularity", "ctr", "rate", "weight", "sales", "orders", "purchases", "stock", "revenue", "session"}

// findRaters takes the columns of unknown names that hold grades and nothing
// else for raters', where the table has no column of grades and at least two of
// them stand side by side. A column that may be one and is not taken is in
// doubt, with what speaks against it.
func (c *columns) findRaters(path string, rows []record, delimiter byte) {
	if c.has("grade") || c.has("position") {
		return
	}
	known := map[int]bool{}
	for _, i := range c.at {
		known[i] = true
	}
	for i := range c.width {
		name := strings.ToLower(strings.TrimSpace(field(c.names, i)))
		if known[i] || slices.ContainsFunc(strings.FieldsFunc(name, notLetter), isMeasured) {
			continue
		}
		graded, doubt := 0, ""
		for _, r := range rows {
			value := strings.TrimSpace(field(r.fields, i))
			if value == "" {
				continue
			}
			grade, err := tableGrade(value, delimiter)
			if err == nil {
				graded++
			}
			if doubt == "" && (err != nil || grade > maxRating) {
				doubt = fmt.Sprintf("%q of column %q (%s)", value, c.names[i], judgments.Position{File: path, Line: r.line, Column: i + 1})
			}
		}
		switch {
		case graded > 0 && doubt == "":
			c.raters = append(c.raters, i)
		case graded > 0:
			c.doubts = append(c.doubts, doubt)
		}
	}
	if len(c.raters) == 1 && len(c.doubts) == 0 {
		c.doubts = append(c.doubts, fmt.Sprintf("%q, the only column of numbers, does not say that they are grades", c.names[c.raters[0]]))
		c.raters = nil
	}
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// isMeasured reports whether a word names what is measured, in the singular or
// the plural.
func isMeasured(word string) bool {
	return slices.Contains(measured, word) || slices.Contains(measured, strings.TrimSuffix(word, "s"))
}
