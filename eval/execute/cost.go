package execute

import (
	"context"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/plan"
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
	cost := plan.CostOf(m.Systems, max(0, queries)*max(1, s.Repeat), timed)
	if len(m.Systems) > 2 || cost.Priced || !m.Cluster.Embedded() {
		s.note("%s", cost)
	}
	if s.MaxUSD == nil {
		return nil
	}
	if s.WarmUp > 0 { // it searches once with every system
		cost = plan.CostOf(m.Systems, cost.Queries+1, timed)
	}
	if reason := cost.Over(*s.MaxUSD); reason != "" {
		return &CostError{*s.MaxUSD, reason}
	}
	return nil
}

// tokenSample is how many documents the length of a field is estimated from.
const tokenSample = 100

// estimateTokens estimates how many tokens rerankers read for a document, where
// prices are by tokens, from the characters of some documents.
func estimateTokens(ctx context.Context, c Cluster, p *plan.Plan, m *eval.Manifest) error {
	for _, field := range p.TokenFields() {
		body, err := json.Marshal(map[string]any{
			"size": tokenSample, "from": 0, "_source": false, "fields": []string{field},
			"query": map[string]any{"exists": map[string]any{"field": field}},
		})
		if err != nil {
			return fmt.Errorf("cannot encode a search: %w", err)
		}
		answer, err := c.Search(ctx, body, cluster.SearchOptions{Index: p.Suite.Search.Index, Size: tokenSample})
		if err != nil {
			return fmt.Errorf("the tokens of the field %q could not be estimated: %w", field, err)
		}
		characters := 0
		for _, h := range answer.Hits {
			for _, f := range h.Fields {
				for _, v := range f.Values {
					characters += utf8.RuneCountInString(v)
				}
			}
		}
		tokens := p.Tokens(float64(characters) / float64(max(1, len(answer.Hits))))
		for i := range m.Systems {
			if m.Systems[i].Field == field && m.Systems[i].ByTokens() {
				m.Systems[i].Tokens = tokens
			}
		}
		m.Notes = append(m.Notes, fmt.Sprintf("a document and the query are estimated at %.0f tokens in the field %s: a quarter of the characters, of %d documents", tokens, field, len(answer.Hits)))
	}
	return nil
}
