//go:build elasticsearch

package cluster_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/cluster/estest"
	"github.com/releval/releval/eval/embedded/conformance"
)

// TestElasticsearch runs everything that one plain server can show.
func TestElasticsearch(t *testing.T) {
	for _, version := range estest.Versions() {
		t.Run(version, func(t *testing.T) {
			s := start(t, estest.Options{Version: version})
			c := connect(t, cluster.Config{URL: s.URL})
			load(t, c, "films", 1, 1)
			load(t, c, "shards", 2, 4)
			t.Run("facts", func(t *testing.T) { testFacts(t, s, c) })
			t.Run("compatible", func(t *testing.T) { testCompatible(t, s) })
			t.Run("window", func(t *testing.T) { testWindow(t, s, c) })
			t.Run("shards and ties", func(t *testing.T) { testShardsAndTies(t, s, c) })
			t.Run("listwise", func(t *testing.T) { testListwise(t, s, c) })
			t.Run("errors", func(t *testing.T) { testErrors(t, s, c) })
			t.Run("inference", func(t *testing.T) { testInference(t, s, c) })
			t.Run("faults", func(t *testing.T) { testFaults(t, s) })
			t.Run("conformance", func(t *testing.T) { conformance.Run(t, conformance.Target{URL: s.URL}) })
			t.Run("restart", func(t *testing.T) { testRestart(t, s) })
		})
	}
}

// testFacts: what a run wants to know before its first search.
func testFacts(t *testing.T, s *estest.Server, c *cluster.Client) {
	info, err := c.Info(t.Context())
	if err != nil || !info.Known || info.Version != s.Version || info.Cluster != "releval-test" || info.Serverless {
		t.Errorf("%+v, %v", info, err)
	}
	licence, err := c.Licence(t.Context())
	if err != nil || licence.Type != "trial" || licence.Status != "active" || !licence.AllowsReranking() {
		t.Errorf("%+v, %v", licence, err)
	}
	if p, err := c.Privileges(t.Context(), "films"); err != nil || p.Known {
		t.Errorf("privileges without security: %+v, %v", p, err)
	}
	indices, err := c.IndexInfo(t.Context(), "films,shards")
	if err != nil || len(indices) != 2 {
		t.Fatalf("%+v, %v", indices, err)
	}
	if i := indices[0]; i.Name != "films" || i.UUID == "" || i.Documents != int64(len(films)) || i.MaxResultWindow != 10000 || i.Shards != 1 {
		t.Errorf("%+v", i)
	}
	if i := indices[1]; i.Name != "shards" || i.Documents != int64(4*len(films)) || i.Shards != 2 {
		t.Errorf("%+v", i)
	}
	caps, err := c.FieldCaps(t.Context(), "films", "plot", "title", "title.keyword", "plott")
	if err != nil || !caps.Mapped("plot") || !caps.Mapped("title") || caps.Mapped("plott") || caps.Fields["title.keyword"][0].Type != "keyword" || !slices.Equal(caps.Indices, []string{"films"}) {
		t.Errorf("%+v, %v", caps, err)
	}
	for index, want := range map[string]bool{"films": true, "fims": false} {
		if found, err := c.Exists(t.Context(), index); err != nil || found != want {
			t.Errorf("%s exists: %v, %v", index, found, err)
		}
	}
}

// testCompatible: the server takes the media types of version 8, for lines of
// JSON too, and answers in them.
func testCompatible(t *testing.T, s *estest.Server) {
	c := connect(t, cluster.Config{URL: s.URL, Compatible: true})
	load(t, c, "compatible", 1, 1)
	r, err := c.Search(t.Context(), search(cluster.PIT{}, 3, "", firstStage, 0, ""), cluster.SearchOptions{Index: "compatible", Size: 3})
	if err != nil || len(r.Hits) != 3 {
		t.Errorf("%d hits, %v", len(r.Hits), err)
	}
	if info, err := c.Info(t.Context()); err != nil || info.Version != s.Version {
		t.Errorf("%+v, %v", info, err)
	}
	if err := c.DeleteIndex(t.Context(), "compatible"); err != nil {
		t.Error(err)
	}
}

// ranked is what a reranked search must give: the window's documents with a
// plot, by recomputed score, then by position in the index.
func ranked(window []cluster.Hit, place map[string]int, quantum float64, minimum *float64) (want []cluster.Hit) {
	type row struct {
		hit cluster.Hit
		raw float64
	}
	var rows []row
	for _, h := range window {
		i, _ := strconv.Atoi(h.ID)
		if films[i%len(films)].Plot == "" {
			continue
		}
		raw := probeScore(inferenceText, plotOf(i))
		if quantum > 0 {
			raw = math.RoundToEven(raw/quantum) * quantum
		}
		if minimum == nil || raw >= *minimum {
			rows = append(rows, row{h, raw})
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		return cmp.Or(-cmp.Compare(a.raw, b.raw), cmp.Compare(place[a.hit.ID], place[b.hit.ID]))
	})
	for _, r := range rows {
		r.hit.Score = probeShown(r.raw)
		want = append(want, r.hit)
	}
	return want
}

