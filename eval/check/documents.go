package check

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/releval/releval/eval/preflight"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// sampledDocuments is how many documents are looked at to see which fields they
// have.
const sampledDocuments = 1000

// documents finds a documents file that cannot be read, and fields of the suite
// that its documents do not have; where titles is set, also judged titles that
// none or several of them have, and documents without a title. A file that is
// not there is no fault: the index may have been loaded by other means.
func (o *offline) documents(titles bool) {
	s := &o.suite.Search
	if s.Documents == "" {
		return
	}
	if _, err := os.Stat(s.Documents); errors.Is(err, fs.ErrNotExist) {
		return
	}
	c := newCatalogued(o.suite)
	for d, err := range judgments.Documents(s.Documents) {
		if err != nil {
			o.found = append(o.found, Finding{Position: s.Position, Severity: preflight.SeverityError, Kind: KindPreflight, Message: err.Error()})
			return
		}
		c.add(d)
		if !titles && c.read == sampledDocuments {
			break
		}
	}
	if c.read == 0 {
		return
	}
	missing := func(at judgments.Position, what, field string) bool {
		if c.fields[field] || o.mapped(field, c.fields) {
			return false
		}
		nearest := judgments.NearestFields(field, text.SortedKeys(c.fields), 6)
		say := o.warn // the index, which is asked next, may have been loaded by other means
		if titles {
			say = o.fault
		}
		say(at, KindPreflight, "", "%s is %q, in which no document of %s has a value among the first %d; the fields nearest to it are %s", what, field, s.Documents, min(c.read, sampledDocuments), text.List(nearest, 6))
		return true
	}
	untitled := missing(s.TitleFieldPosition, "title_field", s.TitleField)
	for _, r := range s.Rerankers {
		for _, field := range r.Reads() {
			missing(r.Position, "the reranker's field", field)
		}
	}
	if titles && !untitled && s.TitleField[0] != '_' {
		o.titles(c)
		o.excluded(c)
	}
}

// catalogued is what the documents file has of what the suite asks for.
type catalogued struct {
	titleField string
	read       int
	// fields are those of the first documents.
	fields map[string]bool
	// byTitle are the ids of the documents that have a title, by the judged
	// titles in folded form; ids says which of the judged ids there are.
	byTitle map[string]map[string]bool
	ids     map[string]bool
	// untitled counts the documents without a title, the first of which is
	// named.
	untitled      int
	firstUntitled judgments.Document
}

func newCatalogued(s *judgments.Suite) *catalogued {
	c := &catalogued{titleField: s.Search.TitleField, fields: make(map[string]bool), byTitle: make(map[string]map[string]bool), ids: make(map[string]bool)}
	for _, u := range usesOf(s, func(string) bool { return true }) {
		if u.id != "" {
			c.ids[u.id] = false
		} else {
			c.byTitle[judgments.FoldTitle(u.title)] = make(map[string]bool)
		}
	}
	for i := range s.Queries {
		for _, x := range s.Queries[i].Exclude {
			if x.ID != "" {
				c.ids[x.ID] = false
			} else {
				c.byTitle[judgments.FoldTitle(x.Title)] = make(map[string]bool)
			}
		}
	}
	return c
}

func (c *catalogued) add(d judgments.Document) {
	c.read++
	if _, judged := c.ids[d.ID]; judged {
		c.ids[d.ID] = true
	}
	titled := false
	d.Fields(func(name string, value json.RawMessage) {
		if c.read <= sampledDocuments {
			c.fields[name] = true
		}
		// title.keyword is a way to index title, not a field of the document
		if name != c.titleField && !strings.HasPrefix(c.titleField, name+".") {
			return
		}
		titled = true
		var title string
		if json.Unmarshal(value, &title) != nil {
			title = string(value) // a number
		}
		if ids := c.byTitle[judgments.FoldTitle(title)]; ids != nil {
			ids[d.ID] = true
		}
	})
	if !titled {
		if c.untitled++; c.untitled == 1 {
			c.firstUntitled = d
		}
	}
}

// titles reports judged titles and ids that the documents do not have, titles
// that several have, and documents that have none.
func (o *offline) titles(c *catalogued) {
	s := &o.suite.Search
	if c.untitled > 0 {
		o.warn(s.TitleFieldPosition, KindPreflight, "", "%s of %s in %s have no value in %s, the first on line %d (%s): no judgment can name them but by id", text.Thousands(c.untitled), text.Count(c.read, "document"), s.Documents, s.TitleField, c.firstUntitled.Line, c.firstUntitled.ID)
	}
	for _, u := range usesOf(o.suite, func(string) bool { return true }) {
		query := o.suite.Queries[u.query].ID
		switch ids := c.byTitle[judgments.FoldTitle(u.title)]; {
		case u.id != "" && !c.ids[u.id]:
			o.fault(u.Position, KindMissingID, query, "no document of %s has the id %q", s.Documents, u.id)
		case u.id != "":
		case len(ids) == 0:
			o.fault(u.Position, KindMissing, query, "no document of %s has the title %q", s.Documents, u.title)
		case len(ids) > 1:
			o.warn(u.Position, KindAmbiguous, query, "%q stands for %d documents of %s, and whichever ranks first gets the credit: %s; name the one that is meant by its id", u.title, len(ids), s.Documents, text.List(text.Quoted(text.SortedKeys(ids)), shownDocuments))
		}
	}
}

// excluded reports documents to exclude that there are not, and those that are
// judged relevant by their other name.
func (o *offline) excluded(c *catalogued) {
	documents := o.suite.Search.Documents
	for i := range o.suite.Queries {
		q := &o.suite.Queries[i]
		for _, x := range q.Exclude {
			ids := c.byTitle[judgments.FoldTitle(x.Title)]
			switch {
			case x.ID != "" && !c.ids[x.ID]:
				o.warn(x.Position, KindMissingID, q.ID, "no document of %s has the id %q, which the query excludes", documents, x.ID)
			case x.ID == "" && len(ids) == 0:
				o.warn(x.Position, KindMissing, q.ID, "no document of %s has the title %q, which the query excludes", documents, x.Title)
			}
			for _, j := range q.Relevant {
				titled := c.byTitle[judgments.FoldTitle(j.Title)]
				same := x.ID == "" && j.ID != "" && ids[j.ID] || x.ID != "" && j.ID == "" && len(titled) == 1 && titled[x.ID]
				if same && j.Grade > 0 {
					o.fault(x.Position, KindPreflight, q.ID, "the query excludes the document that it judges relevant on line %d, by another name; remove one", j.Line)
				}
			}
		}
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
