package titles

import (
	"cmp"
	"slices"
	"strings"

	"github.com/releval/releval/judgments"
)

// Nearness says in what a title differs from the one that it may stand for.
// A smaller one is nearer.
type Nearness int

// The kinds of nearness, from the same letters to half the words.
const (
	// SameLetters: accents, case, punctuation or a moved article.
	SameLetters Nearness = iota
	// FewEdits: a quarter of the letters at the most.
	FewEdits
	// Contained: one is the other with words in front or behind.
	Contained
	// SharedWords: half the words are the same.
	SharedWords
	// OtherNumber: near, but with another number, as another part of a
	// series has.
	OtherNumber
)

// Near is a document whose title is near one that was asked for.
type Near struct {
	Document
	Nearness Nearness
	// Edits is how many letters differ, counted without what SameLetters
	// means.
	Edits int
}

// Catalogue is a list of documents to be searched for near titles.
type Catalogue struct {
	entries []entry
}

type entry struct {
	Document
	loose  string
	words  []string
	length int
	mask   uint64
}

// NewCatalogue prepares documents. Those without a title are left out.
func NewCatalogue(documents []Document) *Catalogue {
	c := &Catalogue{entries: make([]entry, 0, len(documents))}
	for _, d := range documents {
		if strings.TrimSpace(d.Title) != "" {
			c.entries = append(c.entries, newEntry(d))
		}
	}
	return c
}

func newEntry(d Document) entry {
	e := entry{Document: d, loose: Loose(d.Title)}
	e.words = strings.Fields(e.loose)
	for _, r := range e.loose {
		e.length++
		e.mask |= 1 << (uint(r) % 64)
	}
	return e
}

// Nearest lists the documents whose titles are nearest to one, at most most
// of them, the nearest first. Those that have the very title are among them.
func (c *Catalogue) Nearest(title string, most int) []Near {
	wanted := newEntry(Document{Title: title})
	var near []Near
	for i := range c.entries {
		if n, ok := wanted.near(&c.entries[i]); ok {
			near = append(near, n)
		}
	}
	slices.SortFunc(near, func(a, b Near) int {
		return cmp.Or(cmp.Compare(a.Nearness, b.Nearness), cmp.Compare(a.Edits, b.Edits),
			cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID))
	})
	return near[:min(most, len(near))]
}

// near says how near another entry is.
func (e *entry) near(o *entry) (Near, bool) {
	n := Near{Document: o.Document}
	if e.loose == o.loose {
		return n, true
	}
	limit := max(1, min(e.length, o.length)/4)
	shared := sharedWords(e.words, o.words)
	n.Edits = limit + 1
	// Each edit adds and removes one letter at the most.
	if gap := e.length - o.length; gap <= limit && -gap <= limit && bits(e.mask&^o.mask) <= limit && bits(o.mask&^e.mask) <= limit {
		n.Edits = judgments.Distance(e.loose, o.loose, limit)
	}
	switch {
	case n.Edits <= limit:
		n.Nearness = FewEdits
	case contains(e.words, o.words) || contains(o.words, e.words):
		n.Nearness, n.Edits = Contained, max(e.length, o.length)-min(e.length, o.length)
	case 2*shared >= max(len(e.words), len(o.words)) && shared > 0:
		n.Nearness, n.Edits = SharedWords, len(e.words)+len(o.words)-2*shared
	default:
		return n, false
	}
	if !sameNumbers(e.loose, o.loose) {
		n.Nearness = OtherNumber
	}
	return n, true
}

func bits(mask uint64) int {
	n := 0
	for ; mask != 0; mask &= mask - 1 {
		n++
	}
	return n
}

// fillers are words that say nothing about which title it is.
var fillers = map[string]bool{"the": true, "a": true, "an": true, "of": true, "and": true, "in": true, "to": true, "le": true, "la": true, "der": true, "die": true, "das": true}

// sharedWords counts the words that both have, fillers aside.
func sharedWords(a, b []string) int {
	shared := 0
	for i, w := range a {
		if !fillers[w] && slices.Contains(b, w) && !slices.Contains(a[:i], w) {
			shared++
		}
	}
	return shared
}

// contains says whether the shorter list stands within the longer one in one
// piece, and says something by itself.
func contains(long, short []string) bool {
	if len(short) >= len(long) || len(short) == 0 || !slices.ContainsFunc(short, func(w string) bool { return !fillers[w] }) {
		return false
	}
	for i := range len(long) - len(short) + 1 {
		if slices.Equal(long[i:i+len(short)], short) {
			return true
		}
	}
	return false
}
