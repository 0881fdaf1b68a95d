package gate

import (
	"strings"
	"testing"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/judgments"
)

// FuzzGates reads gates as a suite has them. Whatever Check lets pass must
// come to a verdict on a run, with and without a baseline, and give the reason
// in one line.
func FuzzGates(f *testing.F) {
	for _, gate := range []string{
		"{metric: ndcg@10, system: elastic, min: 0.80}",
		"{metric: ndcg@10, system: elastic, versus: first-stage, min_gain: 0.05}",
		"{metric: ndcg@10, versus: baseline, max_drop: 0.02, confidence: 0.95}",
		"{metric: ndcg@10, system: elastic, versus: baseline, max_query_drop: 0.5}",
		"{metric: mrr, versus: baseline, max_query_drop: 0.3, max_queries: 2, inconclusive: fail}",
		"{metric: mrr, versus: first-stage, max_query_drop: 0, max_share: 0.02, inconclusive: pass}",
		"{metric: took_p95, max: 500}",
		"{metric: dropped_documents, max: 0}",
		"{metric: failed_queries, max: 0, tag: hard}",
		"{metric: 'precision(rel=2)@10', tag: nothing, max: 1e-300}",
		"{metric: rbp(0.95), versus: first-stage, min_gain: -1, max_drop: .inf, confidence: 0.999}",
		"{metric: judged@10, min: .nan}",
		"[]", "{}", "x",
	} {
		f.Add(gate)
	}
	const before = "search: {index: films, title_field: title, retriever: {standard: {query: {match: {plot: \"{{query}}\"}}}}, rerankers: {elastic: {field: plot}}}\nqueries: [{query: heist, tags: [hard], relevant: [Heat]}]\ngates:\n  - "
	f.Fuzz(func(t *testing.T, text string) {
		suite, err := judgments.Parse("suite.yaml", []byte(before+text+"\n"), judgments.Options{})
		if err != nil {
			return
		}
		systems := []string{eval.FirstStage, "elastic"}
		run := smallRun()
		run.Manifest.Gates = nil
		for _, g := range suite.Gates {
			problems := Check(g, systems, nil)
			for _, p := range problems {
				if p.Message == "" {
					t.Errorf("%s: a problem without a message", g.Source)
				}
			}
			if len(problems) == 0 {
				run.Manifest.Gates = append(run.Manifest.Gates, g)
			}
		}
		for _, base := range []*eval.Run{nil, smallRun()} {
			needed, err := Metrics(run.Manifest.Gates)
			if err != nil {
				t.Fatalf("%q passes Check, but: %v", text, err)
			}
			in := Input{Scores: mustEvaluate(run, needed), Now: noon}
			in.Integrity = new(integrity.Check(run))
			if base != nil {
				in.Baseline = mustEvaluate(base, needed)
			}
			results := Evaluate(in)
			for _, r := range results {
				if r.Verdict == "" || strings.ContainsAny(r.String(), "\n\r") {
					t.Errorf("%q: verdict %q in %q", text, r.Verdict, r.String())
				}
			}
		}
	})
}

func mustEvaluate(run *eval.Run, chosen []metrics.Metric) *score.Evaluation {
	e, err := score.Evaluate(run, chosen)
	if err != nil {
		panic(err)
	}
	return e
}
