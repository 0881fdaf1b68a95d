package integrity

import (
	"encoding/json"
	"testing"

	"github.com/releval/releval/eval"
)

// Scores that rise down a list are odd where only the score sorts it.
func TestAscendingScores(t *testing.T) {
	hit := func(id string, score float64) eval.Hit {
		return eval.Hit{Document: &eval.Document{ID: id, Title: id}, Score: score}
	}
	rising := []eval.Hit{hit("a", 2), hit("b", 2), hit("c", 3), hit("d", 4)}
	falling := []eval.Hit{hit("a", 3), hit("b", 3), hit("c", 1)}
	for _, test := range []struct {
		retriever string
		hits      []eval.Hit
		want      int
	}{
		{`{"standard":{}}`, rising, 1},
		{`{"standard":{}}`, falling, 0},
		{`{"standard":{"sort":"year"}}`, rising, 0},
		{`{"standard":{"sort":[{"_score":"asc"}]}}`, rising, 0},
		{`{"rrf":{}}`, rising, 0},
	} {
		run := &eval.Run{
			Manifest: eval.Manifest{Systems: []eval.System{{Name: "s", Kind: eval.KindRetriever, Depth: 10, Retriever: json.RawMessage(test.retriever)}}},
			Queries:  []eval.Query{{ID: "q", Results: eval.Results{"s": {Hits: test.hits}}}},
		}
		found := Check(run).Systems[0].Ascending
		if len(found) != test.want {
			t.Errorf("%s: %v, want %d", test.retriever, found, test.want)
		}
		if len(found) == 1 && found[0].Reason != "the score at rank 3 is above that at rank 2" {
			t.Errorf("%s: %q", test.retriever, found[0].Reason)
		}
	}
}
