package reranker

import (
	"math"
	"testing"

	"github.com/releval/releval/judgments"
)

// FuzzAnswers feeds every format whatever a server may send: it gives a finite
// score for each text, or an error.
func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{
		`{"results":[{"index":1,"relevance_score":0.9},{"index":0,"relevance_score":0.1}]}`,
		`{"data":[{"index":0,"relevance_score":"1"},{"index":1,"score":-2}],"usage":{"total_tokens":9}}`,
		`[{"index":0,"score":1},{"index":1,"score":1e38}]`,
		`{"results":[{"index":"0","relevance_score":1e400}]}`, `{"results":{}}`, `[]`, `null`, `"x"`, `{`, ``,
		`{"error":{"message":"x","loc":[1,"a"]}}`, `{"detail":[{"msg":"x"}]}`, `<html>`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for name, api := range apis {
			answer, err := api.Read(&judgments.RerankAPI{API: name}, body)
			if err != nil {
				continue
			}
			found, err := scores(answer.Results, 2)
			if err != nil {
				continue
			}
			for _, s := range found {
				if math.IsNaN(s) || math.IsInf(s, 0) || math.IsInf(single(s), 0) || len(found) != 2 {
					t.Fatalf("%s: %v of %s", name, found, body)
				}
			}
		}
		(&client{suite: &judgments.RerankAPI{}}).explain(400, nil, body)
	})
}

// FuzzCacheLine takes a line of a cache file only with its own checksum.
func FuzzCacheLine(f *testing.F) {
	a := &asked{key: "k", texts: make(map[[32]byte]float64), lists: make(map[[32]byte]kept)}
	payload := []byte(`{"text":"` + "00000000000000000000000000000000000000000000000000000000000000ff" + `","score":1}`)
	f.Add([]byte(a.sum(payload) + " " + string(payload)))
	f.Add([]byte(" "))
	f.Fuzz(func(t *testing.T, line []byte) {
		if a.take(line) && string(line[:32]) != a.sum(line[33:]) {
			t.Fatalf("%q is believed", line)
		}
	})
}
