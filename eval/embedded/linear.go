package embedded

import (
	"context"
	"math"
	"slices"

	"github.com/releval/releval/eval/embedded/jsontree"
)

const linearName = "linear"

// linear sums weighted scores, those of each list brought to a common scale
// before. A list that does not have a document adds nothing to it.
type linear struct {
	compound
	weights     []float32
	normalizers []normalizer // nil where an entry names none
	common      normalizer   // nil where none stands beside the entries
}

// normalizer brings the scores of one list to a scale.
type normalizer func(scores []float32) []float32

func parseNormalizer(data []byte, object string, m jsontree.Member) (normalizer, error) {
	if m.Value.Kind != jsontree.String {
		return nil, wrongType(data, object, m)
	}
	switch m.Value.Text {
	case "none":
		return unscaled, nil
	case "minmax":
		return minmax, nil
	case "l2_norm":
		return l2norm, nil
	}
	return nil, illegalArgument("Unknown normalizer [%s]", m.Value.Text)
}

func parseLinear(data []byte, n jsontree.Node) (retriever, error) {
	r := &linear{compound: compound{kind: linearName, window: defaultSize}}
	given := false
	err := members(data, n, linearName, func(m jsontree.Member) (known bool, err error) {
		switch m.Key {
		case "retrievers":
			given = true
			return true, whole(parseEntries(data, linearName, m, func(n jsontree.Node) error { return r.entry(data, n) }))
		case "normalizer":
			r.common, err = parseNormalizer(data, linearName, m)
			return true, err
		case "query", "fields":
			return true, unsupported("[%s] of the retriever [%s]", m.Key, linearName)
		}
		return r.parameter(data, m)
	})
	switch {
	case err != nil:
	case !given:
		err = required("retrievers")
	case r.minScore != nil && *r.minScore < 0:
		err = illegalArgument("[min_score] must be greater than or equal to 0, was: [%s]", appendNumber(nil, float64(*r.minScore), 32))
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// entry reads {"retriever": …, "weight": …, "normalizer": …}.
func (r *linear) entry(data []byte, n jsontree.Node) error {
	const object = "retrievers"
	if n.Kind != jsontree.Object {
		return contentAt(data, n.Start, "[%s] Expected START_OBJECT but was: %s", object, n.Token())
	}
	var child retriever
	weight, scale := float32(1), normalizer(nil)
	err := members(data, n, object, func(m jsontree.Member) (known bool, err error) {
		switch m.Key {
		case "retriever":
			if m.Value.Kind != jsontree.Object {
				return true, wrongType(data, object, m)
			}
			child, err = parseNamed(data, m.Value)
		case "weight":
			if weight, err = fraction(data, object, m); err == nil && !(weight >= 0) {
				err = illegalArgument("[weight] must be non-negative")
			}
		case "normalizer":
			scale, err = parseNormalizer(data, object, m)
		default:
			return false, nil
		}
		return true, err
	})
	if err == nil && child == nil {
		err = required("retriever")
	}
	if err != nil {
		return err
	}
	r.below, r.weights, r.normalizers = append(r.below, child), append(r.weights, weight), append(r.normalizers, scale)
	return nil
}

func (r *linear) run(ctx context.Context, sc scope) (*ranked, error) {
	lists, err := r.lists(ctx, sc)
	if err != nil {
		return nil, err
	}
	hits := r.fuse(lists, func(list int, hits []hit) []float32 {
		parts := make([]float32, len(hits))
		for i, h := range hits {
			parts[i] = h.score
		}
		switch {
		case r.normalizers[list] != nil:
			parts = r.normalizers[list](parts)
		case r.common != nil:
			parts = r.common(parts)
		}
		for i, p := range parts {
			parts[i] = float32(r.weights[list] * p)
			if math.IsNaN(float64(p)) {
				parts[i] = 0
			}
		}
		return parts
	})
	if r.minScore != nil {
		hits = slices.DeleteFunc(hits, func(h hit) bool { return h.score < *r.minScore })
	}
	return r.result(sc, hits, lists)
}

// smallest is the difference or length below which a normalizer takes scores
// for equal, or for nothing.
const smallest = 1e-6

func unscaled(scores []float32) []float32 { return scores }

// minmax maps the scores of a list to 0..1; equal ones all to 1.
func minmax(scores []float32) []float32 {
	low, high := float32(math.MaxFloat32), float32(math.SmallestNonzeroFloat32)
	for _, s := range scores {
		if !math.IsNaN(float64(s)) {
			low, high = min(low, s), max(high, s)
		}
	}
	for i, s := range scores {
		if math.Abs(float64(low-high)) < smallest {
			scores[i] = 1
		} else {
			scores[i] = (s - low) / (high - low)
		}
	}
	return scores
}

// l2norm divides the scores of a list by their Euclidean length.
func l2norm(scores []float32) []float32 {
	squares := 0.0
	for _, s := range scores {
		if !math.IsNaN(float64(s)) {
			squares += float64(float32(s * s))
		}
	}
	length := math.Sqrt(squares)
	if length < smallest {
		return scores
	}
	for i, s := range scores {
		scores[i] = float32(float64(s) / length)
	}
	return scores
}
