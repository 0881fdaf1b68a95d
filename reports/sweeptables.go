package reports

import (
	"math"
	"slices"
	"strconv"

	"github.com/releval/releval/eval/sweep"
)

// SweepTable is a further table of a sweep: what the curve does not show.
type SweepTable struct {
	Title  string
	Header []string
	// Rows hold numbers that are already printed.
	Rows [][]string
	// Detail says that a terminal does without it.
	Detail bool
}

// sweepTables are the further tables.
func sweepTables(r *sweep.Result, one *sweep.Reranker) []SweepTable {
	tables := []SweepTable{lossTable(r, one)}
	if len(r.Metrics) > 1 {
		tables = append(tables, metricTable(r, one))
	}
	if one.Latency != nil {
		tables = append(tables, latencyTable(one))
	}
	if one.Settings != nil {
		tables = append(tables, settingTables(r, one.Settings)...)
	}
	return tables
}

// lossTable says where the relevant documents are lost at each window.
func lossTable(r *sweep.Result, one *sweep.Reranker) SweepTable {
	t := SweepTable{Title: "Where relevant documents are lost", Header: []string{"window", "found", "ranked below", "dropped", "not delivered", "not in index"}}
	unanswered := slices.ContainsFunc(one.Points, func(p sweep.Point) bool { return p.Losses.Unanswered > 0 })
	if unanswered {
		t.Header = append(t.Header, "unanswered")
	}
	for _, p := range one.Points {
		l := p.Losses
		row := []string{strconv.Itoa(p.Window), thousands(l.Found), thousands(l.Below), thousands(l.Dropped), thousands(l.Undelivered), thousands(l.NotInIndex)}
		if unanswered {
			row = append(row, thousands(l.Unanswered))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// metricTable shows all metrics at each window.
func metricTable(r *sweep.Result, one *sweep.Reranker) SweepTable {
	t := SweepTable{Title: "Every metric", Header: append(append([]string{"window"}, r.Metrics...), "documents")}
	without := []string{"none"}
	for _, v := range r.FirstStage.Values {
		without = append(without, fixed(float64(v)))
	}
	t.Rows = append(t.Rows, append(without, "0"))
	for _, p := range one.Points {
		row := []string{strconv.Itoa(p.Window)}
		for _, v := range p.Values {
			row = append(row, fixed(float64(v)))
		}
		t.Rows = append(t.Rows, append(row, compact(float64(int(p.Documents*10+0.5))/10)))
	}
	return t
}

// latencyTable shows both clocks.
func latencyTable(one *sweep.Reranker) SweepTable {
	t := SweepTable{Title: "Latency in milliseconds", Detail: true, Header: []string{"window", "wall p50", "wall p95", "took p50", "took p95", "fitted wall"}}
	for _, p := range one.Points {
		fitted := undefined
		if one.Latency.Wall != nil {
			fitted = milliseconds(one.Latency.Wall.At(p.Window))
		}
		if l := p.Latency; l != nil {
			t.Rows = append(t.Rows, []string{strconv.Itoa(p.Window), milliseconds(float64(l.WallP50)), milliseconds(float64(l.WallP95)),
				milliseconds(float64(l.TookP50)), milliseconds(float64(l.TookP95)), fitted})
		}
	}
	return t
}

// settingTables show the estimates of other settings.
func settingTables(r *sweep.Result, s *sweep.Settings) []SweepTable {
	var tables []SweepTable
	at := " at window " + strconv.Itoa(s.Window) + " (estimates from the same pass)"
	if m := s.MinScore; m != nil {
		t := SweepTable{Title: "Thresholds of min_score" + at, Detail: true, Header: []string{"min_score", r.Lead(), "hits a query"}}
		for _, o := range m.Options {
			limit := "none"
			if o.MinScore.Defined() {
				limit = compact(float64(o.MinScore))
			}
			t.Rows = append(t.Rows, []string{limit, fixed(float64(o.Value)), compact(o.Hits)})
		}
		tables = append(tables, t)
	}
	if b := s.Blend; b != nil {
		t := SweepTable{Title: "Blends of both scores" + at, Detail: true, Header: []string{"weight of the reranker", r.Lead()}}
		for _, o := range b.Options {
			t.Rows = append(t.Rows, []string{compact(o.Weight), fixed(float64(o.Value))})
		}
		tables = append(tables, t)
	}
	return tables
}

// grid makes a table of it.
func (t *SweepTable) grid() *grid {
	g := &grid{}
	for _, head := range t.Header {
		g.columns = append(g.columns, column{head: head, right: true})
	}
	for _, row := range t.Rows {
		g.add(words(row...)...)
	}
	return g
}

// sweepsTogether compares several sweeps window by window; nil for one.
func sweepsTogether(sweeps []SweepView) *grid {
	if len(sweeps) < 2 {
		return nil
	}
	timed := slices.ContainsFunc(sweeps, func(s SweepView) bool {
		return slices.ContainsFunc(s.Points, func(p SweepPoint) bool { return !math.IsNaN(p.P95) })
	})
	heads := []string{"gain"}
	if timed {
		heads = append(heads, "p95 ms")
	}
	g := &grid{columns: []column{{head: "window", right: true}}}
	for i := range sweeps {
		for _, head := range append([]string{clipLong(sweeps[i].Reranker)}, heads...) {
			g.columns = append(g.columns, column{head: head, right: true})
		}
	}
	for _, w := range unitedWindows(sweeps) {
		row := []cell{{text: strconv.Itoa(w)}}
		for i := range sweeps {
			s := &sweeps[i]
			p := s.point(w)
			if p == nil {
				row = append(row, words(slices.Repeat([]string{absent}, 1+len(heads))...)...)
				continue
			}
			value := cell{text: fixed(p.Value)}
			if w == s.Recommended {
				value = toned("→ "+value.text, good)
			}
			row = append(row, value, cell{text: signed(p.Gain)})
			if timed {
				row = append(row, cell{text: milliseconds(p.P95)})
			}
		}
		g.add(row...)
	}
	return g
}
