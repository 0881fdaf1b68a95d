package judgments

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/releval/releval/judgments/table"
)

// sniffBytes is how much of a documents file is looked at to tell what it is.
const sniffBytes = 64 << 10

// jsonKind names a JSON value by its first byte.
func jsonKind(first byte) string {
	switch first {
	case '[':
		return "a list"
	case '{':
		return "an object"
	case '"':
		return "text"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "null"
	}
	return "a number"
}

// skipSpace gives the first byte that is not white space, 0 for none.
func skipSpace(text []byte) byte {
	if text = bytes.TrimLeft(text, " \t\r\n"); len(text) > 0 {
		return text[0]
	}
	return 0
}

// documentParts splits a documents file, by what its first bytes look like.
func documentParts(name string, b *bufio.Reader) iter.Seq2[entry, error] {
	// What is wrong with the stream comes again when it is read.
	head, _ := b.Peek(sniffBytes)
	first := firstLine(head)
	switch skipSpace(head) {
	case 0:
		if len(bytes.TrimSpace(head)) == 0 {
			return lineParts(name, b, false)
		}
	case '[':
		return streamParts(name, b, false)
	case '{':
		switch {
		case isAnswer(head):
			return streamParts(name, b, true)
		case json.Valid(first):
			return lineParts(name, b, parseAction(first) != nil)
		case bytes.ContainsAny(first[len(first)-1:], "{[,:"):
			return streamParts(name, b, false)
		}
		return lineParts(name, b, false)
	}
	if foreign := foreignForm(head); foreign != "" {
		return refusedForm(name, foreign)
	}
	delimiter, found := tableDelimiter(head)
	if !found {
		return refusedForm(name, "this looks like plain text; documents are a JSON array, NDJSON, a bulk file, hits, or a table whose first row names its columns")
	}
	return tableParts(name, b, delimiter)
}

func refusedForm(name, message string) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		yield(entry{}, Problem{Position{name, 1, 1}, message})
	}
}

// firstLine is the first line that is not blank, without white space around it.
func firstLine(head []byte) []byte {
	line, _, _ := bytes.Cut(bytes.TrimLeft(head, " \t\r\n"), []byte("\n"))
	return bytes.TrimSpace(line)
}

