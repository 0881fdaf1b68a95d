package execute_test

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/embedded/static"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/reranker/standin"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
)

// everyAPI is one first stage with the cluster's reranker over it, and with all
// kinds of APIs, each with a price of its own kind.
const everyAPI = `    elastic: {field: plot, inference_id: %[2]s, rank_window_size: 40}
    cohere: {api: cohere, url: "%[1]s/cohere/v2/rerank", model: rerank-v3.5, field: plot, rank_window_size: 40}
    jina: {api: jina, url: "%[1]s/jina/v1/rerank", model: jina-reranker-v2-base-multilingual, field: plot, rank_window_size: 40}
    voyage: {api: voyage, url: "%[1]s/voyage/v1/rerank", model: rerank-2.5, field: plot, rank_window_size: 40}
    tei: {api: tei, url: "%[1]s", field: plot, rank_window_size: 40, batch: 7}
    compatible: {api: openai-compatible, url: "%[1]s", field: plot, rank_window_size: 40}
    inference: {api: inference, inference_id: %[2]s, field: plot, rank_window_size: 40}
prices:
  elastic: {usd: 3.60, per: hour, searches_per_second: 2}
  cohere: {usd: 2, per: 1000 searches}
  jina: {usd: 0.02, per: 1000 documents}
  voyage: {usd: 0.05, per: 1000000 tokens}
  tei: {usd: 7.20, per: hour, searches_per_second: 10}
  compatible: {usd: 0, per: 1000 searches}
  inference: {usd: 1, per: 1000 searches}
`

// outsideScale takes the raw scores of an API to those that a search has for the
// same model, where the API's are sigmoids or none.
var outsideScale = map[string]func(float64) float64{
	"cohere": shownSigmoid, "jina": shownSigmoid, "voyage": shownSigmoid,
	"tei": shown, "compatible": shown, "inference": shown,
}

// shown is the score that a search has for a raw one: never negative.
func shown(raw float64) float64 {
	return float64(max(float32(raw), 0) + min(float32(math.Exp(float64(float32(raw)))), 1))
}

func shownSigmoid(raw float64) float64 { return shown(math.Log(raw / (1 - raw))) }

