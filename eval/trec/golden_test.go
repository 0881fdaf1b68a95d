package trec

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval/metrics"
)

// allMeasures is what testdata/golden.py asks pytrec_eval for.
func allMeasures(t testing.TB) Measures {
	ms, err := ParseMeasures([]string{"all_trec"}, false)
	if err != nil {
		t.Fatal(err)
	}
	ms.Sort()
	return ms
}

func evaluateFiles(t testing.TB, qrels, run string, ms []metrics.Metric, o Options) *Result {
	t.Helper()
	q, err := ReadQrels(t.Context(), Input{Path: qrels}, QrelsOptions{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Evaluate(t.Context(), q, Input{Path: run}, ms, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The values and the printed bytes of trec_eval, as pytrec_eval gives them.
func TestGolden(t *testing.T) {
	runs, err := filepath.Glob("testdata/golden/*.run")
	if err != nil || len(runs) < 8 {
		t.Fatalf("golden cases: %d, %v", len(runs), err)
	}
	ms := allMeasures(t)
	for _, run := range runs {
		base := strings.TrimSuffix(run, ".run")
		t.Run(filepath.Base(base), func(t *testing.T) {
			r := evaluateFiles(t, base+".qrels", run, ms.Metrics, Options{Float32: true})
			var got bytes.Buffer
			if err := WriteTrecEval(&got, r, WriteOptions{RunID: ms.RunID, PerQuery: true, OmitMissing: true}); err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(base + ".out")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("what trec_eval -c -q prints (-want +got):\n%s", diff)
			}
			compareValues(t, base+".tsv", r)
			double := evaluateFiles(t, base+".qrels", run, ms.Metrics, Options{})
			if filepath.Base(base) == "ties" { // some scores are equal as float32 only
				if cmp.Equal(r.Values, double.Values) {
					t.Error("the ties that only float32 makes changed nothing")
				}
				return
			}
			if diff := cmp.Diff(r.Values, double.Values); diff != "" {
				t.Errorf("float32 and float64 scores without ties (-32 +64):\n%s", diff)
			}
		})
	}
}

// compareValues holds every value against the full precision of the file. The
// tolerance is for logarithms of different libraries.
func compareValues(t *testing.T, path string, r *Result) {
	t.Helper()
	values := map[string]float64{}
	for i, m := range r.Metrics {
		values[m.TrecName()+" all"] = r.Summaries[i].Value
		for q, id := range r.Queries {
			values[m.TrecName()+" "+id] = r.Values[i][q]
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		f := strings.Fields(line)
		want, err := strconv.ParseFloat(f[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := values[f[0]+" "+f[1]]
		if !ok || math.Abs(got-want) > 1e-13*max(1, want) {
			t.Errorf("%s of %s is %.17g, want %.17g", f[0], f[1], got, want)
		}
	}
}

// trec_eval 10.0 prints missing queries too, and rounds recall levels.
func TestMissingQueriesArePrinted(t *testing.T) {
	ms, err := ParseMeasures([]string{"num_ret", "num_rel", "map"}, false)
	if err != nil {
		t.Fatal(err)
	}
	r := evaluateFiles(t, "testdata/golden/missing.qrels", "testdata/golden/missing.run", ms.Metrics, Options{})
	var got bytes.Buffer
	if err := WriteTrecEval(&got, r, WriteOptions{PerQuery: true}); err != nil {
		t.Fatal(err)
	}
	relevant := 0
	data, err := os.ReadFile("testdata/golden/missing.qrels")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "q2 ") && strings.HasSuffix(line, " 1\n") {
			relevant++
		}
	}
	want := "num_ret               \tq2\t0\nnum_rel               \tq2\t" + strconv.Itoa(relevant) + "\nmap                   \tq2\t0.0000\n"
	if !strings.Contains(got.String(), want) {
		t.Errorf("the missing query q2 is not in\n%s\nas\n%s", &got, want)
	}
	if r.Missing != 2 || r.Unjudged != 2 {
		t.Errorf("%d queries are missing and %d unjudged, want 2 and 2", r.Missing, r.Unjudged)
	}
}
