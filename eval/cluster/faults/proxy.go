package faults

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Proxy spoils the answers of an upstream by a schedule. It is an
// http.Handler; serve it on a loopback address.
type Proxy struct {
	upstream http.RoundTripper
	base     *url.URL
	schedule Schedule
	requests atomic.Int64
	searches atomic.Int64
	released chan struct{}
	release  sync.Once

	mu       sync.Mutex
	injected map[Kind]int
}

// New makes a proxy. Base is the address that requests are sent to; upstream
// carries them, http.DefaultTransport where it is nil. With an in-process
// engine as upstream base is only a name.
func New(base string, upstream http.RoundTripper, s Schedule) (*Proxy, error) {
	parsed, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("the upstream's address: %w", err)
	}
	if upstream == nil {
		upstream = http.DefaultTransport
	}
	return &Proxy{upstream: upstream, base: parsed, schedule: s, released: make(chan struct{}), injected: make(map[Kind]int)}, nil
}

// Close lets go of the requests that are being left without an answer. Call it
// before closing the server that serves the proxy.
func (p *Proxy) Close() { p.release.Do(func() { close(p.released) }) }

// Injected counts the faults so far.
func (p *Proxy) Injected() map[Kind]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.injected)
}

// Searches counts the searches that reached the proxy.
func (p *Proxy) Searches() int { return int(p.searches.Load()) }

// ServeHTTP answers one request.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fault := p.schedule(int(p.requests.Add(1)-1), r)
	if isSearch(r) {
		p.searches.Add(1)
	}
	if fault.Kind != None {
		p.mu.Lock()
		p.injected[fault.Kind]++
		p.mu.Unlock()
	}
	switch fault.Kind {
	case Throttled:
		answer(w, http.StatusTooManyRequests, `{"error":{"type":"es_rejected_execution_exception","reason":"rejected execution of search"},"status":429}`)
	case ThrottledRetryAfter:
		w.Header().Set("Retry-After", "0")
		answer(w, http.StatusTooManyRequests, `{"error":{"type":"es_rejected_execution_exception","reason":"rejected execution of search"},"status":429}`)
	case Unavailable:
		answer(w, http.StatusServiceUnavailable, `{"error":{"type":"no_shard_available_action_exception","reason":"no shard available"},"status":503}`)
	case BadGateway:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html><body><h1>502 Bad Gateway</h1></body></html>")
	case ColdModel:
		answer(w, http.StatusRequestTimeout, `{"error":{"type":"status_exception","reason":"[text_similarity_reranker] search failed","suppressed":[{"type":"search_phase_execution_exception","reason":"Computing updated ranks for results failed","caused_by":{"type":"status_exception","reason":"Timed out after [30s] waiting for model deployment to start. Use the trained model stats API to track the state of the deployment."}}]},"status":408}`)
	case Reset:
		panic(http.ErrAbortHandler) // the server's way to break a connection
	case HalfOpen:
		select {
		case <-r.Context().Done():
		case <-p.released:
		}
		panic(http.ErrAbortHandler)
	default:
		p.pass(w, r, fault)
	}
}

func answer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Elastic-Product", "Elasticsearch")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// pass sends the request on, and spoils its answer on the way back.
func (p *Proxy) pass(w http.ResponseWriter, r *http.Request, fault Fault) {
	out := r.Clone(r.Context())
	out.URL.Scheme, out.URL.Host, out.Host, out.RequestURI = p.base.Scheme, p.base.Host, p.base.Host, ""
	out.Header.Del("Accept-Encoding")
	response, err := p.upstream.RoundTrip(out)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if fault.Kind == Slow {
		time.Sleep(fault.Delay)
	}
	maps.Copy(w.Header(), response.Header)
	cut := len(body)
	switch fault.Kind {
	case Truncated:
		body = body[:len(body)/2]
		cut = len(body)
	case ResetMidBody:
		cut = len(body) / 2
	case ShardFailure:
		body = lose(body, []byte(`"failed":0`), []byte(`"failed":1`))
		cut = len(body)
	case TimedOut:
		body = lose(body, []byte(`"timed_out":false`), []byte(`"timed_out":true`))
		cut = len(body)
	case WrongType:
		w.Header().Set("Content-Type", "text/html")
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(response.StatusCode)
	_, _ = w.Write(body[:cut])
	if fault.Kind == ResetMidBody {
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// lose marks an answer as partial and takes its hits away: whoever overlooks
// the mark sees a worse ranking.
func lose(body, sound, broken []byte) []byte {
	marked := bytes.Replace(body, sound, broken, 1)
	const hits = `"hits":[`
	at := bytes.Index(marked, []byte(hits))
	if at < 0 {
		return marked
	}
	return append(append([]byte(nil), marked[:at+len(hits)]...), "]}}"...)
}

// onSearches numbers the searches alone.
func onSearches(decide func(n int) Fault) Schedule {
	var n atomic.Int64
	return func(_ int, r *http.Request) Fault {
		if !isSearch(r) {
			return Fault{}
		}
		return decide(int(n.Add(1) - 1))
	}
}
