package gate

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/judgments"
)

// noon is the time of the tests' runs.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// films is a run of five queries on two systems, with a baseline of the same
// queries. Every test changes its own copy.
func films() Input {
	in := Input{Now: noon, TitlesChecked: true}
	for i, id := range []string{"crime", "heist", "space", "ghost", "boxing"} {
		in.Queries = append(in.Queries, Query{ID: id, Position: judgments.Position{File: "films.yaml", Line: 20 + i, Column: 5}})
	}
	in.Queries[0].Tags = []string{"hard"}
	in.Queries[1].Tags = []string{"hard"}
	first := system(firstStage, 0.5, 0.4, 0.6, 0.5, 0.5)  // mean 0.5
	elastic := system("elastic", 0.9, 0.4, 0.7, 0.5, 1.0) // mean 0.7
	in.Systems = []System{first, elastic}
	in.Baseline = &Baseline{
		Queries: []string{"boxing", "crime", "ghost", "heist", "space"},
		// In the run's order crime 0.9, heist 0.6, space 0.8, ghost 0.4,
		// boxing 1: mean 0.74.
		Systems: []System{system("elastic", 1.0, 0.9, 0.4, 0.6, 0.8)},
	}
	return in
}

func system(name string, values ...float64) System {
	s := System{Name: name, Values: map[string][]float64{"ndcg@10": values}, Answers: make([]Answer, len(values))}
	for i := range s.Answers {
		s.Answers[i] = Answer{TookMS: float64(10 * (i + 1)), WallMS: float64(20*(i+1)) + 0.5}
	}
	return s
}

func ids(offenders []Offender) string {
	names := make([]string, len(offenders))
	for i, o := range offenders {
		names[i] = o.Query
		if o.Detail != "" {
			names[i] += " " + o.Detail
		}
	}
	return strings.Join(names, ", ")
}

// expected is what a test compares of a result.
type expected struct {
	verdict  Verdict
	system   string
	expected string
	actual   string
	margin   float64
	reason   string // a part of it
	queries  string
}

func checkResult(t *testing.T, got Result, want expected) {
	t.Helper()
	if got.Verdict != want.verdict || got.System != want.system || got.Expected != want.expected || got.Actual != want.actual {
		t.Errorf("got  %s; %q; expected %q; actual %q\nwant %s; %q; expected %q; actual %q",
			got.Verdict, got.System, got.Expected, got.Actual, want.verdict, want.system, want.expected, want.actual)
	}
	if !(math.Abs(got.Margin-want.margin) < 1e-12 || math.IsNaN(got.Margin) && math.IsNaN(want.margin)) {
		t.Errorf("margin = %v, want %v", got.Margin, want.margin)
	}
	if !strings.Contains(got.Reason, want.reason) || want.reason == "" && got.Reason != "" {
		t.Errorf("reason = %q, want %q in it", got.Reason, want.reason)
	}
	if diff := cmp.Diff(want.queries, ids(got.Queries)); diff != "" {
		t.Errorf("queries (-want +got):\n%s", diff)
	}
}

