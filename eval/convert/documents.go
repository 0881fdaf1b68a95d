package convert

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/releval/releval/judgments"
)

// SearchOptions say how a suite made from judgments alone searches.
type SearchOptions struct {
	// Index is the index's name; by default the collection's.
	Index string
	// Documents is the documents file, see judgments.Documents.
	Documents string
	// TitleField is the field that identifies a document to the judgments;
	// by default title.
	TitleField string
	// Fields are what the first stage searches, by a multi_match; with
	// boosts as in title^2. By default the title field, and text for BEIR.
	Fields []string
	// Retriever is a first stage to search by, as raw JSON, in which {{query}}
	// and {{NAME}} stand for the query and its parameters; nil for one made of
	// Fields.
	Retriever json.RawMessage
	// RerankField is what the reranker reads; no reranker where it is
	// empty.
	RerankField string
	// InferenceID is the reranker's endpoint; empty for the server's
	// default.
	InferenceID string
	// Window is rank_window_size; 0 for 100.
	Window int
}

// Resolution is what joining judgments and documents found.
type Resolution struct {
	// Documents is how many documents the file has, and Titles how many
	// different folded titles.
	Documents, Titles int
	// AmbiguousTitles is how many titles several documents share, and
	// AmbiguousDocuments how many documents these are.
	AmbiguousTitles, AmbiguousDocuments int
	// Judged is how many judgments there are. Of these ByTitle name a
	// document by its title alone, ByBoth by title and id because the title
	// is ambiguous, and ByID by id alone because the document has no title
	// or is not among the documents.
	Judged, ByTitle, ByBoth, ByID int
	// Missing is how many judgments name no document of the file.
	Missing int
	// JudgedAmbiguous is how many different ambiguous titles are judged.
	JudgedAmbiguous int
}

// resolve joins a collection's judgments with the documents of a file, so
// that judgments read as titles: a judgment by id gets the document's title,
// and keeps the id where several documents share the title, or where it has
// none. A judgment by title that is ambiguous, or that no document has, is
// left as it is and listed.
func resolve(ctx context.Context, c *collection, source iter.Seq2[judgments.Document, error], o SearchOptions) (Resolution, error) {
	var r Resolution
	titleField := cmp.Or(o.TitleField, "title")
	titles := map[string]string{}
	byTitle := map[string][]string{}
	for d, err := range source {
		if err != nil {
			return r, err
		}
		if r.Documents++; r.Documents%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return r, err
			}
		}
		values := titlesOf(d, titleField)
		titles[d.ID] = ""
		for i, title := range values {
			if i == 0 {
				titles[d.ID] = title
			}
			if folded := judgments.FoldTitle(title); folded != "" && !slices.Contains(byTitle[folded], d.ID) {
				byTitle[folded] = append(byTitle[folded], d.ID)
			}
		}
	}
	if r.Documents > 0 && len(byTitle) == 0 {
		c.note("", fmt.Sprintf("no document has a value in %s, so that judgments keep their ids: a field that is made at search time is in no file", titleField), "")
	}
	r.Titles = len(byTitle)
	for _, ids := range byTitle {
		if len(ids) > 1 {
			r.AmbiguousTitles++
			r.AmbiguousDocuments += len(ids)
		}
	}
	ambiguous := map[string]bool{}
	for i := range c.Suite.Queries {
		q := &c.Suite.Queries[i]
		for k := range q.Relevant {
			j := &q.Relevant[k]
			r.Judged++
			folded := judgments.FoldTitle(j.Title)
			if j.ID != "" {
				title, ok := titles[j.ID]
				if !ok {
					r.Missing++
					c.note("judgment", "of an id that no document has", named(q, *j))
				} else {
					j.Title, folded = title, judgments.FoldTitle(title)
				}
				if folded != "" && len(byTitle[folded]) == 1 && byTitle[folded][0] == j.ID && judgments.CanHold(j.Title) {
					j.ID = ""
				}
			} else if ids := byTitle[folded]; len(ids) == 1 && !judgments.CanHold(j.Title) {
				j.ID = ids[0]
			} else if len(ids) == 0 {
				r.Missing++
				c.note("judgment", "of a title that no document has", named(q, *j))
			} else if len(byTitle[folded]) > 1 {
				c.note("judgment", "of a title that several documents have, without an id", named(q, *j))
			}
			if len(byTitle[folded]) > 1 {
				ambiguous[folded] = true
			}
			if j.ID != "" && j.Title != "" && !judgments.CanHold(j.Title) {
				c.note("judgment", "by its document's id alone, because of control characters in the title", named(q, *j))
				j.Title = ""
			}
			switch {
			case j.ID == "":
				r.ByTitle++
			case j.Title == "":
				r.ByID++
			default:
				r.ByBoth++
			}
		}
	}
	r.JudgedAmbiguous = len(ambiguous)
	return r, nil
}

