package convert

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
)

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
