//go:build elasticsearch

package cluster_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/cluster/estest"
)

// TestElasticsearchSecured: TLS by CA file and by fingerprint, API keys of
// various privileges, and every way to be refused.
func TestElasticsearchSecured(t *testing.T) {
	for _, version := range estest.Versions() {
		t.Run(version, func(t *testing.T) {
			authority, err := estest.NewAuthority("releval test authority")
			if err != nil {
				t.Fatal(err)
			}
			s := start(t, estest.Options{Version: version, Secured: true, Authority: authority})
			ca := filepath.Join(t.TempDir(), "ca.crt")
			if err := os.WriteFile(ca, authority.PEM(), 0o600); err != nil {
				t.Fatal(err)
			}
			admin := connect(t, cluster.Config{URL: s.URL, CACertFile: ca, Username: estest.User, Password: estest.Password})
			load(t, admin, "films", 1, 1)
			load(t, admin, "secret", 1, 1)
			full := apiKey(t, s, `"full":{"cluster":["all"],"index":[{"names":["*"],"privileges":["all"]}]}`)
			searcher := apiKey(t, s, `"searcher":{"cluster":["monitor_inference"],"index":[{"names":["films"],"privileges":["read"]}]}`)
			other, err := estest.NewAuthority("another authority")
			if err != nil {
				t.Fatal(err)
			}
			otherCA := filepath.Join(t.TempDir(), "other.crt")
			if err := os.WriteFile(otherCA, other.PEM(), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Run("access", func(t *testing.T) {
				tests := []struct {
					name string
					c    cluster.Config
					kind cluster.Kind
					says string
				}{
					{"key and CA file", cluster.Config{URL: s.URL, CACertFile: ca, APIKey: full}, "", ""},
					{"key and the authority's fingerprint", cluster.Config{URL: s.URL, Fingerprint: authority.Fingerprint(), APIKey: full}, "", ""},
					{"user in the address", cluster.Config{URL: strings.Replace(s.URL, "https://", "https://"+estest.User+":correct%20horse%20battery@", 1), CACertFile: ca}, "", ""},
					{"self-signed", cluster.Config{URL: s.URL, APIKey: full}, cluster.KindTLS, "give the authority's PEM file with --ca-cert"},
					{"wrong CA file", cluster.Config{URL: s.URL, CACertFile: otherCA, APIKey: full}, cluster.KindTLS, "not trusted here"},
					{"wrong fingerprint", cluster.Config{URL: s.URL, Fingerprint: other.Fingerprint(), APIKey: full}, cluster.KindTLS, "no certificate of " + s.URL},
					{"no TLS", cluster.Config{URL: strings.Replace(s.URL, "https:", "http:", 1), APIKey: full}, cluster.KindConnection, "write the address as https://"},
					{"wrong key", cluster.Config{URL: s.URL, CACertFile: ca, APIKey: "bm90OmFrZXk="}, cluster.KindUnauthorized, "refuses the API key"},
					{"no key at all", cluster.Config{URL: s.URL, CACertFile: ca, APIKey: "nonsense"}, cluster.KindUnauthorized, "refuses the API key"},
					{"wrong password", cluster.Config{URL: s.URL, CACertFile: ca, Username: estest.User, Password: "wrong"}, cluster.KindUnauthorized, `refuses the user "tester"`},
					{"no credentials", cluster.Config{URL: s.URL, CACertFile: ca}, cluster.KindUnauthorized, "set ELASTIC_API_KEY"},
				}
				for _, test := range tests {
					t.Run(test.name, func(t *testing.T) {
						c := connect(t, test.c)
						_, err := c.Info(t.Context())
						wantKind(t, err, test.kind, test.says)
						_, err = c.Search(t.Context(), search(cluster.PIT{}, 5, "", firstStage, 0, ""), cluster.SearchOptions{Index: "films"})
						wantKind(t, err, test.kind, test.says)
						if err != nil {
							t.Log(err)
						}
					})
				}
			})
			t.Run("privileges", func(t *testing.T) { testPrivileges(t, s, ca, searcher) })
		})
	}
}

// apiKey makes an API key with roles and gives its encoded form.
func apiKey(t *testing.T, s *estest.Server, roles string) string {
	t.Helper()
	status, body, err := s.Do(t.Context(), "POST", "/_security/api_key", `{"name":"test","role_descriptors":{`+roles+`}}`)
	if err != nil || status != 200 {
		t.Fatalf("%d %s, %v", status, body, err)
	}
	var answer struct{ Encoded string }
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatal(err)
	}
	return answer.Encoded
}

