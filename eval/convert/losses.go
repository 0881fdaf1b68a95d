package convert

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// ledger collects what a conversion does not carry over, by kind, so that ten
// thousand of a kind make one sentence with a few examples. A loss is what
// vanishes or changes although both formats could say it; a note is what the
// target has no place for, and what was decided on the way.
type ledger struct {
	kinds []*kind
}

type kind struct {
	loss     bool
	noun     string // empty for a sentence without a number
	text     string
	count    int
	examples []string
}

// maxExamples is how many examples a sentence names.
const maxExamples = 3

// lose counts one case of a loss: the noun in the singular, what became of it,
// and an example, which may be empty.
func (l *ledger) lose(noun, text, example string) { l.add(true, 1, noun, text, example) }

// note counts one case of what is worth saying and no loss.
func (l *ledger) note(noun, text, example string) { l.add(false, 1, noun, text, example) }

// noteMany counts several cases at once.
func (l *ledger) noteMany(n int, noun, text string) {
	if n > 0 {
		l.add(false, n, noun, text, "")
	}
}

func (l *ledger) add(loss bool, n int, noun, text, example string) {
	var k *kind
	for _, known := range l.kinds {
		if known.loss == loss && known.noun == noun && known.text == text {
			k = known
		}
	}
	if k == nil {
		k = &kind{loss: loss, noun: noun, text: text}
		l.kinds = append(l.kinds, k)
	}
	k.count += n
	if example != "" && len(k.examples) < maxExamples {
		k.examples = append(k.examples, example)
	}
}

// losses and notes give a sentence for each kind, in the order of their first
// case.
func (l *ledger) losses() []string { return l.list(true) }
func (l *ledger) notes() []string  { return l.list(false) }

func (l *ledger) list(loss bool) []string {
	var out []string
	for _, k := range l.kinds {
		if k.loss != loss {
			continue
		}
		text := k.text
		if k.noun != "" {
			text = strings.TrimSpace(counted(k.count, k.noun) + " " + text)
		}
		if len(k.examples) > 0 {
			text += ": " + strings.Join(k.examples, ", ")
			if k.count > len(k.examples) {
				text += ", ..."
			}
		}
		out = append(out, text)
	}
	return out
}

// counted gives "1 query" or "2 queries".
func counted(n int, noun string) string {
	if what, times := strings.CutPrefix(noun, "time "); times {
		return text.Plural(n, noun, "times "+what)
	}
	return text.Count(n, noun)
}

// noteSuite says what of a suite is no query or judgment. Where search is true
// the format has no place for how to search.
func (o *output) noteSuite(c *collection, search bool) {
	s := &c.Suite
	if search && len(s.Search.Retriever) > 0 {
		o.note("", "how to search left out", "")
	}
	o.noteMany(len(s.Gates), "gate", "left out")
	for i := range s.Queries {
		q := &s.Queries[i]
		if q.InferenceText != q.Text && q.InferenceText != "" {
			o.note("inference_text", "left out", "")
		}
		o.noteMany(len(q.Expect), "expectation", "left out")
		for _, x := range q.Exclude {
			o.lose("excluded document", "left out, which the format would count as found or judged", fmt.Sprintf("%q for %q", cmp.Or(x.Title, x.ID), cmp.Or(q.Text, q.ID)))
		}
		if len(q.Params) > 0 {
			o.note("query", "with params, which are left out", "")
		}
		if len(q.Tags) > 0 {
			o.note("query", "with tags, which are left out", "")
		}
		if q.Quarantine != nil {
			o.note("query", "with a quarantine, which is left out", "")
		}
	}
}

// withoutIndexes drops the judgments' indexes, for formats that name documents
// by id alone. Where an id is judged in two indexes its first judgment is kept.
func (o *output) withoutIndexes(c *collection) *collection {
	return c.without(func(q *judgments.Query) {
		seen := map[string]bool{}
		var kept []judgments.Judgment
		for _, j := range q.Relevant {
			switch {
			case j.ID != "" && seen[j.ID]:
				o.lose("judgment", "left out, because the format names documents by id alone and the id of another index is judged as well", named(q, j))
				continue
			case j.Index == "":
			case j.Index == c.Suite.Search.Index:
				o.note("judgment", "whose index is left out, the one that the suite searches", named(q, j))
			default:
				o.lose("judgment", "whose index is left out, because the format names documents by id alone", named(q, j))
			}
			j.Index = ""
			seen[j.ID] = true
			kept = append(kept, j)
		}
		q.Relevant = kept
	})
}

// noteRuns says that rankings are left out, for formats that have none.
func (o *output) noteRuns(c *collection) {
	o.noteMany(len(c.Runs), "run", "left out, because the format holds judgments alone")
}

// noteIDs says that ids of queries are left out, for formats that know texts
// alone. Queries of one text become one by it.
func (o *output) noteIDs(c *collection) {
	seen := make(map[string]bool, len(c.Suite.Queries))
	for i := range c.Suite.Queries {
		key := judgments.FoldTitle(c.Suite.Queries[i].Text)
		if seen[key] {
			o.lose("query", "with the text of another, which the format cannot tell from it", fmt.Sprintf("%q", c.Suite.Queries[i].Text))
		}
		seen[key] = true
		if c.Suite.Queries[i].ID != "" {
			o.note("query id", "left out, because the format tells queries apart by their text", "")
		}
	}
}

// wholeGrade rounds a grade for a format of whole numbers, which is a loss.
func (o *output) wholeGrade(grade float64, because string) float64 {
	whole := math.Round(grade)
	if whole != grade {
		o.lose("grade", "rounded to a whole number, as "+because, fmt.Sprintf("%g to %g", grade, whole))
	}
	return whole
}
