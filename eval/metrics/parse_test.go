package metrics

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	// Each canonical name with further names of the same metric, and trec_eval's.
	tests := []struct {
		canonical string
		trec      string
		also      []string
	}{
		{"ndcg", "ndcg", []string{"nDCG", "NDCG", " ndcg "}},
		{"ndcg@10", "ndcg_cut_10", []string{"nDCG@10", "ndcg_cut_10", "ndcg_cut.10", "nDCG(dcg='log2')@10", "NDCG@010"}},
		{"ndcg_exp", "", []string{"nDCG(dcg='exp-log2')"}},
		{"ndcg_exp@10", "", []string{"nDCG(dcg='exp-log2')@10", `ndcg(dcg="exp-log2")@10`, "nDCG(dcg=exp-log2)@10"}},
		{"mrr", "recip_rank", []string{"RR", "recip_rank", "MRR"}},
		{"mrr@10", "", []string{"RR@10", "MRR@10", "recip_rank@10"}},
		{"mrr(rel=2)@10", "", []string{"RR(rel=2)@10"}},
		{"precision@10", "P_10", []string{"P_10", "P@10", "p.10", "Precision@10"}},
		{"precision(rel=2)@10", "", []string{"P(rel=2)@10", "precision( rel = 2.0 )@10"}},
		{"precision", "set_P", []string{"set_P", "SetP"}},
		{"recall@50", "recall_50", []string{"R@50", "recall_50", "Recall@50"}},
		{"recall", "set_recall", []string{"set_recall", "SetR"}},
		{"success@1", "success_1", []string{"Success@1", "success_1"}},
		{"map", "map", []string{"AP", "MAP"}},
		{"map@100", "map_cut_100", []string{"AP@100", "map_cut_100"}},
		{"rprec", "Rprec", []string{"Rprec", "RPrec"}},
		{"bpref", "bpref", []string{"Bpref"}},
		{"infap", "infAP", []string{"infAP"}},
		{"err@10", "", []string{"ERR@10", "err(max=4)@10"}},
		{"err(max=3)@10", "", []string{"ERR(max=3)@10"}},
		{"rbp", "", []string{"RBP", "RBP(p=0.8)", "rbp(.8)"}},
		{"rbp(0.95)", "", []string{"RBP(p=0.95)"}},
		{"rbp(p=0.95,rel=2)", "", []string{"rbp(rel=2, p=0.95)"}},
		{"rbp(rel=2)@20", "", []string{"RBP(rel=2,p=0.8)@20"}},
		{"rbp_residual(0.5)", "", nil},
		{"judged@10", "", []string{"Judged@10"}},
		{"relative_precision@5", "relative_P_5", []string{"relative_P_5"}},
		{"relative_precision", "set_relative_P", []string{"set_relative_P", "SetRelP"}},
		{"set_map", "set_map", []string{"SetAP"}},
		{"set_f", "set_F", []string{"set_F", "SetF"}},
		{"set_f(0.5)", "", []string{"SetF(beta=0.5)"}},
		{"iprec@0.1", "iprec_at_recall_0.10", []string{"IPrec@0.1", "iprec_at_recall_0.10", "iprec_at_recall.0.1"}},
		{"iprec@0", "iprec_at_recall_0.00", []string{"iprec_at_recall_0.00", "iprec@-0"}},
		{"iprec(rel=2)@1", "", nil},
		{"iprec(levels=rounded)@0.3", "iprec_at_recall_0.30", []string{"iprec(levels='rounded')@.3"}},
		{"11pt_avg(levels=rounded,rel=2)", "", nil},
		{"11pt_avg", "11pt_avg", []string{"11-pt_avg"}},
		{"gm_map", "gm_map", []string{"GMAP"}},
		{"gm_bpref", "gm_bpref", nil},
		{"dcg", "dcg", []string{"DCG"}},
		{"dcg@10", "", []string{"DCG@10"}},
		{"dcg_exp@10", "", []string{"DCG_exp@10"}},
		{"recall_cap@100", "", []string{"R_cap@100", "capped_recall@100"}},
		{"recall_cap(rel=2)@100", "", nil},
		{"unjudged@10", "unj_10", []string{"unj_10", "unj.10"}},
		{"rprec_mult@0.2", "Rprec_mult_0.20", []string{"Rprec_mult_0.20", "rprec_mult.0.2"}},
		{"utility", "utility", nil},
		{"g", "G", nil},
		{"rndcg", "Rndcg", nil},
		{"rbp_graded", "rbp", []string{"rbp_graded(0.9)"}},
		{"rbp_graded(0.8)@10", "", nil},
		{"num_q", "num_q", []string{"NumQ"}},
		{"num_ret", "num_ret", []string{"NumRet"}},
		{"num_rel", "num_rel", []string{"NumRel"}},
		{"num_rel_ret", "num_rel_ret", []string{"NumRet(rel=1)", "NumRelRet"}},
		{"num_rel_ret(rel=2)", "", []string{"NumRet(rel=2)"}},
		{"num_nonrel_judged_ret", "num_nonrel_judged_ret", nil},
	}
	for _, test := range tests {
		want, err := Parse(test.canonical)
		if err != nil {
			t.Errorf("Parse(%q): %v", test.canonical, err)
			continue
		}
		if got := want.String(); got != test.canonical {
			t.Errorf("Parse(%q).String() = %q", test.canonical, got)
		}
		if got := want.TrecName(); got != test.trec {
			t.Errorf("Parse(%q).TrecName() = %q, want %q", test.canonical, got, test.trec)
		}
		for _, name := range append(test.also, strings.ToUpper(test.canonical)) {
			got, err := Parse(name)
			if err != nil || got != want {
				t.Errorf("Parse(%q) = %v, %v, want %v", name, got, err, want)
			}
		}
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct{ name, want string }{
		{"", `unknown metric ""; the known ones are ndcg, `},
		{"ndgc@10", `unknown metric "ndgc@10"; did you mean ndcg@10`},
		{"ndcg_10", `unknown metric "ndcg_10"; did you mean ndcg@10`},
		{"precison@5", `unknown metric "precison@5"; did you mean precision@5`},
		{"mpa", `did you mean map`},
		{"quality", `unknown metric "quality"; the known ones are ndcg, `},
		{"@10", `unknown metric "@10"`},
		{"ndcg@0", `metric "ndcg@0": the cutoff is "0", but must be a whole number from 1`},
		{"ndcg@-1", `the cutoff is "-1"`},
		{"ndcg@1.5", `the cutoff is "1.5"`},
		{"ndcg@", `the cutoff is ""`},
		{"ndcg@99999999999", `the cutoff is "99999999999"`},
		{"ndcg_cut_x", `unknown metric`},
		{"P_0", `metric "P_0": the cutoff is "0"`},
		{"bpref@10", `bpref looks at the whole list and takes no cutoff`},
		{"ndcg(rel=2)@10", `ndcg has no parameter "rel"; it takes dcg`},
		{"ndcg(dcg='ln')@10", `dcg is "ln", but must be 'log2' or 'exp-log2'`},
		{"precision(rel=0)@10", `rel is "0", but must be a grade above 0`},
		{"precision(rel=NaN)@10", `rel is "nan"`},
		{"precision(2)@10", `"2" is no parameter: write key=value; it takes rel`},
		{"precision(rel=1,rel=2)@10", `the parameter rel is given twice`},
		{"precision(rel=1@10", `the parameters must end with )`},
		{"precision()@10", `a parameter is empty`},
		{"rbp(1)", `p is "1", but must be a number above 0 and below 1`},
		{"rbp(p=x)", `p is "x"`},
		{"err(max=0)", `max is "0", but must be a number above 0 and below 1000`},
		{"num_q(rel=1)", `num_q has no parameter "rel"; it takes none`},
		{"iprec", `the level is missing`},
		{"iprec(level=0.5)@0.5", `the level stands after the @`},
		{"iprec(levels=down)@0.5", `levels is "down", but must be 'up' or 'rounded'`},
		{"iprec_at_recall_1.5", `level is "1.5", but must be a number from 0 to 1`},
	}
	for _, test := range tests {
		m, err := Parse(test.name)
		if err == nil {
			t.Errorf("Parse(%q) = %v, want an error", test.name, m)
			continue
		}
		if !strings.Contains(err.Error(), test.want) {
			t.Errorf("Parse(%q): %q does not contain %q", test.name, err, test.want)
		}
	}
	var unknown *UnknownError
	if _, err := Parse("ndgc@10"); !errors.As(err, &unknown) {
		t.Errorf("Parse(ndgc@10): %T is not an *UnknownError", err)
	} else if diff := cmp.Diff([]string{"ndcg@10"}, unknown.Near); diff != "" {
		t.Errorf("near names (-want +got):\n%s", diff)
	}
}