func TestGates(t *testing.T) {
	none := math.NaN()
	fail := func(system, query int) func(*Input) {
		return func(in *Input) {
			in.Systems[system].Answers[query].Error = "shard 0: timed out"
			in.Systems[system].Values["ndcg@10"][query] = 0
		}
	}
	tests := []struct {
		name   string
		gate   judgments.Gate
		change func(*Input)
		want   expected
	}{
		{
			name: "floor held",
			gate: judgments.Gate{Metric: "ndcg@10", Min: new(0.6)},
			want: expected{Passed, "elastic", "at least 0.6", "0.7000", 0.1, "", ""},
		},
		{
			name: "floor met up to rounding",
			gate: judgments.Gate{Metric: "ndcg@10", Min: new(0.7 + 5e-10)},
			want: expected{Passed, "elastic", "at least 0.7000000005", "0.7000", 0, "", ""},
		},
		{
			name: "floor missed by less than is printed",
			gate: judgments.Gate{Metric: "ndcg@10", System: "elastic", Min: new(0.7)},
			change: func(in *Input) {
				in.Systems[1].Values["ndcg@10"][0] -= 0.0001
			},
			want: expected{Failed, "elastic", "at least 0.7", "0.69998", -0.00002, "", "heist 0.4000, ghost 0.5000"},
		},
		{
			name: "metric by another name",
			gate: judgments.Gate{Metric: "ndcg_cut_10", System: firstStage, Min: new(0.6)},
			want: expected{Failed, firstStage, "at least 0.6", "0.5000", -0.1, "", "heist 0.4000, crime 0.5000, ghost 0.5000, boxing 0.5000"},
		},
		{
			name: "ceiling",
			gate: judgments.Gate{Metric: "ndcg@10", Max: new(0.65)},
			want: expected{Failed, "elastic", "at most 0.65", "0.7000", -0.05, "", "boxing 1.0000, crime 0.9000, space 0.7000"},
		},
		{
			name: "both",
			gate: judgments.Gate{Metric: "ndcg@10", Min: new(0.5), Max: new(0.75)},
			want: expected{Passed, "elastic", "from 0.5 to 0.75", "0.7000", 0.05, "", ""},
		},
		{
			name: "a tag",
			gate: judgments.Gate{Metric: "ndcg@10", Tag: "hard", Min: new(0.65)},
			want: expected{Passed, "elastic", "at least 0.65 on the queries tagged hard", "0.6500", 0, "", ""},
		},
		{
			name: "a tag that no query has",
			gate: judgments.Gate{Metric: "ndcg@10", Tag: "easy", Min: new(0.65)},
			want: expected{Inconclusive, "elastic", "at least 0.65 on the queries tagged easy", "", none, "no query of the run has the tag easy", ""},
		},
		{
			name:   "a failed query, although the floor is held",
			gate:   judgments.Gate{Metric: "ndcg@10", Min: new(0.6)},
			change: fail(1, 1),
			want:   expected{Inconclusive, "elastic", "at least 0.6", "0.6200", 0.02, "1 query failed, taken as 0: heist", "heist shard 0: timed out"},
		},
		{
			name:   "a failed query outside the tag",
			gate:   judgments.Gate{Metric: "ndcg@10", Tag: "hard", Min: new(0.6)},
			change: fail(1, 4),
			want:   expected{Passed, "elastic", "at least 0.6 on the queries tagged hard", "0.6500", 0.05, "", ""},
		},
		{
			name: "a metric that was not computed",
			gate: judgments.Gate{Metric: "mrr", Min: new(0.6)},
			want: expected{Inconclusive, "elastic", "at least 0.6", "", none, "mrr was not computed for elastic", ""},
		},
		{
			name: "a system that was not run",
			gate: judgments.Gate{Metric: "ndcg@10", System: "cohere", Min: new(0.6)},
			want: expected{Inconclusive, "cohere", "at least 0.6", "", none, "the system cohere was not run", ""},
		},
		{
			name: "undefined for some",
			gate: judgments.Gate{Metric: "judged@10", Min: new(0.5)},
			change: func(in *Input) {
				in.Systems[1].Values["judged@10"] = []float64{0.5, none, 0.9, 0.6, none}
			},
			want: expected{Passed, "elastic", "at least 0.5", "0.6667", 2.0/3 - 0.5, "judged@10 has no value for 2 queries, left out", ""},
		},
		{
			name: "undefined for all",
			gate: judgments.Gate{Metric: "judged@10", Min: new(0.5)},
			change: func(in *Input) {
				in.Systems[1].Values["judged@10"] = []float64{none, none, none, none, none}
			},
			want: expected{Inconclusive, "elastic", "at least 0.5", "", none, "judged@10 is undefined for all 5 queries", ""},
		},
		{
			name: "a count is summed",
			gate: judgments.Gate{Metric: "num_rel_ret", Min: new(12.0)},
			change: func(in *Input) {
				in.Systems[1].Values["num_rel_ret"] = []float64{1, 2, 3, 4, 1}
			},
			want: expected{Failed, "elastic", "at least 12", "11", -1, "", ""},
		},

		{
			// 10 20 30 40 50: rank 0.95·4 = 3.8, so 40 + 0.8·10.
			name: "latency",
			gate: judgments.Gate{Metric: "took_p95", Max: new(45.0)},
			want: expected{Failed, "elastic", "at most 45 ms", "48 ms", -3, "", "boxing 50 ms"},
		},
		{
			name: "median latency",
			gate: judgments.Gate{Metric: "wall_p50", Max: new(60.5)},
			want: expected{Passed, "elastic", "at most 60.5 ms", "60.5 ms", 0, "", ""},
		},
		{
			name:   "latency with a failed query",
			gate:   judgments.Gate{Metric: "took_p95", Max: new(100.0)},
			change: fail(1, 4),
			want:   expected{Inconclusive, "elastic", "at most 100 ms", "38.5 ms", 61.5, "1 query failed and gave no time: boxing", "boxing shard 0: timed out"},
		},
		{
			name:   "failures",
			gate:   judgments.Gate{Metric: "failed", System: "elastic", Max: new(0.0)},
			change: fail(1, 2),
			want:   expected{Failed, "elastic", "at most 0", "1", -1, "", "space shard 0: timed out"},
		},
		{
			name: "dropped documents",
			gate: judgments.Gate{Metric: "dropped_documents", Max: new(2.0)},
			change: func(in *Input) {
				in.Systems[1].Answers[0].Dropped = []string{"Heat", "Fargo"}
				in.Systems[1].Answers[3].Dropped = []string{"Alien"}
			},
			want: expected{Failed, "elastic", "at most 2", "3", -1, "", "crime Heat, Fargo, ghost Alien"},
		},
		{
			name:   "dropped documents of a failed query",
			gate:   judgments.Gate{Metric: "dropped_documents", Max: new(2.0)},
			change: fail(1, 2),
			want:   expected{Inconclusive, "elastic", "at most 2", "0", 2, "what was dropped there is unknown: space", "space shard 0: timed out"},
		},
		{
			name: "unresolved titles, the same one twice",
			gate: judgments.Gate{Metric: "unresolved_titles", Max: new(1.0)},
			change: func(in *Input) {
				in.Queries[0].Unresolved = []string{"Haet"}
				in.Queries[3].Unresolved = []string{"haet"}
			},
			want: expected{Passed, "", "at most 1", "1", 0, "", ""},
		},
		{
			name:   "unresolved titles of an index that was not asked",
			gate:   judgments.Gate{Metric: "unresolved_titles", Max: new(0.0)},
			change: func(in *Input) { in.TitlesChecked = false },
			want:   expected{Inconclusive, "", "at most 0", "", none, "the index was not asked for the judged titles", ""},
		},

		{
			name: "gain over the first stage",
			gate: judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MinGain: new(0.15)},
			want: expected{Passed, "elastic", "a gain of at least 0.15 over the first stage", "+0.2000", 0.05, "", ""},
		},
		{
			name: "gain too small",
			gate: judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MinGain: new(0.25)},
			want: expected{Failed, "elastic", "a gain of at least 0.25 over the first stage", "+0.2000", -0.05, "others like them could meet the limit: the 95 % interval is [",
				"heist 0.4000 to 0.4000, ghost 0.5000 to 0.5000, space 0.6000 to 0.7000"},
		},
		{
			name:   "gain over a first stage that failed",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MinGain: new(0.1)},
			change: fail(0, 3),
			want:   expected{Inconclusive, "elastic", "a gain of at least 0.1 over the first stage", "+0.2500", 0.15, "1 query failed, left out: ghost", "ghost in the first stage: shard 0: timed out"},
		},
		{
			name:   "gain without a reranker",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MinGain: new(0.1)},
			change: func(in *Input) { in.Systems = in.Systems[:1] },
			want:   expected{Inconclusive, firstStage, "a gain of at least 0.1 over the first stage", "", none, "no reranker was run", ""},
		},
		{
			name: "drop against the baseline",
			gate: judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxDrop: new(0.05)},
			want: expected{Passed, "elastic", "a drop of at most 0.05 against the baseline", "-0.0400", 0.01, "", ""},
		},
		{
			name: "drop too large",
			gate: judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxDrop: new(0.03)},
			want: expected{Failed, "elastic", "a drop of at most 0.03 against the baseline", "-0.0400", -0.01, "others like them could meet the limit",
				"heist 0.6000 to 0.4000, space 0.8000 to 0.7000"},
		},
		{
			name:   "no baseline",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxDrop: new(0.03)},
			change: func(in *Input) { in.Baseline = nil },
			want:   expected{Inconclusive, "elastic", "a drop of at most 0.03 against the baseline", "", none, "there is no baseline", ""},
		},
		{
			name:   "a baseline without the system",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxDrop: new(0.03)},
			change: func(in *Input) { in.Baseline.Systems[0].Name = "cohere" },
			want:   expected{Inconclusive, "elastic", "a drop of at most 0.03 against the baseline", "", none, "the baseline has no system elastic", ""},
		},
		{
			name:   "a baseline of other queries",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxDrop: new(0.03)},
			change: func(in *Input) { in.Baseline.Queries = []string{"a", "b", "c", "d", "e"} },
			want:   expected{Inconclusive, "elastic", "a drop of at most 0.03 against the baseline", "", none, "no query of the gate is in the baseline", ""},
		},
		{
			// heist is unknown there: 0.9 0.8 0.4 1 before, 0.9 0.7 0.5 1 after.
			name:   "a baseline with partly other queries",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxDrop: new(0.03)},
			change: func(in *Input) { in.Baseline.Queries[3] = "robbery" },
			want: expected{Passed, "elastic", "a drop of at most 0.03 against the baseline", "+0.0000", 0.03,
				"compared on the 4 of 5 queries that the baseline has; 1 query of the baseline not in this run", ""},
		},
		{
			name:   "a query that failed in the baseline",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxDrop: new(0.2)},
			change: func(in *Input) { in.Baseline.Systems[0].Answers[0].Error = "429" },
			want:   expected{Inconclusive, "elastic", "a drop of at most 0.2 against the baseline", "-0.0500", 0.15, "1 query failed, left out: boxing", "boxing in the baseline: 429"},
		},
		{
			name: "drop of a single query",
			gate: judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxQueryDrop: new(0.05)},
			want: expected{Failed, "elastic", "no query to drop by more than 0.05 against the baseline", "a drop of 0.2000 by heist", -0.15, "",
				"heist 0.6000 to 0.4000, space 0.8000 to 0.7000"},
		},
		{
			name: "drop of a single query, just allowed",
			gate: judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxQueryDrop: new(0.2)},
			want: expected{Passed, "elastic", "no query to drop by more than 0.2 against the baseline", "a drop of 0.2000 by heist", 0, "", ""},
		},
		{
			name: "no query dropped",
			gate: judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MaxQueryDrop: new(0.0)},
			want: expected{Passed, "elastic", "no query to drop by more than 0 against the first stage", "no drop", 0, "", ""},
		},
		{
			name:   "a failed query beside one that dropped too far",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxQueryDrop: new(0.15)},
			change: fail(1, 4),
			want: expected{Failed, "elastic", "no query to drop by more than 0.15 against the baseline", "a drop of 0.2000 by heist", -0.05, "",
				"heist 0.6000 to 0.4000"},
		},
		{
			name:   "a failed query beside ones that did not",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxQueryDrop: new(0.25)},
			change: fail(1, 4),
			want:   expected{Inconclusive, "elastic", "no query to drop by more than 0.25 against the baseline", "a drop of 0.2000 by heist", 0.05, "1 query failed, left out: boxing", "boxing shard 0: timed out"},
		},

		{
			name: "confidence from too few queries",
			gate: judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MinGain: new(0.0), Confidence: 0.95, Tag: "hard"},
			change: func(in *Input) {
				in.Queries[1].Tags = nil
			},
			want: expected{Inconclusive, "elastic", "a gain of at least 0 over the first stage with confidence 0.95 on the queries tagged hard", "+0.4000", none, "need at least 2 queries", ""},
		},
		{
			name: "confidence where nothing changed",
			gate: judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxDrop: new(0.02), Confidence: 0.95},
			change: func(in *Input) {
				in.Systems[1].Values["ndcg@10"] = []float64{0.9, 0.6, 0.8, 0.4, 1.0}
			},
			want: expected{Passed, "elastic", "a drop of at most 0.02 against the baseline with confidence 0.95", "+0.0000", 0.02, "no query changed", ""},
		},
		{
			name: "confidence in a gain where nothing changed",
			gate: judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MinGain: new(0.02), Confidence: 0.95},
			change: func(in *Input) {
				in.Systems[1].Values = in.Systems[0].Values
			},
			want: expected{Failed, "elastic", "a gain of at least 0.02 over the first stage with confidence 0.95", "+0.0000", -0.02, "no query changed",
				"crime 0.5000 to 0.5000, heist 0.4000 to 0.4000, space 0.6000 to 0.6000, ghost 0.5000 to 0.5000, boxing 0.5000 to 0.5000"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			in := films()
			test.gate.Source = "{...}"
			test.gate.Position = judgments.Position{File: "films.yaml", Line: 12, Column: 5}
			in.Gates = []judgments.Gate{test.gate}
			if test.change != nil {
				test.change(&in)
			}
			results, err := Evaluate(in)
			if err != nil {
				t.Fatal(err)
			}
			if len(results) != 1 {
				t.Fatalf("%d results, want 1", len(results))
			}
			checkResult(t, results[0], test.want)
			if results[0].Source != "{...}" || results[0].Position != test.gate.Position {
				t.Errorf("source and place are %q at %v", results[0].Source, results[0].Position)
			}
		})
	}
}

