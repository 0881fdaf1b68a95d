package convert

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/releval/releval/judgments"
)

// Names that tables give their columns, in lower case.
var (
	idColumns       = []string{"query_id", "query-id", "qid", "queryid"}
	queryColumns    = []string{"query", "query_text", "text", "query text"}
	documentColumns = []string{"doc_id", "docid", "document_id", "doc-id", "corpus-id", "corpus_id", "id", "doc id"}
	titleColumns    = []string{"title", "doc_title", "document_title"}
	eitherColumns   = []string{"document", "doc"}
	gradeColumns    = []string{"grade", "rating", "score", "relevance", "label", "rel"}
)

// columns are the places of a table's columns, -1 for none.
type columns struct {
	id, query, document, title, either, grade, position, width int
}

// isHeader reports whether a first value is the name of a column.
func isHeader(value string) bool {
	value = strings.ToLower(strings.TrimSpace(value))
	return slices.Contains(idColumns, value) || slices.Contains(queryColumns, value) || slices.Contains(documentColumns, value) || slices.Contains(titleColumns, value)
}

// parseHeader finds the columns by their names, and reports whether the line
// is a header at all: it names the grade's column and a document's or title's.
func parseHeader(names []string) (columns, bool) {
	find := func(known []string) int {
		for _, k := range known {
			for i, name := range names {
				if strings.ToLower(strings.TrimSpace(name)) == k {
					return i
				}
			}
		}
		return -1
	}
	c := columns{
		id: find(idColumns), query: find(queryColumns), document: find(documentColumns), title: find(titleColumns),
		either: find(eitherColumns), grade: find(gradeColumns), position: find([]string{"doc position", "position", "rank"}), width: len(names),
	}
	named := c.document >= 0 || c.title >= 0 || c.either >= 0
	return c, named && (c.id >= 0 || c.query >= 0) && (c.grade >= 0 || c.position >= 0)
}

// positional are the columns of a table without a header: query, document,
// grade, with the query's id in front where there are four.
func positional(n int) (columns, error) {
	c := columns{id: -1, query: 0, document: -1, title: -1, either: 1, grade: 2, position: -1, width: n}
	switch n {
	case 3:
		return c, nil
	case 4:
		c.id, c.query, c.either, c.grade = 0, 1, 2, 3
		return c, nil
	}
	return c, fmt.Errorf("a table without a header has 3 columns (query, document, grade) or 4 (query id, query, document, grade), not %d; separate them by tabs", n)
}

// row is one line of a table.
type row struct {
	id, query, document, title, either, grade, position string
}

func (c columns) row(fields []string) row {
	get := func(i int) string {
		if i < 0 || i >= len(fields) {
			return ""
		}
		return strings.TrimSpace(fields[i])
	}
	return row{get(c.id), get(c.query), get(c.document), get(c.title), get(c.either), get(c.grade), get(c.position)}
}

// readTSV reads a table of judgments separated by tabs. A header names the
// columns in any order, among them query_id, query, doc_id, title and grade.
func readTSV(ctx context.Context, path string, o ReadOptions) (*collection, error) {
	b := newBuilder()
	var c columns
	var rows []row
	started, spaced := false, false
	err := fileLines(ctx, path, func(_ int, text string) error {
		fields := strings.Split(text, "\t")
		if !started {
			started = true
			var header bool
			if c, header = parseHeader(fields); header {
				return nil
			}
			var err error
			if c, err = positional(len(fields)); err != nil {
				return err
			}
		}
		if len(fields) != c.width {
			return fmt.Errorf("%d columns, where the first line has %d; separate them by tabs", len(fields), c.width)
		}
		r := c.row(fields)
		if r.id == "" && r.query == "" || r.document == "" && r.title == "" && r.either == "" {
			return fmt.Errorf("the query or the document is empty")
		}
		if _, err := parseGrade(r.grade); err != nil {
			return err
		}
		spaced = spaced || hasSpace(r.either)
		rows = append(rows, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	asTitle, asID := spaced, false
	switch o.Column {
	case "title":
		asTitle = true
	case "id":
		asTitle, asID = false, true
	case "":
	default:
		return nil, fmt.Errorf("the column of documents holds %q or %q, not %q", "id", "title", o.Column)
	}
	for _, r := range rows {
		j := judgments.Judgment{ID: r.document, Title: r.title}
		if r.either != "" && j.ID == "" && j.Title == "" {
			if asTitle {
				j.Title = r.either
			} else {
				j.ID = r.either
			}
		}
		if o.Column == "title" && j.Title == "" {
			j.ID, j.Title = "", j.ID
		}
		if asID && j.ID == "" {
			j.ID, j.Title = j.Title, ""
		}
		// Checked above.
		j.Grade, _ = parseGrade(r.grade)
		b.judge(b.query(r.id, r.query), j)
	}
	return b.collection(baseName(path)), nil
}

// writeTSV writes a table with a header. The id or title column is left out
// where no judgment has one.
func writeTSV(out *output, c *collection) error {
	ids, titles := false, false
	for i := range c.Suite.Queries {
		for _, j := range c.Suite.Queries[i].Relevant {
			ids = ids || j.ID != ""
			titles = titles || j.Title != ""
		}
	}
	header := []string{"query_id", "query"}
	if ids {
		header = append(header, "doc_id")
	}
	if titles {
		header = append(header, "title")
	}
	header = append(header, "grade")
	w, err := out.create("")
	if err != nil {
		return err
	}
	w.WriteString(strings.Join(header, "\t") + "\n")
	for i := range c.Suite.Queries {
		q := &c.Suite.Queries[i]
		if len(q.Relevant) == 0 {
			out.notes.add("%d queries have no judgments, and do not occur in the table", fmt.Sprintf("%q", q.Text))
		}
		for _, j := range q.Relevant {
			fields := []string{cell(q.ID), cell(q.Text)}
			if ids {
				fields = append(fields, cell(j.ID))
			}
			if titles {
				fields = append(fields, cell(j.Title))
			}
			fields = append(fields, strconv.FormatFloat(j.Grade, 'f', -1, 64))
			w.WriteString(strings.Join(fields, "\t") + "\n")
		}
	}
	out.lostRuns(c)
	out.lostOfSuite(c, true)
	return nil
}

// cell is a text for a table: what would end the cell or its line becomes a
// space.
func cell(s string) string {
	return strings.TrimSpace(strings.NewReplacer("\t", " ", "\r", " ", "\n", " ").Replace(s))
}
