package runfile

import (
	"encoding/json"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/judgments"
)

// What is written by hand is what encoding/json writes, to the byte.
func TestAppendQueryIsJSON(t *testing.T) {
	hit := rapid.Custom(func(t *rapid.T) eval.Hit {
		return eval.Hit{Document: &eval.Document{Index: rapid.SampledFrom([]string{"", "films", "<b>"}).Draw(t, "index"), ID: rapid.String().Draw(t, "id"), Title: rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]*`)).Draw(t, "title")}, Score: rapid.OneOf(
			rapid.Map(rapid.Float32(), func(f float32) float64 { return float64(f) }),
			rapid.Float64(),
			rapid.Map(rapid.Int64Range(-1e16, 1e16), func(n int64) float64 { return float64(n) / 1e9 }),
			rapid.Map(rapid.IntRange(-1e9, 1e9), func(n int) float64 { return float64(n) / 1e4 }),
			rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, 1e-7, 1e21, 1e20, 1e-6, 0.1}),
		).Filter(func(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }).Draw(t, "score")}
	})
	result := rapid.Custom(func(t *rapid.T) *eval.Result {
		r := &eval.Result{
			TookMS: rapid.Int64Range(0, 1000).Draw(t, "took"),
			WallMS: rapid.Float64Range(0, 1000).Draw(t, "wall"),
			Error:  rapid.SampledFrom([]string{"", "away \"<\""}).Draw(t, "error"),
		}
		if rapid.Bool().Draw(t, "some hits") {
			r.Hits = append([]eval.Hit{}, rapid.SliceOfN(hit, 0, 4).Draw(t, "hits")...)
		}
		return r
	})
	results := rapid.Custom(func(t *rapid.T) eval.Results {
		return rapid.MapOfN(rapid.SampledFrom([]string{eval.FirstStage, "elastic", "größe"}), result, 0, 3).Draw(t, "results")
	})
	rapid.Check(t, func(t *rapid.T) {
		q := eval.Query{
			Type: "query", Number: rapid.IntRange(0, 9).Draw(t, "number"),
			ID: rapid.String().Draw(t, "id"), Text: `a "quoted" text, "results":null}`,
			Judgments: []judgments.Judgment{{Title: "Heat", Grade: 1.5}},
			Results:   results.Draw(t, "results"),
			Repeats:   rapid.SliceOfN(results, 0, 2).Draw(t, "repeats"),
		}
		const before = "what stands there already"
		got, err := appendQuery([]byte(before), q)
		if err != nil {
			t.Fatal(err)
		}
		want, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != before+string(want) {
			t.Fatalf("got  %s\nwant %s%s", got, before, want)
		}
	})
}
