package execute_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/integrity"
)

// The index is looked at before and after the run: what changed in between is
// reported, though the searches themselves all saw one point in time.
func TestIndexChangesUnderTheRun(t *testing.T) {
	text := evaltest.SuiteHead + evaltest.Standard + evaltest.Rerankers + evaltest.SuiteTail
	real := evaltest.At("/$", 200, `{"name":"n","cluster_name":"c","version":{"number":"9.2.0"},"tagline":"You Know, for Search"}`)
	settings := func(uuid string) string {
		return `{"films":{"settings":{"index":{"uuid":"` + uuid + `","number_of_shards":"1","number_of_replicas":"0"}}}}`
	}
	counted := `{"count":4,"_shards":{"total":1,"successful":1,"failed":0}}`
	tests := []struct {
		name          string
		before, after map[string]string // answers by the end of the path
		want          string
	}{
		{"nothing", map[string]string{"/_settings": settings("a")}, nil, ""},
		{"one more document", nil, map[string]string{"/_count": strings.Replace(counted, "4", "5", 1)}, "index films went from 4 documents to 5 documents"},
		{"made anew", map[string]string{"/_settings": settings("a")}, map[string]string{"/_settings": settings("b")}, "index films was created again"},
		{"another behind the alias", map[string]string{"/_settings": settings("a")}, map[string]string{"/_settings": strings.ReplaceAll(settings("a"), `"films"`, `"films-2"`), "/_count": counted}, "index films-2 was added; index films is gone"},
		{"no longer to be seen", nil, map[string]string{"/_settings": "", "/_count": ""}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var searched atomic.Bool
			change := func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == "/_search" {
					searched.Store(true)
				}
				answers := test.before
				if searched.Load() && test.after != nil {
					answers = test.after
				}
				for end, body := range answers {
					if strings.HasSuffix(r.URL.Path, end) {
						if body == "" {
							evaltest.Answer(w, 403, evaltest.Forbidden)
						} else {
							evaltest.Answer(w, 200, body)
						}
						return true
					}
				}
				return false
			}
			client, plan := evaltest.Served(t, text, evaltest.Documents, nil, change, real)
			run, err := execute.Execute(t.Context(), client, plan, execute.Settings{})
			if err != nil {
				t.Fatal(err)
			}
			if got := integrity.Check(run).IndexChanged; got != test.want {
				t.Errorf("reported %q, want %q", got, test.want)
			}
			if w := strings.Join(run.Complete.Warnings, "\n"); strings.Contains(w, "could not be looked at again") != (test.name == "no longer to be seen") {
				t.Errorf("warnings %q", w)
			}
		})
	}
}
