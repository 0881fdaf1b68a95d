package faults_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/releval/releval/eval/cluster/faults"
)

const sound = `{"took":1,"timed_out":false,"_shards":{"total":1,"successful":1,"skipped":0,"failed":0},"hits":{"hits":[{"_id":"1"},{"_id":"2"}]}}`

// upstream answers every request with a sound answer.
func upstream(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, sound)
}

// got is what a client sees.
type got struct {
	status      int
	contentType string
	retryAfter  string
	body        string
	err         error
}

// ask sends one search through a proxy with the schedule.
func ask(t *testing.T, client *http.Client, address string) got {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/_search", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		return got{err: err}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return got{response.StatusCode, response.Header.Get("Content-Type"), response.Header.Get("Retry-After"), string(body), err}
}

func serve(t *testing.T, s faults.Schedule) (*faults.Proxy, *httptest.Server) {
	t.Helper()
	behind := httptest.NewServer(http.HandlerFunc(upstream))
	t.Cleanup(behind.Close)
	proxy, err := faults.New(behind.URL, nil, s)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	t.Cleanup(proxy.Close) // before the server, which waits for its requests
	return proxy, server
}

// Each kind of trouble is what its name says, as a client sees it.
func TestKinds(t *testing.T) {
	partial := func(g got, mark string) bool {
		return g.status == 200 && json.Valid([]byte(g.body)) && strings.Contains(g.body, mark) && !strings.Contains(g.body, "_id")
	}
	is := map[faults.Kind]func(g got) bool{
		faults.None:                func(g got) bool { return g.status == 200 && g.body == sound },
		faults.Slow:                func(g got) bool { return g.status == 200 && g.body == sound },
		faults.Throttled:           func(g got) bool { return g.status == 429 && g.retryAfter == "" },
		faults.ThrottledRetryAfter: func(g got) bool { return g.status == 429 && g.retryAfter != "" },
		faults.Unavailable:         func(g got) bool { return g.status == 503 && json.Valid([]byte(g.body)) },
		faults.BadGateway:          func(g got) bool { return g.status == 502 && !json.Valid([]byte(g.body)) },
		faults.Reset:               func(g got) bool { return g.err != nil && g.status == 0 },
		faults.ResetMidBody: func(g got) bool {
			return g.err != nil && g.status == 200 && g.body != "" && strings.HasPrefix(sound, g.body)
		},
		faults.Truncated:    func(g got) bool { return g.err == nil && g.status == 200 && !json.Valid([]byte(g.body)) },
		faults.HalfOpen:     func(g got) bool { return errors.Is(g.err, context.DeadlineExceeded) },
		faults.ShardFailure: func(g got) bool { return partial(g, `"failed":1`) },
		faults.TimedOut:     func(g got) bool { return partial(g, `"timed_out":true`) },
		faults.ColdModel:    func(g got) bool { return g.status == 408 && strings.Contains(g.body, "waiting for model") },
		faults.WrongType:    func(g got) bool { return g.status == 200 && g.contentType == "text/html" && g.body == sound },
	}
	for _, kind := range append(faults.Kinds(), faults.None) {
		t.Run(string(kind), func(t *testing.T) {
			proxy, server := serve(t, func(int, *http.Request) faults.Fault {
				return faults.Fault{Kind: kind, Delay: time.Millisecond}
			})
			g := ask(t, server.Client(), server.URL)
			if is[kind] == nil || !is[kind](g) {
				t.Errorf("the client sees %+v", g)
			}
			if n := proxy.Injected()[kind]; (n != 1) != (kind == faults.None) {
				t.Errorf("%d counted as injected", n)
			}
			if proxy.Searches() != 1 {
				t.Errorf("%d searches counted", proxy.Searches())
			}
		})
	}
}

// Schedules count searches alone, and give the same faults again.
func TestSchedules(t *testing.T) {
	search := httptest.NewRequest(http.MethodPost, "/films/_search", nil)
	other := httptest.NewRequest(http.MethodGet, "/films/_settings", nil)
	pattern := func(s faults.Schedule) string {
		text := ""
		for n := range 24 {
			if s(2*n, other).Kind != faults.None {
				text += "!"
			}
			switch s(2*n+1, search).Kind {
			case faults.None:
				text += "."
			case faults.Reset:
				text += "r"
			default:
				text += "x"
			}
		}
		return text
	}
	reset := faults.Fault{Kind: faults.Reset}
	for _, test := range []struct {
		name string
		s    faults.Schedule
		want string
	}{
		{"never", faults.Never, strings.Repeat(".", 24)},
		{"first", faults.First(3, reset), "rrr" + strings.Repeat(".", 21)},
		{"every", faults.Every(4, reset), strings.Repeat("...r", 6)},
	} {
		if got := pattern(test.s); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
	kinds := faults.Kinds()
	seeded := func(seed uint64) string { return pattern(faults.Mixture(seed, 0.5, kinds)) }
	once, again, another := seeded(1), seeded(1), seeded(2)
	if once != again || once == another {
		t.Errorf("mixtures %s, again %s, of another seed %s", once, again, another)
	}
	if n := strings.Count(seeded(1), "."); n < 4 || n > 20 {
		t.Errorf("half of the searches should have a fault: %s", seeded(1))
	}
	if got := pattern(faults.Mixture(1, 0, kinds)); got != strings.Repeat(".", 24) {
		t.Errorf("no share gives %s", got)
	}
}

func TestNewRefusesAnAddress(t *testing.T) {
	if _, err := faults.New("http://host:port", nil, faults.Never); err == nil {
		t.Error("no error for an address that is none")
	}
}
