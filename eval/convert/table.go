package convert

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/table"
)

// A table is a file of judgments or hits with a row for each: separated by
// tabs, commas or semicolons, with quotes as RFC 4180 has them, and columns
// that a header or the caller names.

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

func isQueryHeader(word string) bool { return slices.Contains(roles[1].names, strings.ToLower(word)) }

// isHeader reports whether a value is the name of a column.
func isHeader(value string) bool {
	value = strings.ToLower(strings.TrimSpace(value))
	return slices.ContainsFunc(roles, func(r columnRole) bool { return r.role != "document" && slices.Contains(r.names, value) })
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

func field(fields []string, i int) string {
	if i < len(fields) {
		return fields[i]
	}
	return ""
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

// writeTable writes a table with a header. The id or title column is left out
// where no judgment has one.
func writeTable(out *output, c *collection, delimiter rune) error {
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
	rows := [][]string{append(header, "grade")}
	text := strings.TrimSpace
	if delimiter == ',' {
		text = func(s string) string { return guarded(strings.TrimSpace(s)) }
	}
	for i := range c.Suite.Queries {
		q := &c.Suite.Queries[i]
		if len(q.Relevant) == 0 {
			out.lose("query", "without judgments, which the table has no row for", fmt.Sprintf("%q", q.Text))
		}
		for _, j := range q.Relevant {
			fields := []string{text(q.ID), text(q.Text)}
			if ids {
				fields = append(fields, text(j.ID))
			}
			if titles {
				fields = append(fields, text(j.Title))
			}
			rows = append(rows, append(fields, strconv.FormatFloat(j.Grade, 'f', -1, 64)))
		}
	}
	out.noteRuns(c)
	out.noteSuite(c, true)
	f, err := out.create("")
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	w.Comma = delimiter
	return w.WriteAll(rows)
}

// writeQuepid writes the ratings that Quepid imports. It names documents by id,
// and titles without one are left out.
func writeQuepid(out *output, c *collection) error {
	f, err := out.create("")
	if err != nil {
		return err
	}
	rows := [][]string{{"query", "docid", "rating"}}
	for i := range c.Suite.Queries {
		q := &c.Suite.Queries[i]
		n := len(rows)
		for _, j := range q.Relevant {
			if j.ID == "" {
				out.lose("judgment", "left out, because Quepid names documents by id and this one has a title alone", named(q, j))
				continue
			}
			rows = append(rows, []string{guarded(oneLine(q.Text)), j.ID, strconv.FormatFloat(out.wholeGrade(j.Grade, "Quepid's ratings are"), 'f', -1, 64)})
		}
		if len(rows) == n {
			rows = append(rows, []string{guarded(oneLine(q.Text))})
		}
	}
	out.noteIDs(c)
	out.noteRuns(c)
	out.noteSuite(c, true)
	return csv.NewWriter(f).WriteAll(rows)
}

// guarded puts a space before what a spreadsheet would take for a formula, as
// Quepid does; reading drops it.
func guarded(text string) string {
	if text != "" && strings.ContainsRune("-=+@", rune(text[0])) {
		return " " + text
	}
	return text
}

// cell is a text for a mapping file: what would end the cell or its line
// becomes a space.
func cell(s string) string {
	return strings.TrimSpace(strings.NewReplacer("\t", " ", "\r", " ", "\n", " ").Replace(s))
}
