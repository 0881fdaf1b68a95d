package judgments

import (
	"slices"
	"strings"
	"time"

	"github.com/releval/releval/judgments/spelling"
)

var gateKeys = []string{"metric", "system", "tag", "versus", "min", "max", "min_gain", "max_drop", "max_query_drop", "max_queries", "max_share", "confidence", "inconclusive"}

// Cost is the gate's name for what 1,000 searches of a system cost, in
// dollars, by the suite's prices.
const Cost = "usd_per_1000"

// Latencies and Counts are what a gate may bound besides metrics and Cost. A
// latency is a quantile over the queries of a system's searches: took is the
// server's time, wall the client's. A count is of a system's failed queries,
// of judged titles that match no document, and of documents that the reranker
// dropped.
var (
	Latencies = []string{"took_p50", "took_p95", "wall_p50", "wall_p95"}
	Counts    = []string{"failed", "unresolved_titles", "dropped_documents"}
)

// IsMeasured says whether a gate on that name bounds something measured, and
// no metric: a latency, a count or the cost.
func IsMeasured(name string) bool {
	return name == Cost || slices.Contains(Latencies, name) || slices.Contains(Counts, name)
}

// gateReader holds what a gate's mapping says, with the places.
type gateReader struct {
	*walker
	Gate
	limits map[string]*node
	maxAt  *node
}

func (w *walker) gate(s *Suite, n *node) {
	g := gateReader{
		walker: w,
		Gate:   Gate{Position: w.at(n), Source: flowText(n)},
		limits: map[string]*node{},
	}
	before := len(w.problems)
	var confidence, count *node
	w.fields(n, "a gate", gateKeys, func(key string, _, v *node) {
		switch key {
		case "metric":
			g.Metric = g.metric(v)
		case "system":
			g.System, _ = w.text(v, key)
			w.refs = append(w.refs, reference{w.at(v), "system", g.System})
		case "tag":
			g.Tag, _ = w.text(v, key)
			w.refs = append(w.refs, reference{w.at(v), "tag", g.Tag})
		case "versus":
			g.Versus, _ = w.text(v, key)
			w.refs = append(w.refs, reference{w.at(v), "versus", g.Versus})
		case "max":
			g.limits[key], g.maxAt = v, v
		case "min":
			g.limits[key] = v
			g.Min = g.bound(v, key)
		case "min_gain":
			g.limits[key] = v
			g.MinGain = g.bound(v, key)
		case "max_drop":
			g.limits[key] = v
			g.MaxDrop = g.bound(v, key)
		case "max_query_drop":
			g.limits[key] = v
			g.MaxQueryDrop = g.bound(v, key)
		case "max_queries":
			if count != nil {
				w.fail(v, "a gate has one of max_queries and max_share")
			}
			count = v
			if i, ok := w.integer(v, key, 0, 1<<31-1); ok {
				g.MaxQueries = &i
			}
		case "max_share":
			if count != nil {
				w.fail(v, "a gate has one of max_queries and max_share")
			}
			count = v
			g.MaxShare = g.share(v)
		case "inconclusive":
			g.Inconclusive, _ = w.text(v, key)
			if g.Inconclusive != InconclusivePasses && g.Inconclusive != InconclusiveFails && g.Inconclusive != "" {
				w.fail(v, "inconclusive must be pass or fail, not %s%s", quote(g.Inconclusive), nearOnly(g.Inconclusive, InconclusivePasses, InconclusiveFails))
			}
		case "confidence":
			confidence = v
			f, ok := w.number(v, key)
			if ok && (f < 0.5 || f >= 1) {
				w.fail(v, "confidence must be at least 0.5 and below 1, such as 0.95")
			}
			g.Confidence = f
		}
	})
	if n.Kind != mappingNode || len(w.problems) > before {
		return
	}
	if g.Metric == "" {
		w.fail(n, "a gate needs metric: a metric, a latency (%s), a count (%s) or %s", strings.Join(Latencies, ", "), strings.Join(Counts, ", "), Cost)
		return
	}
	if g.maxAt != nil {
		g.Max = g.maximum()
	}
	if len(w.problems) == before {
		g.together(n, confidence, count)
	}
	if len(w.problems) == before {
		s.Gates = append(s.Gates, g.Gate)
	}
}

func nearOnly(word string, candidates ...string) string {
	if near := spelling.Nearest(word, candidates); near != "" {
		return "; did you mean " + quote(near) + "?"
	}
	return ""
}