// alternate is n changes that go around the middle by the step, up and down.
func alternate(n int, middle, step float64) []float64 {
	change := make([]float64, n)
	for i := range change {
		change[i] = middle + step*float64(i%5-2)
	}
	return change
}

func TestGatesWithConfidence(t *testing.T) {
	few := make([]float64, 50)
	few[3], few[20], few[40], few[41], few[42] = -0.3, -0.2, -0.4, -0.3, -0.3
	tests := []struct {
		name   string
		drop   float64
		change []float64
		want   Verdict
		reason string
	}{
		// Standard error of alternate: step·√2/√49 = 0.02·0.202 = 0.004.
		{"a rise", 0.02, alternate(50, 0.03, 0.02), Passed, ""},
		{"a drop within the margin", 0.02, alternate(50, -0.005, 0.02), Passed, ""},
		{"a drop about the margin", 0.02, alternate(50, -0.018, 0.02), Inconclusive, "the limit -0.0200 lies inside the interval; 50 queries show a distance of 0.0113 or more from it (80 % power); this one would need about 1602"},
		{"a drop beyond the margin", 0.02, alternate(50, -0.05, 0.02), Failed, ""},
		{"no drop beyond chance, margin 0", 0, alternate(50, -0.004, 0.02), Inconclusive, "the limit +0.0000 lies inside the interval"},
		// The smallest p of 5 changes is 2/32.
		{"a drop of five queries, margin 0", 0, few, Inconclusive, "the interval excludes the limit +0.0000, but the randomisation test does not (p = 0.0625)"},
		{"the same for six", 0, append([]float64{-0.3}, few...), Failed, ""},
		{"every query by the same", 0.02, alternate(50, -0.1, 0), Failed, ""},
		{"every query by the same, but few", 0.02, alternate(5, -0.1, 0), Inconclusive, "p = 0.0625"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := verdictOn(t, judgments.Gate{MaxDrop: &test.drop, Confidence: 0.95}, test.change, films().Stats)
			if r.Verdict != test.want {
				t.Errorf("verdict %s, want %s: %s", r.Verdict, test.want, r)
			}
			if !strings.Contains(r.Reason, test.reason) {
				t.Errorf("reason %q, want %q in it", r.Reason, test.reason)
			}
			if r.Comparison == nil || r.Comparison.N != len(test.change) {
				t.Errorf("comparison %+v, want one of %d queries", r.Comparison, len(test.change))
			}
			if !strings.Contains(r.Actual, " with the 95 % interval [") {
				t.Errorf("actual %q names no interval", r.Actual)
			}
		})
	}
}

