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
		{[]string{"set"}, "num_q num_ret num_rel num_rel_ret precision relative_precision recall set_map set_f", true},
		{[]string{"official"}, "num_q num_ret num_rel num_rel_ret map gm_map rprec bpref mrr iprec@0 iprec@0.1 iprec@0.2 iprec@0.3 iprec@0.4 iprec@0.5 " +
			"iprec@0.6 iprec@0.7 iprec@0.8 iprec@0.9 iprec@1 precision@5 precision@10 precision@15 precision@20 precision@30 precision@100 " +
			"precision@200 precision@500 precision@1000", true},
	}
	for _, test := range tests {
		ms, err := ParseMeasures(test.names)
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
		if ms, err := ParseMeasures([]string{name}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%q: %v, %v", name, ms, err)
		}
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
