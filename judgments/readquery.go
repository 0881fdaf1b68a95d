package judgments

import (
	"strings"
	"time"

	"github.com/releval/releval/judgments/tree"
)

var (
	queryKeys      = []string{"query", "id", "inference_text", "params", "relevant", "exclude", "expect", "tags", "quarantine"}
	judgmentKeys   = []string{"title", "id", "index", "grade"}
	excludedKeys   = []string{"title", "id", "index"}
	expectKeys     = []string{"title", "id", "within", "not_within", "before", "system"}
	quarantineKeys = []string{"until", "reason"}
)

// MaxQueryID is how many bytes long the id of a query may be: it stands in
// tables and file names.
const MaxQueryID = 256

const (
	// maxRank bounds the ranks of expectations.
	maxRank = 1_000_000
)

func (w *walker) queries(s *Suite, n *node) {
	if n.Kind == sequenceNode && len(n.Content) == 0 {
		w.fail(n, "queries is empty; a suite needs at least one query")
		return
	}
	w.items(n, "queries", func(_ int, item *node) {
		if item.Kind == scalarNode && item.ShortTag() == tagString {
			w.fail(item, "a query is a mapping: write query: %s, and the relevant titles below it", item.Value)
			return
		}
		q := w.query(item)
		w.checkQuery(&q)
		s.Queries = append(s.Queries, q)
	})
}

func (w *walker) query(n *node) Query {
	q := Query{Position: w.at(n)}
	seen := false
	w.fields(n, "a query", queryKeys, func(key string, k, v *node) {
		switch key {
		case "query":
			seen = true
			q.Text, _ = w.text(v, "query")
		case "id":
			q.ID = w.queryID(v)
		case "inference_text":
			q.InferenceText, _ = w.text(v, key)
		case "params":
			q.Params = w.params(v, "params")
		case "relevant":
			q.Relevant = w.relevant(v)
		case "exclude":
			w.items(v, key, func(_ int, item *node) {
				q.Exclude = append(q.Exclude, w.excluded(item))
			})
		case "expect":
			w.items(v, key, func(_ int, item *node) {
				q.Expect = append(q.Expect, w.expectation(item))
			})
		case "tags":
			q.Tags = w.tags(v)
		case "quarantine":
			q.Quarantine = w.quarantine(v)
		}
	})
	if !seen && n.Kind == mappingNode {
		w.fail(n, "a query needs query: the text that the first stage searches for")
	}
	if q.InferenceText == "" {
		q.InferenceText = q.Text
	}
	return q
}

func (w *walker) queryID(n *node) string {
	id, ok := w.name(n, "a query's id")
	if ok && len(id) > MaxQueryID {
		w.fail(n, "a query's id is at most %d bytes long, not %d", MaxQueryID, len(id))
	}
	return id
}

func (w *walker) relevant(n *node) []Judgment {
	if n.Kind == scalarNode {
		w.fail(n, "relevant must be a list: put a dash in front of each title")
		return nil
	}
	judgments := make([]Judgment, 0, len(n.Content))
	w.items(n, "relevant", func(_ int, item *node) {
		judgments = append(judgments, w.judgment(item))
	})
	return judgments
}

func (w *walker) judgment(n *node) Judgment {
	j := Judgment{Position: w.at(n), Grade: 1}
	if n.Kind == scalarNode {
		j.Title, _ = w.text(n, "a title")
		return j
	}
	if text := unquoted(n, judgmentKeys); text != "" {
		w.fail(n, "a title that contains a colon or a comma is written in quotes: %s", tree.DoubleQuoted(text))
		return j
	}
	before := len(w.problems)
	w.fields(n, "a judgment", judgmentKeys, func(key string, _, v *node) {
		switch key {
		case "title":
			j.Position = w.at(v)
			j.Title, _ = w.text(v, "a title")
		case "id":
			j.ID = w.documentID(v)
		case "index":
			j.Index = w.indexOf(v)
		case "grade":
			grade, ok := w.number(v, "a grade")
			if ok && grade < 0 {
				w.fail(v, "a grade is not negative: 0 is judged non-relevant, and a higher grade is more relevant")
			}
			j.Grade = grade
		}
	})
	switch {
	case len(w.problems) > before:
	case j.Title == "" && j.ID == "":
		w.fail(n, "a judgment needs title or id")
	case j.Index != "" && j.ID == "":
		w.fail(n, "index stands beside id, to say whose document is meant; give the id too")
	}
	return j
}