// A gate's interval must be the one that reports print for the difference.
func TestConfidenceUsesTheIntervalOfTheComparison(t *testing.T) {
	r := verdictOn(t, judgments.Gate{MaxDrop: new(0.02), Confidence: 0.9}, alternate(30, -0.018, 0.05), films().Stats)
	if want := " with the 90 % interval " + interval(r.Comparison.Low, r.Comparison.High); !strings.HasSuffix(r.Actual, want) {
		t.Errorf("actual = %q, want it to end with %q", r.Actual, want)
	}
	if r.Comparison.Confidence != 0.9 {
		t.Errorf("the comparison's confidence is %v, want the gate's 0.9", r.Comparison.Confidence)
	}
}

func TestQuarantine(t *testing.T) {
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	tests := []struct {
		until   string
		floor   expected
		expects expected
	}{
		{
			until:   "2026-11-24", // the day of the run is the last one
			floor:   expected{Passed, "elastic", "at least 0.75", "0.7750", 0.025, "without 1 query in quarantine: heist until 2026-11-24 (synonyms are being rebuilt)", ""},
			expects: expected{Skipped, "elastic", `"Heat" within the first 3`, "not among 1 hit", math.NaN(), "in quarantine, otherwise failed: heist until 2026-11-24 (synonyms are being rebuilt)", "heist not among 1 hit"},
		},
		{
			until: "2026-11-23",
			floor: expected{Failed, "elastic", "at least 0.75", "0.7000", -0.05, "gating again after quarantine: heist, whose quarantine ended on 2026-11-23 (synonyms are being rebuilt)",
				"heist 0.4000, ghost 0.5000, space 0.7000"},
			expects: expected{Failed, "elastic", `"Heat" within the first 3`, "not among 1 hit", math.NaN(), "gating again: heist, whose quarantine ended on 2026-11-23", "heist not among 1 hit"},
		},
	}
	for _, test := range tests {
		t.Run(test.until, func(t *testing.T) {
			in := films()
			in.Gates = []judgments.Gate{{Metric: "ndcg@10", Min: new(0.75)}}
			in.Queries[1].Quarantine = &judgments.Quarantine{Until: day(test.until), Reason: "synonyms are being rebuilt."}
			in.Queries[1].Expect = []judgments.Expectation{{Title: "Heat", Within: 3}}
			in.Systems[1].Answers[1].Hits = []eval.Hit{{ID: "1", Title: "Fargo"}}
			results, err := Evaluate(in)
			if err != nil {
				t.Fatal(err)
			}
			if len(results) != 2 {
				t.Fatalf("%d results, want 2", len(results))
			}
			checkResult(t, results[0], test.floor)
			checkResult(t, results[1], test.expects)
		})
	}

	in := films()
	in.Gates = []judgments.Gate{{Metric: "ndcg@10", Tag: "hard", Min: new(0.1)}}
	for i := range 2 {
		in.Queries[i].Quarantine = &judgments.Quarantine{Until: day("2027-01-31")}
	}
	results, err := Evaluate(in)
	if err != nil {
		t.Fatal(err)
	}
	checkResult(t, results[0], expected{Inconclusive, "elastic", "at least 0.1 on the queries tagged hard", "", math.NaN(),
		"all its queries are in quarantine; without 2 queries in quarantine: crime until 2027-01-31, heist until 2027-01-31", ""})
}