// isAnswer reports whether the object that a file begins with is an answer of a
// search: it has hits within hits.
func isAnswer(head []byte) bool {
	d := jsontext.NewDecoder(bytes.NewReader(head), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if _, err := d.ReadToken(); err != nil {
		return false
	}
	for depth := 1; ; {
		key, err := d.ReadToken()
		if err != nil || key.Kind() == '}' {
			return false
		}
		name := key.String()
		switch next := d.PeekKind(); {
		case depth == 1 && name == "hits" && next == '{':
			depth = 2
			_, err = d.ReadToken()
		case depth == 2 && name == "hits" && next == '[':
			return true
		default:
			err = d.SkipValue()
		}
		if err != nil {
			return false
		}
	}
}

// looksLike says what an object is that was meant for other things than
// indexing; "" for a document.
func looksLike(source []byte) string {
	var names []string
	var inner jsontext.Value
	err := rawParts(source, func(key string, value jsontext.Value) error {
		names, inner = append(names, key), value.Clone()
		return nil
	})
	switch {
	case err != nil || len(names) == 0:
	case slices.Contains(names, `"responses"`) && slices.Contains(names, `"took"`):
		return "the answer of a multi search; write each of its responses on a line of its own"
	case slices.Contains(names, `"error"`) && slices.Contains(names, `"status"`) && len(names) == 2:
		return "the server's error and not documents; repeat the request that wrote the file"
	case len(names) == 1 && inner[0] == '{':
		settings := false
		if rawParts(inner, func(key string, value jsontext.Value) error {
			settings = settings || (key == `"mappings"` || key == `"settings"`) && value[0] == '{'
			return nil
		}) == nil && settings {
			return "an index's mappings or settings and not documents; dump its data"
		}
	}
	return ""
}

// bulkAction is the action before a document of a bulk file.
type bulkAction struct {
	name      string
	id, index jsontext.Value
	pipeline  bool
}

// actionMembers are what may stand in an action of the bulk API. Never written
// to.
var actionMembers = map[string]bool{
	"_id": true, "_index": true, "_type": true, "routing": true, "_routing": true, "version": true, "_version": true, "version_type": true,
	"pipeline": true, "require_alias": true, "require_data_stream": true, "dynamic_templates": true, "op_type": true, "if_seq_no": true,
	"if_primary_term": true, "retry_on_conflict": true, "_source": true, "list_executed_pipelines": true,
}

// parseAction reads a line that is an action of the bulk API; nil for another
// line.
func parseAction(line []byte) *bulkAction {
	var a *bulkAction
	known := true
	err := rawParts(line, func(key string, value jsontext.Value) error {
		known = known && a == nil && slices.Contains([]string{`"index"`, `"create"`, `"update"`, `"delete"`}, key) && value[0] == '{'
		if !known {
			return nil
		}
		a = &bulkAction{name: strings.Trim(key, `"`)}
		return rawParts(value.Clone(), func(key string, value jsontext.Value) error {
			known = known && actionMembers[strings.Trim(key, `"`)]
			switch key {
			case `"_id"`:
				a.id = value.Clone()
			case `"_index"`:
				a.index = value.Clone()
			case `"pipeline"`:
				a.pipeline = true
			}
			return nil
		})
	})
	if err != nil || !known {
		return nil
	}
	return a
}

// refused says why a line is no action whose document can be read; "" where it
// is one.
func (a *bulkAction) refused() string {
	switch {
	case a == nil:
		return "a bulk file has an action before each document, such as {\"index\":{}}"
	case a.name == "update" || a.name == "delete":
		return fmt.Sprintf("the action %s changes a document that is not in the file; only index and create can be read", a.name)
	case a.pipeline:
		return "the action sends its document through a pipeline, which is not run here; remove it, and write the documents as the pipeline makes them"
	}
	return ""
}

// lineParts splits NDJSON, or the lines of a bulk file.
func lineParts(name string, r io.Reader, bulk bool) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		s := bufio.NewScanner(r)
		s.Buffer(make([]byte, 0, sniffBytes), maxDocumentBytes)
		line := 0
		var action *bulkAction
		for s.Scan() {
			if s.Err() != nil {
				// What was read is a entry of a line, as of an archive that
				// was cut off.
				break
			}
			line++
			text := bytes.TrimSpace(s.Bytes())
			if len(text) == 0 {
				continue
			}
			if bulk && action == nil {
				action = parseAction(text)
				if message := action.refused(); message != "" {
					yield(entry{}, Problem{Position{name, line, 1}, message})
					return
				}
				continue
			}
			if !yield(entry{text, action, line, 1}, nil) {
				return
			}
			action = nil
		}
		switch err := s.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			yield(entry{}, Problem{Position{name, line + 1, 1}, fmt.Sprintf("the line is longer than %d MiB, the most that one document may have", maxDocumentBytes>>20)})
		case err != nil:
			yield(entry{}, fmt.Errorf("%s: after line %d: %w", name, line, cause(err)))
		case action != nil:
			yield(entry{}, Problem{Position{name, line, 1}, "the file ends after an action, without its document"})
		}
	}
}

// streamParts splits JSON whose values go over several lines: the elements of an
// array, objects one after the other, or the hits of answers.
func streamParts(name string, r io.Reader, answers bool) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		w := &window{source: r, line: 1, column: 1}
		s := stream{
			window:  w,
			decoder: jsontext.NewDecoder(w, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
			yield:   yield,
		}
		err := s.values(answers)
		if err == nil || errors.Is(err, errStopped) {
			return
		}
		var syntax *jsontext.SyntacticError
		at := s.decoder.InputOffset()
		switch {
		case errors.Is(err, errTooLarge):
			err = Problem{w.position(name, at), fmt.Sprintf("the value that begins here is longer than %d MiB, the most that one document may have", maxDocumentBytes>>20)}
		case w.failed != nil:
			err = fmt.Errorf("%s: after line %d: %w", name, w.position(name, at).Line, cause(w.failed))
		case errors.As(err, &syntax) && !errors.Is(err, io.ErrUnexpectedEOF):
			err = Problem{w.position(name, syntax.ByteOffset), "not JSON: " + syntax.Err.Error()}
		case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
			err = Problem{w.position(name, w.end()), "not JSON: unexpected end of the file"}
		}
		yield(entry{}, err)
	}
}

