package reports

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/sweep"
)

// handmade are the sample's values, worked out by hand. With the discount
// log2(rank+1), that of rank 2 being log2(3) = 1.58496 and that of rank 3 2:
//
//	crime  ndcg@3: Lambs (1) at rank 3 → 1/2; at rank 1 → 1
//	heist  ndcg@3: ideal 3 + 1/1.58496 = 3.63093, as returned → 1;
//	       Heat (1) at 2, Dogs (3) at 3 → (0.63093 + 1.5)/3.63093 = 0.58688
//	toys   as it was, 1
//	space  ndcg@3: Gravity at 2 → 0.63093; the reranker failed: no evidence
var handmade = map[string][2]float64{
	"crime ndcg@3": {0.5, 1}, "crime mrr": {1.0 / 3, 1}, "crime recall@4": {1, 1},
	"heist ndcg@3": {1, (1/math.Log2(3) + 1.5) / (3 + 1/math.Log2(3))}, "heist mrr": {1, 0.5}, "heist recall@4": {1, 1},
	"toys ndcg@3": {1, 1}, "toys mrr": {1, 1}, "toys recall@4": {1, 1},
	"space ndcg@3": {1 / math.Log2(3), math.NaN()}, "space mrr": {0.5, math.NaN()}, "space recall@4": {1, math.NaN()},
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestSampleNumbers(t *testing.T) {
	r := full()
	content, err := render(CSV, r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1+4*2*3 {
		t.Fatalf("%d rows, want a head and one for each of 4 queries, 2 systems, 3 metrics", len(rows))
	}
	means := map[string]float64{}
	for _, row := range rows[1:] {
		want := handmade[row[1]+" "+row[6]]
		side := 0
		if row[5] == "elastic" {
			side = 1
			if d, _ := strconv.ParseFloat(row[10], 64); !near(d, want[1]-want[0]) && !(row[10] == "" && row[11] == "true") {
				t.Errorf("difference of %s %s is %v, want %v", row[1], row[6], d, want[1]-want[0])
			}
		}
		value, err := strconv.ParseFloat(row[7], 64)
		if math.IsNaN(want[side]) {
			if row[7] != "" {
				t.Errorf("%s of the failed query is %s", row[6], row[7])
			}
			continue
		}
		if err != nil || !near(value, want[side]) {
			t.Errorf("%s of %s under %s is %v, want %v", row[6], row[1], row[5], row[7], want[side])
		}
		if row[1] != "space" { // which elastic did not answer
			means[row[5]+" "+row[6]] += want[side] / 3
		}
	}
	content, err = render(JSON, r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var read jsonReport
	if err := json.Unmarshal(content, &read); err != nil {
		t.Fatal(err)
	}
	for _, s := range read.Systems {
		for _, m := range s.Metrics {
			if want := means[s.Name+" "+m.Metric]; !near(*m.Mean, want) {
				t.Errorf("mean of %s under %s is %v, want %v", m.Metric, s.Name, *m.Mean, want)
			}
		}
	}
	for _, c := range read.Comparisons {
		if want := means["elastic "+c.Metric] - means["first-stage "+c.Metric]; !near(*c.Difference, want) || c.Won+c.Lost+c.Tied != 3 {
			t.Errorf("difference of %s is %v, want %v", c.Metric, *c.Difference, want)
		}
	}
	// ndcg@3 of the three answered queries: 2.5/3 without, 2.58688/3 with.
	if v := read.Verdicts[0]; v.Says != stats.Unsettled || !strings.Contains(v.Sentence, "elastic changed ndcg@3 by +0.029 on these 3 queries, from 0.833 to 0.862; 3 queries are too few to say anything about others like them") ||
		v.Counts != "Of 3 queries, 1 fell, 1 rose, 1 stayed; 1 left out, because some system did not answer." {
		t.Errorf("the verdict is %+v", v)
	}
	// A hit's contribution: Dogs (3) of 3.63093 at rank 1, then at rank 3.
	for _, h := range read.Hits {
		if h.Query == "heist" && h.Title == "Dogs" {
			want := 3 / (3 + 1/math.Log2(3))
			if h.Rank == 3 {
				want /= 2
			}
			if !near(*h.Contribution, want) {
				t.Errorf("Dogs at rank %d adds %v, want %v", h.Rank, *h.Contribution, want)
			}
		}
	}
}

// TestContributionsAddUp holds every explanation against the difference that
// it explains.
func TestContributionsAddUp(t *testing.T) {
	for name, r := range map[string]*Report{"full": full(), "several": several(), "large": large(40)} {
		for query := range r.Evaluation.Run.Queries {
			for system := 1; system < len(r.Evaluation.Systems); system++ {
				x := r.explain(query, system)
				sum := 0.0
				for i := range x.documents {
					sum += x.documents[i].difference()
				}
				if d := x.with.value - x.without.value; !near(sum, d) && !math.IsNaN(d) {
					t.Errorf("%s, query %d, system %d: contributions add up to %v, the difference is %v", name, query, system, sum, x.with.value-x.without.value)
				}
			}
		}
	}
}

func TestQueriesAreSortedByDifference(t *testing.T) {
	var got []string
	for _, row := range full().Queries[0] {
		got = append(got, full().Evaluation.Run.Queries[row.Query].ID)
	}
	// -0.413, 0, +0.5, and last the one without an answer
	if want := "heist toys crime space"; strings.Join(got, " ") != want {
		t.Errorf("queries are in the order %v, want %s", got, want)
	}
}

func TestNothingUndefinedIsPrinted(t *testing.T) {
	run := sample()
	run.Manifest.Metrics = []string{"judged@3", "ndcg@3"}
	for i := range run.Queries {
		for _, result := range run.Queries[i].Results {
			result.Hits = nil // judged@3 is undefined for an empty list
		}
	}
	r := mustReport(run)
	r.Sweep = full().Sweep
	r.Sweep.FirstStage.Values[0] = sweep.Number(math.NaN())
	for _, f := range formats() {
		content, err := render(f.format, r, Options{})
		if err != nil {
			t.Fatalf("%s: %v", f.format, err)
		}
		if bytes.Contains(content, []byte("NaN")) || bytes.Contains(content, []byte("Inf")) {
			t.Errorf("%s prints NaN or Inf", f.format)
		}
		if f.format == Table && !bytes.Contains(content, []byte("?")) {
			t.Errorf("the table shows no ? for what is undefined:\n%s", content)
		}
	}
}
