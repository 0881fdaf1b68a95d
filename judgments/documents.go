package judgments

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/releval/releval/judgments/unpack"
)

// maxDocumentBytes is the longest line of a documents file, maxUnpacked what
// all of it may unpack to, and maxBlank how much of that may be blank lines.
const (
	maxDocumentBytes = 16 << 20
	maxUnpacked      = 64 << 30
	maxBlank         = 256 << 20
)

// Document is one line of a documents file.
type Document struct {
	// ID is the document's _id.
	ID string
	// Source is the document as JSON, without the member _id.
	Source json.RawMessage
	// Line is where it stands, from 1.
	Line int
}

// Documents iterates over a documents file: NDJSON, plain or gzip, one object
// a line, blank lines skipped. A document's id is its member "_id", which is
// removed because an index refuses it in a document, or else its member "id",
// which stays; either is a string or a whole number. The iteration ends with
// the first error: a Problem with file, line and column for what is wrong
// with the content, such as a line that is no JSON object, a missing or
// repeated id, or a line above 16 MiB.
func Documents(path string) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		f, err := os.Open(path)
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				err = fmt.Errorf("%s: no such file; search.documents counts from the suite's folder", path)
			} else {
				err = fmt.Errorf("%s: %w", path, cause(err))
			}
			yield(Document{}, err)
			return
		}
		defer f.Close()
		for d, err := range readDocuments(path, f) {
			if !yield(d, err) {
				return
			}
		}
	}
}

// BoundDocuments is an error where a documents file unpacks to more than limit
// bytes. It reads no more than that, and keeps nothing.
func BoundDocuments(path string, limit int64) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%s: %w", path, cause(err))
	}
	defer f.Close()
	plain, err := unpack.NewReader(f)
	if err != nil {
		return fmt.Errorf("%s: %w", path, cause(err))
	}
	n, err := io.Copy(io.Discard, io.LimitReader(plain, limit+1))
	switch {
	case n > limit:
		return fmt.Errorf("%s: it unpacks to more than %d MiB", path, limit>>20)
	case err != nil:
		return fmt.Errorf("%s: %w", path, cause(err))
	}
	return nil
}

// blanks takes runs of blank lines out of a documents file at the speed of
// reading, and counts the lines and bytes that it has seen.
type blanks struct {
	line, blank, all int64
}

var errUnpacked = fmt.Errorf("it unpacks to more than %d GiB, or more than %d MiB of blank lines", maxUnpacked>>30, maxBlank>>20)

// split is bufio.ScanLines without blank lines.
func (b *blanks) split(data []byte, atEOF bool) (advance int, token []byte, err error) {
	text := bytes.TrimLeft(data, " \t\r\n")
	end := bytes.LastIndexByte(data[:len(data)-len(text)], '\n') + 1
	b.line += int64(bytes.Count(data[:end], []byte("\n")))
	b.blank += int64(end)
	b.all += int64(end)
	if b.blank > maxBlank || b.all > maxUnpacked {
		return 0, nil, errUnpacked
	}
	// A Scanner ends at the end of the file where there is no token, so the
	// line behind the blank ones has to come with them.
	advance, token, err = bufio.ScanLines(data[end:], atEOF)
	if advance > 0 {
		b.line++
		b.all += int64(advance)
	}
	return end + advance, token, err
}

// readDocuments is Documents for a stream; the name stands for it in errors.
func readDocuments(name string, r io.Reader) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		plain, err := unpack.NewReader(r)
		if err != nil {
			yield(Document{}, fmt.Errorf("%s: %w", name, cause(err)))
			return
		}
		s := bufio.NewScanner(plain)
		s.Buffer(make([]byte, 0, 64<<10), maxDocumentBytes)
		first := map[string]int{}
		var seen blanks
		s.Split(seen.split)
		line := 0
		for s.Scan() {
			if s.Err() != nil {
				// What was read is a part of a line, as of an archive that
				// was cut off.
				break
			}
			line = int(seen.line)
			text := bytes.TrimSpace(s.Bytes())
			if line == 1 {
				text = bytes.TrimPrefix(text, []byte("\ufeff"))
			}
			if len(text) == 0 {
				continue
			}
			d, column, message := parseDocument(text)
			d.Line = line
			if other, ok := first[d.ID]; ok && message == "" {
				column, message = 1, fmt.Sprintf("the id %s stands twice, first on line %d", quote(d.ID), other)
			}
			if message != "" {
				yield(Document{}, Problem{Position{name, line, column}, message})
				return
			}
			first[d.ID] = line
			if !yield(d, nil) {
				return
			}
		}
		switch err := s.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			yield(Document{}, Problem{Position{name, line + 1, 1}, fmt.Sprintf("the line is longer than %d MiB; a documents file has one JSON object a line", maxDocumentBytes>>20)})
		case err != nil:
			yield(Document{}, fmt.Errorf("%s: after line %d: %w", name, line, cause(err)))
		}
	}
}

// parseDocument reads one line. Where message is not empty the line is wrong
// at column, which counts characters from 1.
func parseDocument(text []byte) (d Document, column int, message string) {
	if !utf8.Valid(text) {
		return d, 1, "not UTF-8"
	}
	var id, fallback jsontext.Value
	twice := false
	source := make([]byte, 0, len(text))
	source = append(source, '{')
	err := rawParts(text, func(key string, value jsontext.Value) error {
		switch key {
		case `"_id"`:
			twice = twice || id != nil
			id = value.Clone()
			return nil
		case `"id"`:
			fallback = value.Clone()
		}
		if len(source) > 1 {
			source = append(source, ',')
		}
		source = append(source, key...)
		source = append(source, ':')
		source = append(source, value...)
		return nil
	})
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return d, utf8.RuneCount(text) + 1, "not JSON: unexpected end of the line"
	case errors.As(err, &syntax):
		return d, utf8.RuneCount(text[:syntax.ByteOffset]) + 1, "not JSON: " + syntax.Err.Error()
	case err != nil:
		return d, 1, "not JSON: " + err.Error()
	case text[0] != '{':
		return d, 1, "a documents file has one JSON object a line"
	case twice:
		return d, 1, "the member _id stands twice"
	}
	d.Source = append(source, '}')
	name := "_id"
	if id == nil {
		id, name = fallback, "id"
	}
	if id == nil {
		return d, 1, `no id: a document needs the member "_id" or "id"`
	}
	switch {
	case id[0] == '"':
		if err := json.Unmarshal(id, &d.ID); err != nil {
			return d, 1, err.Error()
		}
	case jsonInteger(string(id)):
		d.ID = string(id)
	default:
		return d, 1, fmt.Sprintf("the member %s must be text or a whole number, not %s", name, quote(string(id)))
	}
	if d.ID == "" {
		return d, 1, fmt.Sprintf("the member %s is empty", name)
	}
	if len(d.ID) > 512 {
		return d, 1, fmt.Sprintf("the member %s is %d bytes long, and Elasticsearch takes at most 512", name, len(d.ID))
	}
	return d, 0, ""
}
