package reranker

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/judgments"
)

// client asks one reranker of a suite.
type client struct {
	name     string
	suite    *judgments.RerankAPI
	at       judgments.Position
	api      API // nil for Elasticsearch's inference API
	url      string
	origin   string
	variable string // of the key, empty for none
	key      string
	endpoint string // of the inference API
	cluster  Inference
	post     *cluster.Client // nil for the inference API
	most     int             // texts in one request
	listwise bool
	limiter  limiter
	cache    *cache
	purse    *purse
	close    func()
	redact   func(string) string

	mu    sync.Mutex
	usage eval.Usage
}

// Inference is what asking Elasticsearch's inference API needs of a cluster.
type Inference interface {
	Rerank(ctx context.Context, id, query string, texts []string) ([]float64, cluster.Posted, error)
	Address() string
}

// Scored is what came of a list of texts.
type Scored struct {
	// Scores are in the order of the texts.
	Scores []float64
	// Call is how long the requests took, one after the other, without retries
	// and waits. It is that of an earlier time, in which the same list was asked
	// for, where everything comes from the cache.
	Call time.Duration
	// Untimed says that Call is not how long the list takes: a part of it came
	// from the cache, and the whole has never been timed.
	Untimed bool
	// Attempts is the most that one of the requests took; 0 where none was sent.
	Attempts int
}

// asked is what is known of a query, locked.
func (c *client) asked(query string) *asked {
	return c.cache.of(c.suite.API, c.url, c.suite.Model, c.endpoint, c.suite.Instruction, c.suite.Parameters, c.suite.Names, query)
}

// score scores the texts. Fresh passes over what the cache holds.
func (c *client) score(ctx context.Context, query string, texts []string, fresh bool) (Scored, error) {
	known := c.asked(query)
	defer known.Unlock()
	hashes := make([][32]byte, len(texts))
	for i, text := range texts {
		hashes[i] = sha256.Sum256([]byte(text))
	}
	whole := listHash(hashes)
	list, timed := known.lists[whole]
	result := Scored{Scores: make([]float64, len(texts)), Call: list.Call, Untimed: list.Call == 0}
	if c.listwise {
		if len(list.Scores) == len(texts) && timed && !fresh {
			copy(result.Scores, list.Scores)
			c.count(eval.Usage{Cached: len(texts)})
			return result, nil
		}
		if len(texts) > c.most {
			return Scored{}, c.tooMany(len(texts))
		}
		sent, err := c.send(ctx, query, texts)
		if err != nil {
			return Scored{}, err
		}
		sent.Untimed = false
		c.cache.keepList(known, whole, kept{sent.Call, sent.Scores})
		return sent, nil
	}
	// Each different text is asked for once.
	var missing []string
	var missed [][32]byte
	for i, hash := range hashes {
		if _, ok := known.texts[hash]; (!ok || fresh) && !contains(missed, hash) {
			missing, missed = append(missing, texts[i]), append(missed, hash)
		}
	}
	if len(missing) > 0 {
		answer := Scored{}
		for start := 0; start < len(missing); start += c.most {
			end := min(start+c.most, len(missing))
			part, err := c.send(ctx, query, missing[start:end])
			if err != nil {
				return Scored{}, err
			}
			c.cache.keepTexts(known, missed[start:end], part.Scores)
			answer.Call += part.Call
			answer.Attempts = max(answer.Attempts, part.Attempts)
		}
		result.Attempts = answer.Attempts
		if len(missing) == len(texts) {
			c.cache.keepList(known, whole, kept{Call: answer.Call})
			result.Call, result.Untimed = answer.Call, false
		}
	}
	c.count(eval.Usage{Cached: len(texts) - len(missing)})
	for i, hash := range hashes {
		result.Scores[i] = known.texts[hash]
	}
	return result, nil
}

