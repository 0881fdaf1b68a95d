package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/spelling"
)

// Check reports what is wrong with a gate before anything is searched: names
// that nothing has, limits that do not go together, and limits that no run
// can meet. Systems are the suite's, the first stage first; metricOK says
// what is wrong with a metric's name, metrics.Parse where it is nil. All
// problems have the gate's place. Nil means that the gate is sound.
func Check(g judgments.Gate, systems []string, metricOK func(name string) error) []judgments.Problem {
	c := checker{gate: g}
	c.system(systems)
	if v := g.Versus; v != "" && v != firstStage && v != "baseline" && !slices.Contains(systems, v) {
		c.fail("versus must be first-stage, baseline or a system, not %q", v)
	}
	switch {
	case g.Metric == "":
		c.fail("a gate needs metric: a metric, a latency (%s) or a count (%s)", strings.Join(judgments.Latencies, ", "), strings.Join(judgments.Counts, ", "))
	case measured(g.Metric):
		c.measured()
	default:
		c.metric(metricOK)
	}
	c.together()
	return c.problems
}

type checker struct {
	gate     judgments.Gate
	problems []judgments.Problem
}

func (c *checker) fail(format string, args ...any) {
	c.problems = append(c.problems, judgments.Problem{Position: c.gate.Position, Message: fmt.Sprintf(format, args...)})
}

// system checks the name of the system, and that there is one to compare.
func (c *checker) system(systems []string) {
	g := c.gate
	switch {
	case g.System != "" && !slices.Contains(systems, g.System):
		hint := "; known are " + strings.Join(systems, ", ")
		if near := spelling.Nearest(g.System, systems); near != "" {
			hint = fmt.Sprintf("; did you mean %q?", near)
		}
		c.fail("unknown system %q%s", g.System, hint)
	case g.System == firstStage && g.Versus == firstStage:
		c.fail("the first stage cannot be compared with itself; name a reranker as system")
	case g.Versus == firstStage && len(systems) < 2:
		c.fail("the suite has no reranker to compare with the first stage")
	case g.System != "" && g.Metric == "unresolved_titles":
		c.fail("unresolved_titles is the same for every system; remove system")
	case g.System == firstStage && g.Metric == "dropped_documents":
		c.fail("the first stage drops no documents; name a reranker as system")
	}
}

// measured checks the limits on a latency or a count.
func (c *checker) measured() {
	g := c.gate
	switch {
	case g.Max == nil || g.Min != nil || g.MinGain != nil || g.MaxDrop != nil || g.MaxQueryDrop != nil || g.MaxQueries != nil || g.MaxShare != nil:
		c.fail("a gate on %s takes max only", g.Metric)
	case g.Versus != "" || g.Confidence != 0:
		c.fail("a gate on %s bounds the value itself; remove versus and confidence", g.Metric)
	case *g.Max < 0 || isLatency(g.Metric) && *g.Max == 0:
		c.fail("max of %s is %s: the gate can never hold", g.Metric, number(*g.Max))
	}
}

// metric checks the name of a metric, and the limits on its value.
func (c *checker) metric(ok func(string) error) {
	g := c.gate
	if ok != nil {
		if err := ok(g.Metric); err != nil {
			c.fail("%v", err)
			return
		}
	}
	m, err := metrics.Parse(g.Metric)
	if err != nil {
		c.fail("%v", err)
		return
	}
	if g.Confidence != 0 && !m.IsMean() {
		c.fail("confidence needs a metric that is averaged over the queries, which %s is not; remove confidence", m)
	}
	if g.Confidence != 0 && m.IsUnbounded() {
		c.fail("confidence needs a metric with a greatest value, which %s has not; remove confidence, or use %s", m, strings.Replace(m.String(), "dcg", "ndcg", 1))
	}
	if m.IsCount() || m.IsUnbounded() {
		if g.Max != nil && *g.Max < 0 && m.String() != "utility" {
			c.fail("max is %s, but %s is never below 0: the gate can never hold", number(*g.Max), m)
		}
		return
	}
	for _, limit := range []struct {
		name  string
		value *float64
	}{{"min", g.Min}, {"max", g.Max}, {"min_gain", g.MinGain}, {"max_drop", g.MaxDrop}, {"max_query_drop", g.MaxQueryDrop}} {
		if limit.value == nil {
			continue
		}
		switch v := *limit.value; {
		case v > 1 && v <= 100:
			c.fail("%s is %s, but %s goes from 0 to 1; for %s %% write %s", limit.name, number(v), m, number(v), number(v/100))
		case v > 1 || v < 0:
			c.fail("%s is %s, but %s goes from 0 to 1", limit.name, number(v), m)
		}
	}
}

// together checks that the limits make one condition.
func (c *checker) together() {
	g := c.gate
	if measured(g.Metric) {
		return
	}
	relative := 0
	for _, limit := range []*float64{g.MinGain, g.MaxDrop, g.MaxQueryDrop} {
		if limit != nil {
			relative++
		}
	}
	absolute := g.Min != nil || g.Max != nil
	switch {
	case g.Versus != "" && g.Versus == g.System && g.Versus != firstStage:
		c.fail("%s cannot be compared with itself; name another system as versus", g.System)
	case !absolute && relative == 0:
		c.fail("a gate needs a limit: min or max for the value itself, or versus with min_gain, max_drop or max_query_drop")
	case absolute && (relative > 0 || g.Versus != ""):
		c.fail("min and max bound the value itself, versus with min_gain, max_drop or max_query_drop a difference; write two gates")
	case relative > 1:
		c.fail("a gate has one of min_gain, max_drop and max_query_drop; write one gate for each")
	case relative == 1 && g.Versus == "":
		c.fail("a limit on a difference needs versus: first-stage, baseline or a system")
	case (g.MaxQueries != nil || g.MaxShare != nil) && g.MaxQueryDrop == nil:
		c.fail("max_queries and max_share go with max_query_drop: how many queries may drop by more than that")
	case g.MaxQueries != nil && g.MaxShare != nil:
		c.fail("a gate has one of max_queries and max_share")
	case g.MaxQueries != nil && *g.MaxQueries < 0 || g.MaxShare != nil && !(*g.MaxShare >= 0 && *g.MaxShare < 1):
		c.fail("max_queries must be at least 0, and max_share at least 0 and below 1")
	case g.Inconclusive != "" && g.Inconclusive != judgments.InconclusivePasses && g.Inconclusive != judgments.InconclusiveFails:
		c.fail("inconclusive must be pass or fail, not %q", g.Inconclusive)
	case g.Confidence != 0 && g.MinGain == nil && g.MaxDrop == nil:
		c.fail("confidence goes with min_gain or max_drop, where there is a mean difference to bound")
	case g.Confidence != 0 && !(g.Confidence >= 0.5 && g.Confidence < 1):
		c.fail("confidence is %s: it must be at least 0.5 and below 1, such as 0.95", number(g.Confidence))
	case g.Min != nil && g.Max != nil && *g.Min > *g.Max:
		c.fail("min %s is above max %s: the gate can never hold", number(*g.Min), number(*g.Max))
	}
	for _, limit := range []*float64{g.MinGain, g.MaxDrop, g.MaxQueryDrop, g.Min, g.Max} {
		if limit != nil && !(*limit-*limit == 0) {
			c.fail("a limit must be a finite number, not %s", number(*limit))
		}
	}
}
