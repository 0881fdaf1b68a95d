package sweep

import "github.com/releval/releval/eval"

// Derive gives the ranking that the reranker would return at the window: the
// hits of the reranked list whose documents are among the first w of the first
// stage, in the order of the reranked list.
//
// It is exact, equal scores included, where a document's score depends on
// nothing but the query and the document, where reranked was searched at a
// window of at least w, and where first is the first stage's own list at the
// same moment. The server ranks by score, then shard, then place within the
// shard, none of which depends on the window, and a subsequence keeps the
// order. A document that the reranker dropped is in no window's ranking.
//
// On an index of several shards there is one thing that it cannot know: where
// a window ends among documents of equal first-stage score, which of them the
// server takes.
func Derive(first, reranked []eval.Hit, window int) []eval.Hit {
	seen := make(map[eval.Key]bool, window)
	for _, h := range first[:min(window, len(first))] {
		seen[h.Key()] = true
	}
	var derived []eval.Hit
	for _, h := range reranked {
		if seen[h.Key()] {
			derived = append(derived, h)
		}
	}
	return derived
}
