package cluster

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// raw serves bytes that no HTTP server would send.
func raw(t *testing.T, answer func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var connections sync.WaitGroup
	t.Cleanup(func() { l.Close(); connections.Wait() })
	connections.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			connections.Go(func() {
				defer c.Close()
				if _, err := c.Read(make([]byte, 64<<10)); err == nil {
					answer(c)
				}
				_, _ = io.Copy(io.Discard, c) // until the client hangs up
			})
		}
	})
	return "http://" + l.Addr().String()
}

// Config.Timeout and the caller's context end a call whatever the server does.
func TestNoAnswerOutlastsTheTimeout(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nX-Elastic-Product: Elasticsearch\r\nContent-Type: application/json\r\n"
	for name, answer := range map[string]func(net.Conn){
		"nothing": func(net.Conn) {},
		"101": func(c net.Conn) {
			fmt.Fprint(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
		},
		"101 as if it were 200": func(c net.Conn) {
			fmt.Fprint(c, strings.Replace(head, "200 OK", "101 OK", 1)+"Content-Length: 99\r\n\r\n{")
		},
		"100 and no more":         func(c net.Conn) { fmt.Fprint(c, "HTTP/1.1 100 Continue\r\n\r\n") },
		"103 without end":         func(c net.Conn) { endless(c, "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n") },
		"a header without end":    func(c net.Conn) { fmt.Fprint(c, head); endless(c, "X: y\r\n") },
		"half of a body":          func(c net.Conn) { fmt.Fprint(c, head+"Content-Length: 99\r\n\r\n{") },
		"a body, byte after byte": func(c net.Conn) { fmt.Fprint(c, head+"\r\n"); drip(c) },
		"a chunk without end":     func(c net.Conn) { fmt.Fprint(c, head+"Transfer-Encoding: chunked\r\n\r\nfffffff\r\n{") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := raw(t, answer)
			for limit, config := range map[string]Config{
				"timeout": {URL: address, Timeout: 200 * time.Millisecond, Retries: -1, Outage: -1},
				"context": {URL: address, Timeout: time.Hour, Retries: -1, Outage: -1},
			} {
				c, err := New(config)
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
				start := time.Now()
				_, err = c.Search(ctx, []byte(`{}`), SearchOptions{Index: "i", Size: 10})
				cancel()
				if took := time.Since(start); err == nil || took > 2*time.Second {
					t.Errorf("%s: %v after %v", limit, err, took)
				}
				c.Close()
			}
		})
	}
}

func endless(c net.Conn, text string) {
	for {
		if _, err := io.WriteString(c, text); err != nil {
			return
		}
	}
}

func drip(c net.Conn) {
	for {
		if _, err := io.WriteString(c, " "); err != nil {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// All bodies in flight together stay below the limit, and large ones still
// come through one after the other.
func TestBodiesShareTheLimit(t *testing.T) {
	const limit = 8 << 20
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, oneHit)
		_, _ = io.WriteString(w, strings.Repeat(" ", limit/2))
	}))
	defer server.Close()
	c, err := New(Config{URL: server.URL, MaxResponse: limit, Concurrency: 4, Retries: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if whole := c.bodies.most + 3*c.bodies.share; whole != limit {
		t.Fatalf("the shares and the turn are %d bytes, want %d", whole, limit)
	}
	var calls sync.WaitGroup
	for range 4 {
		calls.Go(func() {
			for range 5 {
				if _, err := c.Search(t.Context(), []byte(`{}`), SearchOptions{Index: "i", Size: 10}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	calls.Wait()
	if len(c.bodies.turn) != 1 {
		t.Error("the turn is not given back")
	}
}

// Hits, fields and values beyond what was asked for are refused while they are
// read, before they cost more than the body does.
func TestHitsAreCountedWhileRead(t *testing.T) {
	for name, body := range map[string]string{
		"hits":                      `{"hits":{"hits":[` + strings.Repeat(`{},`, 1<<20) + `{}]}}`,
		"values":                    `{"hits":{"hits":[{"fields":{"t":[` + strings.Repeat(`1,`, 1<<20) + `1]}}]}}`,
		"fields":                    `{"hits":{"hits":[{"fields":{` + strings.Repeat(`"":0,`, 1<<20) + `"":0}}]}}`,
		"fields of several objects": `{"hits":{"hits":[{` + strings.Repeat(`"fields":{"":0},`, 1<<20) + `"_id":"1"}]}}`,
	} {
		var d hitDecoder
		if _, err := d.decode([]byte(body), 10, nil); err == nil || !strings.Contains(err.Error(), errManyHits.Error()) {
			t.Errorf("%s: %v", name, err)
		}
		if n := len(d.hits) + len(d.fields) + len(d.values); n > 100_000 {
			t.Errorf("%s: %d were kept", name, n)
		}
	}
}
