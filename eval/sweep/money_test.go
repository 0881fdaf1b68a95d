package sweep

import (
	"strings"
	"testing"

	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/judgments"
)

// What is foreseen of a sweep is what it does, where every first stage fills the
// windows.
func TestFurtherIsWhatASweepSearches(t *testing.T) {
	for name, o := range map[string]Options{
		"both":       {Windows: []int{5, 10, 20}, Audit: 7, LatencySamples: 3},
		"defaults":   {Windows: []int{5, 10, 20}},
		"audit":      {Windows: []int{5, 10, 20}, Audit: 8, LatencySamples: -1},
		"latency":    {Windows: []int{5, 10, 20}, Audit: -1, LatencySamples: 2},
		"neither":    {Windows: []int{5, 10, 20}, Audit: -1, LatencySamples: -1},
		"one window": {Windows: []int{20}, Audit: 3, LatencySamples: 2},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDouble(120)
			p := newPlan(t, d, 6, "pointwise")
			wide, err := Plan(p, o.Windows)
			if err != nil {
				t.Fatal(err)
			}
			cost := plan.CostOf(wide.Systems(), 0, 0, o.Further(wide))
			result, _ := executed(t, d, p, o)
			if searches := result.Cost.Audit + result.Cost.Latency; cost.Further != searches || cost.Searches != searches {
				t.Errorf("%d searches foreseen, %d sent", cost.Further, searches)
			}
			// The remainder of the audit is foreseen at the largest windows.
			if documents := result.Cost.AuditDocuments + result.Cost.LatencyDocuments; cost.Documents < documents || cost.Documents > documents+10 {
				t.Errorf("%d documents foreseen, %d scored", cost.Documents, documents)
			}
		})
	}
}

// A reranker outside of Elasticsearch is asked again where that is wished, and
// always at every window where its model is listwise.
func TestFurtherOutside(t *testing.T) {
	d := newDouble(120)
	for name, test := range map[string]struct {
		model         string
		o             Options
		sent, further int
	}{
		"pointwise":         {"x", Options{}, 0, 0},
		"pointwise, asked":  {"x", Options{AuditOutside: true, TimeOutside: true}, 2*10 + 5 + 2*(20+5+10+20), 3 + 2*4 + 2},
		"listwise":          {"jina-reranker-v3", Options{AuditOutside: true}, 6 * (5 + 10), 6*2 + 6},
		"listwise, windows": {"jina-reranker-v3", Options{TimeOutside: true}, 6*(5+10) + 2*(20+5+10+20), 6*2 + 6 + 2*4 + 2},
	} {
		test.o.Windows, test.o.Audit, test.o.LatencySamples = []int{5, 10, 20}, 3, 2
		p := newPlan(t, d, 6, "pointwise")
		p.Rerankers[0].API = &judgments.RerankAPI{API: judgments.APICompatible, Model: test.model, Fields: []string{"text"}}
		wide, err := Plan(p, test.o.Windows)
		if err != nil {
			t.Fatal(err)
		}
		if cost := plan.CostOf(wide.Systems(), 0, 0, test.o.Further(wide)); cost.Sent != test.sent || cost.Further != test.further {
			t.Errorf("%s: %d documents in %d searches, want %d in %d", name, cost.Sent, cost.Further, test.sent, test.further)
		}
	}
}

// Windows that an audit makes necessary to measure are not measured beyond the
// limit: what is derived is called an approximation, and why is said.
func TestMeasuringKeepsTheLimit(t *testing.T) {
	const (
		foreseen = 10*40 + 3*(10+5) // the pass, and the audit at the smaller windows in turn
		measured = 10 * (5 + 10)
	)
	for limit, affordable := range map[float64]bool{foreseen + measured: true, foreseen + measured - 1: false, foreseen: false} {
		d := newDouble(120)
		suite := newPlan(t, d, 10, "listwise").Suite
		suite.Prices = []judgments.Price{{Name: "listwise", USD: 1000, Per: judgments.PerDocuments}} // a dollar each
		p, err := plan.New(suite, plan.Overrides{})
		if err != nil {
			t.Fatal(err)
		}
		result, _ := executed(t, d, p, Options{Windows: []int{5, 10, 40}, Audit: 6, LatencySamples: -1, MaxUSD: &limit})
		r, notes := result.Rerankers[0], strings.Join(result.Rerankers[0].Notes, "\n")
		if affordable && (r.Origin != Measured || result.Cost.MeasuredDocuments != measured) {
			t.Errorf("%v dollars: origin %q, %d documents measured, notes %q", limit, r.Origin, result.Cost.MeasuredDocuments, notes)
		}
		if !affordable && (r.Origin != Approximated || result.Cost.Measured != 0 || !strings.Contains(notes, "its windows were not measured, which would cost up to 150.00 dollars more")) {
			t.Errorf("%v dollars: origin %q, %d searches measured, notes %q", limit, r.Origin, result.Cost.Measured, notes)
		}
	}
}
