package sweep

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/judgments"
)

// stored is a document of the double's index.
type stored struct {
	id, title string
	shard     int
	place     int // within the shard
	noField   bool
}

// scorer gives a score to each document of a window; one that looks at
// anything but the document is not pointwise.
type scorer func(query string, window []stored) []float32

// double is a cluster in memory: it ranks as the server does, by score, then
// shard, then place within the shard, and counts what it is asked.
type double struct {
	documents []stored
	match     func(query string, d stored) float32 // the first stage's score, 0 for no match
	endpoints map[string]scorer

	mu       sync.Mutex
	first    int         // searches without a reranker
	reranked map[int]int // searches with one, by window
	scored   int         // documents that a reranker was handed
	open     map[string]bool
	opened   int
	inFlight int
	alone    bool // no two searches at once since it was last set
	fail     func(window int) error
	lose     map[string]bool // points in time that are lost
	shift    bool            // a first stage whose order depends on its size
}

func (d *double) OpenPIT(context.Context, string, time.Duration) (cluster.PIT, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open == nil {
		d.open = make(map[string]bool)
	}
	d.opened++
	id := fmt.Sprintf("pit-%d", d.opened)
	d.open[id] = true
	return cluster.PIT{ID: id}, nil
}

func (d *double) ClosePIT(_ context.Context, id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.open[id] {
		return errors.New("no such point in time: " + id)
	}
	delete(d.open, id)
	return nil
}

type body struct {
	Size      int                        `json:"size"`
	Retriever map[string]json.RawMessage `json:"retriever"`
	PIT       struct {
		ID string `json:"id"`
	} `json:"pit"`
}

type standard struct {
	Query struct {
		Match map[string]string `json:"match"`
	} `json:"query"`
}

type rerankerBody struct {
	Retriever     map[string]json.RawMessage `json:"retriever"`
	InferenceID   string                     `json:"inference_id"`
	InferenceText string                     `json:"inference_text"`
	Window        int                        `json:"rank_window_size"`
	MinScore      *float32                   `json:"min_score"`
}

func (d *double) Search(ctx context.Context, raw []byte, o cluster.SearchOptions) (cluster.Response, error) {
	if ctx.Err() != nil {
		return cluster.Response{}, ctx.Err()
	}
	var b body
	if err := json.Unmarshal(raw, &b); err != nil {
		return cluster.Response{}, err
	}
	if o.Size != b.Size {
		return cluster.Response{}, fmt.Errorf("asked for %d hits but checks for %d", b.Size, o.Size)
	}
	d.mu.Lock()
	d.inFlight++
	d.alone = d.alone && d.inFlight == 1
	lost := d.lose[b.PIT.ID]
	known := d.open[b.PIT.ID]
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		d.inFlight--
		d.mu.Unlock()
	}()
	if lost {
		return cluster.Response{}, &cluster.Error{Kind: cluster.KindLostPIT, What: "lost"}
	}
	if !known {
		return cluster.Response{}, fmt.Errorf("unknown point in time %q", b.PIT.ID)
	}
	if child, ok := b.Retriever["standard"]; ok {
		d.mu.Lock()
		d.first++
		d.mu.Unlock()
		return d.respond(d.firstStage(child, b.Size), b.PIT.ID), nil
	}
	var r rerankerBody
	if err := json.Unmarshal(b.Retriever["text_similarity_reranker"], &r); err != nil {
		return cluster.Response{}, err
	}
	if d.fail != nil {
		if err := d.fail(r.Window); err != nil {
			return cluster.Response{}, err
		}
	}
	hits := d.rerank(r)
	return d.respond(hits[:min(b.Size, len(hits))], b.PIT.ID), nil
}

// scoredDocument is a document with its score.
type scoredDocument struct {
	stored
	score float32
}

func byServerOrder(a, b scoredDocument) int {
	return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.shard, b.shard), cmp.Compare(a.place, b.place))
}

func (d *double) firstStage(child json.RawMessage, size int) []scoredDocument {
	var s standard
	if err := json.Unmarshal(child, &s); err != nil {
		panic(err)
	}
	query := s.Query.Match["text"]
	var found []scoredDocument
	for _, doc := range d.documents {
		if score := d.match(query, doc); score > 0 {
			if d.shift && size < 20 {
				score = float32(1000 - doc.place)
			}
			found = append(found, scoredDocument{doc, score})
		}
	}
	slices.SortFunc(found, byServerOrder)
	return found[:min(size, len(found))]
}

