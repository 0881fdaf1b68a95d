package metrics

import (
	"math"
	"testing"
)

var na = Unjudged()

// The ranking of the hand-computed cases: five hits of grades 0, 3, unjudged,
// 1, 2, and judged besides them 2, 0 and -1. Relevant: 3, 1, 2, 2, so R = 4;
// judged non-relevant: two, so N = 2.
func example() Ranking {
	return Ranking{Grades: []float64{0, 3, na, 1, 2}, Judged: NewJudged([]float64{2, 0, 0, -1, 1, 3, 2})}
}

func log2(x float64) float64 { return math.Log2(x) }

func TestScoreByHand(t *testing.T) {
	const e = 0.00001
	tests := []struct {
		name string
		want float64
	}{
		// Gains 3 at rank 2, 1 at 4, 2 at 5; ideal 3, 2, 2, 1.
		{"ndcg", (3/log2(3) + 1/log2(5) + 2/log2(6)) / (3 + 2/log2(3) + 2/log2(4) + 1/log2(5))},
		{"ndcg@3", (3 / log2(3)) / (3 + 2/log2(3) + 2/log2(4))},
		{"ndcg@1", 0},
		// The ideal is not cut at the five hits.
		{"ndcg@10", (3/log2(3) + 1/log2(5) + 2/log2(6)) / (3 + 2/log2(3) + 2/log2(4) + 1/log2(5))},
		{"ndcg_exp@4", (7/log2(3) + 1/log2(5)) / (7 + 3/log2(3) + 3/log2(4) + 1/log2(5))},
		{"mrr", 1. / 2},
		{"mrr@1", 0},
		{"mrr(rel=4)", 0},
		{"precision@3", 1. / 3},
		{"precision@10", 3. / 10},
		{"precision(rel=2)@5", 2. / 5},
		{"precision", 3. / 5},
		{"recall@4", 2. / 4},
		{"recall", 3. / 4},
		{"recall(rel=3)", 1},
		{"success@1", 0},
		{"success@2", 1},
		{"map", (1./2 + 2./4 + 3./5) / 4},
		{"map@4", (1./2 + 2./4) / 4},
		{"map(rel=2)", (1./2 + 2./5) / 3},
		{"gm_map", (1./2 + 2./4 + 3./5) / 4},
		{"rprec", 2. / 4},
		// One non-relevant hit stands above all three relevant ones: each adds
		// 1 - min(1,4)/min(2,4).
		{"bpref", 3 * (1 - 1./2) / 4},
		// Judged above the relevant hits: 0 is non-relevant; ranks 2, 4, 5.
		{"infap", (1./2 + 1./2*(1./1)*(e/(1+2*e)) +
			1./4 + 3./4*(2./3)*((1+e)/(2+2*e)) +
			1./5 + 4./5*(3./4)*((2+e)/(3+2*e))) / 4},
		{"err@10", 1./2*7/16 + 1./4*(9./16)*(1./16) + 1./5*(9./16)*(15./16)*(3./16)},
		{"err(max=3)@2", 1. / 2 * 7 / 8},
		{"rbp", .2 * (.8 + .8*.8*.8 + .8*.8*.8*.8)},
		{"rbp(0.5)@4", .5 * (.5 + .125)},
		// Unjudged: rank 3 and everything beyond rank 5.
		{"rbp_residual", math.Pow(.8, 5) + .2*.8*.8},
		{"judged@3", 2. / 3},
		{"judged@10", 4. / 5},
		{"judged", 4. / 5},
		{"relative_precision@3", 1. / 3},
		{"relative_precision@10", 3. / 4},
		{"relative_precision", 3. / 4},
		{"set_map", 3. * 3 / (5 * 4)},
		{"set_f", 2 * .6 * .75 / (.6 + .75)},
		{"set_f(3)", 4 * .6 * .75 / (3*.6 + .75)},
		// Precision at the relevant hits: 1/2, 2/4, 3/5; recall 1/4, 2/4, 3/4.
		{"iprec@0", .6}, {"iprec@0.5", .6}, {"iprec@0.75", .6}, {"iprec@0.8", 0}, {"iprec@1", 0},
		// Rounded, level 0.8 needs round(3.2) = 3 and 0.9 needs round(3.6) = 4.
		{"iprec(levels=rounded)@0.8", .6}, {"iprec(levels=rounded)@0.9", 0}, {"11pt_avg(levels=rounded)", 9 * .6 / 11},
		// Levels 0 to 0.7 need at most 3 of 4: int(0.7·4+0.9) = 3.
		{"11pt_avg", 8 * .6 / 11},
		// Nothing divides the gain.
		{"dcg", 3/log2(3) + 1/log2(5) + 2/log2(6)}, {"dcg@4", 3/log2(3) + 1/log2(5)}, {"dcg_exp@4", 7/log2(3) + 1/log2(5)},
		// Of four relevant documents no more than three fit into three ranks.
		{"recall_cap@3", 1. / 3}, {"recall_cap@10", 3. / 4}, {"recall_cap(rel=3)@5", 1},
		// The third hit is unjudged.
		{"unjudged@3", 1. / 3}, {"unjudged@10", 1. / 10}, {"unjudged", 1. / 5},
		// Cut at int(0.5·4+0.9) = 2 and int(2·4+0.9) = 8.
		{"rprec_mult@0.5", 1. / 2}, {"rprec_mult@2", 3. / 8}, {"utility", 3 - 2},
		// An ideal ranking costs 3, 2, 2, 1, 1; gained are 3 at rank 2, 1 at 4, 2 at 5.
		{"g", (3/log2(2+5-3) + 1/log2(2+8-4) + 2/log2(2+9-6)) / 8},
		// Grades end at ranks 1, 3 and 4; five hits are not more than one beyond.
		{"rndcg", (0 + (3/log2(3))/(3+2/log2(3)+2/log2(4)) + (3/log2(3)+1/log2(5))/(3+2/log2(3)+2/log2(4)+1/log2(5))) / 3},
		// Grades over the highest, 3.
		{"rbp_graded", .1 * (.9*3/3 + .729*1/3 + .6561*2/3)}, {"rbp_graded(0.5)@4", .5 * (.5 + .125/3)},
		{"num_q", 1}, {"num_ret", 5}, {"num_rel", 4}, {"num_rel(rel=2)", 3}, {"num_rel_ret", 3}, {"num_nonrel_judged_ret", 1},
	}
	for _, test := range tests {
		m, err := Parse(test.name)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Score(example()); math.Abs(got-test.want) > 1e-14 {
			t.Errorf("%s = %.17g, want %.17g", test.name, got, test.want)
		}
	}
}