func TestExpectations(t *testing.T) {
	hits := []eval.Hit{{ID: "7", Title: "Reservoir Dogs"}, {ID: "1", Title: "Heat"}, {ID: "2", Title: "heat"}, {ID: "3", Title: "Fargo"}}
	none := math.NaN()
	tests := []struct {
		name   string
		expect judgments.Expectation
		change func(*Input)
		want   expected
	}{
		{"within", judgments.Expectation{Title: "HEAT", Within: 3}, nil, expected{Passed, "elastic", `"HEAT" within the first 3`, "rank 2", 1, "", ""}},
		{"within, by id", judgments.Expectation{Title: "Heat", ID: "2", Within: 2}, nil, expected{Failed, "elastic", `"Heat" within the first 2`, "rank 3", -1, "", "crime rank 3"}},
		{"within, absent", judgments.Expectation{Title: "Alien", Within: 3}, nil, expected{Failed, "elastic", `"Alien" within the first 3`, "not among 4 hits", none, "", "crime not among 4 hits"}},
		{"within, not in the index", judgments.Expectation{Title: "Alien", Within: 3}, func(in *Input) { in.Queries[0].Unresolved = []string{"alien"} },
			expected{Failed, "elastic", `"Alien" within the first 3`, "not among 4 hits", none, "the index has no such document", "crime not among 4 hits"}},
		{"not within, lower", judgments.Expectation{Title: "Fargo", NotWithin: 3}, nil, expected{Passed, "elastic", `"Fargo" not within the first 3`, "rank 4", 0, "", ""}},
		{"not within, found", judgments.Expectation{Title: "Heat", NotWithin: 3}, nil, expected{Failed, "elastic", `"Heat" not within the first 3`, "rank 2", -2, "", "crime rank 2"}},
		{"not within, absent", judgments.Expectation{ID: "99", NotWithin: 3}, nil, expected{Passed, "elastic", `"99" not within the first 3`, "not among 4 hits", none, "", ""}},
		{"not within, not in the index", judgments.Expectation{ID: "99", NotWithin: 1}, func(in *Input) { in.Queries[0].Unresolved = []string{"99"} },
			expected{Inconclusive, "elastic", `"99" not at rank 1`, "not among 4 hits", none, "its absence says nothing", "crime not among 4 hits"}},
		{"before", judgments.Expectation{Title: "Reservoir Dogs", Before: "Fargo"}, nil, expected{Passed, "elastic", `"Reservoir Dogs" before "Fargo"`, "rank 1, the other rank 4", 2, "", ""}},
		{"before, adjacent", judgments.Expectation{Title: "Reservoir Dogs", Before: "Heat"}, nil, expected{Passed, "elastic", `"Reservoir Dogs" before "Heat"`, "rank 1, the other rank 2", 0, "", ""}},
		{"before, the other way round", judgments.Expectation{Title: "Fargo", Before: "Heat"}, nil, expected{Failed, "elastic", `"Fargo" before "Heat"`, "rank 4, the other rank 2", -3, "", "crime rank 4, the other rank 2"}},
		{"before, the other absent", judgments.Expectation{Title: "Fargo", Before: "Alien"}, nil, expected{Passed, "elastic", `"Fargo" before "Alien"`, "rank 4, the other not among 4 hits", none, "", ""}},
		{"before, the other not in the index", judgments.Expectation{Title: "Fargo", Before: "Alien"}, func(in *Input) { in.Queries[0].Unresolved = []string{"Alien"} },
			expected{Inconclusive, "elastic", `"Fargo" before "Alien"`, "rank 4, the other not among 4 hits", none, `no document titled "Alien"`, "crime rank 4, the other not among 4 hits"}},
		{"before, absent", judgments.Expectation{Title: "Alien", Before: "Heat"}, nil, expected{Failed, "elastic", `"Alien" before "Heat"`, "not among 4 hits, the other rank 2", none, "", "crime not among 4 hits, the other rank 2"}},
		{"before, both absent", judgments.Expectation{Title: "Alien", Before: "Aliens"}, nil, expected{Inconclusive, "elastic", `"Alien" before "Aliens"`, "not among 4 hits, the other not among 4 hits", none, "neither was returned", "crime not among 4 hits, the other not among 4 hits"}},
		{"failed query", judgments.Expectation{Title: "Heat", NotWithin: 1}, func(in *Input) { in.Systems[1].Answers[0].Error = "timed out" },
			expected{Inconclusive, "elastic", `"Heat" not at rank 1`, "", none, "the query failed: timed out", "crime"}},
		{"system not run", judgments.Expectation{Title: "Heat", Within: 1, System: "cohere"}, nil,
			expected{Inconclusive, "cohere", `"Heat" at rank 1`, "", none, "the system cohere was not run", "crime"}},
		{"first stage", judgments.Expectation{Title: "Heat", Within: 1, System: firstStage}, nil,
			expected{Failed, firstStage, `"Heat" at rank 1`, "not among 0 hits", none, "", "crime not among 0 hits"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			in := films()
			in.Queries[0].Expect = []judgments.Expectation{test.expect}
			in.Systems[1].Answers[0].Hits = hits
			if test.change != nil {
				test.change(&in)
			}
			results, err := Evaluate(in)
			if err != nil {
				t.Fatal(err)
			}
			if len(results) != 1 {
				t.Fatalf("%d results, want 1", len(results))
			}
			checkResult(t, results[0], test.want)
			if results[0].Query != "crime" {
				t.Errorf("query = %q, want crime", results[0].Query)
			}
		})
	}
}