func (d *double) rerank(r rerankerBody) []scoredDocument {
	var window []stored
	for _, f := range d.firstStage(r.Retriever["standard"], r.Window) {
		if !f.noField {
			window = append(window, f.stored)
		}
	}
	d.mu.Lock()
	if d.reranked == nil {
		d.reranked = make(map[int]int)
	}
	d.reranked[r.Window]++
	d.scored += len(window)
	d.mu.Unlock()
	var ranked []scoredDocument
	for i, score := range d.endpoints[r.InferenceID](r.InferenceText, window) {
		if r.MinScore == nil || score-1 >= *r.MinScore {
			ranked = append(ranked, scoredDocument{window[i], score})
		}
	}
	slices.SortFunc(ranked, byServerOrder)
	return ranked
}

func (d *double) respond(ranked []scoredDocument, pit string) cluster.Response {
	response := cluster.Response{PIT: pit, Took: 2 * time.Millisecond, Wall: time.Duration(3+len(ranked)) * time.Millisecond, Attempts: 1}
	for _, r := range ranked {
		response.Hits = append(response.Hits, cluster.Hit{
			Index: "films", ID: r.id, Score: float64(r.score),
			Fields: []cluster.Field{{Name: "title", Values: []string{r.title}}},
		})
	}
	return response
}

// mix makes a number below n out of texts: the same each time.
func mix(n uint64, parts ...string) uint64 {
	hash := uint64(14695981039346656037)
	for _, part := range parts {
		for i := range len(part) {
			hash = (hash ^ uint64(part[i])) * 1099511628211
		}
		hash = (hash ^ ' ') * 1099511628211
	}
	return (hash ^ hash>>29) % n
}

// pointwise scores each document by itself, with many equal scores.
func pointwise(query string, window []stored) []float32 {
	scores := make([]float32, len(window))
	for i, d := range window {
		scores[i] = 1 + float32(mix(12, query, d.id))/4
	}
	return scores
}

// listwise scores each document by the whole list.
func listwise(query string, window []stored) []float32 {
	scores := pointwise(query, window)
	for i, d := range window {
		scores[i] += float32(mix(8, strconv.Itoa(len(window)), d.id)) / 3
	}
	return scores
}

// newDouble has as many documents, in two shards, of which each query matches
// four in five, with scores that tie.
func newDouble(documents int) *double {
	d := &double{
		match: func(query string, doc stored) float32 {
			if mix(5, "match", query, doc.id) == 0 {
				return 0
			}
			return 1 + float32(mix(40, query, "first", doc.id))/2
		},
		endpoints: map[string]scorer{"pointwise": pointwise, "listwise": listwise},
	}
	for i := range documents {
		d.documents = append(d.documents, stored{
			id: fmt.Sprintf("d%03d", i), title: fmt.Sprintf("Title %d", i/2*2), // two documents share each title
			shard: int(mix(2, "shard", strconv.Itoa(i))), place: i, noField: i%17 == 3,
		})
	}
	return d
}

// newPlan plans a suite of as many queries, each with a few judgments, and a
// reranker for each named endpoint.
func newPlan(t testing.TB, d *double, queries int, endpoints ...string) *plan.Plan {
	t.Helper()
	suite := &judgments.Suite{
		Name: "doubles",
		Search: judgments.Search{
			Index: "films", TitleField: "title",
			Retriever: json.RawMessage(`{"standard":{"query":{"match":{"text":"{{query}}"}}}}`),
		},
		Metrics: []judgments.MetricName{{Name: "ndcg@10"}, {Name: "mrr"}, {Name: "recall@50"}, {Name: "map"}, {Name: "judged@10"}},
	}
	for _, name := range endpoints {
		suite.Search.Rerankers = append(suite.Search.Rerankers, judgments.Reranker{Name: name, Field: "plot", InferenceID: name, Window: 10})
	}
	random := rand.New(rand.NewPCG(7, 7))
	for i := range queries {
		text := fmt.Sprintf("query %d", i)
		q := judgments.Query{ID: fmt.Sprintf("q%d", i), Text: text, InferenceText: text}
		seen := make(map[string]bool)
		for range 1 + random.IntN(5) {
			doc := d.documents[random.IntN(len(d.documents))]
			if seen[doc.title] {
				continue
			}
			seen[doc.title] = true
			q.Relevant = append(q.Relevant, judgments.Judgment{Title: doc.title, Grade: float64(random.IntN(4))})
		}
		suite.Queries = append(suite.Queries, q)
	}
	plan, err := plan.New(suite, plan.Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// rawObject encodes the values of an object.
func rawObject(t interface{ Fatal(...any) }, object map[string]any) map[string]json.RawMessage {
	raw := make(map[string]json.RawMessage, len(object))
	for key, value := range object {
		encoded, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		raw[key] = encoded
	}
	return raw
}
