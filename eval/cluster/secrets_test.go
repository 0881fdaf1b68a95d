package cluster

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestSecretsStayInside lets servers repeat what they were sent, in every
// place, and looks for the secrets in errors, notices and the debug log.
func TestSecretsStayInside(t *testing.T) {
	const password = "pass/w0rd+geheim"
	key := base64.StdEncoding.EncodeToString([]byte("keyid:topsecretkey"))
	configs := map[string]Config{
		"api key":             {APIKey: key},
		"bare api key":        {APIKey: "keyid:topsecretkey"},
		"basic":               {Username: "elastic", Password: password},
		"user in the address": {URL: "http://elastic:pass%2Fw0rd+geheim@127.0.0.1:1"},
	}
	secrets := []string{key, "topsecretkey", password, "w0rd", "geheim",
		base64.StdEncoding.EncodeToString([]byte("elastic:" + password))}

	servers := map[string]http.HandlerFunc{
		"echo in an error": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(400)
			user, pass, _ := r.BasicAuth()
			plain, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(r.Header.Get("Authorization"), "APIKey "))
			fmt.Fprintf(w, `{"error":{"type":%q,"reason":%q,"caused_by":{"type":"x","reason":%q}}}`,
				r.Header.Get("Authorization"), "you are "+string(plain), user+" with "+pass+" at http://"+user+":"+pass+"@host/")
		},
		"refuse": func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, r.Header.Get("Authorization"), http.StatusUnauthorized)
		},
		"unavailable": func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, r.Header.Get("Authorization"), http.StatusServiceUnavailable)
		},
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			user, pass, _ := r.BasicAuth()
			w.Header().Set("Location", "https://"+user+":"+pass+"@elsewhere/")
			w.WriteHeader(301)
		},
		"another type": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Elastic-Product", "Elasticsearch")
			w.Header().Set("Content-Type", r.Header.Get("Authorization"))
		},
		"hang up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	}
	for serverName, handler := range servers {
		server := httptest.NewUnstartedServer(handler)
		server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
		server.Start()
		t.Cleanup(server.Close)
		for configName, c := range configs {
			t.Run(serverName+", "+configName, func(t *testing.T) {
				var log strings.Builder
				var notices []string
				if c.URL == "" {
					c.URL = server.URL
				} else {
					c.URL = strings.Replace(c.URL, "127.0.0.1:1", strings.TrimPrefix(server.URL, "http://"), 1)
				}
				c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
				c.Retries = 1
				c.Backoff.Base = time.Millisecond
				c.Notify = func(n Notice) { notices = append(notices, n.Err.Error()) }
				client, err := New(c)
				if err != nil {
					t.Fatal(err)
				}
				defer client.Close()
				_, err = client.Search(t.Context(), []byte(`{}`), SearchOptions{Index: "i"})
				if err == nil {
					t.Fatal("no error")
				}
				e, _ := asError(err)
				said := err.Error() + log.String() + strings.Join(notices, "\n") + client.Address() +
					fmt.Sprintf("%+v %q", e.chain, e.Reason)
				for _, s := range secrets {
					if strings.Contains(said, s) {
						t.Errorf("%q in %s", s, said)
					}
				}
			})
		}
	}
}