func TestScoreEdges(t *testing.T) {
	relevant := NewJudged([]float64{1})
	tests := []struct {
		name string
		of   Ranking
		want float64
	}{
		{"ndcg@10", Ranking{}, 0},
		{"ndcg@10", Ranking{Grades: []float64{0, na}, Judged: NewJudged([]float64{0, -1})}, 0},
		{"ndcg@10", Ranking{Judged: relevant}, 0},
		{"map", Ranking{Grades: []float64{na}}, 0},
		{"precision", Ranking{Judged: relevant}, 0},
		{"set_f", Ranking{Judged: relevant}, 0},
		{"bpref", Ranking{Judged: relevant}, 0},
		// The one of two relevant with no non-relevant judged: nothing can stand above it.
		{"bpref", Ranking{Grades: []float64{na, 1}, Judged: NewJudged([]float64{1, 1})}, .5},
		{"judged@10", Ranking{Judged: relevant}, math.NaN()},
		{"judged@10", Ranking{Grades: []float64{na}}, 0},
		// A negative grade is a judgment, though neither relevant nor non-relevant.
		{"judged@10", Ranking{Grades: []float64{-1}, Judged: NewJudged([]float64{-1})}, 1},
		{"bpref", Ranking{Grades: []float64{-1, 1}, Judged: NewJudged([]float64{-1, 0, 1})}, 1},
		// One of five relevant returned: the ideal is over all five.
		{"ndcg@10", Ranking{Grades: []float64{1}, Judged: NewJudged([]float64{1, 1, 1, 1, 1})},
			1 / (1 + 1/log2(3) + 1/log2(4) + 1/log2(5) + 1/log2(6))},
		// Grades whose exponential gain is beyond float64.
		{"ndcg_exp", Ranking{Grades: []float64{5000, 4999}, Judged: NewJudged([]float64{4999, 5000})}, 1},
		// Above the highest grade of ERR.
		{"err", Ranking{Grades: []float64{9}, Judged: NewJudged([]float64{9})}, 15. / 16},
		{"rbp_residual", Ranking{}, 1},
		{"dcg_exp", Ranking{Grades: []float64{2000}, Judged: NewJudged([]float64{2000})}, math.Exp2(900) - 1},
		{"rndcg", Ranking{Grades: []float64{na, na, 1}, Judged: NewJudged([]float64{1})}, 1. / 4},
		{"g", Ranking{Grades: []float64{1}, Judged: NewJudged([]float64{1})}, 1},
		{"utility", Ranking{Grades: []float64{na, na}}, -2},
		{"rprec_mult@0.2", Ranking{Grades: []float64{1}, Judged: NewJudged([]float64{0})}, 0},
		// Grades between whole numbers: 0.5 gains, but is not relevant.
		{"ndcg", Ranking{Grades: []float64{0.5}, Judged: NewJudged([]float64{0.5})}, 1},
		{"precision@1", Ranking{Grades: []float64{0.5}, Judged: NewJudged([]float64{0.5})}, 0},
		{"precision(rel=0.5)@1", Ranking{Grades: []float64{0.5}, Judged: NewJudged([]float64{0.5})}, 1},
	}
	for _, test := range tests {
		m, err := Parse(test.name)
		if err != nil {
			t.Fatal(err)
		}
		got := m.Score(test.of)
		if math.Abs(got-test.want) > 1e-14 || math.IsNaN(got) != math.IsNaN(test.want) {
			t.Errorf("%s of %v = %v, want %v", test.name, test.of.Grades, got, test.want)
		}
	}
	if s := (Metric{}).Score(example()); !math.IsNaN(s) || !(Metric{}).IsZero() {
		t.Errorf("the zero Metric scores %v, want NaN", s)
	}
}

