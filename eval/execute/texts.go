package execute

import (
	"context"
	"math/rand/v2"
	"slices"
	"unicode/utf8"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/titles"
)

const (
	// mostTexts is how many documents' texts are looked up in one run. The
	// windows of a large suite hold more: then those of some queries are.
	mostTexts = 5000
	// textsPerRequest keeps an answer of long texts below what a body may have.
	textsPerRequest = 200
)

// LookUpTexts finds the texts that are longer than a reranker's model reads,
// in the windows of the run: nothing is asked where no model is known to read
// so little. The queries looked at, where not all are, are a random sample.
func LookUpTexts(ctx context.Context, c Resolver, p *plan.Plan, run *eval.Run) (map[string]eval.Texts, error) {
	var systems []eval.System
	var fields []string
	for _, s := range run.Manifest.Reranked() {
		if s.ModelTokens() > 0 {
			systems, fields = append(systems, s), append(fields, s.Field)
		}
	}
	if len(systems) == 0 {
		return nil, nil
	}
	slices.Sort(fields)
	queries, ids := sampleWindows(run, systems)
	lengths, err := textLengths(ctx, c, p, ids, slices.Compact(fields))
	if err != nil {
		return nil, err
	}
	found := make(map[string]eval.Texts)
	for _, s := range systems {
		texts := eval.Texts{Tokens: s.ModelTokens()}
		if len(queries) < len(run.Queries) {
			texts.Queries = []string{}
		}
		for _, i := range queries {
			q := &run.Queries[i]
			if texts.Queries != nil {
				texts.Queries = append(texts.Queries, q.ID)
			}
			for _, h := range q.Window(&s) {
				n := lengths[s.Field][h.Key()]
				if eval.TooLong(texts.Tokens, q.QuestionLength(), n) {
					if texts.Characters == nil {
						texts.Characters = make(map[string]int)
					}
					texts.Characters[h.Key().String()] = n
				}
			}
		}
		found[s.Name] = texts
	}
	return found, nil
}

// sampleWindows chooses the queries to look at, all of them where their
// windows are small enough together, and lists what those windows hold.
func sampleWindows(run *eval.Run, systems []eval.System) (queries []int, ids []string) {
	order := rand.New(rand.NewPCG(run.Manifest.Seed, uint64(len(run.Queries)))).Perm(len(run.Queries))
	seen := make(map[string]bool)
	for _, i := range order {
		var more []string
		for _, s := range systems {
			for _, h := range run.Queries[i].Window(&s) {
				if !seen[h.ID] {
					seen[h.ID] = true
					more = append(more, h.ID)
				}
			}
		}
		if len(seen) > mostTexts && len(queries) > 0 {
			break
		}
		queries, ids = append(queries, i), append(ids, more...)
	}
	slices.Sort(queries)
	slices.Sort(ids)
	return queries, ids
}

// textLengths are the lengths of documents' texts in characters, by field: of
// the first value, which is what the server hands to a model.
func textLengths(ctx context.Context, c Resolver, p *plan.Plan, ids, fields []string) (map[string]map[eval.Key]int, error) {
	lengths := make(map[string]map[eval.Key]int)
	for _, f := range fields {
		lengths[f] = make(map[eval.Key]int)
	}
	where := titles.Place{Index: p.Suite.Search.Index, Field: p.Suite.Search.TitleField}
	for batch := range slices.Chunk(ids, textsPerRequest) {
		documents, err := titles.Fetch(ctx, c, where, batch, fields...)
		if err != nil {
			return nil, err
		}
		for _, d := range documents {
			for _, f := range fields {
				if values := d.Values[f]; len(values) > 0 {
					n := utf8.RuneCountInString(values[0])
					// a run over one index names none
					lengths[f][eval.Key{ID: d.ID}], lengths[f][eval.Key{Index: d.Index, ID: d.ID}] = n, n
				}
			}
		}
	}
	return lengths, nil
}
