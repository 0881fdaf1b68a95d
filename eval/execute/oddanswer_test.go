package execute_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/score"
)

// spoil changes the answers to the reranked searches of one query, always, so
// that no retry helps.
func spoil(engine http.Handler, text string, change func(w *httptest.ResponseRecorder)) evaltest.Override {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/_search" {
			return false
		}
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if err != nil || !bytes.Contains(body, []byte("text_similarity_reranker")) || !bytes.Contains(body, []byte(text)) {
			return false
		}
		recorder := httptest.NewRecorder()
		engine.ServeHTTP(recorder, r)
		change(recorder)
		maps.Copy(w.Header(), recorder.Header())
		w.Header().Del("Content-Length")
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(recorder.Body.Bytes())
		return true
	}
}

// onHits changes the list of hits in an answer.
func onHits(change func(hits []any) []any) func(*httptest.ResponseRecorder) {
	return func(w *httptest.ResponseRecorder) {
		var answer map[string]any
		if json.Unmarshal(w.Body.Bytes(), &answer) != nil {
			return
		}
		outer := answer["hits"].(map[string]any)
		outer["hits"] = change(outer["hits"].([]any))
		text, _ := json.Marshal(answer)
		w.Body = bytes.NewBuffer(text)
	}
}

func replace(old, by string) func(*httptest.ResponseRecorder) {
	return func(w *httptest.ResponseRecorder) {
		w.Body = bytes.NewBufferString(strings.Replace(w.Body.String(), old, by, 1))
	}
}

// Every odd answer that does not heal has a defined outcome: the one query is
// listed as failed with the reason and does not score, or is used with a warning.
// The other query is not touched.
func TestOutcomesOfOddAnswers(t *testing.T) {
	tests := []struct {
		name   string
		change func(*httptest.ResponseRecorder)
		failed string // part of the reason
		warned string // part of the warning
	}{
		{"timed out", replace(`"timed_out":false`, `"timed_out":true`), "ran out of time", ""},
		{"failed shard", replace(`"failed":0`, `"failed":1`), "1 of 1 shards failed", ""},
		{"no JSON", func(w *httptest.ResponseRecorder) { w.Body = bytes.NewBufferString("<html>It works!</html>") }, "web page", ""},
		{"another type", func(w *httptest.ResponseRecorder) { w.Header().Set("Content-Type", "text/plain") }, `of type "text/plain"`, ""},
		{"empty", func(w *httptest.ResponseRecorder) { w.Body.Reset() }, "the answer is empty", ""},
		{"truncated", func(w *httptest.ResponseRecorder) { w.Body.Truncate(w.Body.Len() / 2) }, "malformed or incomplete", ""},
		{"no hits object", replace(`"hits":{`, `"hints":{`), "no hits object", ""},
		{"hit without an id", replace(`"_id":`, `"_di":`), "has no _id", ""},
		{"hit twice", onHits(func(hits []any) []any { return []any{hits[0], hits[0]} }), "twice", ""},
		{"more hits than asked for", onHits(func(hits []any) []any {
			for i := range 5 {
				hits = append(hits, map[string]any{"_index": "films", "_id": strings.Repeat("x", i+1), "_score": 0.5})
			}
			return hits
		}), "hits where 3 were asked for", ""},
		{"hit without a title", onHits(func(hits []any) []any {
			delete(hits[0].(map[string]any), "fields")
			return hits
		}), "", "1 hit without a value in title, known by id only"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text := evaltest.SuiteHead + evaltest.Standard + evaltest.Rerankers + evaltest.SuiteTail
			var spoiled evaltest.Override
			client, plan, engine := evaltest.ServedEngine(t, text, evaltest.Documents, nil, func(w http.ResponseWriter, r *http.Request) bool { return spoiled(w, r) })
			spoiled = spoil(engine, "creature", test.change)
			run, err := execute.Execute(t.Context(), client, plan, execute.Settings{})
			if err != nil {
				t.Fatal(err)
			}
			system := integrity.Check(run).Systems[1]
			switch {
			case test.failed != "":
				if len(system.Failed) != 1 || system.Failed[0].Query != "creature" || !strings.Contains(system.Failed[0].Reason, test.failed) {
					t.Errorf("failed: %v, want creature alone because %q", system.Failed, test.failed)
				}
				if hits := run.Queries[1].Results["elastic"].Hits; len(hits) > 0 {
					t.Errorf("the failed answer's %d hits are kept", len(hits))
				}
				e, err := score.Evaluate(run, nil)
				if err != nil {
					t.Fatal(err)
				}
				if v := e.System("elastic").Values[0]; !(v[0] > 0) || !math.IsNaN(v[1]) {
					t.Errorf("the queries score %v, want no value of the failed one alone", v)
				}
			default:
				if len(system.Failed) > 0 || len(system.Warnings) != 1 || system.Warnings[0].Query != "creature" || !strings.Contains(system.Warnings[0].Reason, test.warned) {
					t.Errorf("failed %v, warnings %v, want a warning that says %q", system.Failed, system.Warnings, test.warned)
				}
			}
		})
	}
}