// tooMany says that a listwise model cannot be asked for a window.
func (c *client) tooMany(window int) error {
	return judgments.Problems{{Position: c.at, Message: fmt.Sprintf(
		"the reranker %q is listwise, so that a window is asked for at once, and a window of %d is above the %d texts of a request; lower rank_window_size, or raise batch if the server takes more", c.name, window, c.most)}}
}

// single rounds a score to the float32 that it is made of, as its shortest
// decimal reads.
func single(score float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(score, 'g', -1, 32), 64)
	if err != nil {
		return float64(float32(score)) // cannot be: it has just been written
	}
	return rounded
}

func contains(hashes [][32]byte, hash [32]byte) bool {
	for _, h := range hashes {
		if h == hash {
			return true
		}
	}
	return false
}

// send sends one request for all of the texts.
func (c *client) send(ctx context.Context, query string, texts []string) (Scored, error) {
	if c.variable != "" && c.key == "" {
		return Scored{}, judgments.Problems{{Position: c.at, Message: fmt.Sprintf("the reranker %q needs the key of %s, and the environment variable %s is not set", c.name, c.origin, c.variable)}}
	}
	used := eval.Usage{Requests: 1, Texts: len(texts), Characters: utf8.RuneCountInString(query) * len(texts)}
	for _, text := range texts {
		used.Characters += utf8.RuneCountInString(text)
	}
	if err := c.purse.pay(c.suite, used.Texts, used.Characters); err != nil {
		return Scored{}, err
	}
	var found []float64
	var posted cluster.Posted
	var err error
	if c.api == nil {
		if err = c.limiter.wait(ctx); err == nil {
			found, posted, err = c.cluster.Rerank(ctx, c.endpoint, query, texts)
		}
	} else {
		found, posted, err = c.ask(ctx, query, texts, &used)
	}
	if err != nil {
		return Scored{}, err
	}
	for i, score := range found {
		found[i] = single(score)
	}
	used.Attempts = posted.Attempts
	c.count(used)
	return Scored{Scores: found, Call: posted.Wall, Attempts: posted.Attempts}, nil
}

func (c *client) ask(ctx context.Context, query string, texts []string, used *eval.Usage) (found []float64, posted cluster.Posted, err error) {
	body, err := c.body(query, texts)
	if err != nil {
		return nil, posted, fmt.Errorf("cannot encode a request: %w", err)
	}
	header := http.Header{}
	switch {
	case c.key == "":
	case c.suite.KeyHeader != "":
		header.Set(c.suite.KeyHeader, c.key)
	default:
		header.Set("Authorization", "Bearer "+c.key)
	}
	posted, err = c.post.Post(ctx, cluster.Post{
		Op: "rerank by " + c.suite.API, URL: c.url, Header: header, Body: body,
		Before: c.limiter.wait, Explain: c.explain,
		Accept: func(body []byte) error {
			answer, err := c.api.Read(c.suite, body)
			if err != nil {
				return err
			}
			used.Tokens, used.SearchUnits = answer.Tokens, answer.SearchUnits
			found, err = scores(answer.Results, len(texts))
			return err
		},
	})
	return found, posted, err
}

// body writes a request: the API's members, and above them the suite's.
func (c *client) body(query string, texts []string) ([]byte, error) {
	members := c.api.Request(c.suite, query, texts)
	var further map[string]json.RawMessage
	if c.suite.Parameters != nil {
		if err := json.Unmarshal(c.suite.Parameters, &further); err != nil {
			return nil, err
		}
	}
	for name, value := range further {
		members[name] = value
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(members)
	return b.Bytes(), err
}

func (c *client) count(u eval.Usage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.usage.Add(u)
}

// subject is the model or the endpoint, for messages.
func (c *client) subject() string {
	return cmp.Or(c.suite.Model, c.endpoint, "no model named")
}

// addressOf is where a reranker's requests go: with the API's path where the
// suite gives none.
func addressOf(a *judgments.RerankAPI, about About) string {
	u, err := url.Parse(cmp.Or(a.URL, about.Address))
	if err != nil {
		return a.URL // refused when the suite was read
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = about.Path
	}
	return u.String()
}
