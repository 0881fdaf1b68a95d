package reports

import (
	"bytes"
	"encoding/csv"
	"math"
	"strconv"
	"testing"
)

// Beside a CSV report stands a row for each window of each sweep.
func TestWindowsReadBack(t *testing.T) {
	r := several()
	if len(r.Sweeps) < 2 {
		r.Sweeps = append(full().Sweeps, full().Sweeps...)
		r.Sweeps[1].Reranker = "=other"
	}
	r.Sweeps[0].Points[0].P95 = math.NaN()
	content, err := renderWindows(r)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := make(map[string]int)
	for i, name := range rows[0] {
		column[name] = i
	}
	rows = rows[1:]
	for _, s := range r.Sweeps {
		for _, p := range s.Points {
			if len(rows) == 0 {
				t.Fatal("rows are missing")
			}
			row := rows[0]
			rows = rows[1:]
			if row[column["reranker"]] != csvText(s.Reranker) || row[column["window"]] != strconv.Itoa(p.Window) || row[column["metric"]] != s.Metric ||
				row[column["recommended"]] != strconv.FormatBool(p.Window == s.Recommended) {
				t.Errorf("window %d of %s: %v", p.Window, s.Reranker, row)
			}
			for name, want := range map[string]float64{
				"without": s.FirstStage, "value": p.Value, "gain": p.Gain, "gain_low": p.GainLow, "gain_high": p.GainHigh, "ceiling": p.Ceiling,
				"recall": p.Recall, "captured": p.Captured, "p50_ms": p.P50, "p95_ms": p.P95, "documents": p.Documents,
			} {
				cell := row[column[name]]
				got, err := strconv.ParseFloat(cell, 64)
				switch {
				case math.IsNaN(want) && cell == "":
				case err != nil || got != want:
					t.Errorf("window %d of %s: %s is %q, want %v", p.Window, s.Reranker, name, cell, want)
				}
			}
		}
	}
	if len(rows) > 0 {
		t.Errorf("%d rows too many", len(rows))
	}
}
