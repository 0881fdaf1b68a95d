package cluster

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"testing"
	"time"
)

// TestHeaders: what go-elasticsearch's own client would send, which servers
// and Elastic Cloud count on.
func TestHeaders(t *testing.T) {
	const v8 = "application/vnd.elasticsearch+json;compatible-with=8"
	basic := Config{Username: "u", Password: "p"}
	tests := []struct {
		name                  string
		c                     Config
		authorization, accept string
		search, bulk          string // Content-Type
	}{
		{"key", Config{APIKey: "id:key"}, "APIKey aWQ6a2V5", "", "application/json", "application/x-ndjson"},
		{"user", basic, "Basic dTpw", "", "application/json", "application/x-ndjson"},
		{"key before user", Config{APIKey: "aWQ6a2V5", Username: "u", Password: "p"}, "APIKey aWQ6a2V5", "", "application/json", "application/x-ndjson"},
		{"compatible", Config{Compatible: true}, "", v8, v8, "application/vnd.elasticsearch+x-ndjson;compatible-with=8"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var sent []http.Header
			s := &script{answer: func(_ int, r *http.Request) (*http.Response, error) {
				sent = append(sent, r.Header)
				if len(sent) == 2 {
					return reply(200, `{"items":[{"index":{"status":201}}]}`), nil
				}
				return reply(200, oneHit), nil
			}}
			c := newTestClient(t, s, func(c *Config) {
				c.APIKey, c.Username, c.Password, c.Compatible = test.c.APIKey, test.c.Username, test.c.Password, test.c.Compatible
			})
			if _, err := c.Search(t.Context(), []byte("{}"), SearchOptions{}); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Bulk(t.Context(), "i", documents(Document{"a", json.RawMessage("{}")})); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Info(t.Context()); err != nil {
				t.Fatal(err)
			}
			types := []string{test.search, test.bulk, ""}
			for i, h := range sent {
				got := []string{h.Get("Authorization"), h.Get("Accept"), h.Get("Content-Type")}
				if want := []string{test.authorization, test.accept, types[i]}; !slices.Equal(got, want) {
					t.Errorf("request %d: %q, want %q", i, got, want)
				}
				for name, form := range map[string]string{
					"User-Agent":            `^go-elasticsearch/8\.\d+\.\d+ \(\w+ \w+; Go 1\.\S+\)$`,
					"X-Elastic-Client-Meta": `^es=8\.\d+\.\d+,go=1\.[0-9.]+p?,t=8\.\d+\.\d+,hc=1\.[0-9.]+p?$`,
				} {
					if !regexp.MustCompile(form).MatchString(h.Get(name)) {
						t.Errorf("request %d: %s %q", i, name, h.Get(name))
					}
				}
			}
		})
	}
}

func TestShortVersion(t *testing.T) {
	for v, want := range map[string]string{"8.19.7": "8.19.7", "8.20.0-SNAPSHOT": "8.20.0p", "1.27rc1": "1.27p", "1.26.8 X:x": "1.26.8p", "devel +a1b2": "0.0p"} {
		if got := shortVersion(v); got != want {
			t.Errorf("%s: %s, want %s", v, got, want)
		}
	}
}

// TestProductCheck: the first success must come from Elasticsearch; failures,
// which proxies answer with too, and what follows need not say so.
func TestProductCheck(t *testing.T) {
	plain := func(status int, body string) *http.Response {
		r := reply(status, body)
		r.Header.Del("X-Elastic-Product")
		return r
	}
	tests := []struct {
		name    string
		answers []*http.Response
		want    Kind
	}{
		{"a stranger", []*http.Response{plain(200, oneHit)}, KindNotElasticsearch},
		{"a stranger after a failure", []*http.Response{plain(503, "{}"), plain(200, oneHit)}, KindNotElasticsearch},
		{"Elasticsearch behind a failing proxy", []*http.Response{plain(503, "{}"), reply(200, oneHit)}, ""},
		{"a proxy that drops the header later", []*http.Response{reply(200, oneHit), plain(200, oneHit)}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &script{answer: func(n int, _ *http.Request) (*http.Response, error) { return test.answers[n], nil }}
			c := newTestClient(t, s, func(c *Config) { c.Backoff.Base = time.Microsecond })
			var err error
			for s.calls < len(test.answers) && err == nil {
				_, err = c.Search(t.Context(), []byte("{}"), SearchOptions{})
			}
			if KindOf(err) != test.want || s.calls != len(test.answers) {
				t.Errorf("%v after %d requests, want kind %q", err, s.calls, test.want)
			}
		})
	}
}
