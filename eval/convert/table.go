package convert

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/table"
)

// A table is a file of judgments or hits with a row for each: separated by
// tabs, commas or semicolons, with quotes as RFC 4180 has them, and columns
// that a header or the caller names.

// record is one row with the line that it begins on.
type record struct {
	line   int
	fields []string
}

// readTable reads a table of judgments. Positions become a run; a column for
// each rater makes one grade and keeps theirs.
func readTable(ctx context.Context, path string, o ReadOptions) (*collection, error) {
	switch o.Column {
	case "", "id", "title":
	default:
		return nil, fmt.Errorf("the column of documents holds %q or %q, not %q", "id", "title", o.Column)
	}
	data, err := readText(path)
	if err != nil {
		return nil, err
	}
	records, delimiter, err := parseTable(path, data)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c, header, err := findColumns(path, records, o.Columns, delimiter)
	if err != nil {
		return nil, err
	}
	if header {
		records = records[1:]
	}
	texts := map[string]string{}
	idsOnly := c.has("query_id") && !c.has("query")
	if idsOnly && o.Queries != "" {
		if err := readQueryTexts(o.Queries, texts); err != nil {
			return nil, err
		}
	}
	t := tableReader{columns: c, column: o.Column, delimiter: delimiter, b: newBuilder(), runs: newRunBuilder(), texts: texts}
	t.b.rule = o.Raters
	t.eitherHolds(records)
	var problems judgments.Problems
	for i, r := range records {
		if i%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		if err := t.row(r.fields); err != nil {
			problems = append(problems, judgments.Problem{Position: judgments.Position{File: path, Line: r.line, Column: 1}, Message: err.Error()})
			if len(problems) == maxProblems {
				problems = append(problems, judgments.Problem{Position: judgments.Position{File: path, Line: r.line, Column: 1}, Message: "too many problems: the rest of the file is not read"})
				break
			}
		}
	}
	if err := problems.ErrorOrNil(); err != nil {
		return nil, err
	}
	for _, doubt := range t.doubts {
		t.b.lose("column", fmt.Sprintf("with grades and what is no grade from 0 to %d, left out beside the raters'", maxRating), doubt)
	}
	return t.collection(baseName(path), idsOnly), nil
}

// parseTable splits a table into records. The delimiter is the one that makes
// a header that names columns, else the first that makes rows of one width.
func parseTable(path string, data []byte) (records []record, delimiter byte, err error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, 0, fmt.Errorf("%s: the file is empty", path)
	}
	best := -1
	for _, d := range []byte{'\t', ',', ';'} {
		first := firstRow(data, d)
		c := columns{at: map[string]int{}}
		c.name(first)
		score := 0
		switch {
		case len(first) < 2:
		case c.lacks() == "" || c.lacks() == "the grade":
			score = 2
		default:
			score = 1
		}
		if score > 0 && score > best {
			best, delimiter = score, d
		}
	}
	if delimiter == 0 {
		if line, _, _ := bytes.Cut(data, []byte("\n")); utf8.Valid(line) && isQueryHeader(string(bytes.TrimSpace(line))) {
			delimiter = ','
		} else {
			return nil, 0, judgments.Problem{Position: judgments.Position{File: path, Line: 1, Column: 1},
				Message: "a table has columns separated by tabs, commas or semicolons, and the first line has none"}
		}
	}
	for r := table.NewReader(bytes.NewReader(data), delimiter); ; {
		fields, line, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, 0, judgments.Problem{Position: judgments.Position{File: path, Line: line, Column: 1}, Message: err.Error()}
		}
		if !blank(fields) {
			records = append(records, record{line, fields})
		}
	}
	if len(records) == 0 {
		return nil, 0, fmt.Errorf("%s: the file has no row", path)
	}
	return records, delimiter, nil
}

func blank(fields []string) bool {
	for _, f := range fields {
		if strings.TrimSpace(f) != "" {
			return false
		}
	}
	return true
}

// firstRow gives the first row of a table; nil where there is none.
func firstRow(data []byte, delimiter byte) []string {
	fields, _, err := table.NewReader(bytes.NewReader(data), delimiter).Read()
	if err != nil {
		return nil
	}
	return fields
}

func field(fields []string, i int) string {
	if i < len(fields) {
		return fields[i]
	}
	return ""
}

// tableGrade reads a grade. Where semicolons separate, a comma may stand for
// the decimal point.
func tableGrade(text string, delimiter byte) (float64, error) {
	text = strings.TrimSpace(text)
	if delimiter == ';' {
		text = strings.Replace(text, ",", ".", 1)
	}
	return parseGrade(text)
}

// tableReader puts the rows of a table together.
type tableReader struct {
	columns
	column    string // ReadOptions.Column
	titles    bool   // the column of either holds titles
	delimiter byte
	b         *builder
	runs      *runBuilder
	texts     map[string]string
}

