package integrity

import (
	"fmt"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/text"
)

// LongTexts are the hits of a reranker's windows whose texts its model does not
// read to their end, estimated from characters.
type LongTexts struct {
	// System is the reranked one.
	System *eval.System
	// Tokens is how many the model reads of a query and a text together.
	Tokens int
	// Hits counts the hits of all windows that were looked at, Long those of
	// them that are too long, each for every query anew.
	Hits, Long int
	// TooLong is by query, then by rank in the window; nil for a query that was
	// not looked at, or without an answer.
	TooLong [][]bool
}

// FindLongTexts finds them for a system; nil where they were not looked up.
func FindLongTexts(run *eval.Run, system string) *LongTexts {
	if run.Complete == nil {
		return nil
	}
	texts, looked := run.Complete.Texts[system]
	s := run.Manifest.System(system)
	if !looked || s == nil {
		return nil
	}
	found := &LongTexts{System: s, Tokens: texts.Tokens, TooLong: make([][]bool, len(run.Queries))}
	chosen := set(texts.Queries)
	for i := range run.Queries {
		q := &run.Queries[i]
		window := q.Window(s)
		if texts.Queries != nil && !chosen[q.ID] || window == nil {
			continue
		}
		found.TooLong[i] = make([]bool, len(window))
		found.Hits += len(window)
		for j, h := range window {
			if n, long := texts.Characters[h.Key().String()]; long && eval.TooLong(texts.Tokens, q.QuestionLength(), n) {
				found.TooLong[i][j] = true
				found.Long++
			}
		}
	}
	return found
}

// String says how many there are, and what that means.
func (l *LongTexts) String() string {
	share := 100 * float64(l.Long) / float64(max(1, l.Hits))
	decimals := 0
	if share < 9.95 {
		decimals = 1
	}
	return fmt.Sprintf("%s: about %s of %s of its windows (%.*f %%) are longer in %s than the %d tokens that %s reads with a query; what is behind is not scored; this is an estimate of %d characters a token",
		l.System.Name, text.Thousands(l.Long), text.Count(l.Hits, "hit"), decimals, share, l.System.Field, l.Tokens, l.System.Model, eval.CharactersPerToken)
}