// metric reads the name of a metric, a latency or a count.
func (g *gateReader) metric(n *node) string {
	name, ok := g.text(n, "metric")
	if !ok {
		return ""
	}
	name = strings.TrimSpace(name)
	if IsMeasured(name) {
		return name
	}
	if near := spelling.Nearest(name, slices.Concat(Latencies, Counts, []string{Cost})); near != "" && !strings.Contains(name, "@") {
		if g.options.Metric == nil || g.options.Metric(name) != nil {
			g.fail(n, "unknown metric %s; did you mean %q?", quote(name), near)
			return ""
		}
	}
	name, _ = g.metricName(n)
	return name
}

func (g *gateReader) bound(n *node, key string) *float64 {
	f, ok := g.number(n, key)
	if !ok {
		return nil
	}
	if key != "min" && key != "max" && f < 0 {
		g.fail(n, "%s must not be negative: it says how much", key)
		return nil
	}
	return &f
}

// share reads which share of the queries may drop too far.
func (g *gateReader) share(n *node) *float64 {
	f, ok := g.number(n, "max_share")
	switch {
	case !ok:
		return nil
	case f >= 1 && f <= 100:
		g.fail(n, "max_share must be at least 0 and below 1; for %s %% write %s", formatNumber(f), formatNumber(f/100))
		return nil
	case f < 0 || f >= 1:
		g.fail(n, "max_share must be at least 0 and below 1, such as 0.02 for one query in 50")
		return nil
	}
	return &f
}

// maximum reads max, whose form depends on the metric: a latency needs its
// unit, a count is a whole number.
func (g *gateReader) maximum() *float64 {
	n := g.maxAt
	switch {
	case slices.Contains(Latencies, g.Metric):
		d, err := time.ParseDuration(n.Value)
		if n.Kind != scalarNode || err != nil || d <= 0 {
			g.fail(n, "max of %s must be a duration with its unit, such as 300ms or 1.5s, not %s", g.Metric, flowText(n))
			return nil
		}
		ms := float64(d) / float64(time.Millisecond)
		return &ms
	case slices.Contains(Counts, g.Metric):
		i, ok := g.integer(n, "max of "+g.Metric, 0, 1<<31-1)
		if !ok {
			return nil
		}
		f := float64(i)
		return &f
	}
	return g.bound(n, "max")
}

// together checks that a gate's limits make one condition.
func (g *gateReader) together(n, confidence, count *node) {
	var relative []string
	for _, key := range []string{"min_gain", "max_drop", "max_query_drop"} {
		if g.limits[key] != nil {
			relative = append(relative, key)
		}
	}
	absolute := g.Min != nil || g.Max != nil
	measured := IsMeasured(g.Metric)
	switch {
	case measured && (g.Max == nil || g.Min != nil || len(relative) > 0):
		g.fail(n, "a gate on %s has max alone", g.Metric)
	case measured && (g.Versus != "" || confidence != nil):
		g.fail(n, "a gate on %s bounds the value itself; remove versus and confidence", g.Metric)
	case !absolute && len(relative) == 0:
		g.fail(n, "a gate needs a limit: min or max for the value itself, or versus with min_gain, max_drop or max_query_drop")
	case absolute && len(relative) > 0:
		g.fail(n, "a gate is either on the value itself (min, max) or on a difference (%s); write two gates", relative[0])
	case len(relative) > 1:
		g.fail(n, "a gate has one of min_gain, max_drop and max_query_drop, not %s; write one gate for each", strings.Join(relative, " and "))
	case len(relative) == 1 && g.Versus == "":
		g.fail(n, "%s needs versus: first-stage, baseline or a system", relative[0])
	case absolute && g.Versus != "":
		g.fail(n, "min and max bound the value itself; with versus use min_gain, max_drop or max_query_drop")
	case g.Versus == FirstStage && g.System == FirstStage:
		g.fail(n, "the first stage cannot be compared with itself; name a reranker as system")
	case g.Versus != "" && g.Versus == g.System:
		g.fail(n, "%s cannot be compared with itself; name another system as versus", g.System)
	case count != nil && g.MaxQueryDrop == nil:
		g.fail(count, "max_queries and max_share go with max_query_drop: how many queries may drop by more than that")
	case confidence != nil && g.MinGain == nil && g.MaxDrop == nil:
		g.fail(confidence, "confidence goes with min_gain or max_drop, where there is a mean difference to bound")
	case g.Min != nil && g.Max != nil && *g.Min > *g.Max:
		g.fail(n, "min is above max, so that the gate can never hold")
	}
}
