package reports

import (
	"bytes"
	"encoding/csv"
	"math"
	"strconv"
	"testing"

	"github.com/releval/releval/eval/sweep"
)

// Beside a CSV report stands a row for each window of each sweep.
func TestWindowsReadBack(t *testing.T) {
	r := several()
	r.Sweep = full().Sweep
	r.Sweep.Rerankers = append(r.Sweep.Rerankers, full().Sweep.Rerankers...)
	r.Sweep.Rerankers[1].Name = "=other"
	r.Sweep.Rerankers[0].Points[0].Latency = nil
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
	for _, one := range r.Sweep.Rerankers {
		for _, p := range one.Points {
			if len(rows) == 0 {
				t.Fatal("rows are missing")
			}
			row := rows[0]
			rows = rows[1:]
			if row[column["reranker"]] != csvText(one.Name) || row[column["window"]] != strconv.Itoa(p.Window) || row[column["metric"]] != "ndcg@3" ||
				row[column["recommended"]] != strconv.FormatBool(p.Window == 3) {
				t.Errorf("window %d of %s: %v", p.Window, one.Name, row)
			}
			latency := sweep.Times{WallP50: sweep.Number(math.NaN()), WallP95: sweep.Number(math.NaN())}
			if p.Latency != nil {
				latency = *p.Latency
			}
			for name, want := range map[string]sweep.Number{
				"without": 0.783, "value": p.Values[0], "gain": p.Gain.Mean, "gain_low": p.Gain.Low, "gain_high": p.Gain.High, "ceiling": p.Ceilings[0],
				"recall": p.Recall, "captured": p.Captured, "p50_ms": latency.WallP50, "p95_ms": latency.WallP95, "documents": sweep.Number(p.Documents),
			} {
				cell := row[column[name]]
				got, err := strconv.ParseFloat(cell, 64)
				switch {
				case !want.Defined() && cell == "":
				case err != nil || sweep.Number(got) != want:
					t.Errorf("window %d of %s: %s is %q, want %v", p.Window, one.Name, name, cell, want)
				}
			}
		}
	}
	if len(rows) > 0 {
		t.Errorf("%d rows too many", len(rows))
	}
}
