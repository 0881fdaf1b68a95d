package titles

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
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
	// byWord are the entries that have a word, fillers left out.
	byWord map[string][]int32
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
	c := &Catalogue{entries: make([]entry, 0, len(documents)), byWord: make(map[string][]int32)}
	for _, d := range documents {
		if strings.TrimSpace(d.Title) == "" {
			continue
		}
		e := newEntry(d)
		for i, w := range e.words {
			if !fillers[w] && !slices.Contains(e.words[:i], w) {
				c.byWord[w] = append(c.byWord[w], int32(len(c.entries)))
			}
		}
		c.entries = append(c.entries, e)
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
	letters := newPattern(wanted.loose)
	// A title that is near has a word in common, or a few letters at most
	// differ; what is neither is most of a large index, and must cost little.
	shares := make([]bool, len(c.entries))
	for _, w := range wanted.words {
		for _, i := range c.byWord[w] {
			shares[i] = true
		}
	}
	var near []Near
	for i := range c.entries {
		if n, ok := wanted.near(&c.entries[i], letters, shares[i]); ok {
			near = append(near, n)
		}
	}
	slices.SortFunc(near, func(a, b Near) int {
		return cmp.Or(cmp.Compare(a.Nearness, b.Nearness), cmp.Compare(a.Edits, b.Edits),
			cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID))
	})
	return near[:min(most, len(near))]
}

// near says how near another entry is; letters are the entry's own, and
// shares says whether the two have a word in common.
func (e *entry) near(o *entry, letters *pattern, shares bool) (Near, bool) {
	if !shares && !e.mayEdit(o) {
		return Near{}, false
	}
	n := Near{Document: o.Document}
	if e.loose == o.loose {
		return n, true
	}
	limit := e.edits(o)
	n.Edits = limit + 1
	if e.mayEdit(o) {
		n.Edits = letters.distance(o.loose, o.length, limit)
	}
	shared := 0
	if n.Edits > limit && shares {
		shared = sharedWords(e.words, o.words)
	}
	switch {
	case n.Edits <= limit:
		n.Nearness = FewEdits
	case !shares:
		return n, false
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

// edits is how many letters may differ in two titles that are near.
func (e *entry) edits(o *entry) int { return max(1, min(e.length, o.length)/4) }

// mayEdit says whether so few letters may differ, from the lengths and the
// letters that occur: each edit adds and removes one letter at the most.
func (e *entry) mayEdit(o *entry) bool {
	limit := e.edits(o)
	gap := e.length - o.length
	return gap <= limit && -gap <= limit && bits.OnesCount64(e.mask&^o.mask) <= limit && bits.OnesCount64(o.mask&^e.mask) <= limit
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
// piece, and says something by itself. A single word says enough at the
// beginning alone.
func contains(long, short []string) bool {
	if len(short) >= len(long) || len(short) == 0 || !slices.ContainsFunc(short, func(w string) bool { return !fillers[w] }) {
		return false
	}
	if len(short) == 1 {
		return long[0] == short[0] && len(short[0]) > 2
	}
	for i := range len(long) - len(short) + 1 {
		if slices.Equal(long[i:i+len(short)], short) {
			return true
		}
	}
	return false
}
