package execute

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/judgments"
)

// CostError says that a run is not started because of what it would cost.
type CostError struct {
	Limit  float64
	Reason string
}

func (e *CostError) Error() string {
	return fmt.Sprintf("--max-usd %v: %s; nothing was searched", e.Limit, e.Reason)
}

// cost says what the run will cost, and refuses it beyond the limit.
func (s Settings) cost(ctx context.Context, c Cluster, p *plan.Plan, m *eval.Manifest) error {
	if err := estimateTokens(ctx, c, p, m); err != nil {
		return err
	}
	queries := len(p.Queries)
	if s.Resume != nil {
		for i := range s.Resume.Queries {
			if !s.Resume.Queries[i].Failed(m.Names()) {
				queries--
			}
		}
	}
	timed := min(max(0, s.LatencySamples), len(p.Queries))
	cost := plan.CostOf(m.Systems, max(0, queries)*max(1, s.Repeat), timed, s.Further)
	cost.Kept = s.kept(p)
	if len(m.Systems) > 2 || cost.Sent > 0 || cost.Priced || !m.Cluster.Embedded() {
		s.note("%s", cost)
	}
	if s.MaxUSD == nil {
		return nil
	}
	if s.WarmUp > 0 { // it searches once with every system
		cost = plan.CostOf(m.Systems, cost.Queries+1, timed, s.Further)
	}
	if s.kept(p) > 0 && len(cost.Unknown) == 0 && cost.USD > *s.MaxUSD {
		// The cache may spare what goes beyond: requests are sent as long as the
		// limit is kept, whatever the cache turns out to hold.
		inside := slices.DeleteFunc(slices.Clone(m.Systems), func(s eval.System) bool { return s.Outside != nil })
		cost = plan.CostOf(inside, cost.Queries, timed, s.Further)
		s.Rerankers.Limit(*s.MaxUSD-cost.USD, func(r *judgments.RerankAPI, texts, characters int) float64 {
			for i := range m.Systems {
				if m.Systems[i].Outside == r {
					return m.Systems[i].USDFor(texts, characters)
				}
			}
			return 0
		})
	}
	if reason := cost.Over(*s.MaxUSD); reason != "" {
		return &CostError{*s.MaxUSD, reason}
	}
	return nil
}

// kept counts the scores that the cache holds for the queries of the plan's
// rerankers outside of Elasticsearch, as many as a window has at most.
func (s Settings) kept(p *plan.Plan) (scores int) {
	if s.Rerankers == nil || s.Repeat > 1 {
		return 0
	}
	for i := range p.Rerankers {
		r := &p.Rerankers[i]
		if !r.Outside() {
			continue
		}
		for _, q := range p.Queries {
			scores += min(r.Window, s.Rerankers.Known(r, q.InferenceText))
		}
	}
	return scores
}

// tokenSample is how many documents the length of a field is estimated from.
const tokenSample = 100

// estimateTokens estimates how many tokens rerankers read for a document, where
// prices are by tokens or texts are sent outside of Elasticsearch, from the
// characters of some documents.
func estimateTokens(ctx context.Context, c Cluster, p *plan.Plan, m *eval.Manifest) error {
	for _, read := range p.Reads() {
		var has []map[string]any
		for _, field := range read.Fields {
			has = append(has, map[string]any{"exists": map[string]any{"field": field}})
		}
		fields := strings.Join(read.Fields, ", ")
		body, err := json.Marshal(map[string]any{
			"size": tokenSample, "from": 0, "_source": false, "fields": read.Fields,
			"query": map[string]any{"bool": map[string]any{"should": has}},
		})
		if err != nil {
			return fmt.Errorf("cannot encode a search: %w", err)
		}
		answer, err := c.Search(ctx, body, cluster.SearchOptions{Index: p.Suite.Search.Index, Size: tokenSample})
		if err != nil {
			return fmt.Errorf("the tokens of the field %q could not be estimated: %w", fields, err)
		}
		characters := 0
		for _, h := range answer.Hits {
			t, _ := read.Text(h.Value)
			characters += utf8.RuneCountInString(t)
		}
		tokens := p.Tokens(float64(characters) / float64(max(1, len(answer.Hits))))
		for _, i := range read.Systems {
			m.Systems[i].Tokens = tokens
		}
		m.Notes = append(m.Notes, fmt.Sprintf("a document and the query are estimated at %.0f tokens in the field %s: a quarter of the characters, of %d documents", tokens, fields, len(answer.Hits)))
	}
	return nil
}