func TestSystemsOfAGate(t *testing.T) {
	in := films()
	in.Systems = append(in.Systems, system("cohere", 1, 1, 1, 1, 1))
	in.Gates = []judgments.Gate{{Metric: "ndcg@10", Min: new(0.8)}, {Metric: "failed", Max: new(0.0)}, {Metric: "unresolved_titles", Max: new(0.0)}}
	results, err := Evaluate(in)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range results {
		got = append(got, fmt.Sprintf("%s %s %s", r.Metric, r.System, r.Verdict))
	}
	want := []string{
		"ndcg@10 elastic failed", "ndcg@10 cohere passed",
		"failed first-stage passed", "failed elastic passed", "failed cohere passed",
		"unresolved_titles  passed",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}

	in = films()
	in.Systems = in.Systems[:1]
	in.Gates = in.Gates[:0]
	in.Gates = append(in.Gates, judgments.Gate{Metric: "ndcg@10", Min: new(0.8)})
	results, err = Evaluate(in)
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != 1 || results[0].System != firstStage || results[0].Verdict != Failed {
		t.Errorf("without a reranker the gate must hold for the first stage, got %v", results)
	}
}

func TestResultString(t *testing.T) {
	in := films()
	in.Gates = []judgments.Gate{{
		Position: judgments.Position{File: "films.yaml", Line: 12, Column: 5},
		Source:   "{metric: ndcg@10, min: 0.8}",
		Metric:   "ndcg@10", Min: new(0.8),
	}}
	in.Queries[0].Expect = []judgments.Expectation{{
		Position: judgments.Position{File: "films.yaml", Line: 31, Column: 9},
		Source:   "{title: Heat, within: 3}",
		Title:    "Heat", Within: 3,
	}}
	results, err := Evaluate(in)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"films.yaml:12:5: failed: {metric: ndcg@10, min: 0.8}: elastic: expected at least 0.8, found 0.7000 (margin -0.1000)",
		`films.yaml:31:9: failed: {title: Heat, within: 3}: query "crime": elastic: expected "Heat" within the first 3, found not among 0 hits`,
	}
	for i, r := range results {
		if r.String() != want[i] {
			t.Errorf("got  %s\nwant %s", r, want[i])
		}
	}
}