func TestCredentialsReachTheServer(t *testing.T) {
	var got string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Get("Authorization")
		w.Header().Set("X-Elastic-Product", "Elasticsearch")
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, oneHit)
	}))
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
	tests := []struct {
		c    Config
		want string
	}{
		{Config{URL: server.URL}, ""},
		{Config{URL: server.URL, APIKey: "id:key"}, "APIKey " + base64.StdEncoding.EncodeToString([]byte("id:key"))},
		{Config{URL: server.URL, APIKey: " aWQ6a2V5\n", Username: "u", Password: "p"}, "APIKey aWQ6a2V5"},
		{Config{URL: server.URL, Username: "u", Password: "p"}, "Basic " + base64.StdEncoding.EncodeToString([]byte("u:p"))},
		{Config{URL: "http://u:p%40@" + host}, "Basic " + base64.StdEncoding.EncodeToString([]byte("u:p@"))},
	}
	for _, test := range tests {
		c, err := New(test.c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Search(t.Context(), []byte(`{}`), SearchOptions{}); err != nil {
			t.Fatal(err)
		}
		c.Close()
		if got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

func TestConfigPrintsNoSecrets(t *testing.T) {
	for _, c := range []Config{{URL: "https://u:geheim@a,https://u:geheim@b", APIKey: "geheim"}, {CloudID: "x:y", Username: "u", Password: "geheim"}} {
		if s := fmt.Sprintf("%v %+v %#v %s %v", c, c, c, c, &c); strings.Contains(s, "geheim") {
			t.Error(s)
		}
	}
}

func TestOneLine(t *testing.T) {
	if got := oneLine("a\nb\x1b[31m\u202e c\x00"); got != "a b[31m c" {
		t.Errorf("%q", got)
	}
	if got := oneLine(strings.Repeat("ä", 1000)); len(got) > longestText+10 {
		t.Errorf("%d bytes", len(got))
	}
}

// Every credential is found in every encoding, character by character mixed,
// in either case, and wherever a text that is longer than a message holds it.
func TestScrubberFindsEveryEncoding(t *testing.T) {
	c := Config{URL: "http://h", Username: "walter", Password: `p@ss/"w0rd:ü&more`, APIKey: ""}
	keyed := Config{URL: "http://h", APIKey: base64.StdEncoding.EncodeToString([]byte("VGhlIGlk:s3cr3t/key+of-the=cluster"))}
	scrubbers := map[bool]*scrubber{false: newScrubber(c), true: newScrubber(keyed)}
	rapid.Check(t, func(t *rapid.T) {
		config, s := c, scrubbers[false]
		if rapid.Bool().Draw(t, "keyed") {
			config, s = keyed, scrubbers[true]
		}
		secret := config.Password
		if secret == "" {
			secret = rapid.SampledFrom([]string{config.APIKey, "s3cr3t/key+of-the=cluster"}).Draw(t, "secret")
		}
		form := rapid.SampledFrom([]string{
			secret, hex.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
		}).Draw(t, "form")
		var b strings.Builder
		for _, r := range form {
			b.WriteString(rapid.SampledFrom(writings(r)).Draw(t, "writing"))
		}
		written := b.String()
		switch rapid.IntRange(0, 2).Draw(t, "case") {
		case 1:
			written = strings.ToUpper(written)
		case 2:
			written = strings.ToLower(written)
		}
		before, after := rapid.StringMatching(`[a-z .]{0,900}`).Draw(t, "before"), rapid.StringMatching(`[ .,]{0,9}`).Draw(t, "after")
		text := before + "<" + written + ">" + after
		if got, want := s.text(text), before+"<"+redacted+">"+after; got != want {
			t.Fatalf("%q became %q", text, got)
		}
		if got := s.answers.redact([]byte(text)); strings.Contains(string(got), written) {
			t.Fatalf("an answer keeps %q", got)
		}
	})
}

// Base64 of a longer text gives its parts away as well.
func TestScrubberFindsPartsOfBase64(t *testing.T) {
	s := newScrubber(Config{URL: "http://h", Username: "u", Password: "correct horse battery staple"})
	for n := range 6 {
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", n) + "correct horse battery staple" + "yyy"))
		if got := s.text(text); !strings.Contains(got, redacted) || len(got) > n+30 {
			t.Errorf("%d bytes before: %q became %q", n, text, got)
		}
	}
}

// A password that is an ordinary word is no reason to change titles.
func TestScrubberLeavesWords(t *testing.T) {
	s := newScrubber(Config{URL: "http://h", Username: "elastic", Password: "changeme"})
	const body = `{"hits":{"hits":[{"_id":"1","fields":{"title":["Please changeme"]}}]}}`
	if got := string(s.answers.redact([]byte(body))); got != body {
		t.Errorf("%q", got)
	}
	if got := s.text("changeme is wrong"); strings.Contains(got, "changeme") {
		t.Errorf("%q", got)
	}
}
