package check

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"

	"github.com/releval/releval/eval/preflight"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// sampledDocuments is how many documents are looked at to see which fields they
// have.
const sampledDocuments = 1000

// documents finds a documents file that cannot be read, and fields of the suite
// that its documents do not have. A file that is not there is no fault: the index
// may have been loaded by other means.
func (o *offline) documents() {
	s := &o.suite.Search
	if s.Documents == "" {
		return
	}
	if _, err := os.Stat(s.Documents); errors.Is(err, fs.ErrNotExist) {
		return
	}
	known := make(map[string]bool)
	n := 0
	for d, err := range judgments.Documents(s.Documents) {
		if err != nil {
			o.found = append(o.found, Finding{Position: s.Position, Severity: preflight.SeverityError, Kind: KindPreflight, Message: err.Error()})
			return
		}
		d.Fields(func(name string, _ json.RawMessage) { known[name] = true })
		if n++; n == sampledDocuments {
			break
		}
	}
	missing := func(at judgments.Position, what, field string) {
		if !known[field] && !o.mapped(field, known) {
			nearest := judgments.NearestFields(field, text.SortedKeys(known), 6)
			o.warn(at, KindPreflight, "", "%s is %q, in which no document of %s has a value among the first %d; the fields nearest to it are %s", what, field, s.Documents, n, text.List(nearest, 6))
		}
	}
	missing(s.Position, "title_field", s.TitleField)
	for _, r := range s.Rerankers {
		missing(r.Position, "the reranker's field", r.Field)
	}
}

// mapped says whether the index may have a field that the documents do not: _id
// and its like, a sub-field, or one that the suite's mappings name.
func (o *offline) mapped(field string, known map[string]bool) bool {
	last := field
	for i := len(field) - 1; i > 0; i-- {
		if field[i] == '.' {
			if known[field[:i]] {
				return true
			}
			if last == field {
				last = field[i+1:]
			}
		}
	}
	return field[:1] == "_" || bytes.Contains(o.suite.Search.Mappings, text.JSON(last))
}
