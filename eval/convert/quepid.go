package convert

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/releval/releval/judgments"
)

// readQuepid reads Quepid's CSV exports by the names of their columns: the
// basic one (query, docid, rating), and the detailed one and snapshots (Query
// Text, Doc ID, Doc Position, Title, Rating, among others). Positions become
// a run. A query without ratings has a row of its text alone.
func readQuepid(ctx context.Context, path string) (*collection, error) {
	in, err := openInput(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	text := bufio.NewReader(in)
	// Spreadsheets put a byte order mark in front, even of a quote.
	if mark, err := text.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = text.Discard(len(mark))
	}
	r := csv.NewReader(text)
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil {
		if err == io.EOF {
			return nil, fmt.Errorf("%s: the file is empty", path)
		}
		return nil, csvError(path, err)
	}
	c, ok := parseHeader(header)
	if !ok || c.query < 0 {
		return nil, judgments.Problem{Position: judgments.Position{File: path, Line: 1, Column: 1},
			Message: fmt.Sprintf("the header %q names no columns of query, docid and rating, as Quepid's exports do", strings.Join(header, ","))}
	}
	snapshot := -1
	for i, name := range header {
		if name == "Snapshot Name" || name == "Case Name" && snapshot < 0 {
			snapshot = i
		}
	}
	b, runs := newBuilder(), newRunBuilder()
	positions := map[string]int{}
	var problems judgments.Problems
	for row := 0; ; row++ {
		if row%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		fields, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, csvError(path, err)
		}
		line, _ := r.FieldPos(0)
		if err := addQuepid(b, runs, c, fields, positions, func() string {
			if snapshot >= 0 && snapshot < len(fields) {
				return fields[snapshot]
			}
			return "quepid"
		}); err != nil {
			problems = append(problems, judgments.Problem{Position: judgments.Position{File: path, Line: line, Column: 1}, Message: err.Error()})
			if len(problems) == maxProblems {
				break
			}
		}
	}
	if err := problems.ErrorOrNil(); err != nil {
		return nil, err
	}
	collection := b.collection(baseName(path))
	collection.Runs = runs.runs()
	// Rankings name queries by id, and Quepid has none.
	for i := range collection.Suite.Queries {
		q := &collection.Suite.Queries[i]
		if q.ID == "" && len(collection.Runs) > 0 {
			q.ID = q.Text
		}
	}
	return collection, nil
}

// addQuepid takes one row.
func addQuepid(b *builder, runs *runBuilder, c columns, fields []string, positions map[string]int, tag func() string) error {
	for _, f := range fields {
		if !utf8.ValidString(f) {
			return errors.New("not UTF-8")
		}
	}
	row := c.row(fields)
	if row.query == "" {
		return errors.New("the query is empty")
	}
	q := b.query("", row.query)
	if row.document == "" {
		return nil
	}
	if c.position >= 0 && row.position != "" {
		position, err := strconv.Atoi(row.position)
		if err != nil {
			return fmt.Errorf("the position %q is not a whole number", row.position)
		}
		t := tag()
		positions[t+"\x00"+row.query]++
		hit := hit{ID: row.document, Title: row.title, Score: 1 / float64(positions[t+"\x00"+row.query])}
		if err := runs.add(t, b.queries[q].Text, position, hit); err != nil {
			return err
		}
	}
	if row.grade == "" {
		return nil
	}
	grade, err := parseGrade(row.grade)
	if err != nil {
		return err
	}
	b.judge(q, judgments.Judgment{ID: row.document, Title: row.title, Grade: grade})
	return nil
}

// csvError gives a CSV error its place.
func csvError(path string, err error) error {
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		return judgments.Problem{Position: judgments.Position{File: path, Line: e.Line, Column: e.Column}, Message: "not CSV: " + e.Err.Error()}
	}
	return fmt.Errorf("%s: %w", path, cause(err))
}

// writeQuepid writes the basic export, which Quepid imports as ratings. It
// names documents by id: titles without one are listed.
func writeQuepid(out *output, c *collection) error {
	f, err := out.create("")
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	rows := [][]string{{"query", "docid", "rating"}}
	for i := range c.Suite.Queries {
		q := &c.Suite.Queries[i]
		n := len(rows)
		for _, j := range q.Relevant {
			if j.ID == "" {
				out.notes.add("%d judgments have a title and no id, by which Quepid names documents, and are left out", named(q, j))
				continue
			}
			grade := math.Round(j.Grade)
			if grade != j.Grade {
				out.notes.add("%d grades are not whole numbers, as Quepid's ratings are, and are rounded", fmt.Sprintf("%g to %g", j.Grade, grade))
			}
			rows = append(rows, []string{guarded(q.Text), j.ID, strconv.FormatFloat(grade, 'f', -1, 64)})
		}
		if len(rows) == n {
			rows = append(rows, []string{guarded(q.Text)})
		}
	}
	out.lostIDs(c)
	out.lostRuns(c)
	out.lostOfSuite(c, true)
	return w.WriteAll(rows)
}

// guarded puts a space before what a spreadsheet would take for a formula, as
// Quepid does; reading drops it.
func guarded(text string) string {
	text = oneLine(text)
	if text != "" && strings.ContainsRune("-=+@", rune(text[0])) {
		return " " + text
	}
	return text
}