// checkEveryAPI runs the suite of every API, behind each of which is the model
// of the cluster's endpoint. One decision table has all of them with latency and
// price; each ranks as the reranker inside the search does, hit by hit but for
// equal scores, and has its scores once they are scaled as the server scales
// them. Searches and requests are counted, and a second run sends no text to any
// API. Settle is called once the documents are there.
func checkEveryAPI(t *testing.T, next http.RoundTripper, config cluster.Config, endpoint string, model standin.Scorer, settle func()) {
	api := serveAPI(t, standin.Handler(standin.Options{Scorer: model}))
	count := &searchCount{next: next, searches: make(map[string]int)}
	config.Transport = count
	client := connectTo(t, config)
	p := filmsOn(t, client, fmt.Sprintf(everyAPI, api.URL, endpoint), 40)
	settle()
	cache := t.TempDir()
	execution := func() *eval.Run {
		clear(count.searches)
		run, err := execute.Execute(t.Context(), client, p, execute.Settings{Rerankers: opened(t, client, p, cache)})
		if err != nil {
			t.Fatal(err)
		}
		searches := 0
		for _, times := range count.searches {
			searches += times
		}
		if searches != 80 { // the first stage and the reranker inside, 40 queries
			t.Errorf("%d searches, want 80", searches)
		}
		return run
	}
	preflight := count.inferences
	run := execution()

	asked, batches, documents := 0, 0, 0
	for _, q := range run.Queries {
		inside := q.Results["elastic"]
		if n := len(inside.Hits); n > 0 {
			asked, batches, documents = asked+1, batches+(n+6)/7, documents+n
		}
		insideScore := make(map[string]float64, len(inside.Hits))
		for _, h := range inside.Hits {
			insideScore[h.ID] = h.Score
		}
		for name, scale := range outsideScale {
			outside := q.Results[name]
			if outside.Failed() || len(outside.Hits) != len(inside.Hits) {
				t.Fatalf("%s, %s: %+v", q.ID, name, outside)
			}
			for i, h := range outside.Hits {
				// Equal scores go by the place in the index inside, which nobody sees,
				// and by the first stage outside.
				if insideScore[h.ID] != inside.Hits[i].Score || math.Abs(scale(h.Score)-inside.Hits[i].Score) > 2e-5 {
					t.Errorf("%s, %s, rank %d: %s %v, want %s %v", q.ID, name, i+1, h.Title, scale(h.Score), inside.Hits[i].Title, inside.Hits[i].Score)
				}
			}
			if len(outside.Hits) > 0 && (outside.CallMS <= 0 || outside.WallMS < outside.CallMS || outside.Untimed) {
				t.Errorf("%s, %s: %v ms of which the call took %v, untimed %t", q.ID, name, outside.WallMS, outside.CallMS, outside.Untimed)
			}
		}
	}
	if documents < 1000 || asked < 30 {
		t.Errorf("only %d hits of %d queries were compared", documents, asked)
	}
	for _, s := range integrity.Check(run).Systems {
		if len(s.Outside)+len(s.NotReranked)+len(s.Failed)+len(s.Ascending) > 0 {
			t.Errorf("%s: %+v", s.System, s)
		}
	}
	notes := strings.Join(run.Manifest.Notes, "\n")
	for _, want := range []string{"tei is scored outside Elasticsearch, by tei at " + api.URL, "inference is scored outside Elasticsearch, by inference " + endpoint + ":"} {
		if !strings.Contains(notes, want) {
			t.Errorf("no note says %q:\n%s", want, notes)
		}
	}

	// four APIs take a window in one request, TEI's batch is 7
	if sent := api.sent(); sent != 4*asked+batches {
		t.Errorf("%d requests to the APIs, want %d", sent, 4*asked+batches)
	}
	if got := count.inferences - preflight; got != asked {
		t.Errorf("%d requests to the inference API, want %d", got, asked)
	}
	for name := range outsideScale {
		want := eval.Usage{Requests: asked, Attempts: asked, Texts: documents}
		if name == "tei" {
			want.Requests, want.Attempts = batches, batches
		}
		if got := run.Complete.Usage[name]; got.Requests != want.Requests || got.Attempts != want.Attempts || got.Texts != want.Texts {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	checkDecision(t, run, documents, asked)

	paid, inferred := api.sent(), count.inferences
	again := execution()
	if api.sent() != paid || count.inferences != inferred {
		t.Errorf("the second run sent %d requests to the APIs and %d to the inference API", api.sent()-paid, count.inferences-inferred)
	}
	for i := range run.Queries {
		for name := range outsideScale {
			a, b := run.Queries[i].Results[name], again.Queries[i].Results[name]
			if diff := gocmp.Diff(a.Hits, b.Hits); diff != "" || a.CallMS != b.CallMS || b.Untimed {
				t.Errorf("%s, %s: the call took %v and %v ms: %s", run.Queries[i].ID, name, a.CallMS, b.CallMS, diff)
			}
		}
	}
}

// checkDecision checks the table that every system stands in: one quality of all
// rerankers, as they have one order, a latency of each, and its price.
func checkDecision(t *testing.T, run *eval.Run, documents, asked int) {
	t.Helper()
	evaluation, err := score.Evaluate(run, nil)
	if err != nil {
		t.Fatal(err)
	}
	compared, err := evaluation.Compare(stats.Options{})
	if err != nil {
		t.Fatal(err)
	}
	table, err := evaluation.Decide(compared)
	if err != nil {
		t.Fatal(err)
	}
	// What the service billed stands beside what was estimated.
	voyage := 0.05 / 1e6 * run.Complete.Usage["voyage"].Tokens / float64(len(run.Queries)) * 1000
	mean := float64(documents) / float64(len(run.Queries))
	for name, want := range map[string]struct{ usd, within float64 }{
		"elastic": {3.60 / 7200 * 1000, 1e-9}, "cohere": {2, 0}, "jina": {0.02 * mean, 0.05 * 0.02 * mean}, "voyage": {voyage, voyage / 4},
		"tei": {7.20 / 36000 * 1000, 1e-9}, "compatible": {0, 0}, "inference": {1, 0},
	} {
		row := table.Row(name)
		if row == nil {
			t.Fatalf("the decision table has no row for %s", name)
		}
		if !(math.Abs(row.USD-want.usd) <= want.within) {
			t.Errorf("%s costs %v dollars, want %v", name, row.USD, want.usd)
		}
		if !(row.Latency.Wall.P50 > 0 && row.Latency.Wall.P95 >= row.Latency.Wall.P50) || row.Latency.Searches < asked {
			t.Errorf("%s: latency %+v", name, row.Latency)
		}
		if !row.Compared || row.Gain == nil || row.Mean != table.Row("elastic").Mean || row.Apart {
			t.Errorf("%s reaches %v, inside it is %v; gain %v, told apart %t", name, row.Mean, table.Row("elastic").Mean, row.Gain, row.Apart)
		}
	}
	if first := table.Row(eval.FirstStage); len(table.Rows) != 8 || first == nil || !first.Compared || first.Mean == table.Row("elastic").Mean || !(first.Latency.Wall.P50 > 0) {
		t.Errorf("%d rows, the first stage's %+v", len(table.Rows), first)
	}
	if !slices.Contains(table.Cheapest, "compatible") { // and the first stage, where it is not told apart
		t.Errorf("the cheapest are %v", table.Cheapest)
	}
}

// The stand-in over every API and inside the engine is one model: in one
// decision table it has one quality.
func TestStandInInsideAndOutside(t *testing.T) {
	checkEveryAPI(t, embedded.New(embedded.Options{}), cluster.Config{}, ".rerank-v1-elasticsearch", static.New(), func() {})
}
