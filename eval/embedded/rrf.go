package embedded

import (
	"context"

	"github.com/releval/releval/eval/embedded/jsontree"
)

const rrfName = "rrf"

// defaultRankConstant is rank_constant where it is left out.
const defaultRankConstant = 60

// rrf is reciprocal rank fusion: a list adds weight/(rank_constant+rank) to
// the score of each of its documents, ranks from 1. A list that does not have
// a document adds nothing to it.
type rrf struct {
	compound
	constant int
	weights  []float32
}

func parseRRF(data []byte, n jsontree.Node) (retriever, error) {
	r := &rrf{compound: compound{kind: rrfName, window: defaultSize}, constant: defaultRankConstant}
	given := false
	err := members(data, n, rrfName, func(m jsontree.Member) (known bool, err error) {
		switch m.Key {
		case "retrievers":
			given = true
			return true, whole(parseEntries(data, rrfName, m, func(n jsontree.Node) error { return r.entry(data, n) }))
		case "rank_constant":
			r.constant, err = wholeNumber(data, rrfName, m)
			return true, err
		case "query", "fields":
			return true, unsupported("[%s] of the retriever [%s]", m.Key, rrfName)
		}
		return r.parameter(data, m)
	})
	if err == nil && !given {
		err = required("retrievers")
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// entry reads one child: a retriever, or {"retriever": …, "weight": …}.
func (r *rrf) entry(data []byte, n jsontree.Node) error {
	_, isWrapper := n.Get("retriever")
	_, isWeighted := n.Get("weight")
	if !isWrapper && !isWeighted {
		child, err := parseRetriever(data, n, false)
		r.below, r.weights = append(r.below, child), append(r.weights, 1)
		return err
	}
	var child retriever
	weight := float32(1)
	bare := false
	for _, m := range n.Members {
		var err error
		switch {
		case bare:
			err = illegalArgument("unknown field [%s] after retriever", m.Key)
		case m.Key == "retriever":
			child, err = parseRetriever(data, m.Value, false)
		case m.Key == "weight":
			if weight, err = fraction(data, rrfName, m); err == nil && !(weight >= 0) {
				err = illegalArgument("[weight] must be non-negative, found [%s]", appendNumber(nil, float64(weight), 32))
			}
		case child == nil:
			child, err = parseRetriever(data, jsontree.Node{Kind: jsontree.Object, Start: n.Start, End: n.End, Members: []jsontree.Member{m}}, false)
			bare = true
		default:
			err = illegalArgument("unknown field [%s], expected [retriever] or [weight]", m.Key)
		}
		if err != nil {
			return err
		}
	}
	if child == nil {
		return illegalArgument("retriever component must contain a retriever")
	}
	r.below, r.weights = append(r.below, child), append(r.weights, weight)
	return nil
}

func (r *rrf) run(ctx context.Context, sc scope) (*ranked, error) {
	lists, err := r.lists(ctx, sc)
	if err != nil {
		return nil, err
	}
	hits := r.fuse(lists, func(list int, hits []hit) []float32 {
		parts := make([]float32, len(hits))
		for i := range parts {
			parts[i] = float32(r.weights[list] * (1 / float32(r.constant+i+1)))
		}
		return parts
	})
	return r.result(sc, hits, lists)
}
