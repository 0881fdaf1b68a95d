package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/reranker"
	"github.com/releval/releval/judgments"
)

// Outside asks each reranker outside of Elasticsearch to score one text, because
// only its server knows whether it answers. The text is the question itself:
// nothing of a document is sent. One whose key is not set is not asked, and the
// note says so. The error, with the reranker's place, means that one did not
// answer, or that its answer is of no use.
func Outside(ctx context.Context, set *reranker.Set, p *plan.Plan, note func(text string)) error {
	asked := make(map[*judgments.RerankAPI]bool) // one that reranks over several first stages is asked once
	var failed []error
	for i := range p.Rerankers {
		r := &p.Rerankers[i]
		if !r.Outside() || asked[r.API] {
			continue
		}
		asked[r.API] = true
		question := "word"
		if len(p.Queries) > 0 {
			question = cmp.Or(p.Queries[0].InferenceText, p.Queries[0].Text)
		}
		_, err := set.Score(ctx, r, question, []string{question}, true)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if unset, ok := errors.AsType[judgments.Problems](err); ok {
			for _, problem := range unset {
				note(problem.Error() + "; it was not asked whether it answers")
			}
			continue
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: the reranker %q was asked to score one text: %w", r.Position, r.Name, err))
			continue
		}
		note(fmt.Sprintf("the reranker %q was asked to score one text, and answers", r.Name))
	}
	return errors.Join(failed...)
}
