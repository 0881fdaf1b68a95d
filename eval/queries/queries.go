// Package queries reads the files that list queries, alike for every command.
//
// It takes one query a line; lines of an id, a tab and a text; a table whose
// header names the columns of the text and the id; and lines of JSON with _id and
// text, as BEIR's queries.jsonl. Any of them may be UTF-16, and compressed.
//
// It refuses what it would have to guess: an id that has two texts, a row of
// another width, a line that is not as the first. What it passes over is counted.
//
// How it works:
//
//  1. Read brings the file to UTF-8.
//  2. The first line that is neither blank nor a comment tells the form.
//  3. Each line becomes a query with its line, and ids are compared.
package queries

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/table"
	"github.com/releval/releval/judgments/unpack"
)

const (
	// maxFile bounds a file, maxLine a line, in bytes.
	maxFile = 256 << 20
	maxLine = 1 << 20
	// maxProblems is how many wrong lines are listed.
	maxProblems = 20
)

// A Query is one of a file.
type Query struct {
	// Line is where it stands, from 1.
	Line int
	// ID is empty where the file has none. Text has no blanks around it.
	ID, Text string
}

// A File is what a file of queries holds.
type File struct {
	Queries []Query
	// Header is the first line where it names the columns, else empty.
	Header string
	// Comments is how many lines begin with # and a blank, or hold nothing
	// else.
	Comments int
}

// Names that tables give the columns, in lower case. Never written to.
var (
	textNames = []string{"query", "queries", "query_text", "query text", "querytext", "text", "search_term", "search term", "keyword", "keywords", "search_query", "question"}
	idNames   = []string{"query_id", "query-id", "qid", "queryid", "query id", "topic", "topic_id", "id", "_id"}
)