func TestOverall(t *testing.T) {
	tests := []struct {
		verdicts []Verdict
		want     Verdict
	}{
		{nil, Passed},
		{[]Verdict{Passed, Skipped}, Passed},
		{[]Verdict{Passed, Inconclusive, Passed}, Inconclusive},
		{[]Verdict{Inconclusive, Failed, Passed}, Failed},
	}
	for _, test := range tests {
		var results []Result
		for _, v := range test.verdicts {
			results = append(results, Result{Verdict: v})
		}
		if got := Overall(results); got != test.want {
			t.Errorf("Overall(%v) = %s, want %s", test.verdicts, got, test.want)
		}
	}
}

func TestEvaluateRefusesWhatDoesNotFit(t *testing.T) {
	in := films()
	in.Systems[1].Answers = in.Systems[1].Answers[:3]
	if _, err := Evaluate(in); err == nil || err.Error() != "the run has 3 answers of the system elastic to 5 queries" {
		t.Errorf("error = %v", err)
	}
	in = films()
	in.Baseline.Systems[0].Values["ndcg@10"] = []float64{1}
	if _, err := Evaluate(in); err == nil || err.Error() != "the baseline has 1 values of ndcg@10 of the system elastic for 5 queries" {
		t.Errorf("error = %v", err)
	}
	in = films()
	in.Gates = []judgments.Gate{{Metric: "ndcg@10", Versus: "baseline", MaxDrop: new(0.1)}}
	in.Stats.Resamples = -1
	if _, err := Evaluate(in); err == nil || !strings.Contains(err.Error(), "ndcg@10 of elastic: -1 bootstrap resamples") {
		t.Errorf("error = %v", err)
	}
}

