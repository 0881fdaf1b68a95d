package trec

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseMeasures(t *testing.T) {
	tests := []struct {
		names []string
		want  string // in trec_eval's order
		runID bool
	}{
		{[]string{"map", "P.10,5", "ndcg@10", "num_q", "map"}, "num_q map precision@5 precision@10 ndcg@10", false},
		{[]string{"success", "recall"}, "recall success", false},
		{[]string{"success.5,1", "recall_100", "recall.10"}, "recall@10 recall@100 success@1 success@5", false},
		{[]string{"err@10", "ndcg_cut_10", "rbp", "runid"}, "ndcg@10 err@10 rbp", true},
		{[]string{"P"}, "precision@5 precision@10 precision@15 precision@20 precision@30 precision@100 precision@200 precision@500 precision@1000", false},
		{[]string{"iprec_at_recall.0.5"}, "iprec@0.5", false},
		{[]string{"set"}, "num_q num_ret num_rel num_rel_ret utility precision relative_precision recall set_map set_f", true},
		{[]string{"official"}, "num_q num_ret num_rel num_rel_ret map gm_map rprec bpref mrr iprec@0 iprec@0.1 iprec@0.2 iprec@0.3 iprec@0.4 iprec@0.5 " +
			"iprec@0.6 iprec@0.7 iprec@0.8 iprec@0.9 iprec@1 precision@5 precision@10 precision@15 precision@20 precision@30 precision@100 " +
			"precision@200 precision@500 precision@1000", true},
	}
	for _, test := range tests {
		ms, err := ParseMeasures(test.names, false)
		if err != nil {
			t.Errorf("%q: %v", test.names, err)
			continue
		}
		ms.Sort()
		var got []string
		for _, m := range ms.Metrics {
			got = append(got, m.String())
		}
		if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" || ms.RunID != test.runID {
			t.Errorf("%q: run id %v, metrics (-want +got):\n%s", test.names, ms.RunID, diff)
		}
	}
	for _, name := range []string{"ndgc", "P.x", "P.", "official.5"} {
		if ms, err := ParseMeasures([]string{name}, false); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%q: %v, %v", name, ms, err)
		}
	}
}

// Under --format trec the names of trec_eval mean what they mean there.
func TestParseTrecMeasures(t *testing.T) {
	for _, test := range []struct{ name, want string }{
		{"rbp", "rbp_graded"},
		{"rbp(0.8)", "rbp"},
		{"success", "success@1 success@5 success@10"},
		{"recall", "recall@5 recall@10 recall@15 recall@20 recall@30 recall@100 recall@200 recall@500 recall@1000"},
		{"unj", "unjudged@5 unjudged@10 unjudged@20"},
		{"unj.3", "unjudged@3"},
		{"Rprec_mult", "rprec_mult@0.2 rprec_mult@0.4 rprec_mult@0.6 rprec_mult@0.8 rprec_mult@1 rprec_mult@1.2 rprec_mult@1.4 rprec_mult@1.6 rprec_mult@1.8 rprec_mult@2"},
		{"ndcg@10", "ndcg@10"},
	} {
		ms, err := ParseMeasures([]string{test.name}, true)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		ms.Sort()
		var got []string
		for _, m := range ms.Metrics {
			got = append(got, m.String())
		}
		if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	for name, want := range map[string]string{
		"rbp_resid": "name rbp_residual(0.9)", "binG": "G is the same", "ndcg_rel": "not computed here", "prefs_simp": "not computed here",
		"map_avgjg": "not computed here", "yaap": "not computed here",
	} {
		if _, err := ParseMeasures([]string{name}, true); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}

// By hand: grades 2, unjudged, 1, in the pool alone (-1), 0. Gains are grades
// over 2, the highest; the persistence is 0.9.
func TestGradedRBPAndUnjudged(t *testing.T) {
	ms, err := ParseMeasures([]string{"rbp", "rbp(0.8)", "unj"}, true)
	if err != nil {
		t.Fatal(err)
	}
	ms.Sort()
	qrels, err := ReadQrels(t.Context(), Input{Name: "qrels", Reader: strings.NewReader("q 0 a 2\nq 0 c 1\nq 0 d -1\nq 0 e 0\n")}, QrelsOptions{})
	if err != nil {
		t.Fatal(err)
	}
	run := "q Q0 a 1 5 t\nq Q0 b 2 4 t\nq Q0 c 3 3 t\nq Q0 d 4 2 t\nq Q0 e 5 1 t\n"
	r, err := Evaluate(t.Context(), qrels, Input{Name: "run", Reader: strings.NewReader(run)}, ms.Metrics, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	if err := WriteTrecEval(&got, r, WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	// .1(1 + .81/2) = .1405; .2(1 + .64) = .328; 2 of 5, of 10, of 20.
	want := "rbp                   \tall\t0.1405\nunj_5                 \tall\t0.4000\nunj_10                \tall\t0.2000\n" +
		"unj_20                \tall\t0.1000\nrbp(0.8)              \tall\t0.3280\n"
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("printed (-want +got):\n%s", diff)
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errors.New("no room") }

func TestWriteErrorsAreTold(t *testing.T) {
	r := evaluateFiles(t, "testdata/golden/plain.qrels", "testdata/golden/plain.run", mustMetrics(t, "map", "judged@5"), Options{})
	if err := WriteTrecEval(failingWriter{}, r, WriteOptions{}); err == nil {
		t.Error("the failing writer went unnoticed")
	}
}
