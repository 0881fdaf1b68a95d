package cluster

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

const redacted = "[redacted]"

// shortestSecret is the length from which a secret is searched for in text
// that comes from the server: a shorter one would black out ordinary words.
const shortestSecret = 4

// newScrubber makes a function that blacks out the configuration's secrets in
// any text, in every form in which they go over the wire.
func newScrubber(c Config) func(string) string {
	var secrets []string
	add := func(s string) {
		if len(s) >= shortestSecret {
			secrets = append(secrets, s)
		}
	}
	add(c.APIKey)
	if plain, err := base64.StdEncoding.DecodeString(c.APIKey); err == nil {
		add(string(plain))
		if _, key, found := strings.Cut(string(plain), ":"); found {
			add(key)
		}
	}
	if c.Password != "" {
		add(base64.StdEncoding.EncodeToString([]byte(c.Username + ":" + c.Password)))
		add(c.Password)
		add(url.QueryEscape(c.Password))
		add(url.PathEscape(c.Password))
	}
	return func(s string) string {
		for _, secret := range secrets {
			s = strings.ReplaceAll(s, secret, redacted)
		}
		return userInfo.ReplaceAllString(s, "//"+redacted+"@")
	}
}

// String describes a configuration without its secrets, so that printing one by
// accident gives nothing away.
func (c Config) String() string {
	where := redactAddress(c.URL)
	if c.CloudID != "" {
		where = "Cloud ID " + c.CloudID
	}
	switch {
	case c.APIKey != "":
		return where + " with an API key"
	case c.Username != "":
		return where + " as " + c.Username
	}
	return where
}

// GoString is String: %#v must not print secrets either.
func (c Config) GoString() string { return c.String() }

// userInfo finds credentials in any address, such as a proxy's.
var userInfo = regexp.MustCompile(`//[^/\s@"]+@`)

// encodeAPIKey gives the form that goes into the header: an id and a key with
// a colon between them are base64-encoded, anything else is left.
func encodeAPIKey(key string) string {
	if strings.Contains(key, ":") {
		return base64.StdEncoding.EncodeToString([]byte(key))
	}
	return key
}

func notPrintable(r rune) bool {
	return r > unicode.MaxASCII || !unicode.IsPrint(r)
}
