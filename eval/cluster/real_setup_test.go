//go:build elasticsearch

package cluster_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/cluster/estest"
)

// The tests in files named real_*_test.go run against a real Elasticsearch:
//
//	go test -tags elasticsearch ./eval/cluster/...

// inferenceText is what rerankers are asked in these tests.
const inferenceText = "flesh-eating bad guy"

// films are the documents of these tests; the last has no plot.
var films = []struct{ Title, Genre, Plot string }{
	{"The Long Debt", "Crime, Drama", "A guy with a bad debt robs a bank and the guards chase him."},
	{"No Pay", "Crime", "Crime pays for nobody in this town of bad guys."},
	{"Salt and Tide", "Drama", "A cook opens a restaurant by the sea, and crime follows."},
	{"The Cell", "Crime, Horror", "A flesh-eating killer helps the police with another crime."},
	{"Seven Trails", "Crime", "Two detectives follow a trail of seven crimes."},
	{"Cake", "Comedy", "Nobody knows who ate the cake; a crime, says the cook."},
	{"Alone", "Crime, Thriller", "Eating alone, a bad man plans his last crime."},
	{"The Family", "Crime", "The family business is crime, and business is good."},
	{"Harbour Lights", "Romance", "Two sailors share a letter that neither wrote."},
	{"Unwritten", "Crime", ""},
}

// start starts a server and stops it when the test ends.
func start(t *testing.T, o estest.Options) *estest.Server {
	t.Helper()
	s := estest.For(t, o)
	return s
}

// connect makes a client with short waits.
func connect(t *testing.T, c cluster.Config) *cluster.Client {
	t.Helper()
	if c.Backoff.Base == 0 {
		c.Backoff = cluster.Backoff{Base: 20 * time.Millisecond, Cap: 200 * time.Millisecond}
	}
	client, err := cluster.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// load makes an index with the films, copied so many times.
func load(t *testing.T, c *cluster.Client, index string, shards, copies int) {
	t.Helper()
	body := fmt.Sprintf(`{"settings":{"number_of_shards":%d,"number_of_replicas":0},"mappings":{"properties":{
		"title":{"type":"text","fields":{"keyword":{"type":"keyword"}}},"genre":{"type":"text"},"plot":{"type":"text","analyzer":"english"}}}}`, shards)
	if err := c.CreateIndex(t.Context(), index, []byte(body)); err != nil {
		t.Fatal(err)
	}
	result, err := c.Bulk(t.Context(), index, func(yield func(cluster.Document, error) bool) {
		for i := range copies * len(films) {
			f := films[i%len(films)]
			source := map[string]string{"title": f.Title, "genre": f.Genre}
			if f.Plot != "" {
				source["plot"] = plotOf(i)
			}
			b, err := json.Marshal(source)
			if !yield(cluster.Document{ID: strconv.Itoa(i), JSON: b}, err) {
				return
			}
		}
	})
	if err != nil || result.Failed > 0 || result.Indexed != copies*len(films) {
		t.Fatalf("%+v, %v", result, err)
	}
	if err := c.Refresh(t.Context(), index); err != nil {
		t.Fatal(err)
	}
}

// plotOf is the plot of document i: the copies differ in their last words.
func plotOf(i int) string {
	plot := films[i%len(films)].Plot
	if n := i / len(films); n > 0 {
		plot += fmt.Sprintf(" Part %d of the story.", n)
	}
	return plot
}

// endpoint makes an inference endpoint of the test plugin.
func endpoint(t *testing.T, s *estest.Server, id, settings string) {
	t.Helper()
	status, body, err := s.Do(t.Context(), "PUT", "/_inference/rerank/"+id, `{"service":"probe","service_settings":{`+settings+`}}`)
	if err != nil || status != 200 {
		t.Fatalf("endpoint %s: %d %s, %v", id, status, body, err)
	}
	t.Cleanup(func() { _, _, _ = s.Do(t.Context(), "DELETE", "/_inference/rerank/"+id, "") })
}

const firstStage = `{"standard":{"query":{"multi_match":{"query":"crime","fields":["plot","genre"]}}}}`

// search makes the body of a search over a point in time; with an endpoint it
// reranks on plot.
func search(pit cluster.PIT, size int, endpoint, first string, window int, more string) []byte {
	retriever := first
	if endpoint != "" {
		retriever = fmt.Sprintf(`{"text_similarity_reranker":{"retriever":%s,"field":"plot","inference_id":%q,"inference_text":%q,"rank_window_size":%d%s}}`,
			first, endpoint, inferenceText, window, more)
	}
	at := ""
	if pit.ID != "" {
		at = fmt.Sprintf(`"pit":{"id":%q,"keep_alive":"1m"},`, pit.ID)
	}
	return []byte(fmt.Sprintf(`{%s"from":0,"size":%d,"track_total_hits":false,"_source":false,"fields":["title"],"retriever":%s}`, at, size, retriever))
}

// ids joins the ids of hits.
func ids(hits []cluster.Hit) string {
	var all []string
	for _, h := range hits {
		all = append(all, h.ID)
	}
	return strings.Join(all, " ")
}

// wantKind fails the test where the error is of another kind, or does not say
// what it should.
func wantKind(t *testing.T, err error, kind cluster.Kind, says string) {
	t.Helper()
	if cluster.KindOf(err) != kind {
		t.Errorf("kind %q, want %q: %v", cluster.KindOf(err), kind, err)
		return
	}
	if err != nil && (!strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "\n")) {
		t.Errorf("%q does not say %q on one line", err, says)
	}
}
