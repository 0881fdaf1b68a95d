package gate

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/judgments"
)

func TestGates(t *testing.T) {
	none := math.NaN()
	failing := func(system string, query int) func(*Input) {
		return func(in *Input) { fail(in.Scores, system, query, "shard 0: timed out") }
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
				in.Scores.Systems[1].Values[0][0] -= 0.0001
			},
			want: expected{Failed, "elastic", "at least 0.7", "0.69998", -0.00002, "", "heist 0.4000, ghost 0.5000"},
		},
		{
			name:   "a baseline that shares not all queries lets nothing pass",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxDrop: new(0.9)},
			change: func(in *Input) { in.Baseline, in.Doubt = in.Scores, "since the baseline 1 query was removed" },
			want:   expected{Inconclusive, "elastic", "a drop of at most 0.9 against the baseline", "+0.0000", 0.9, "since the baseline 1 query was removed", ""},
		},
		{
			name:   "and is no excuse for what fails on those that it shares",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MinGain: new(0.1)},
			change: func(in *Input) { in.Baseline, in.Doubt = in.Scores, "since the baseline 1 query was removed" },
			want:   expected{Failed, "elastic", "a gain of at least 0.1 over the baseline", "+0.0000", -0.1, "", "crime 0.9000 to 0.9000, heist 0.4000 to 0.4000, space 0.7000 to 0.7000, ghost 0.5000 to 0.5000, boxing 1.0000 to 1.0000"},
		},
		{
			name:   "a run that lacks queries lets nothing pass",
			gate:   judgments.Gate{Metric: "ndcg@10", Min: new(0.6)},
			change: func(in *Input) { in.Scores.Run.Manifest.QueryCount = 7; in.Integrity.Missing = 2 },
			want:   expected{Inconclusive, "elastic", "at least 0.6", "0.7000", 0.1, "the run is incomplete: 2 of 7 queries are missing", ""},
		},
		{
			name:   "nor does one without its last line",
			gate:   judgments.Gate{Metric: "failed", System: "elastic", Max: new(0.0)},
			change: func(in *Input) { in.Integrity.Incomplete = true },
			want:   expected{Inconclusive, "elastic", "at most 0", "0", 0, "the run is incomplete: its last line is missing", ""},
		},
		{
			name:   "and what fails on its queries fails",
			gate:   judgments.Gate{Metric: "ndcg@10", Min: new(0.9)},
			change: func(in *Input) { in.Integrity.Missing = 1 },
			want:   expected{Failed, "elastic", "at least 0.9", "0.7000", -0.2, "", "heist 0.4000, ghost 0.5000, space 0.7000"},
		},
		{
			name:   "nothing is judged",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MaxDrop: new(0.18), Confidence: 0.95},
			change: func(in *Input) { grade(in, -1) },
			want:   expected{Inconclusive, "elastic", "a drop of at most 0.18 against the first stage with confidence 0.95", "", none, "no judgment of any query has a grade above 0", ""},
		},
		{
			name:   "nothing is judged relevant, and a floor is not shown to be missed",
			gate:   judgments.Gate{Metric: "ndcg@10", Min: new(0.99)},
			change: func(in *Input) { grade(in, 0) },
			want:   expected{Inconclusive, "elastic", "at least 0.99", "", none, "no judgment of any query has a grade above 0", ""},
		},
		{
			name:   "nothing is found",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MaxDrop: new(0.3)},
			change: findNothing,
			want:   expected{Inconclusive, "elastic", "a drop of at most 0.3 against the first stage", "", none, "no system found anything for any query", ""},
		},
		{
			name:   "nothing is found, which misses a floor",
			gate:   judgments.Gate{Metric: "ndcg@10", System: "elastic", Min: new(0.9)},
			change: findNothing,
			want:   expected{Failed, "elastic", "at least 0.9", "0.7000", -0.2, "", "heist 0.4000, ghost 0.5000, space 0.7000"},
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
			// 0.9 + 0.7 + 0.5 + 1 over 4, and over 5 with a 0.
			name:   "a failed query, and the floor is held at worst",
			gate:   judgments.Gate{Metric: "ndcg@10", Min: new(0.6)},
			change: failing("elastic", 1),
			want:   expected{Passed, "elastic", "at least 0.6", "0.7750", 0.175, "1 query failed, left out: heist; at worst 0.6200, which meets the limit too", ""},
		},
		{
			name:   "a failed query, and the floor is not held at worst",
			gate:   judgments.Gate{Metric: "ndcg@10", Min: new(0.65)},
			change: failing("elastic", 1),
			want:   expected{Inconclusive, "elastic", "at least 0.65", "0.7750", 0.125, "1 query failed, left out: heist; at worst 0.6200", "heist shard 0: timed out"},
		},
		{
			// At best 4.1/5 = 0.82.
			name:   "a failed query, and a floor out of reach",
			gate:   judgments.Gate{Metric: "ndcg@10", Min: new(0.9)},
			change: failing("elastic", 1),
			want:   expected{Failed, "elastic", "at least 0.9", "0.7750", -0.125, "the gate fails whatever it had answered", "ghost 0.5000, space 0.7000"},
		},
		{
			name:   "a failed query under a ceiling",
			gate:   judgments.Gate{Metric: "ndcg@10", Max: new(0.8)},
			change: failing("elastic", 1),
			want:   expected{Inconclusive, "elastic", "at most 0.8", "0.7750", 0.025, "at worst 0.8200", "heist shard 0: timed out"},
		},
		{
			// Between 0.62 and 0.82, so that the missing answer could fit.
			name:   "a failed query between two limits",
			gate:   judgments.Gate{Metric: "ndcg@10", Min: new(0.7), Max: new(0.75)},
			change: failing("elastic", 1),
			want:   expected{Inconclusive, "elastic", "from 0.7 to 0.75", "0.7750", -0.025, "1 query failed", "heist shard 0: timed out"},
		},
		{
			name: "no query was answered",
			gate: judgments.Gate{Metric: "ndcg@10", Min: new(0.0)},
			change: func(in *Input) {
				for q := range 5 {
					fail(in.Scores, "elastic", q, "429")
				}
			},
			want: expected{Inconclusive, "elastic", "at least 0", "", none, "5 queries failed, left out: crime, heist, space and 2 more", "crime 429, heist 429, space 429, ghost 429, boxing 429"},
		},
		{
			name: "a failed query of a metric that empty lists do not have",
			gate: judgments.Gate{Metric: "judged@10", Min: new(0.1)},
			change: func(in *Input) {
				column(in.Scores, "judged@10", 0.5, 0.5, 0.5, 0.5, 0.5)
				fail(in.Scores, "elastic", 1, "429")
			},
			want: expected{Inconclusive, "elastic", "at least 0.1", "0.5000", 0.4, "1 query failed", "heist 429"},
		},
		{
			name:   "a failed query outside the tag",
			gate:   judgments.Gate{Metric: "ndcg@10", Tag: "hard", Min: new(0.6)},
			change: failing("elastic", 4),
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
				column(in.Scores, "judged@10", 0.5, none, 0.9, 0.6, none)
			},
			want: expected{Passed, "elastic", "at least 0.5", "0.6667", 2.0/3 - 0.5, "judged@10 has no value for 2 queries, left out", ""},
		},
		{
			name: "undefined for all",
			gate: judgments.Gate{Metric: "judged@10", Min: new(0.5)},
			change: func(in *Input) {
				column(in.Scores, "judged@10", none, none, none, none, none)
			},
			want: expected{Inconclusive, "elastic", "at least 0.5", "", none, "judged@10 is undefined for all 5 queries", ""},
		},
		{
			name: "a count is summed",
			gate: judgments.Gate{Metric: "num_rel_ret", Min: new(12.0)},
			change: func(in *Input) {
				column(in.Scores, "num_rel_ret", 1, 2, 3, 4, 1)
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
			change: failing("elastic", 4),
			want:   expected{Inconclusive, "elastic", "at most 100 ms", "38.5 ms", 61.5, "1 query failed and gave no time: boxing", "boxing shard 0: timed out"},
		},
		{
			// of the searches that were timed, 7 and 9, the rank 0.5 is between
			name: "latency of samples",
			gate: judgments.Gate{Metric: "took_p50", Max: new(8.5)},
			change: func(in *Input) {
				in.Scores.Run.Complete = &eval.Complete{Latency: &eval.Samples{Queries: []string{"space", "crime"}, Times: map[string][]eval.Time{"elastic": {{TookMS: 7}, {TookMS: 9}}}}}
			},
			want: expected{Passed, "elastic", "at most 8.5 ms", "8 ms", 0.5, "2 searches were timed, one at a time", ""},
		},
		{
			name: "latency of samples with one that failed",
			gate: judgments.Gate{Metric: "took_p50", Max: new(8.5)},
			change: func(in *Input) {
				in.Scores.Run.Complete = &eval.Complete{Latency: &eval.Samples{Queries: []string{"space", "crime"}, Times: map[string][]eval.Time{"elastic": {{TookMS: 7}, {Error: "gone"}}}}}
			},
			want: expected{Inconclusive, "elastic", "at most 8.5 ms", "7 ms", 1.5, "1 search was timed, one at a time; 1 query failed and gave no time: crime", "crime no answer when it was timed"},
		},
		{
			name:   "failures",
			gate:   judgments.Gate{Metric: "failed", System: "elastic", Max: new(0.0)},
			change: failing("elastic", 2),
			want:   expected{Failed, "elastic", "at most 0", "1", -1, "", "space shard 0: timed out"},
		},
		{
			name: "dropped documents",
			gate: judgments.Gate{Metric: "dropped_documents", Max: new(2.0)},
			change: func(in *Input) {
				in.Integrity.Systems = []integrity.SystemIntegrity{{System: "elastic", Dropped: []integrity.Dropped{
					{Query: "crime", Titles: []string{"Heat", "Fargo"}}, {Query: "ghost", Titles: []string{"Alien"}},
				}}}
			},
			want: expected{Failed, "elastic", "at most 2", "3", -1, "", "crime Heat, Fargo, ghost Alien"},
		},
		{
			name:   "dropped documents of a failed query",
			gate:   judgments.Gate{Metric: "dropped_documents", Max: new(2.0)},
			change: failing("elastic", 2),
			want:   expected{Inconclusive, "elastic", "at most 2", "0", 2, "what was dropped there is unknown: space", "space shard 0: timed out"},
		},
		{
			name: "unresolved titles, the same one twice",
			gate: judgments.Gate{Metric: "unresolved_titles", Max: new(1.0)},
			change: func(in *Input) {
				in.Scores.Run.Manifest.Unresolved = []string{"Haet"}
				in.Scores.Run.Queries[0].Judgments[0].Title = "Haet"
				in.Scores.Run.Queries[3].Judgments[0].Title = "haet"
			},
			want: expected{Passed, "", "at most 1", "1", 0, "", ""},
		},
		{
			name:   "unresolved titles of an index that was not asked",
			gate:   judgments.Gate{Metric: "unresolved_titles", Max: new(0.0)},
			change: func(in *Input) { in.Scores.Run.Manifest.Hashes.Titles = "" },
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
			want: expected{Failed, "elastic", "a gain of at least 0.25 over the first stage", "+0.2000", -0.05, "",
				"heist 0.4000 to 0.4000, ghost 0.5000 to 0.5000, space 0.6000 to 0.7000"},
		},
		{
			// 0.4 + 0 + 0.1 + 0.5 over 4; ghost at worst falls from 1 to 0.5.
			name:   "gain over a first stage that failed",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MinGain: new(0.15)},
			change: failing(firstStage, 3),
			want:   expected{Inconclusive, "elastic", "a gain of at least 0.15 over the first stage", "+0.2500", 0.1, "1 query failed, left out: ghost; at worst +0.1000", "ghost in the first stage: shard 0: timed out"},
		},
		{
			name:   "gain over a first stage that failed, large enough",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MinGain: new(0.1)},
			change: failing(firstStage, 3),
			want:   expected{Passed, "elastic", "a gain of at least 0.1 over the first stage", "+0.2500", 0.15, "at worst +0.1000, which meets the limit too", ""},
		},
		{
			// At best ghost rises from 0 to 0.5: 1.5/5 = 0.3.
			name:   "gain over a first stage that failed, out of reach",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MinGain: new(0.4)},
			change: failing(firstStage, 3),
			want: expected{Failed, "elastic", "a gain of at least 0.4 over the first stage", "+0.2500", -0.15, "whatever it had answered",
				"heist 0.4000 to 0.4000, space 0.6000 to 0.7000"},
		},
		{
			name:   "gain without a reranker",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: firstStage, MinGain: new(0.1)},
			change: func(in *Input) { in.Scores.Systems = in.Scores.Systems[:1] },
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
			want: expected{Failed, "elastic", "a drop of at most 0.03 against the baseline", "-0.0400", -0.01, "",
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
			change: func(in *Input) { in.Baseline.Systems[0].System = "cohere" },
			want:   expected{Inconclusive, "elastic", "a drop of at most 0.03 against the baseline", "", none, "the baseline has no system elastic", ""},
		},
		{
			name:   "a baseline of other queries",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxDrop: new(0.03)},
			change: func(in *Input) { in.Baseline = evaluated([]string{"a"}, system("elastic", 1)) },
			want:   expected{Inconclusive, "elastic", "a drop of at most 0.03 against the baseline", "", none, "no query of the gate is in the baseline", ""},
		},
		{
			// heist is unknown there: 0.9 0.8 0.4 1 before, 0.9 0.7 0.5 1 after.
			name:   "a baseline with partly other queries",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxDrop: new(0.03)},
			change: func(in *Input) { in.Baseline = in.Baseline.OfQueries([]int{0, 1, 2, 4}) },
			want: expected{Passed, "elastic", "a drop of at most 0.03 against the baseline", "+0.0000", 0.03,
				"compared on the 4 of 5 queries that the baseline has", ""},
		},
		{
			// Boxing could have been 1 there, and is 1 here: no drop.
			name:   "a query that failed in the baseline",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxDrop: new(0.2)},
			change: func(in *Input) { fail(in.Baseline, "elastic", 0, "429") },
			want:   expected{Passed, "elastic", "a drop of at most 0.2 against the baseline", "-0.0500", 0.15, "1 query failed, left out: boxing; at worst -0.0400, which meets the limit too", ""},
		},
		{
			name: "a query that failed in both",
			gate: judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxDrop: new(0.2)},
			change: func(in *Input) {
				fail(in.Baseline, "elastic", 0, "429")
				fail(in.Scores, "elastic", 4, "503")
			},
			want: expected{Inconclusive, "elastic", "a drop of at most 0.2 against the baseline", "-0.0500", 0.15, "at worst -0.2400", "boxing 503"},
		},
		{
			name:   "every ranking is the baseline's",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxDrop: new(0.0)},
			change: func(in *Input) { in.Baseline = in.Scores },
			want:   expected{Passed, "elastic", "a drop of at most 0 against the baseline", "+0.0000", 0, "every ranking is the baseline's", ""},
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
			change: failing("elastic", 4),
			want: expected{Failed, "elastic", "no query to drop by more than 0.15 against the baseline", "a drop of 0.2000 by heist", -0.05, "1 query failed, left out: boxing; the gate fails whatever it had answered",
				"heist 0.6000 to 0.4000"},
		},
		{
			name:   "a failed query beside ones that did not",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxQueryDrop: new(0.25)},
			change: failing("elastic", 4),
			want:   expected{Inconclusive, "elastic", "no query to drop by more than 0.25 against the baseline", "a drop of 0.2000 by heist", 0.05, "1 query failed, left out: boxing; at worst a drop of 1.0000", "boxing shard 0: timed out"},
		},
		{
			name: "two queries may drop",
			gate: judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxQueryDrop: new(0.05), MaxQueries: new(2)},
			want: expected{Passed, "elastic", "at most 2 queries to drop by more than 0.05 against the baseline", "2 queries, at worst heist by 0.2000", 0, "", ""},
		},
		{
			name: "one query may drop",
			gate: judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxQueryDrop: new(0.05), MaxQueries: new(1)},
			want: expected{Failed, "elastic", "at most 1 query to drop by more than 0.05 against the baseline", "2 queries, at worst heist by 0.2000", -1, "",
				"heist 0.6000 to 0.4000, space 0.8000 to 0.7000"},
		},
		{
			name: "a share of the queries may drop",
			gate: judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxQueryDrop: new(0.15), MaxShare: new(0.2)},
			want: expected{Passed, "elastic", "at most 20 % of the queries to drop by more than 0.15 against the baseline", "1 query, at worst heist by 0.2000", 0, "", ""},
		},
		{
			name: "a share that is less than a query",
			gate: judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxQueryDrop: new(0.15), MaxShare: new(0.19)},
			want: expected{Failed, "elastic", "at most 19 % of the queries to drop by more than 0.15 against the baseline", "1 query, at worst heist by 0.2000", -1, "",
				"heist 0.6000 to 0.4000"},
		},
		{
			name:   "a failed query that may drop",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxQueryDrop: new(0.15), MaxQueries: new(2)},
			change: failing("elastic", 4),
			want: expected{Passed, "elastic", "at most 2 queries to drop by more than 0.15 against the baseline", "1 query, at worst heist by 0.2000", 1,
				"1 query failed, left out: boxing; at worst 2 queries, which meets the limit too", ""},
		},
		{
			name:   "a failed query too many",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxQueryDrop: new(0.15), MaxQueries: new(1)},
			change: failing("elastic", 4),
			want: expected{Inconclusive, "elastic", "at most 1 query to drop by more than 0.15 against the baseline", "1 query, at worst heist by 0.2000", 0,
				"1 query failed, left out: boxing; at worst 2 queries", "boxing shard 0: timed out"},
		},
		{
			name:   "inconclusive fails",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxDrop: new(0.03), Inconclusive: judgments.InconclusiveFails},
			change: func(in *Input) { in.Baseline = nil },
			want:   expected{Failed, "elastic", "a drop of at most 0.03 against the baseline", "", none, "inconclusive, which fails this gate: there is no baseline", ""},
		},
		{
			name:   "inconclusive passes",
			gate:   judgments.Gate{Metric: "ndcg@10", Versus: "baseline", MaxDrop: new(0.03), Inconclusive: judgments.InconclusivePasses},
			change: func(in *Input) { in.Baseline = nil },
			want:   expected{Inconclusive, "elastic", "a drop of at most 0.03 against the baseline", "", none, "there is no baseline", ""},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			in := films()
			test.gate.Source = "{...}"
			test.gate.Position = judgments.Position{File: "films.yaml", Line: 12, Column: 5}
			in.gates(test.gate)
			if test.change != nil {
				test.change(&in)
			}
			results := Evaluate(in)
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

func TestSystemsOfAGate(t *testing.T) {
	in := films()
	in.Scores = evaluated([]string{"crime", "heist"}, system(firstStage, 0, 0), system("elastic", 0, 1), system("cohere", 1, 1))
	in.Scores.Run.Manifest.Hashes.Titles = "asked"
	in.gates(judgments.Gate{Metric: "ndcg@10", Min: new(0.8)}, judgments.Gate{Metric: "failed", Max: new(0.0)}, judgments.Gate{Metric: "unresolved_titles", Max: new(0.0)})
	results := Evaluate(in)
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
	in.Scores.Systems = in.Scores.Systems[:1]
	in.gates(judgments.Gate{Metric: "ndcg@10", Min: new(0.8)})
	results = Evaluate(in)
	if len(results) != 1 || results[0].System != firstStage || results[0].Verdict != Failed {
		t.Errorf("without a reranker the gate must hold for the first stage, got %v", results)
	}
}

// grade gives every judgment a grade; a negative one takes them away.
func grade(in *Input, grade float64) {
	for q := range in.Scores.Run.Queries {
		query := &in.Scores.Run.Queries[q]
		if grade < 0 {
			query.Judgments = nil
		}
		for j := range query.Judgments {
			query.Judgments[j].Grade = grade
		}
	}
}

// findNothing empties every answer.
func findNothing(in *Input) {
	for q := range in.Scores.Run.Queries {
		for _, r := range in.Scores.Run.Queries[q].Results {
			r.Hits = nil
		}
	}
}