func TestMetrics(t *testing.T) {
	got, err := Metrics([]judgments.Gate{{Metric: "ndcg_cut_10"}, {Metric: "took_p95"}, {Metric: "mrr"}, {Metric: "nDCG@10"}, {Metric: "failed"}})
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprint(got); s != "[ndcg@10 mrr]" {
		t.Errorf("Metrics = %s, want [ndcg@10 mrr]", s)
	}
	_, err = Metrics([]judgments.Gate{{Position: judgments.Position{File: "a.yaml", Line: 3, Column: 7}, Metric: "ndgc@10"}})
	if err == nil || !strings.HasPrefix(err.Error(), "a.yaml:3:7: ") {
		t.Errorf("error = %v, want one with the gate's place", err)
	}
}

// Whatever the values: a verdict agrees with its margin, nothing passes while
// a query of its scope failed, and a looser limit is no worse.
func TestVerdictProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "queries")
		value := rapid.OneOf(rapid.SampledFrom([]float64{0, 0.25, 0.5, 1}), rapid.Float64Range(0, 1))
		in := Input{Queries: make([]Query, n), Now: noon}
		for i := range in.Queries {
			in.Queries[i].ID = fmt.Sprint(i)
		}
		for _, name := range []string{firstStage, "elastic"} {
			in.Systems = append(in.Systems, system(name, rapid.SliceOfN(value, n, n).Draw(t, name)...))
		}
		failed := rapid.Bool().Draw(t, "failed")
		if failed {
			in.Systems[1].Answers[rapid.IntRange(0, n-1).Draw(t, "which")].Error = "timed out"
		}
		in.Stats.Resamples, in.Stats.Permutations = 100, 100
		limit := rapid.Float64Range(0, 1).Draw(t, "limit")
		looser := limit + rapid.Float64Range(0, 0.5).Draw(t, "looser")
		for _, g := range []func(float64) judgments.Gate{
			func(l float64) judgments.Gate { return judgments.Gate{Metric: "ndcg@10", Max: &l} },
			func(l float64) judgments.Gate { return judgments.Gate{Metric: "ndcg@10", Min: new(1 - l)} },
			func(l float64) judgments.Gate {
				return judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MaxDrop: &l}
			},
			func(l float64) judgments.Gate {
				return judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MinGain: new(1 - l)}
			},
			func(l float64) judgments.Gate {
				return judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MaxQueryDrop: &l}
			},
			func(l float64) judgments.Gate {
				return judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MaxDrop: &l, Confidence: 0.9}
			},
		} {
			in.Gates = []judgments.Gate{g(limit), g(looser)}
			results, err := Evaluate(in)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range results {
				switch {
				case failed && r.Verdict == Passed:
					t.Fatalf("passed in spite of a failed query: %s", r)
				case r.Verdict == Passed && r.Margin < 0, r.Verdict == Failed && r.Margin >= 0:
					t.Fatalf("verdict and margin disagree: %s", r)
				case r.Verdict == Failed && len(r.Queries) == 0 && r.Margin < -1e-6:
					t.Fatalf("failed, but no query is to blame: %s", r)
				case r.Verdict == Inconclusive && r.Reason == "":
					t.Fatalf("inconclusive without a reason: %s", r)
				}
			}
			if results[0].Verdict == Passed && results[1].Verdict == Failed {
				t.Fatalf("a looser limit fails:\n%s\n%s", results[0], results[1])
			}
		}
	})
}