// indexOf reads the name of a document's own index.
func (w *walker) indexOf(n *node) string {
	name, _ := w.text(n, "a document's index")
	if i := strings.IndexAny(name, "*,<"); i >= 0 {
		w.fail(n, "the index %s of a document is one index by its own name, without %s", quote(name), quote(name[i:i+1]))
	}
	return name
}

// excluded reads a document that is left out of the rankings: a title, or a
// mapping as of a judgment.
func (w *walker) excluded(n *node) Excluded {
	x := Excluded{Position: w.at(n)}
	if n.Kind == scalarNode {
		x.Title, _ = w.text(n, "a title")
		return x
	}
	if text := unquoted(n, excludedKeys); text != "" {
		w.fail(n, "a title that contains a colon or a comma is written in quotes: %s", tree.DoubleQuoted(text))
		return x
	}
	before := len(w.problems)
	w.fields(n, "a document to exclude", excludedKeys, func(key string, _, v *node) {
		switch key {
		case "title":
			x.Title, _ = w.text(v, "a title")
		case "id":
			x.ID = w.documentID(v)
		case "index":
			x.Index = w.indexOf(v)
		}
	})
	switch {
	case len(w.problems) > before:
	case x.Title == "" && x.ID == "":
		w.fail(n, "a document to exclude needs title or id")
	case x.Index != "" && x.ID == "":
		w.fail(n, "index stands beside id, to say whose document is meant; give the id too")
	}
	return x
}

// documentID reads an _id: text, or a whole number as it stands.
func (w *walker) documentID(n *node) string {
	if wholeNumber(n) {
		return n.Value
	}
	id, _ := w.text(n, "a document's id")
	return id
}

func (w *walker) expectation(n *node) Expectation {
	e := Expectation{Position: w.at(n), Source: flowText(n)}
	before := len(w.problems)
	var limits []string
	w.fields(n, "an expectation", expectKeys, func(key string, _, v *node) {
		switch key {
		case "title":
			e.Title, _ = w.text(v, "a title")
		case "id":
			e.ID = w.documentID(v)
		case "within":
			e.Within, _ = w.integer(v, key, 1, maxRank)
		case "not_within":
			e.NotWithin, _ = w.integer(v, key, 1, maxRank)
		case "before":
			e.Before, _ = w.text(v, key)
		case "system":
			e.System, _ = w.text(v, key)
			w.refs = append(w.refs, reference{w.at(v), "system", e.System})
		}
		if key == "within" || key == "not_within" || key == "before" {
			limits = append(limits, key)
		}
	})
	switch {
	case len(w.problems) > before:
	case e.Title == "" && e.ID == "":
		w.fail(n, "an expectation needs title or id")
	case len(limits) == 0:
		w.fail(n, "an expectation needs within, not_within or before")
	case len(limits) > 1:
		w.fail(n, "an expectation has one of within, not_within and before, not %s; write one for each", strings.Join(limits, " and "))
	case e.Before != "" && FoldTitle(e.Before) == FoldTitle(e.Title):
		w.fail(n, "%s cannot rank before itself", quote(e.Title))
	}
	return e
}

func (w *walker) tags(n *node) []string {
	var tags []string
	first := map[string]bool{}
	w.items(n, "tags", func(_ int, item *node) {
		tag, ok := w.text(item, "a tag")
		switch {
		case !ok:
		case first[tag]:
			w.fail(item, "the tag %s stands twice; remove one", quote(tag))
		default:
			first[tag] = true
			tags = append(tags, tag)
		}
	})
	return tags
}

func (w *walker) quarantine(n *node) *Quarantine {
	q := Quarantine{Position: w.at(n)}
	before := len(w.problems)
	w.fields(n, "quarantine", quarantineKeys, func(key string, _, v *node) {
		switch key {
		case "until":
			day, err := time.Parse(time.DateOnly, v.Value)
			if v.Kind != scalarNode || err != nil {
				w.fail(v, "until must be a day such as 2026-12-31, not %s", flowText(v))
				return
			}
			q.Until = day
		case "reason":
			q.Reason, _ = w.text(v, key)
		}
	})
	if len(w.problems) > before {
		return nil
	}
	if q.Until.IsZero() || q.Reason == "" {
		w.fail(n, "quarantine needs until (a day such as 2026-12-31) and reason")
		return nil
	}
	return &q
}