var (
	errStopped  = errors.New("stopped")
	errTooLarge = errors.New("too large")
)

// stream is streamParts at work.
type stream struct {
	window  *window
	decoder *jsontext.Decoder
	yield   func(entry, error) bool
}

// values reads the values of the file.
func (s *stream) values(answers bool) error {
	for {
		s.forget()
		var err error
		switch kind := s.decoder.PeekKind(); {
		case kind == '[':
			err = s.list()
		case kind == '{' && answers:
			err = s.answer("hits")
		default:
			err = s.value()
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// forget lets the text go that was read.
func (s *stream) forget() { s.window.forget(s.decoder.InputOffset()) }

// value hands one document on.
func (s *stream) value() error {
	raw, err := s.decoder.ReadValue()
	if err != nil {
		return err
	}
	at := s.window.position("", s.decoder.InputOffset()-int64(len(raw)))
	if !s.yield(entry{raw, nil, at.Line, at.Column}, nil) {
		return errStopped
	}
	s.forget()
	return nil
}

// list hands the elements of an array on.
func (s *stream) list() error {
	if _, err := s.decoder.ReadToken(); err != nil {
		return err
	}
	for s.decoder.PeekKind() != ']' {
		if err := s.value(); err != nil {
			return ended(err)
		}
	}
	_, err := s.decoder.ReadToken()
	return ended(err)
}

// answer hands the elements of the list hits on that is in an answer's member of
// the same name.
func (s *stream) answer(name string) error {
	if _, err := s.decoder.ReadToken(); err != nil {
		return err
	}
	for s.decoder.PeekKind() != '}' {
		key, err := s.decoder.ReadToken()
		if err != nil {
			return ended(err)
		}
		matches := key.String() == name
		switch kind := s.decoder.PeekKind(); {
		case matches && kind == '{':
			err = s.answer(name)
		case matches && kind == '[':
			err = s.list()
		default:
			err = s.decoder.SkipValue()
		}
		if err != nil {
			return ended(err)
		}
		s.forget()
	}
	_, err := s.decoder.ReadToken()
	return ended(err)
}

// window hands a stream on, and keeps what was not forgotten, so that offsets
// can be told as lines and columns. It holds no more than a document may have.
type window struct {
	source io.Reader
	kept   []byte
	base   int64 // the offset of kept
	line   int   // where kept begins
	column int
	failed error // of the source, but for its end
}

func (w *window) Read(p []byte) (int, error) {
	if len(w.kept) > maxDocumentBytes {
		return 0, errTooLarge
	}
	n, err := w.source.Read(p)
	w.kept = append(w.kept, p[:n]...)
	if err != nil && err != io.EOF {
		w.failed = err
	}
	return n, err
}

func (w *window) end() int64 { return w.base + int64(len(w.kept)) }

// forget drops the text before an offset.
func (w *window) forget(offset int64) {
	n := int(offset - w.base)
	w.line, w.column = advance(w.line, w.column, w.kept[:n])
	w.kept, w.base = w.kept[n:], offset
}

func (w *window) position(name string, offset int64) Position {
	n := min(max(0, int(offset-w.base)), len(w.kept))
	line, column := advance(w.line, w.column, w.kept[:n])
	return Position{name, line, column}
}

// foreignForm names what a file is that begins as no documents file does, with
// what to do; "" where it may be a table.
func foreignForm(head []byte) string {
	for _, f := range []struct{ magic, what string }{
		{"PK\x03\x04", "this is a zip archive, or a spreadsheet, which is one; unpack it, or save the sheet as CSV"},
		{"PAR1", "this is a Parquet file; write its rows as NDJSON or CSV"},
		{"Obj\x01", "this is an Avro file; write its records as NDJSON"},
		{"BZh", "this is compressed by bzip2; unpack it, or compress it by gzip or zstd"},
		{"\xfd7zXZ", "this is compressed by xz; unpack it, or compress it by gzip or zstd"},
		{"SQLite format 3", "this is a SQLite database; write the table as CSV"},
		{"%PDF", "this is a PDF; documents are JSON or a table"},
		{"<", "this looks like XML or HTML; write the documents as JSON, or as a table"},
		{"---", "this looks like YAML; write the documents as JSON"},
		{"- ", "this looks like YAML; write the documents as JSON"},
		{"{", ""},
	} {
		if bytes.HasPrefix(bytes.TrimLeft(head, " \r\n"), []byte(f.magic)) {
			return f.what
		}
	}
	switch {
	case len(head) > 262 && string(head[257:262]) == "ustar":
		return "this is a tar archive; unpack it, and name the documents file in it"
	case bytes.IndexByte(head, 0) >= 0:
		return "this is not text; documents are JSON or a table, as UTF-8 or UTF-16, plain or compressed by gzip or zstd"
	}
	return ""
}

// tableDelimiter finds what separates the columns of a table: what makes most of
// its first row.
func tableDelimiter(head []byte) (delimiter byte, found bool) {
	most := 1
	for _, d := range []byte{'\t', ',', ';', '|'} {
		if fields, _, err := table.NewReader(bytes.NewReader(head), d).Read(); err == nil && len(fields) > most {
			delimiter, most = d, len(fields)
		}
	}
	return delimiter, most > 1
}

// tableParts makes objects of a table's rows.
func tableParts(name string, r io.Reader, delimiter byte) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		rows := table.NewReader(r, delimiter)
		header, line, err := rows.Read()
		if err == nil {
			err = checkHeader(header)
		}
		for err == nil {
			var cells []string
			if cells, line, err = rows.Read(); err != nil {
				break
			}
			// Spreadsheets end rows with empty cells.
			for len(cells) > len(header) && cells[len(cells)-1] == "" {
				cells = cells[:len(cells)-1]
			}
			if len(cells) != len(header) {
				err = fmt.Errorf("the row has %d columns, and the first row names %d", len(cells), len(header))
				break
			}
			if slices.ContainsFunc(cells, func(cell string) bool { return !utf8.ValidString(cell) }) {
				err = errors.New("not UTF-8; save the file in this encoding")
				break
			}
			if !yield(entry{rowObject(header, cells), nil, line, 1}, nil) {
				return
			}
		}
		if err != io.EOF {
			yield(entry{}, Problem{Position{name, line, 1}, cause(err).Error()})
		}
	}
}

// checkHeader makes sure that a table's first row names its columns.
func checkHeader(header []string) error {
	seen := map[string]bool{}
	for i, cell := range header {
		cell = strings.TrimSpace(cell)
		header[i] = cell
		switch {
		case !utf8.ValidString(cell):
			return errors.New("not UTF-8; save the file in this encoding")
		case cell == "":
			return fmt.Errorf("column %d has no name in the first row; give it one, such as id", i+1)
		case seen[cell]:
			return fmt.Errorf("two columns are named %s; rename one", quote(cell))
		case jsonNumber(cell) || utf8.RuneCountInString(cell) > 100 || strings.ContainsAny(cell, "\n{}"):
			return fmt.Errorf("the first row of a table must name its columns, and %s is no name of a field", quote(cell))
		}
		seen[cell] = true
	}
	return nil
}

// rowObject is a row as a JSON object, without its empty cells.
func rowObject(header, cells []string) []byte {
	b := []byte{'{'}
	for i, cell := range cells {
		if cell == "" {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(append(b, jsonString(header[i])...), ':')
		b = append(b, jsonString(cell)...)
	}
	return append(b, '}')
}
