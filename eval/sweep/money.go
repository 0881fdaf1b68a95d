package sweep

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/reranker"
)

// Further are the searches of a sweep after its pass, as many as there can be:
// the audit, the latencies, and the windows of listwise models outside of
// Elasticsearch, which cannot be derived. The plan is that of the pass. What an
// audit that fails makes necessary is not among them.
func (o Options) Further(p *plan.Plan) plan.Further {
	queries := len(p.Queries)
	audit, sample := 0, 0
	if o.Audit >= 0 {
		audit = cmp.Or(o.Audit, DefaultAudit)
	}
	if o.LatencySamples >= 0 {
		sample = min(cmp.Or(o.LatencySamples, DefaultLatencySamples), queries)
	}
	windows := o.Windows
	if len(windows) == 0 {
		windows = DefaultWindows()
	}
	reranked := func(s *eval.System) (further []int) {
		listwise := s.Outside != nil && reranker.Listwise(s.Outside)
		if listwise {
			further = slices.Repeat(windows[:len(windows)-1], queries)
		} else if s.Outside == nil || o.AuditOutside {
			further = audited(audit, queries, windows)
		}
		if s.Outside == nil || o.TimeOutside {
			further = append(further, slices.Repeat(append([]int{s.Window}, windows...), sample)...)
		}
		return further
	}
	systems := p.Systems()
	return func(s *eval.System) []int {
		if s.Kind == eval.KindReranked {
			return reranked(s)
		}
		// The first stage is searched alone for the latencies of each reranker
		// over it, and beside listwise windows.
		alone := 0
		for i := range systems {
			over := &systems[i]
			if over.Kind != eval.KindReranked || over.FirstStage != s.Name {
				continue
			}
			if over.Outside == nil || o.TimeOutside {
				alone += sample
			}
			if over.Outside != nil && reranker.Listwise(over.Outside) {
				alone += queries
			}
		}
		return make([]int, alone)
	}
}

// audited are the windows of so many cells: in turn every window but the
// largest, and the larger ones where it does not come out even.
func audited(cells, queries int, windows []int) (further []int) {
	if len(windows) > 1 {
		windows = windows[:len(windows)-1]
	}
	for i := range min(cells, queries*len(windows)) {
		further = append(further, windows[len(windows)-1-i%len(windows)])
	}
	return further
}

// unaffordable says why the windows of a reranker that cannot be derived are not
// measured: beside what was foreseen, that would cost more than MaxUSD. It is
// empty where they are. An API is asked again for nothing but what was foreseen.
func (s *sweeper) unaffordable(described eval.System) string {
	if s.MaxUSD == nil || described.Outside != nil {
		return ""
	}
	queries := len(s.plan.Queries)
	m := &s.run.Manifest
	foreseen := plan.CostOf(m.Systems, queries, 0, s.Options.Further(s.plan)).USD + s.usd
	more := plan.CostOf([]eval.System{*m.System(described.FirstStage)}, queries, 0, nil).USD
	for _, w := range s.windows[:len(s.windows)-1] {
		described.Window = w
		more += plan.CostOf([]eval.System{described}, queries, 0, nil).USD
	}
	if foreseen+more > *s.MaxUSD {
		return fmt.Sprintf("its windows were not measured, which would cost up to %s dollars more and go beyond --max-usd %v", plan.Dollars(more), *s.MaxUSD)
	}
	s.usd += more
	return ""
}