// sameHits compares order and scores.
func sameHits(t *testing.T, what string, got, want []cluster.Hit) {
	t.Helper()
	if ids(got) != ids(want) {
		t.Errorf("%s: order %s, want %s", what, ids(got), ids(want))
		return
	}
	for i := range got {
		if !near(got[i].Score, want[i].Score) {
			t.Errorf("%s: score %v of %s, want %v", what, got[i].Score, got[i].ID, want[i].Score)
		}
	}
}

// places gives the order in which the server keeps equal scores.
func places(t *testing.T, c *cluster.Client, pit cluster.PIT) map[string]int {
	t.Helper()
	all := fmt.Sprintf(`{"size":1000,"track_total_hits":false,"_source":false,"pit":{"id":%q},"query":{"match_all":{}},"sort":["_shard_doc"]}`, pit.ID)
	r, err := c.Search(t.Context(), []byte(all), cluster.SearchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	place := make(map[string]int)
	for i, h := range r.Hits {
		place[h.ID] = i
		if !math.IsNaN(h.Score) {
			t.Errorf("a sorted search has the score %v", h.Score)
		}
	}
	return place
}

// testWindow: every window's order and scores, the dropped document, min_score
// and titles.
func testWindow(t *testing.T, s *estest.Server, c *cluster.Client) {
	endpoint(t, s, "probe", "")
	pit, err := c.OpenPIT(t.Context(), "films", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	first, err := c.Search(t.Context(), search(pit, 50, "", firstStage, 0, ""), cluster.SearchOptions{Size: 50})
	if err != nil {
		t.Fatal(err)
	}
	if len(first.Hits) != 9 || first.PIT == "" || first.Total != -1 || first.Attempts != 1 || first.Wall < first.Took-time.Millisecond || first.Shards.Total != 1 {
		t.Errorf("%+v", first)
	}
	if !slices.IsSortedFunc(first.Hits, func(a, b cluster.Hit) int { return cmp.Compare(b.Score, a.Score) }) {
		t.Errorf("first stage out of order: %+v", first.Hits)
	}
	for _, h := range first.Hits {
		i, _ := strconv.Atoi(h.ID)
		if title, ok := h.Value("title"); !ok || title != films[i].Title || h.Index != "films" {
			t.Errorf("%+v", h)
		}
	}
	place := places(t, c, pit)
	for w := 1; w <= len(first.Hits); w++ {
		got, err := c.Search(t.Context(), search(pit, w, "probe", firstStage, w, ""), cluster.SearchOptions{Size: w})
		if err != nil {
			t.Fatal(err)
		}
		sameHits(t, fmt.Sprintf("window %d", w), got.Hits, ranked(first.Hits[:w], place, 0, nil))
	}
	minimum := 0.0
	got, err := c.Search(t.Context(), search(pit, 50, "probe", firstStage, 50, `,"min_score":0`), cluster.SearchOptions{Size: 50})
	if err != nil {
		t.Fatal(err)
	}
	want := ranked(first.Hits, place, 0, &minimum)
	sameHits(t, "min_score", got.Hits, want)
	if len(want) == 0 || len(want) >= len(first.Hits)-1 {
		t.Errorf("min_score keeps %d: the test shows nothing", len(want))
	}
	if title, _ := got.Hits[0].Value("title"); title != "The Cell" {
		t.Errorf("first is %q", title)
	}
	wrong := strings.Replace(string(search(pit, 5, "probe", firstStage, 5, "")), `"field":"plot"`, `"field":"plott"`, 1)
	if r, err := c.Search(t.Context(), []byte(wrong), cluster.SearchOptions{Size: 5}); err != nil || len(r.Hits) != 0 {
		t.Errorf("a field that no document has: %+v, %v", r, err)
	}
	if err := c.ClosePIT(t.Context(), pit.ID); err != nil {
		t.Error(err)
	}
	if err := c.ClosePIT(t.Context(), pit.ID); err != nil {
		t.Errorf("closing it twice: %v", err)
	}
	_, err = c.Search(t.Context(), search(pit, 5, "", firstStage, 0, ""), cluster.SearchOptions{Size: 5})
	wantKind(t, err, cluster.KindLostPIT, "point in time no longer exists")
	_, err = c.Search(t.Context(), search(pit, 5, "probe", firstStage, 5, ""), cluster.SearchOptions{Size: 5})
	wantKind(t, err, cluster.KindLostPIT, "point in time no longer exists")
}

// testShardsAndTies: over two shards equal scores go by shard, then document.
func testShardsAndTies(t *testing.T, s *estest.Server, c *cluster.Client) {
	endpoint(t, s, "ties", `"quantum":0.5`)
	pit, err := c.OpenPIT(t.Context(), "shards", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.ClosePIT(t.Context(), pit.ID) }()
	place := places(t, c, pit)
	first, err := c.Search(t.Context(), search(pit, 100, "", firstStage, 0, ""), cluster.SearchOptions{Size: 100})
	if err != nil || first.Shards.Total != 2 {
		t.Fatalf("%+v, %v", first.Shards, err)
	}
	for _, w := range []int{5, 17, len(first.Hits)} {
		got, err := c.Search(t.Context(), search(pit, w, "ties", firstStage, w, ""), cluster.SearchOptions{Size: w})
		if err != nil {
			t.Fatal(err)
		}
		want := ranked(first.Hits[:w], place, 0.5, nil)
		sameHits(t, fmt.Sprintf("window %d", w), got.Hits, want)
		scores := make(map[float64]bool)
		for _, h := range want {
			scores[h.Score] = true
		}
		if w == 17 && len(scores) == len(want) {
			t.Error("no ties: the test shows nothing")
		}
	}
	// The same without a point in time.
	got, err := c.Search(t.Context(), search(cluster.PIT{}, 17, "ties", firstStage, 17, ""), cluster.SearchOptions{Index: "shards", Size: 17})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Hits) == 0 || got.PIT != "" {
		t.Errorf("%+v", got)
	}
}

// testListwise: with a pointwise scorer the ranking of every smaller window
// can be cut out of the largest one's; with a listwise scorer it cannot.
func testListwise(t *testing.T, s *estest.Server, c *cluster.Client) {
	endpoint(t, s, "pointwise", "")
	endpoint(t, s, "listwise", `"listwise":true`)
	everything := `{"standard":{"query":{"exists":{"field":"plot"}}}}`
	pit, err := c.OpenPIT(t.Context(), "shards", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.ClosePIT(t.Context(), pit.ID) }()
	hits := func(size int, endpoint string) []cluster.Hit {
		r, err := c.Search(t.Context(), search(pit, size, endpoint, everything, size, ""), cluster.SearchOptions{Size: size})
		if err != nil {
			t.Fatal(err)
		}
		return r.Hits
	}
	first := hits(30, "")
	for name, exact := range map[string]bool{"pointwise": true, "listwise": false} {
		whole := hits(30, name)
		differ := 0
		for w := 2; w < 30; w += 3 {
			inside := make(map[string]bool)
			for _, h := range first[:w] {
				inside[h.ID] = true
			}
			cut := slices.DeleteFunc(slices.Clone(whole), func(h cluster.Hit) bool { return !inside[h.ID] })
			if ids(cut) != ids(hits(w, name)) {
				differ++
			}
		}
		if exact != (differ == 0) {
			t.Errorf("%s: %d of 10 windows differ", name, differ)
		}
	}
}

// testInference: the endpoint's facts, raw scores, and a server-side timeout.
func testInference(t *testing.T, s *estest.Server, c *cluster.Client) {
	e, err := c.Endpoint(t.Context(), "")
	if err != nil || e.ID != cluster.DefaultEndpoint || e.Service != "elasticsearch" || e.Model != ".rerank-v1" || e.MinAllocations != 0 || e.TopN != 0 || e.TaskType != "rerank" {
		t.Errorf("%+v, %v", e, err)
	}
	endpoint(t, s, "five", `"top_n":5,"model_id":"jina-reranker-v3","api_key":"hidden"`)
	e, err = c.Endpoint(t.Context(), "five")
	if err != nil || e.TopN != 5 || !e.Listwise() || e.MinAllocations != -1 {
		t.Errorf("%+v, %v", e, err)
	}
	var texts []string
	for i := range films[:9] {
		texts = append(texts, plotOf(i))
	}
	scores, err := c.RerankWithin(t.Context(), "", inferenceText, texts, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		if want := probeScore(inferenceText, text); !near(scores[i], want) {
			t.Errorf("text %d: %v, want %v", i, scores[i], want)
		}
	}
	endpoint(t, s, "slow", `"latency_ms":2000`)
	impatient := connect(t, cluster.Config{URL: s.URL, Retries: -1})
	_, err = impatient.RerankWithin(t.Context(), "slow", "q", []string{"x"}, 50*time.Millisecond)
	wantKind(t, err, cluster.KindThrottled, "timeout [50ms] waiting for inference result")
	_, err = c.RerankWithin(t.Context(), "nope", "q", []string{"x"}, 0)
	wantKind(t, err, cluster.KindMissingEndpoint, `"nope"`)
	_, err = c.RerankWithin(t.Context(), "", "q", nil, 0)
	wantKind(t, err, cluster.KindInvalidRequest, "input")
}

// calls gives how often an endpoint was asked, and how often it failed.
func calls(t *testing.T, s *estest.Server, id string) (asked, failed int) {
	t.Helper()
	_, body, err := s.Do(t.Context(), "GET", "/_rerank_probe", "")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]struct{ Calls, Failures int }
	if err := json.Unmarshal(body, &all); err != nil {
		t.Fatal(err)
	}
	return all[id].Calls, all[id].Failures
}
