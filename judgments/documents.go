package judgments

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
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

// maxDocumentBytes is the longest document, as JSON.
const maxDocumentBytes = 16 << 20

// Document is one document of a documents file.
type Document struct {
	// ID is the document's _id.
	ID string
	// Derived says that the file has no id for it, and ID was made from its
	// content: the same content has the same id wherever it stands.
	Derived bool
	// Index is the index that the file says it belongs to; empty where the
	// file says none.
	Index string
	// Source is the document as JSON, without _id and other metadata.
	Source json.RawMessage
	// Line is where it begins, from 1.
	Line int
}

// Documents iterates over a documents file. Its content tells what it is, and
// not its name:
//
//   - NDJSON, one object a line;
//   - a JSON array of objects, or objects one after the other over several lines;
//   - the lines of Elasticsearch's bulk API, with the actions index and create;
//   - an answer of a search, or several: the documents are its hits;
//   - hits, as elasticdump writes them: an object with _source and _id;
//   - a table with a header (CSV, TSV, or separated by semicolons or bars): each
//     column is a field of text, and an empty cell is no field.
//
// It may be compressed by gzip or zstd, and be UTF-8 or UTF-16.
//
// A document's id is that of the action or the hit around it, else its member
// "_id", which is removed because an index refuses it in a document, else its
// member "id", which stays. Either is a string or a whole number. A document
// with none of these gets an id made from its content. _index, _type and _score
// beside _id are metadata too.
//
// The iteration ends with the first error: a Problem with file, line and column
// for what is wrong with the content, such as an object that is not JSON, a
// repeated id, or a document above 16 MiB. A file without documents is an error.
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

// entry is a piece of a documents file that holds one document.
type entry struct {
	// raw is the document, or the hit, as JSON. It is valid until the next
	// entry is asked for.
	raw []byte
	// action is the line before it in a bulk file.
	action *bulkAction
	// line and column are where raw begins.
	line, column int
}

// at is the position of a byte of the entry.
func (p entry) at(name string, offset int) Position {
	line, column := advance(p.line, p.column, p.raw[:min(offset, len(p.raw))])
	return Position{name, line, column}
}

// advance moves a position over text.
func advance(line, column int, text []byte) (int, int) {
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
	}
	return line, column
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

// maxUnpacked is what a documents file may unpack to.
const maxUnpacked = 64 << 30

// bounded reads no more than a number of bytes, and says so where there are.
type bounded struct {
	source io.Reader
	left   int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("it unpacks to more than %d GiB", maxUnpacked>>30)
	}
	n, err := b.source.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// readDocuments is Documents for a stream; the name stands for it in errors.
func readDocuments(name string, r io.Reader) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		text, err := unpack.NewTextReader(r)
		if err != nil {
			yield(Document{}, fmt.Errorf("%s: %w", name, cause(err)))
			return
		}
		first := map[string]int{}
		for p, err := range documentParts(name, bufio.NewReaderSize(&bounded{text, maxUnpacked}, sniffBytes)) {
			if err != nil {
				yield(Document{}, err)
				return
			}
			d, offset, message := parseDocument(p)
			if other, ok := first[d.ID]; ok && message == "" {
				message = fmt.Sprintf("the id %s stands twice, first on line %d", quote(d.ID), other)
				if d.Derived {
					message = fmt.Sprintf("the document is the same as that on line %d, and neither has an id; remove one, or give each an _id", other)
				}
			}
			if message != "" {
				yield(Document{}, Problem{p.at(name, offset), message})
				return
			}
			first[d.ID] = d.Line
			if !yield(d, nil) {
				return
			}
		}
		if len(first) == 0 {
			yield(Document{}, fmt.Errorf("%s: the file holds no document", name))
		}
	}
}

// members are what matters of a JSON object that is a document or is around one.
type members struct {
	id, index, named, inner jsontext.Value // _id, _index, id, _source
	// hit says that nothing stands in it that does not stand beside _source in
	// a hit.
	hit   bool
	count int
	// list is the object's only member where it is a list of objects.
	list string
	// source is the object without its metadata.
	source []byte
}

// hitMembers are what Elasticsearch and elasticdump write beside _source.
// Never written to.
var hitMembers = map[string]bool{
	"_id": true, "_index": true, "_type": true, "_score": true, "_source": true, "_version": true, "_seq_no": true, "_primary_term": true,
	"_routing": true, "_ignored": true, "_explanation": true, "_nested": true, "_shard": true, "_node": true, "_rank": true, "_name": true,
	"found": true, "fields": true, "sort": true, "highlight": true, "inner_hits": true, "matched_queries": true, "ignored_field_values": true,
}

