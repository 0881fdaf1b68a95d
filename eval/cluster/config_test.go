package cluster

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestFromEnvironment(t *testing.T) {
	type env map[string]string
	tests := []struct {
		name string
		flag Config
		env  env
		want Config
	}{
		{"nothing", Config{}, nil, Config{}},
		{"address and key", Config{}, env{"ELASTICSEARCH_URL": "https://a:9200", "ELASTIC_API_KEY": "key"}, Config{URL: "https://a:9200", APIKey: "key"}},
		{"cloud and user", Config{}, env{"ELASTIC_CLOUD_ID": "n:x", "ELASTIC_USERNAME": "u", "ELASTIC_PASSWORD": "p"}, Config{CloudID: "n:x", Username: "u", Password: "p"}},
		{"key beats user", Config{}, env{"ELASTICSEARCH_URL": "https://a", "ELASTIC_API_KEY": "k", "ELASTIC_USERNAME": "u", "ELASTIC_PASSWORD": "p"}, Config{URL: "https://a", APIKey: "k"}},
		{"start-local", Config{}, env{"ES_LOCAL_URL": "http://localhost:9200", "ES_LOCAL_API_KEY": "l"}, Config{URL: "http://localhost:9200", APIKey: "l"}},
		{"start-local's key goes nowhere else", Config{}, env{"ELASTICSEARCH_URL": "https://a", "ES_LOCAL_URL": "http://localhost:9200", "ES_LOCAL_API_KEY": "l"}, Config{URL: "https://a"}},
		{"start-local's key for its address by flag", Config{URL: "http://localhost:9200/"}, env{"ES_LOCAL_URL": "http://localhost:9200", "ES_LOCAL_API_KEY": "l"}, Config{URL: "http://localhost:9200/", APIKey: "l"}},
		{"flag beats address", Config{URL: "https://b"}, env{"ELASTICSEARCH_URL": "https://a", "ELASTIC_CLOUD_ID": "n:x", "ELASTIC_API_KEY": "k"}, Config{URL: "https://b", APIKey: "k"}},
		{"flag's key beats the address's user", Config{APIKey: "k"}, env{"ELASTICSEARCH_URL": "https://u:p@a:9200, https://u:p@b"}, Config{URL: "https://a:9200,https://b", APIKey: "k"}},
		{"flag's user beats the address's", Config{Username: "v", Password: "q"}, env{"ELASTICSEARCH_URL": "https://u:p@a"}, Config{URL: "https://a", Username: "v", Password: "q"}},
		{"the address's user beats the environment's", Config{}, env{"ELASTICSEARCH_URL": "https://u:p@a", "ELASTIC_API_KEY": "k"}, Config{URL: "https://u:p@a"}},
		{"the user of a flag's address stays", Config{URL: "https://u:p@a"}, env{"ELASTIC_API_KEY": "k"}, Config{URL: "https://u:p@a"}},
		{"flag's cloud beats address", Config{CloudID: "n:y"}, env{"ELASTICSEARCH_URL": "https://a"}, Config{CloudID: "n:y"}},
		{"flag's key beats all", Config{URL: "https://b", APIKey: "f"}, env{"ELASTIC_API_KEY": "k", "ELASTIC_USERNAME": "u"}, Config{URL: "https://b", APIKey: "f"}},
		{"flag's user beats the key", Config{URL: "https://b", Username: "u"}, env{"ELASTIC_API_KEY": "k", "ELASTIC_PASSWORD": "p"}, Config{URL: "https://b", Username: "u", Password: "p"}},
		{"user in the address beats all", Config{URL: "https://u:p@b"}, env{"ELASTIC_API_KEY": "k"}, Config{URL: "https://u:p@b"}},
		{"compatibility mode", Config{URL: "https://b"}, env{"ELASTIC_CLIENT_APIVERSIONING": "true"}, Config{URL: "https://b", Compatible: true}},
		{"no compatibility mode", Config{URL: "https://b"}, env{"ELASTIC_CLIENT_APIVERSIONING": "maybe"}, Config{URL: "https://b"}},
		{"a password alone", Config{URL: "https://b"}, env{"ELASTIC_PASSWORD": "p"}, Config{URL: "https://b"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := FromEnvironment(func(name string) string { return test.env[name] }, test.flag)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(test.want, got, cmpopts.EquateComparable(), cmpopts.IgnoreFields(Config{}, "Transport", "Notify", "Log")); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
	both := env{"ELASTICSEARCH_URL": "https://a", "ELASTIC_CLOUD_ID": "n:x"}
	if _, err := FromEnvironment(func(name string) string { return both[name] }, Config{}); !IsConfig(err) {
		t.Errorf("two clusters in the environment: %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	notPEM := filepath.Join(t.TempDir(), "ca.crt")
	if err := os.WriteFile(notPEM, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		c    Config
		says string
	}{
		{"no cluster", Config{}, "--cluster embedded"},
		{"two clusters", Config{URL: "http://a", CloudID: "x:y"}, "keep one"},
		{"no scheme", Config{URL: "localhost:9200"}, "does not start with http"},
		{"no host", Config{URL: "http://:9200"}, "names no host"},
		{"query", Config{URL: "http://a/?x=1"}, "only scheme, host, port and path"},
		{"not a URL", Config{URL: "http://u:s3cret word@a:b:c"}, `"http://[redacted]@a:b:c" is not a URL`},
		{"password without user", Config{URL: "http://a", Password: "x"}, "without a user name"},
		{"user without password", Config{URL: "http://a", Username: "x"}, "without a password"},
		{"line break in the key", Config{URL: "http://a", APIKey: "a\nb"}, "characters that no key has"},
		{"Cloud ID without a name", Config{CloudID: "nonsense"}, "the Cloud ID has no colon; copy it in full"},
		{"Cloud ID cut short", Config{CloudID: "a:b64"}, "the Cloud ID is not base64 after the colon"},
		{"Cloud ID with a second colon", Config{CloudID: "a:b:" + encode64("host.io$es")}, "not base64"},
		{"Cloud ID of nothing", Config{CloudID: "a:"}, "names no Elasticsearch"},
		{"Cloud ID of a host alone", Config{CloudID: "a:" + encode64("host.io")}, "names no Elasticsearch"},
		{"Cloud ID of Kibana alone", Config{CloudID: "a:" + encode64("host.io$$kibana")}, "names no Elasticsearch"},
		{"Cloud ID with a path", Config{CloudID: "a:" + encode64("host.io/x$es$kibana")}, "holds no host name"},
		{"Cloud ID with a user", Config{CloudID: "a:" + encode64("host.io$user@es$kibana")}, "holds no host name"},
		{"Cloud ID with a line break", Config{CloudID: "a:" + encode64("host.io\n$es$kibana")}, "holds no host name"},
		{"Cloud ID with a port in the middle", Config{CloudID: "a:" + encode64("host.io$es:9243$kibana")}, "holds no host name"},
		{"no CA file", Config{URL: "https://a", CACertFile: "does/not/exist.crt"}, "cannot be read"},
		{"no certificate", Config{URL: "https://a", CACertFile: notPEM}, "holds no certificate"},
		{"short fingerprint", Config{URL: "https://a", Fingerprint: "aa:bb"}, "64 digits"},
		{"negative concurrency", Config{URL: "https://a", Concurrency: -1}, "1 or more"},
		{"negative timeout", Config{URL: "https://a", Timeout: -1}, "such as 60s"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := New(test.c)
			if !IsConfig(err) {
				t.Fatalf("%v", err)
			}
			if !strings.Contains(err.Error(), test.says) {
				t.Errorf("%q does not say %q", err, test.says)
			}
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("a secret in %q", err)
			}
		})
	}
}

func TestAddress(t *testing.T) {
	tests := []struct {
		c    Config
		want string
	}{
		{Config{URL: "https://user:pass@host:9200/prefix/"}, "https://host:9200/prefix"},
		{Config{URL: "http://a:1, http://b:2/"}, "http://a:1,http://b:2"},
		{Config{CloudID: "name:" + encode64("eu.example.com:443$es-uuid$kibana-uuid")}, "https://es-uuid.eu.example.com:443"},
		{Config{CloudID: "name:" + encode64("eu.example.com$es-uuid")}, "https://es-uuid.eu.example.com"},
	}
	for _, test := range tests {
		c, err := New(test.c)
		if err != nil {
			t.Fatal(err)
		}
		if c.Address() != test.want {
			t.Errorf("%q, want %q", c.Address(), test.want)
		}
	}
}

func encode64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