// Read reads a file of queries; name stands in errors, which give the lines.
func Read(name string, r io.Reader) (*File, error) {
	decoded, err := unpack.NewTextReader(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	data, err := io.ReadAll(io.LimitReader(decoded, maxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case len(data) > maxFile:
		return nil, fmt.Errorf("%s: larger than %d MiB, the most that is read", name, maxFile>>20)
	}
	// Macs of old ended lines by a carriage return alone.
	if !bytes.Contains(data, []byte("\n")) {
		data = bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
	}
	f := &File{}
	lines := bytes.Split(data, []byte("\n"))
	var problems judgments.Problems
	wrong := func(line int, format string, args ...any) bool {
		problems = append(problems, judgments.Problem{Position: judgments.Position{File: name, Line: line, Column: 1}, Message: fmt.Sprintf(format, args...)})
		return len(problems) < maxProblems
	}
	for i, line := range lines {
		if len(line) > maxLine {
			return nil, judgments.Problem{Position: judgments.Position{File: name, Line: i + 1, Column: 1}, Message: fmt.Sprintf("the line is longer than %d MiB; write one query a line", maxLine>>20)}
		}
		if !utf8.Valid(line) && !wrong(i+1, "not UTF-8; save the file in this encoding") {
			break
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	first := slices.IndexFunc(lines, func(line []byte) bool { return len(bytes.TrimSpace(line)) > 0 && !comment(string(line)) })
	if first < 0 {
		return nil, fmt.Errorf("%s: holds no query; write one a line", name)
	}
	add := func(q Query, err error) bool {
		switch {
		case err != nil:
			return wrong(q.Line, "%v", err)
		case q.Text == "":
			return wrong(q.Line, "the query has no text")
		}
		f.Queries = append(f.Queries, q)
		return true
	}
	if delimiter, id, text, ok := header(string(lines[first])); ok {
		f.Header = strings.TrimSpace(string(lines[first]))
		f.Comments = countComments(lines[:first])
		err = readTable(bytes.Join(lines[first:], []byte("\n")), first, delimiter, id, text, add)
	} else {
		f.Comments = readLines(lines, first, add)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	known := map[string]Query{}
	for _, q := range f.Queries {
		if q.ID == "" {
			continue
		}
		if before, ok := known[q.ID]; !ok {
			known[q.ID] = q
		} else if before.Text != q.Text && !wrong(q.Line, "the query id %q has another text in line %d; give each query an id of its own", q.ID, before.Line) {
			break
		}
	}
	if err := problems.ErrorOrNil(); err != nil {
		return nil, err
	}
	if len(f.Queries) == 0 {
		return nil, fmt.Errorf("%s: holds no query; write one a line", name)
	}
	return f, nil
}

// readLines reads lines of JSON, of an id and a text, or of a text, as the first
// is. It returns how many comments it met.
func readLines(lines [][]byte, first int, add func(Query, error) bool) (comments int) {
	start := strings.TrimRight(string(lines[first]), "\r")
	isJSON := strings.HasPrefix(strings.TrimSpace(start), "{") && json.Valid([]byte(start))
	tabbed := strings.Contains(start, "\t")
	for i, raw := range lines {
		line := strings.TrimRight(string(raw), "\r")
		q := Query{Line: i + 1}
		var err error
		switch {
		case strings.TrimSpace(line) == "":
			continue
		case isJSON:
			q.ID, q.Text, err = parseJSON(line)
		case tabbed && strings.Contains(line, "\t"):
			q.ID, q.Text, _ = strings.Cut(line, "\t")
			if strings.Contains(q.Text, "\t") {
				err = errors.New("a line is an id, a tab and a text, and this one has more tabs; name the columns in a header of query_id and query")
			}
			if strings.TrimSpace(q.ID) == "" {
				err = errors.New("the query has no id before the tab")
			}
		case comment(line):
			comments++
			continue
		case tabbed:
			err = errors.New("a line is an id, a tab and a text, as the first is")
		default:
			q.Text = line
		}
		q.ID, q.Text = strings.TrimSpace(q.ID), strings.TrimSpace(q.Text)
		if !add(q, err) {
			return comments
		}
	}
	return comments
}

// readTable reads a table whose header is the first line of data; before is how
// many lines stand before it.
func readTable(data []byte, before int, delimiter byte, id, text int, add func(Query, error) bool) error {
	r := table.NewReader(bytes.NewReader(data), delimiter)
	width := 0
	for {
		fields, line, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", before+line, err)
		}
		if width == 0 {
			width = len(fields)
			continue
		}
		if strings.TrimSpace(strings.Join(fields, "")) == "" {
			continue
		}
		q := Query{Line: before + line}
		if len(fields) == width {
			q.Text = strings.TrimSpace(fields[text])
			if id >= 0 {
				if q.ID = strings.TrimSpace(fields[id]); q.ID == "" {
					err = errors.New("the query has no id")
				}
			}
		} else {
			err = fmt.Errorf("%d columns, where the header has %d; put a text with the separator in it between quotes", len(fields), width)
		}
		if !add(q, err) {
			return nil
		}
	}
}

// header finds the columns of a table by the names in its first line; id is below
// 0 where there is none. A line of one column is a header where it is one of
// their names and nothing else.
func header(line string) (delimiter byte, id, text int, ok bool) {
	for _, d := range []byte("\t,;") {
		fields, _, err := table.NewReader(strings.NewReader(line), d).Read()
		if err != nil {
			continue
		}
		place := func(names []string) int {
			for _, name := range names {
				if i := slices.IndexFunc(fields, func(f string) bool { return strings.ToLower(strings.TrimSpace(f)) == name }); i >= 0 {
					return i
				}
			}
			return -1
		}
		id, text := place(idNames), place(textNames)
		if text >= 0 && (len(fields) > 1 || d == ',') {
			return d, id, text, true
		}
	}
	return 0, -1, -1, false
}

// comment reports whether a line is a comment. "#metoo" is a query.
func comment(line string) bool {
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), "#")
	return ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t' || rest[0] == '#')
}

func countComments(lines [][]byte) int {
	n := 0
	for _, line := range lines {
		if comment(string(line)) {
			n++
		}
	}
	return n
}

// parseJSON reads a line of JSON with _id, which is text or a whole number, and
// text.
func parseJSON(line string) (id, text string, err error) {
	var q struct {
		ID   json.RawMessage `json:"_id"`
		Text *string         `json:"text"`
	}
	if err := json.Unmarshal([]byte(line), &q); err != nil {
		return "", "", fmt.Errorf("not a JSON object with _id and text: %w", err)
	}
	if q.Text == nil {
		return "", "", errors.New(`the object has no "text"; queries in JSON have _id and text`)
	}
	if n, err := strconv.ParseInt(string(q.ID), 10, 64); err == nil {
		return strconv.FormatInt(n, 10), *q.Text, nil
	}
	if json.Unmarshal(q.ID, &id) != nil || strings.TrimSpace(id) == "" {
		return "", "", errors.New("_id must be text or a whole number")
	}
	return id, *q.Text, nil
}
