package embedded

import (
	"crypto/rand"
	"encoding/base64"
	"sync"
	"time"

	"github.com/releval/releval/eval/embedded/mapping"
	"github.com/releval/releval/eval/embedded/query"
	"github.com/releval/releval/eval/embedded/static"
)

// Version is the Elasticsearch release whose API and scoring the engine has.
const Version = "8.19.0"

// ClusterName is the name by which the engine shows what it is.
const ClusterName = "releval-embedded"

// Options configure an Engine. The zero value gives an empty engine with the
// built-in reranker.
type Options struct {
	// Endpoints are inference endpoints beside the built-in one
	// (BuiltinEndpoint), which an endpoint of the same ID replaces.
	Endpoints []Endpoint
}

// Engine is a search engine in memory. It is safe for concurrent use.
type Engine struct {
	uuid      string
	started   time.Time
	endpoints map[string]Endpoint
	embedders mapping.Embedders
	searcher  query.Searcher

	mu      sync.RWMutex
	indices map[string]*indexState
	pits    map[string]*pit
}

// New makes an engine without indices.
func New(o Options) *Engine {
	e := &Engine{
		uuid:      newID(16),
		started:   time.Now(),
		endpoints: make(map[string]Endpoint),
		indices:   make(map[string]*indexState),
		pits:      make(map[string]*pit),
	}
	words := static.New()
	e.endpoints[BuiltinEndpoint] = Endpoint{ID: BuiltinEndpoint, Service: "embedded", Model: "static-reranker", Scorer: words}
	e.embedders = mapping.Embedders{ByID: map[string]mapping.Embedder{BuiltinEmbedding: words.Embed}, Default: BuiltinEmbedding}
	for _, ep := range o.Endpoints {
		e.endpoints[ep.ID] = ep
	}
	return e
}

// newID gives a random name of so many bytes, in URL-safe base64.
func newID(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}
