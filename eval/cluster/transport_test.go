package cluster

import (
	"crypto/tls"
	"encoding/pem"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/releval/releval/eval/cluster/estest"
)

// tlsServer answers searches over TLS with the given chain of PEM
// certificates.
func tlsServer(t *testing.T, pair estest.Pair, more ...[]byte) *httptest.Server {
	t.Helper()
	chain := pair.Certificate
	for _, m := range more {
		chain = append(chain, m...)
	}
	certificate, err := tls.X509KeyPair(chain, pair.Key)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, oneHit)
	}))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func TestTLS(t *testing.T) {
	authority, err := estest.NewAuthority("right")
	if err != nil {
		t.Fatal(err)
	}
	other, err := estest.NewAuthority("other")
	if err != nil {
		t.Fatal(err)
	}
	issue := func(a *estest.Authority, until time.Time, hosts ...string) estest.Pair {
		p, err := a.Issue(until, hosts...)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	file := func(pem []byte) string {
		name := filepath.Join(t.TempDir(), "ca.crt")
		if err := os.WriteFile(name, pem, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	leafPrint := func(p estest.Pair) string {
		block, _ := pem.Decode(p.Certificate)
		return estest.Fingerprint(block.Bytes)
	}
	colons := func(s string) string {
		var parts []string
		for i := 0; i < len(s); i += 2 {
			parts = append(parts, strings.ToUpper(s[i:i+2]))
		}
		return strings.Join(parts, ":")
	}
	good := issue(authority, time.Time{}, "127.0.0.1")
	elsewhere := issue(authority, time.Time{}, "elsewhere.example")
	expired := issue(authority, time.Now().Add(-time.Hour), "127.0.0.1")
	foreign := issue(other, time.Time{}, "127.0.0.1")

	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	tests := []struct {
		name string
		url  string
		c    Config
		kind Kind
		says string
	}{
		{"self-signed, nothing given", tlsServer(t, good).URL, Config{}, KindTLS, "not trusted here; give the authority's PEM file with --ca-cert, or its SHA-256 with --fingerprint"},
		{"CA file", tlsServer(t, good).URL, Config{CACertFile: file(authority.PEM())}, "", ""},
		{"another CA file", tlsServer(t, good).URL, Config{CACertFile: file(other.PEM())}, KindTLS, "not trusted here"},
		{"fingerprint of the certificate", tlsServer(t, good).URL, Config{Fingerprint: colons(leafPrint(good))}, "", ""},
		{"fingerprint of the authority", tlsServer(t, good, authority.PEM()).URL, Config{Fingerprint: authority.Fingerprint()}, "", ""},
		{"fingerprint and CA file", tlsServer(t, good, authority.PEM()).URL, Config{Fingerprint: authority.Fingerprint(), CACertFile: file(authority.PEM())}, "", ""},
		{"fingerprint right, CA file wrong", tlsServer(t, good, authority.PEM()).URL, Config{Fingerprint: authority.Fingerprint(), CACertFile: file(other.PEM())}, KindTLS, ""},
		{"wrong fingerprint", tlsServer(t, good, authority.PEM()).URL, Config{Fingerprint: other.Fingerprint()}, KindTLS, "has the given fingerprint"},
		// An attacker can send the real authority's certificate along with
		// his own: it must not count, as it did not sign his.
		{"borrowed authority", tlsServer(t, foreign, authority.PEM()).URL, Config{Fingerprint: authority.Fingerprint()}, KindTLS, ""},
		{"another host", tlsServer(t, elsewhere).URL, Config{CACertFile: file(authority.PEM())}, KindTLS, "for another host"},
		{"another host, pinned", tlsServer(t, elsewhere).URL, Config{Fingerprint: leafPrint(elsewhere)}, "", ""},
		{"expired", tlsServer(t, expired).URL, Config{CACertFile: file(authority.PEM())}, KindTLS, "expired"},
		{"https to a plain server", strings.Replace(plain.URL, "http:", "https:", 1), Config{}, KindTLS, "does not speak TLS"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.c.URL = test.url
			test.c.Retries = 3
			c, err := New(test.c)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			_, err = c.Search(t.Context(), []byte("{}"), SearchOptions{})
			if KindOf(err) != test.kind {
				t.Fatalf("%v, want kind %q", err, test.kind)
			}
			if err == nil {
				return
			}
			if !strings.Contains(err.Error(), test.says) {
				t.Errorf("%q does not say %q", err, test.says)
			}
			if e, _ := asError(err); e.Attempts != 1 {
				t.Errorf("tried %d times", e.Attempts)
			}
		})
	}
}

// TestUnreachable: what answers wrongly, or not at all, is named with its address.
func TestUnreachable(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	hangsUp := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	hangsUp.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	hangsUp.Start()
	defer hangsUp.Close()
	stranger := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }))
	defer stranger.Close()
	tests := []struct {
		name, url string
		kind      Kind
		says      string
	}{
		{"nothing there", closed.URL, KindUnreachable, "nothing listens at " + closed.URL},
		{"hangs up", hangsUp.URL, KindConnection, "write the address as https://"},
		{"something else", stranger.URL, KindNotElasticsearch, stranger.URL + " does not answer as Elasticsearch does"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := New(Config{URL: test.url, Backoff: Backoff{Base: time.Millisecond}})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			_, err = c.Info(t.Context())
			if KindOf(err) != test.kind || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%q, kind %q", err, KindOf(err))
			}
		})
	}
}

// TestConnectionsAreKept: as many connections as calls in flight, not one a
// call.
func TestConnectionsAreKept(t *testing.T) {
	opened := 0
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, oneHit)
	}))
	var states = make(chan http.ConnState, 1000)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) { states <- state }
	s.Start()
	c, err := New(Config{URL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		if _, err := c.Search(t.Context(), []byte("{}"), SearchOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	c.Close()
	s.Close()
	close(states)
	for state := range states {
		if state == http.StateNew {
			opened++
		}
	}
	if opened != 1 {
		t.Errorf("50 calls one after the other opened %d connections", opened)
	}
}