// eitherHolds decides whether a column called document holds ids or titles:
// titles where a value has a blank in it or most are nothing but letters.
func (t *tableReader) eitherHolds(records []record) {
	if t.column != "" {
		t.titles = t.column == "title"
		return
	}
	words, all := 0, 0
	for _, r := range records {
		value := t.get(r.fields, "document")
		if value == "" {
			continue
		}
		if hasSpace(value) {
			t.titles = true
			return
		}
		all++
		if !strings.ContainsAny(value, "0123456789_/:") {
			words++
		}
	}
	t.titles = 2*words > all
}

func (t *tableReader) row(fields []string) error {
	for _, f := range fields {
		if !utf8.ValidString(f) {
			return errors.New("not UTF-8; save the file in this encoding")
		}
	}
	width := cmp.Or(t.width, len(fields))
	for len(fields) > width && fields[len(fields)-1] == "" {
		fields = fields[:len(fields)-1]
	}
	if len(fields) > width || len(fields) < width && len(fields) > 1 {
		return fmt.Errorf("%s, where the first line has %d", counted(len(fields), "column"), width)
	}
	id, text := t.get(fields, "query_id"), t.get(fields, "query")
	if id == "" && text == "" {
		return errors.New("the query is empty")
	}
	q := t.b.query(id, cmp.Or(text, t.texts[id]))
	j, given := t.judgment(fields)
	grade := t.get(fields, "grade")
	if !given {
		if grade != "" {
			return errors.New("the document is empty")
		}
		return nil
	}
	if position := t.get(fields, "position"); position != "" {
		if err := t.hit(q, j, fields, position); err != nil {
			return err
		}
	}
	if len(t.raters) > 0 {
		rated := false
		for _, i := range t.raters {
			value := strings.TrimSpace(field(fields, i))
			if value == "" {
				continue
			}
			// Checked when the columns were found.
			j.Grade, _ = tableGrade(value, t.delimiter)
			t.b.rate(q, j, t.names[i])
			rated = true
		}
		if !rated {
			t.b.note("row", "without any rater's grade, left unjudged", "")
		}
		return nil
	}
	if grade == "" {
		if !t.has("position") {
			t.b.note("row", "without a grade, left unjudged", named(&t.b.queries[q], j))
		}
		return nil
	}
	var err error
	if j.Grade, err = tableGrade(grade, t.delimiter); err != nil {
		return err
	}
	t.b.judge(q, j)
	return nil
}

// judgment is the document of a row; false where it names none.
func (t *tableReader) judgment(fields []string) (judgments.Judgment, bool) {
	j := judgments.Judgment{ID: t.get(fields, "id"), Title: t.get(fields, "title")}
	if either := t.get(fields, "document"); j.ID == "" && j.Title == "" {
		if t.titles {
			j.Title = either
		} else {
			j.ID = either
		}
	}
	switch {
	case t.column == "title" && j.Title == "":
		j.ID, j.Title = "", j.ID
	case t.column == "id" && j.ID == "":
		j.ID, j.Title = j.Title, ""
	}
	return j, j.ID != "" || j.Title != ""
}

// hit adds a row with a position to the run that it names.
func (t *tableReader) hit(query int, j judgments.Judgment, fields []string, position string) error {
	at, err := strconv.Atoi(position)
	if err != nil {
		return fmt.Errorf("the position %q is not a whole number", position)
	}
	q := &t.b.queries[query]
	tag := cmp.Or(t.get(fields, "run"), "table")
	score := 1 / float64(t.runs.count(tag, cmp.Or(q.ID, q.Text))+1)
	return t.runs.add(tag, cmp.Or(q.ID, q.Text), at, hit{ID: j.ID, Title: j.Title, Score: score})
}

// collection finishes the table.
func (t *tableReader) collection(name string, idsOnly bool) *collection {
	c := t.b.collection(name)
	c.Runs = t.runs.runs()
	c.idsOnly = idsOnly
	_, either := t.at["document"]
	c.eitherUsed = either || t.has("id") != t.has("title")
	if len(c.Runs) > 0 {
		// Rankings name queries by id.
		for i := range c.Suite.Queries {
			q := &c.Suite.Queries[i]
			q.ID = cmp.Or(q.ID, q.Text)
		}
	}
	if either && t.column == "" && !t.has("id") && !t.has("title") {
		what, other := "ids", "title"
		if t.titles {
			what, other = "titles", "id"
		}
		c.note("", fmt.Sprintf("the documents are read as %s; --column %s reads them as %ss", what, other, other), "")
	}
	for i, name := range t.names {
		used := slices.Contains(t.raters, i)
		for _, at := range t.at {
			used = used || at == i
		}
		if !used {
			c.note("column", "not read", fmt.Sprintf("%q", name))
		}
	}
	return c
}
