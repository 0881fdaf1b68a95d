package convert

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"unicode"

	"github.com/releval/releval/eval/queries"
	"github.com/releval/releval/judgments"
)

// surrogates gives ids to titles and queries that a format separated by white
// space cannot name. An id depends on the text alone, so that files written
// from the same titles can be compared.
type surrogates struct {
	// titles and queries are what the given ids stand for.
	titles     map[string]string
	queries    map[string]*judgments.Query
	titleOrder []string
	// used are the real ids that judgments and runs name, and documents those
	// of the documents; no surrogate may equal one.
	used, documents map[string]bool
	// spaces says that ids may have spaces in them, but no tabs or line ends.
	spaces bool
	// spaced counts the ids that have white space in them.
	spaced int
}

func newSurrogates(c *collection) *surrogates {
	s := &surrogates{titles: map[string]string{}, queries: map[string]*judgments.Query{}, used: map[string]bool{}, documents: c.documents}
	for i := range c.Suite.Queries {
		for _, j := range c.Suite.Queries[i].Relevant {
			if j.ID != "" {
				s.used[j.ID] = true
			}
		}
	}
	for _, run := range c.Runs {
		for _, r := range run.Queries {
			for _, h := range r.Hits {
				if h.ID != "" {
					s.used[h.ID] = true
				}
			}
		}
	}
	return s
}

// document gives the id of a document, or one in place of its title.
func (s *surrogates) document(id, title string) string {
	if id != "" && (strings.IndexFunc(id, endsField) < 0 || s.spaces && cell(id) == id) {
		return id
	}
	if id != "" {
		// The title is found again by the mapping; an id with white
		// space is mapped as if it were one.
		title = id
		s.spaced++
	}
	return s.assign(title)
}

func (s *surrogates) assign(title string) string {
	folded := judgments.FoldTitle(title)
	id := slug(folded)
	sum := sha256.Sum256([]byte(folded))
	digest := hex.EncodeToString(sum[:])
	for n := 0; ; n += 8 {
		candidate := id
		if n > 0 {
			candidate = id + "-" + digest[:n]
		}
		other, taken := s.titles[candidate]
		if !s.used[candidate] && !s.documents[candidate] && (!taken || judgments.FoldTitle(other) == folded) || n+8 > len(digest) {
			if !taken {
				s.titles[candidate] = title
				s.titleOrder = append(s.titleOrder, candidate)
			}
			return candidate
		}
	}
}

// query gives a query's id as one word, which # does not begin: that would
// make its lines comments.
func (s *surrogates) query(q *judgments.Query) string {
	id := q.ID
	if id == "" {
		id = slug(q.Text)
	}
	id = word(strings.TrimLeft(id, "#"), "query")
	candidate := id
	for n := 2; ; n++ {
		if other, taken := s.queries[candidate]; !taken || other.ID == q.ID && other.Text == q.Text {
			break
		}
		candidate = fmt.Sprintf("%s-%d", id, n)
	}
	s.queries[candidate] = q
	return candidate
}

// word makes one field of a TREC file of a text.
func word(text, empty string) string {
	return cmp.Or(strings.Join(strings.FieldsFunc(text, endsField), "-"), empty)
}

// endsField says what separates the fields of a TREC file.
func endsField(r rune) bool { return r == ' ' || '\t' <= r && r <= '\r' }

// write writes the mapping files beside the file of the given part of the
// output.
func (s *surrogates) write(out *output, c *collection, part string) error {
	titlesEnding, queriesEnding := part+titlesEnding, part+queriesEnding
	// A mapping from before would explain this file wrongly.
	if len(s.titleOrder) > 0 || out.exists(titlesEnding) {
		w, err := out.create(titlesEnding)
		if err != nil {
			return err
		}
		for _, id := range s.titleOrder {
			fmt.Fprintf(w, "%s\t%s\n", id, cell(s.titles[id]))
		}
	}
	if len(s.titleOrder) > 0 {
		out.noteMany(len(s.titleOrder), "title", "written as a surrogate id, which "+out.name(titlesEnding)+" maps back")
	}
	out.noteMany(s.spaced, "document id", "with white space in it, mapped as if it were a title")
	known := c.Texts && len(s.queries) > 0
	if !known && !out.exists(queriesEnding) {
		return nil
	}
	w, err := out.create(queriesEnding)
	if err != nil {
		return err
	}
	written := map[string]bool{}
	again := &surrogates{queries: map[string]*judgments.Query{}}
	for i := range c.Suite.Queries {
		q := &c.Suite.Queries[i]
		id := again.query(q)
		if known && !written[id] {
			written[id] = true
			fmt.Fprintf(w, "%s\t%s\n", id, oneLine(q.Text))
		}
	}
	return nil
}

// Files beside a TREC file get its name with these endings.
const (
	titlesEnding  = ".titles.tsv"
	queriesEnding = ".queries.tsv"
)

// beside is what the files beside a TREC file say.
type beside struct {
	titles, texts map[string]string
}

// readBeside reads the mapping files, where there are any.
func readBeside(ctx context.Context, path string, o ReadOptions) (beside, error) {
	b := beside{titles: map[string]string{}, texts: map[string]string{}}
	for _, part := range []struct {
		path string
		into map[string]string
	}{{path + titlesEnding, b.titles}, {path + queriesEnding, b.texts}} {
		if _, err := os.Stat(part.path); err != nil {
			continue
		}
		if err := readPairs(ctx, part.path, part.into); err != nil {
			return b, err
		}
	}
	if o.Queries != "" {
		if err := readQueryTexts(o.Queries, b.texts); err != nil {
			return b, err
		}
	}
	return b, nil
}

// readPairs reads lines of an id, a tab and a text.
func readPairs(ctx context.Context, path string, into map[string]string) error {
	return fileLines(ctx, path, func(line int, text string) error {
		id, value, ok := strings.Cut(text, "\t")
		if !ok || strings.TrimSpace(id) == "" || strings.TrimSpace(value) == "" {
			return fmt.Errorf("a line is an id, a tab and a text")
		}
		into[id] = value
		return nil
	})
}

// readQueryTexts reads the texts of queries by id: a suite, or any file of queries
// that has ids.
func readQueryTexts(path string, into map[string]string) error {
	name := strings.TrimSuffix(strings.ToLower(path), ".gz")
	if strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") {
		s, err := judgments.Load(path, judgments.Options{})
		if err != nil {
			return err
		}
		for i := range s.Queries {
			into[s.Queries[i].ID] = s.Queries[i].Text
		}
		return nil
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("--queries: %s: %w", path, cause(err))
	}
	defer file.Close()
	read, err := queries.Read(path, file)
	if err != nil {
		return err
	}
	for _, q := range read.Queries {
		if q.ID == "" {
			return judgments.Problem{Position: judgments.Position{File: path, Line: q.Line, Column: 1},
				Message: "the query has no id; a line is an id, a tab and a text, or the header names the columns query_id and query"}
		}
		into[q.ID] = q.Text
	}
	return nil
}

// slug makes an id of a title, at most forty characters.
func slug(title string) string { return cmp.Or(judgments.Slug(title, 40), "title") }

func hasSpace(s string) bool { return strings.IndexFunc(s, unicode.IsSpace) >= 0 }

// oneLine brings a text to one line without tabs, for tables.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