// setSearch gives a collection that does not say how to search a retriever
// and, where a field is named for it, a reranker.
func setSearch(c *collection, o SearchOptions) error {
	s := &c.Suite.Search
	s.TitleField = cmp.Or(s.TitleField, o.TitleField, "title")
	s.Index = cmp.Or(o.Index, s.Index, indexName(c.Suite.Name))
	s.Documents = cmp.Or(o.Documents, s.Documents)
	if len(o.Retriever) > 0 && len(s.Retriever) == 0 {
		s.Retriever = o.Retriever
	}
	if len(s.Retriever) == 0 {
		fields := o.Fields
		if len(fields) == 0 {
			fields = []string{s.TitleField}
		}
		list, err := json.Marshal(fields)
		if err != nil {
			return err
		}
		s.Retriever = json.RawMessage(`{"standard":{"query":{"multi_match":{"query":"{{query}}","fields":` + string(list) + `}}}}`)
	}
	if len(s.Rerankers) == 0 && o.RerankField != "" {
		window := o.Window
		if window == 0 {
			window = 100
		}
		if window < 1 {
			return fmt.Errorf("a window of %d is not possible: it is how many hits the reranker sees, 1 or more", window)
		}
		s.Rerankers = []judgments.Reranker{{Name: "reranked", Field: o.RerankField, InferenceID: o.InferenceID, Window: window}}
	}
	return nil
}

// indexName makes an index's name of any name.
func indexName(name string) string {
	return slug(name)
}

// titlesOf gives the values of a document's title field: a dotted path leads
// into objects and lists of them, a sub-field such as title.raw has the values of
// the field that it is made of, and _id is the id.
func titlesOf(d judgments.Document, field string) []string {
	if field == "_id" {
		return []string{d.ID}
	}
	var own, above []string
	parent, _, dotted := cutLast(field, ".")
	d.Fields(func(name string, value json.RawMessage) {
		text := string(value)
		if json.Unmarshal(value, &text) != nil {
			text = string(value) // a number as it is written
		}
		switch {
		case name == field:
			own = append(own, text)
		case dotted && name == parent:
			above = append(above, text)
		}
	})
	if len(own) == 0 {
		return above
	}
	return own
}

// first is the first of the values, "" where there is none.
func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

func cutLast(s, separator string) (before, after string, found bool) {
	if i := strings.LastIndex(s, separator); i >= 0 {
		return s[:i], s[i+len(separator):], true
	}
	return s, "", false
}

// String says what was found in one sentence.
func (r Resolution) String() string {
	text := fmt.Sprintf("%d documents with %d titles, of which %d are ambiguous (%d documents); %d judgments: %d by title, %d by title and id because %d judged titles are ambiguous, %d by id alone",
		r.Documents, r.Titles, r.AmbiguousTitles, r.AmbiguousDocuments, r.Judged, r.ByTitle, r.ByBoth, r.JudgedAmbiguous, r.ByID)
	if r.Missing > 0 {
		text += fmt.Sprintf("; %d name no document", r.Missing)
	}
	return text
}

// identify gives judgments by title the ids of their documents, for formats
// that name documents by id alone. A title that several documents share, and
// one that none has, keep no id and are listed.
func identify(ctx context.Context, c *collection, source iter.Seq2[judgments.Document, error], o SearchOptions) error {
	titleField := cmp.Or(o.TitleField, c.Suite.Search.TitleField, "title")
	byTitle := map[string][]string{}
	c.documents = map[string]bool{}
	seen := 0
	for d, err := range source {
		if err != nil {
			return err
		}
		if seen++; seen%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		c.documents[d.ID] = true
		for _, title := range titlesOf(d, titleField) {
			if folded := judgments.FoldTitle(title); folded != "" && !slices.Contains(byTitle[folded], d.ID) {
				byTitle[folded] = append(byTitle[folded], d.ID)
			}
		}
	}
	for i := range c.Suite.Queries {
		q := &c.Suite.Queries[i]
		for k := range q.Relevant {
			j := &q.Relevant[k]
			if j.ID != "" {
				continue
			}
			switch ids := byTitle[judgments.FoldTitle(j.Title)]; len(ids) {
			case 0:
				c.note("judgment", "of a title that no document has", named(q, *j))
			case 1:
				j.ID = ids[0]
			default:
				c.note("judgment", "of a title that several documents have, without an id", named(q, *j)+" ("+fewIDs(ids)+")")
			}
		}
	}
	return nil
}

// fewIDs names some of the ids of one title.
func fewIDs(ids []string) string {
	ids = slices.Sorted(slices.Values(ids))
	if len(ids) > maxExamples {
		ids = append(ids[:maxExamples], "...")
	}
	return strings.Join(ids, " ")
}
