package static

import (
	_ "embed"
	"sync"
)

//go:embed static-reranker.bin
var embedded []byte

// cacheLimit is how many texts a Scorer remembers; a text of 50 words takes
// about a kilobyte.
const cacheLimit = 1 << 16

// Scorer scores texts by the compiled-in table. It is safe for concurrent use.
type Scorer struct {
	load  func() (*Table, error)
	calls sync.Pool // of *similarities

	mu    sync.RWMutex
	texts map[string]*text
}

// New makes a scorer. The table is read at the first use.
func New() *Scorer {
	return &Scorer{
		load:  sync.OnceValues(func() (*Table, error) { return Read(embedded) }),
		texts: make(map[string]*text),
	}
}

// Score gives x of FORMAT.md for every text: unbounded, higher is nearer to
// the query.
func (s *Scorer) Score(query string, texts []string) ([]float64, error) {
	t, err := s.load()
	if err != nil {
		return nil, err
	}
	q := t.text(query)
	sims, _ := s.calls.Get().(*similarities)
	if sims == nil {
		sims = t.newSimilarities()
	}
	defer s.calls.Put(sims)
	sims.begin(q)
	scores := make([]float64, len(texts))
	for i, d := range s.prepared(t, texts) {
		scores[i] = t.x(t.mix(cosine(q, d), sims.maxSim(d)))
	}
	return scores, nil
}

// Dimensions is how many numbers a vector of Embed has.
const Dimensions = 64

// Embed gives the direction of a text: the sum of its pieces' vectors, each by
// its weight, scaled to length 1. It is nil where no piece has a vector. The
// cosine of two of them is the first part of a score.
func (s *Scorer) Embed(text string) ([]float32, error) {
	t, err := s.load()
	if err != nil {
		return nil, err
	}
	pooled := t.text(text)
	if pooled.norm == 0 {
		return nil, nil
	}
	v := make([]float32, len(pooled.pooled))
	for i, x := range pooled.pooled {
		v[i] = float32(float64(x) / pooled.norm)
	}
	return v, nil
}

// prepared gives the texts in the form for scoring, from memory where they
// have been seen before.
func (s *Scorer) prepared(t *Table, texts []string) []*text {
	out := make([]*text, len(texts))
	missing := false
	s.mu.RLock()
	for i, text := range texts {
		out[i] = s.texts[text]
		missing = missing || out[i] == nil
	}
	s.mu.RUnlock()
	if !missing {
		return out
	}
	for i, text := range texts {
		if out[i] == nil {
			out[i] = t.text(text)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.texts)+len(texts) > cacheLimit {
		clear(s.texts) // simpler than an order of eviction, and rare
	}
	for i, text := range texts {
		s.texts[text] = out[i]
	}
	return out
}
