package eval_test

import (
	"encoding/json"
	"testing"

	"github.com/releval/releval/eval"
)

func TestModelTokens(t *testing.T) {
	chunks := map[string]json.RawMessage{"chunk_rescorer": json.RawMessage(`{"size":1}`)}
	for _, test := range []struct {
		system eval.System
		want   int
	}{
		{eval.System{Service: "elasticsearch", Model: ".rerank-v1"}, 512},
		{eval.System{Service: "elasticsearch", Model: ".rerank-v1", Extra: chunks}, 0},
		{eval.System{Service: "elasticsearch", Model: "another"}, 0},
		{eval.System{Service: "cohere", Model: ".rerank-v1"}, 0},
		{eval.System{}, 0},
	} {
		if got := test.system.ModelTokens(); got != test.want {
			t.Errorf("%+v: %d tokens, want %d", test.system, got, test.want)
		}
	}
}

func TestTooLong(t *testing.T) {
	for _, test := range []struct {
		query, text int
		want        bool
	}{
		{48, 2000, false}, {48, 2001, true},
		{1024, 1024, false}, {1024, 1025, true},
		{5000, 1024, false}, {5000, 1025, true}, // a long query is cut before a text of half the room is
	} {
		if got := eval.TooLong(512, test.query, test.text); got != test.want {
			t.Errorf("a text of %d with a query of %d characters: %v", test.text, test.query, got)
		}
	}
}
