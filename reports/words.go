package reports

import (
	"strings"

	"github.com/releval/releval/eval/metrics"
)

// metricWords say in a line what a metric measures, by its family.
var metricWords = map[string]string{
	"ndcg":      "how well the list is ordered by the judged grades, from 0 to 1: a hit counts the more, the higher its grade and its rank (normalised discounted cumulative gain)",
	"ndcg_exp":  "as ndcg, with high grades counting far more: 2^grade - 1",
	"mrr":       "1 divided by the rank of the first relevant hit, 0 where there is none (mean reciprocal rank)",
	"precision": "the share of the hits that are relevant",
	"recall":    "the share of the relevant documents that are among the hits",
	"success":   "1 where a relevant hit is found, else 0",
	"map":       "the mean of the precision at each relevant document (average precision)",
	"rprec":     "the precision at the rank that is the number of relevant documents",
	"bpref":     "how often judged relevant documents stand before judged non-relevant ones",
	"infap":     "average precision, inferred from a sample of judgments",
	"err":       "how soon a user who stops when satisfied is satisfied (expected reciprocal rank)",
	"rbp":       "what a user sees who goes on to the next hit with a fixed probability (rank-biased precision)",
	"judged":    "the share of the hits that somebody judged: coverage, not quality",
}

// explained says what a metric measures; empty for one that few ask for.
func explained(m metrics.Metric) string {
	family, _, _ := strings.Cut(m.String(), "@")
	family, _, _ = strings.Cut(family, "(")
	return metricWords[family]
}

// words explain what a report speaks of to whoever it is handed to, a word and
// its meaning each.
func (r *Report) words() [][2]string {
	var words [][2]string
	for _, m := range r.Evaluation.Metrics {
		if meaning := explained(m); meaning != "" {
			words = append(words, [2]string{m.String(), meaning})
		}
	}
	add := func(there bool, word, meaning string) {
		if there {
			words = append(words, [2]string{word, meaning})
		}
	}
	reranked := len(r.Evaluation.Run.Manifest.Reranked()) > 0
	compared := len(r.Evaluation.Systems) > 1 || r.Baseline != nil
	add(true, "first stage", "the search without a reranker, whose hits the reranker reorders")
	add(reranked, "reranker", "a model that reads the query and the first hits, and orders them by its scores")
	add(reranked, "window", "how many hits of the first stage the reranker reads (rank_window_size); no hit below it can rise")
	add(reranked && (r.decides() || r.Sweep != nil), "ceiling", "what a perfect reranker would reach on the same window")
	add(compared, "gain, difference", "the difference of the means on these queries")
	add(compared, "interval", "where the difference for queries like these lies, with 95 % confidence; one that holds 0 settles no direction")
	add(compared, "p", "how often chance alone would make a difference as large; for "+r.leadMetric().String()+" corrected for all the comparisons of the report, for other metrics not")
	add(true, "unjudged", "nobody said whether the hit is relevant; it counts as not")
	add(len(r.Gates) > 0, "gate", "a condition of the suite; inconclusive where the queries cannot show whether it holds")
	add(r.Baseline != nil, "baseline", "an earlier run of the suite, which this one is compared with")
	return words
}

// wordsTitle is the heading over them.
const wordsTitle = "What the words mean"