func TestJudgedIgnoresNaN(t *testing.T) {
	j := NewJudged([]float64{na, 2, na, 0, -1})
	if j.Len() != 3 || j.Relevant(1) != 1 || j.NonRelevant(1) != 1 || j.Relevant(3) != 0 || j.NonRelevant(3) != 2 {
		t.Errorf("Len, Relevant(1), NonRelevant(1), Relevant(3), NonRelevant(3) = %d, %d, %d, %d, %d, want 3, 1, 1, 0, 2",
			j.Len(), j.Relevant(1), j.NonRelevant(1), j.Relevant(3), j.NonRelevant(3))
	}
	var none *Judged
	if none.Len() != 0 || none.Relevant(1) != 0 || none.NonRelevant(2) != 0 {
		t.Error("a nil Judged counts something")
	}
}

func TestBounds(t *testing.T) {
	tests := []struct {
		name      string
		low, high float64
	}{
		// The unjudged third hit is the only open one.
		{"precision@3", 1. / 3, 2. / 3},
		{"precision@2", 1. / 2, 1. / 2},
		{"success@1", 0, 0},
		{"recall@3", 1. / 4, 2. / 5},
		{"ndcg@3", (3 / log2(3)) / (3 + 2/log2(3) + 2/log2(4)), (3/log2(3) + 3/log2(4)) / (3 + 3/log2(3) + 2/log2(4))},
		{"judged@3", 2. / 3, 2. / 3},
		{"num_rel_ret", 3, 4},
	}
	for _, test := range tests {
		m, err := Parse(test.name)
		if err != nil {
			t.Fatal(err)
		}
		low, high := m.Bounds(example(), 3)
		if math.Abs(low-test.low) > 1e-14 || math.Abs(high-test.high) > 1e-14 {
			t.Errorf("%s lies in [%v, %v], want [%v, %v]", test.name, low, high, test.low, test.high)
		}
	}
}

func TestAggregate(t *testing.T) {
	tests := []struct {
		name   string
		values []float64
		want   Summary
	}{
		{"ndcg@10", []float64{0, 1, .5}, Summary{Value: .5, N: 3}},
		{"judged@10", []float64{na, 1, 0}, Summary{Value: .5, N: 2, Undefined: 1}},
		{"num_rel", []float64{3, 4}, Summary{Value: 7, N: 2}},
		{"num_q", []float64{1, 1, 1}, Summary{Value: 3, N: 3}},
		{"num_q", nil, Summary{}},
		{"map", nil, Summary{Value: na}},
		// exp((ln 1 + ln 0.00001) / 2) = 0.00001^(1/2)
		{"gm_map", []float64{1, 0}, Summary{Value: math.Sqrt(0.00001), N: 2}},
	}
	for _, test := range tests {
		m, err := Parse(test.name)
		if err != nil {
			t.Fatal(err)
		}
		if want := test.name == "ndcg@10" || test.name == "judged@10" || test.name == "map"; m.IsMean() != want {
			t.Errorf("%s is a mean: %v, want %v", test.name, m.IsMean(), want)
		}
		got := m.Aggregate(test.values)
		if got.N != test.want.N || got.Undefined != test.want.Undefined ||
			math.Abs(got.Value-test.want.Value) > 1e-14 || math.IsNaN(got.Value) != math.IsNaN(test.want.Value) {
			t.Errorf("%s of %v = %+v, want %+v", test.name, test.values, got, test.want)
		}
	}
}