func TestNamesParse(t *testing.T) {
	for _, name := range Names() {
		if name == "iprec" || name == "rprec_mult" { // need their level
			name += "@0.5"
		}
		if m, err := Parse(name); err != nil || m.String() != name {
			t.Errorf("Parse(%q) = %v, %v", name, m, err)
		}
	}
}

func TestMetricText(t *testing.T) {
	var m Metric
	if err := m.UnmarshalText([]byte("P_10")); err != nil {
		t.Fatal(err)
	}
	text, err := m.MarshalText()
	if err != nil || string(text) != "precision@10" {
		t.Errorf("MarshalText = %q, %v", text, err)
	}
	if err := m.UnmarshalText([]byte("nothing")); err == nil || m.String() != "precision@10" {
		t.Errorf("a bad name left %v, %v", m, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"ndcg@10", "nDCG(dcg='exp-log2')@10", "rbp(0.95)", "rbp(p=.5,rel=2)@7", "iprec_at_recall_0.10", "P_10", "set_F",
		"err(max=3)@10", "num_q", "@", "()", "p(rel=1e308)@1", "rbp(p=0x1p-3)", "iprec@1e-9", "K@10", "ſuccess@1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		m, err := Parse(name)
		if err != nil {
			if err.Error() == "" || m != (Metric{}) {
				t.Fatalf("Parse(%q) = %v with the error %q", name, m, err)
			}
			return
		}
		again, err := Parse(m.String())
		if err != nil || again != m {
			t.Fatalf("Parse(%q) is %q, which reads back as %v, %v", name, m, again, err)
		}
		if trec := m.TrecName(); trec != "" && !families[m.kind].level && !m.rounded {
			if again, err := Parse(trec); err != nil || again != m {
				t.Fatalf("%q has the trec_eval name %q, which reads back as %v, %v", m, trec, again, err)
			}
		}
		if s := m.Score(Ranking{}); m.kind != kindJudged && (s < 0 || s > 1 || s != s) {
			t.Fatalf("%v of nothing is %v", m, s)
		}
	})
}
