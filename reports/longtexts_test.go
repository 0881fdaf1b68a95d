package reports

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
)

// Every format says how many texts are longer than the model reads, and what
// became of the metric on either side.
func TestLongTextsInEveryFormat(t *testing.T) {
	run := evaltest.TaggedRun()
	elastic := &run.Manifest.Systems[1]
	elastic.Window, elastic.Field, elastic.Model = 2, "plot", ".rerank-v1"
	for _, q := range run.Queries {
		for _, result := range q.Results {
			for rank := range result.Hits {
				result.Hits[rank].Score = 1 / float64(rank+2)
			}
		}
	}
	// A is relevant: rank 2 of the first query, rank 1 of the second and the
	// third, which has no answer of elastic.
	run.Complete.Texts = map[string]eval.Texts{"elastic": {Tokens: 512, Characters: map[string]int{"B": 9000}}}
	said := func() string { return render1(t, run, JSON) }
	const estimate = "elastic: about 1 of 4 hits of its windows (25 %) are longer in plot than the 512 tokens that .rerank-v1 reads with a query; what is behind is not scored; this is an estimate of 4 characters a token; "
	if want := estimate + "mrr on no query with a relevant document among them, from 0.750 to 0.500 on 2 queries without"; !strings.Contains(said(), want) {
		t.Errorf("%s\ndoes not say %q", said(), want)
	}
	run.Complete.Texts["elastic"] = eval.Texts{Tokens: 512, Characters: map[string]int{"A": 9000}, Queries: []string{"1"}}
	const want = "elastic: about 1 of 2 hits of its windows (50 %) are longer in plot than the 512 tokens that .rerank-v1 reads with a query; what is behind is not scored; this is an estimate of 4 characters a token; mrr from 0.500 to 1.000 on 1 query with a relevant document among them, on no query without"
	for _, f := range formats() {
		content := render1(t, run, f.format)
		if f.format == CSV {
			rows, err := csv.NewReader(strings.NewReader(content)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			last := len(rows[0]) - 1
			for _, row := range rows[1:] {
				share := ""
				if row[1] == "1" && row[5] == "elastic" {
					share = "0.5"
				}
				if rows[0][last] != "too_long" || row[last] != share {
					t.Errorf("%s %q in %v, want %q", rows[0][last], row[last], row, share)
				}
			}
			continue
		}
		flat := strings.Join(strings.Fields(strings.ReplaceAll(content, `\`, "")), " ") // neither lines nor Markdown's escapes
		if !strings.Contains(flat, want) {
			t.Errorf("%s does not say %q:\n%s", f.format, want, content)
		}
	}
}

func render1(t *testing.T, run *eval.Run, format Format) string {
	t.Helper()
	e, err := score.Evaluate(run, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(e, stats.Options{Permutations: 100})
	if err != nil {
		t.Fatal(err)
	}
	content, err := render(format, r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
