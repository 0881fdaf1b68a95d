package reranker

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/judgments"
)

// Options say how APIs are asked.
type Options struct {
	// Cluster is the run's own, for the inference API without an address.
	Cluster Inference
	// Getenv reads an environment variable.
	Getenv func(string) string
	// Allowed are pairs of a key and an origin beside each provider's own.
	Allowed []Permission
	// Cache is the folder of the cache; empty for memory alone.
	Cache string
	// Fleeting says that the cluster ends with the process, so that what its
	// endpoints score is kept in memory alone.
	Fleeting bool
	// Config is how patiently servers are asked: time limits, retries, log. Its
	// address and credentials are not used.
	Config cluster.Config
}

// Set are the rerankers of a suite that are asked outside of its searches. It
// is safe for concurrent use.
type Set struct {
	clients map[*judgments.RerankAPI]*client
	cache   *cache
	purse   *purse
}

// Open makes the clients of those of the rerankers that have an API. It sends
// nothing. An error that the suite is the cause of is [judgments.Problems].
func Open(rerankers []judgments.Reranker, o Options) (*Set, error) {
	s := &Set{clients: make(map[*judgments.RerankAPI]*client), cache: newCache(o.Cache), purse: &purse{}}
	var problems judgments.Problems
	for i := range rerankers {
		r := &rerankers[i]
		if r.API == nil || s.clients[r.API] != nil {
			continue
		}
		c, err := open(r, s, o)
		if found, ok := err.(judgments.Problems); ok {
			problems = append(problems, found...)
			continue
		}
		if err != nil {
			s.Close()
			return nil, fmt.Errorf("the reranker %q: %w", r.Name, err)
		}
		s.clients[r.API] = c
	}
	if len(problems) > 0 {
		s.Close()
		return nil, problems
	}
	return s, nil
}

func open(r *judgments.Reranker, s *Set, o Options) (*client, error) {
	a := r.API
	c := &client{
		name: r.Name, suite: a, at: r.Position, api: apis[a.API], endpoint: r.InferenceID, cache: s.cache, purse: s.purse,
		listwise: Listwise(a), most: 1000,
	}
	if a.RequestsPerMinute > 0 {
		c.limiter.interval = time.Minute / time.Duration(a.RequestsPerMinute)
	}
	var about About
	if c.api != nil {
		about = c.api.About()
		c.most = about.Most
	}
	if a.Batch > 0 {
		c.most = a.Batch
	}
	if c.listwise && c.most < r.Window {
		return nil, c.tooMany(r.Window)
	}
	if c.api == nil && a.URL == "" {
		c.cluster, c.url = o.Cluster, o.Cluster.Address()
		if o.Fleeting {
			c.cache = newCache("")
		}
		return c, nil
	}
	c.url = a.URL
	if c.api != nil {
		c.url = addressOf(a, about)
	}
	c.origin = judgments.Origin(c.url)
	var err error
	if c.variable, err = variableOf(r, about, c.origin, o.Allowed); err != nil {
		return nil, err
	}
	config := o.Config
	config.CloudID, config.APIKey, config.Username, config.Password = "", "", "", ""
	config.CACertFile, config.Fingerprint = "", ""
	config.URL = c.origin
	if c.variable != "" {
		c.key = strings.TrimSpace(o.Getenv(c.variable))
		if strings.ContainsFunc(c.key, func(r rune) bool { return r < '!' || r > '~' }) {
			return nil, judgments.Problems{{Position: r.Position, Message: fmt.Sprintf("the environment variable %s, which the reranker %q needs, holds characters that no key has; copy the key again", c.variable, r.Name)}}
		}
		config.Secrets = append(config.Secrets[:len(config.Secrets):len(config.Secrets)], c.key)
	}
	if c.api == nil {
		config.URL, config.APIKey = c.url, c.key
	} else {
		config.Server = c.origin
	}
	made, err := cluster.New(config)
	if err != nil {
		return nil, err
	}
	c.close, c.redact = made.Close, made.Redact
	if c.api == nil {
		c.cluster = made
	} else {
		c.post = made
	}
	return c, nil
}

// Listwise says whether a model scores the texts of a window against each
// other, so that a smaller window's scores cannot be taken from a larger one's:
// where the suite says so, or the model's name does.
func Listwise(a *judgments.RerankAPI) bool {
	return a.Listwise || cluster.Endpoint{Model: a.Model}.Listwise()
}

// Score scores texts by a reranker with an API. Fresh passes over what the
// cache holds, and asks for all of them again.
func (s *Set) Score(ctx context.Context, r *judgments.Reranker, query string, texts []string, fresh bool) (Scored, error) {
	return s.clients[r.API].score(ctx, query, texts, fresh)
}

// Limit refuses requests that would cost more than so many dollars together, by
// what price says of each. It is called before the first.
func (s *Set) Limit(usd float64, price func(a *judgments.RerankAPI, texts, characters int) float64) {
	s.purse.mu.Lock()
	defer s.purse.mu.Unlock()
	s.purse.limited, s.purse.left, s.purse.price = true, usd, price
}

// Known is how many scores the cache holds for what a reranker is asked.
func (s *Set) Known(r *judgments.Reranker, query string) int {
	c := s.clients[r.API]
	known := c.asked(query)
	defer known.Unlock()
	n := len(known.texts)
	for _, list := range known.lists {
		n = max(n, len(list.Scores))
	}
	return n
}

// Usage is what was sent for a reranker until now.
func (s *Set) Usage(r *judgments.Reranker) eval.Usage {
	c := s.clients[r.API]
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.usage
}

// Redact blacks out every key of the set in a text.
func (s *Set) Redact(text string) string {
	for _, c := range s.clients {
		if c.redact != nil {
			text = c.redact(text)
		}
	}
	return text
}

// CacheNotes say what is wrong with the cache.
func (s *Set) CacheNotes() []string {
	s.cache.mu.Lock()
	defer s.cache.mu.Unlock()
	var notes []string
	if n := s.cache.damaged; n > 0 {
		notes = append(notes, fmt.Sprintf("%d lines of the cache in %s were broken off or edited, and what they were of was asked for again", n, s.cache.folder))
	}
	if s.cache.failure != nil {
		notes = append(notes, fmt.Sprintf("scores could not be kept in the cache, so that they are paid for again: %v", s.cache.failure))
	}
	return notes
}

// Close lets go of the connections.
func (s *Set) Close() {
	for c := range maps.Values(s.clients) {
		if c.close != nil {
			c.close()
		}
	}
}