// readMembers reads one object. Where message is not empty it is wrong at the
// byte offset.
func readMembers(text []byte) (m members, offset int, message string) {
	if !utf8.Valid(text) {
		return m, 0, "not UTF-8; save the file in this encoding"
	}
	twice := false
	m.hit = true
	m.source = append(make([]byte, 0, len(text)), '{')
	err := rawParts(text, func(key string, value jsontext.Value) error {
		var name string
		if text[0] == '{' {
			name = key[1 : len(key)-1]
		}
		m.hit = m.hit && hitMembers[name]
		if m.count++; m.count == 1 && len(value) > 1 && value[0] == '[' && skipSpace(value[1:]) == '{' {
			m.list = name
		} else {
			m.list = ""
		}
		switch name {
		case "_id":
			twice = twice || m.id != nil
			m.id = value.Clone()
			return nil
		case "_index":
			m.index = value.Clone()
			return nil
		case "_type", "_score":
			return nil
		case "_source":
			m.inner = value.Clone()
		case "id":
			m.named = value.Clone()
		}
		if len(m.source) > 1 {
			m.source = append(m.source, ',')
		}
		m.source = append(m.source, key...)
		m.source = append(m.source, ':')
		m.source = append(m.source, value...)
		return nil
	})
	m.source = append(m.source, '}')
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return m, len(text), "not JSON: unexpected end of the line"
	case errors.As(err, &syntax):
		return m, int(syntax.ByteOffset), "not JSON: " + syntax.Err.Error()
	case err != nil:
		return m, 0, "not JSON: " + err.Error()
	case text[0] != '{':
		return m, 0, "a document must be a JSON object, not " + jsonKind(text[0])
	case twice:
		return m, 0, "the member _id stands twice"
	}
	return m, 0, ""
}

// parseDocument reads one document. Where message is not empty it is wrong at
// the byte offset.
func parseDocument(p entry) (d Document, offset int, message string) {
	m, offset, message := readMembers(p.raw)
	if message != "" {
		return d, offset, message
	}
	d.Line = p.line
	id, index := m.id, m.index
	if p.action != nil {
		if id != nil && p.action.id != nil && string(id) != string(p.action.id) {
			return d, 0, fmt.Sprintf("the action says that the id is %s and the document that it is %s", p.action.id, id)
		}
		if p.action.id != nil {
			id = p.action.id
		}
		index = p.action.index
	} else if m.hit && len(m.inner) > 0 && m.inner[0] == '{' {
		inner, _, message := readMembers(m.inner)
		if message != "" {
			return d, 0, "within _source: " + message
		}
		if id == nil {
			id = inner.id
		}
		m.named, m.source = inner.named, inner.source
	} else if m.hit && id != nil && index != nil {
		return d, 0, "a hit without _source: its document is not in the file; search again with \"_source\": true"
	} else if m.list != "" && id == nil {
		return d, 0, fmt.Sprintf("an object around a list, %s, and not a document; write the list alone", quote(m.list))
	} else if id == nil && m.count <= 4 {
		if foreign := looksLike(m.source); foreign != "" {
			return d, 0, foreign
		}
	}
	d.Source = m.source
	if len(index) > 0 && index[0] == '"' {
		if err := json.Unmarshal(index, &d.Index); err != nil {
			return d, 0, err.Error()
		}
	}
	name := "_id"
	if id == nil {
		id, name = m.named, "id"
	}
	if id == nil {
		d.ID, d.Derived = contentID(d.Source), true
		return d, 0, ""
	}
	switch {
	case id[0] == '"':
		if err := json.Unmarshal(id, &d.ID); err != nil {
			return d, 0, err.Error()
		}
	case jsonInteger(string(id)):
		d.ID = string(id)
	default:
		return d, 0, fmt.Sprintf("the member %s must be text or a whole number, not %s", name, quote(string(id)))
	}
	if d.ID == "" {
		return d, 0, fmt.Sprintf("the member %s is empty", name)
	}
	if len(d.ID) > 512 {
		return d, 0, fmt.Sprintf("the member %s is %d bytes long, and Elasticsearch takes at most 512", name, len(d.ID))
	}
	return d, 0, ""
}

// contentID is an id for a document without one: the first 80 bits of the
// SHA-256 of its JSON, in which the order of keys and white space do not count.
// Of a million documents two share one with a probability below 10^-12.
func contentID(source json.RawMessage) string {
	sum := sha256.Sum256(CanonicalJSON(source))
	return hex.EncodeToString(sum[:10])
}