// testPrivileges: a key that may only search searches, and what else it asks
// for names the privilege that is missing.
func testPrivileges(t *testing.T, s *estest.Server, ca, key string) {
	c := connect(t, cluster.Config{URL: s.URL, CACertFile: ca, APIKey: key})
	r, err := c.Search(t.Context(), search(cluster.PIT{}, 5, cluster.DefaultEndpoint, firstStage, 10, ""), cluster.SearchOptions{Index: "films", Size: 5})
	if err != nil || len(r.Hits) != 5 {
		t.Errorf("%+v, %v", r, err)
	}
	if caps, err := c.FieldCaps(t.Context(), "films", "plot"); err != nil || !caps.Mapped("plot") {
		t.Errorf("%+v, %v", caps, err)
	}
	p, err := c.Privileges(t.Context(), "films")
	if err != nil || !p.Known || !p.Read {
		t.Errorf("%+v, %v", p, err)
	}
	_, err = c.IndexInfo(t.Context(), "films")
	wantKind(t, err, cluster.KindForbidden, "grant it the index privilege view_index_metadata on films")
	t.Log(err)
	if l, err := c.Licence(t.Context()); err != nil || l.Known || !l.AllowsReranking() {
		t.Errorf("%+v, %v", l, err)
	}
	_, err = c.Search(t.Context(), search(cluster.PIT{}, 5, "", firstStage, 0, ""), cluster.SearchOptions{Index: "secret"})
	wantKind(t, err, cluster.KindForbidden, "grant it the index privilege read on secret")
	_, err = c.Bulk(t.Context(), "films", func(yield func(cluster.Document, error) bool) {
		yield(cluster.Document{ID: "x", JSON: []byte("{}")}, nil)
	})
	wantKind(t, err, cluster.KindForbidden, "grant it the index privilege write")
}

// TestElasticsearchBare: a server without reranker, inference API and GET /.
func TestElasticsearchBare(t *testing.T) {
	for _, version := range estest.Versions() {
		t.Run(version, func(t *testing.T) {
			s := start(t, estest.Options{Version: version, Bare: true})
			c := connect(t, cluster.Config{URL: s.URL})
			if info, err := c.Info(t.Context()); err != nil || info.Known {
				t.Errorf("%+v, %v", info, err)
			}
			if err := c.CreateIndex(t.Context(), "films", nil); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Search(t.Context(), search(cluster.PIT{}, 5, "", firstStage, 0, ""), cluster.SearchOptions{Index: "films"}); err != nil {
				t.Errorf("the first stage alone: %v", err)
			}
			_, err := c.Search(t.Context(), search(cluster.PIT{}, 5, "any", firstStage, 10, ""), cluster.SearchOptions{Index: "films"})
			wantKind(t, err, cluster.KindUnsupported, "this server has no text_similarity_reranker")
			t.Log(err)
			_, err = c.Endpoint(t.Context(), "any")
			wantKind(t, err, cluster.KindUnsupported, "does not have this API")
			_, err = c.RerankWithin(t.Context(), "any", "q", []string{"x"}, 0)
			wantKind(t, err, cluster.KindUnsupported, "does not have this API")
		})
	}
}
