package cluster

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Config says which cluster to talk to, and how patiently. The zero value of
// every field but the address is a sensible default.
type Config struct {
	// URL is the cluster's address, http or https, with a path where it lies
	// behind one; several addresses of one cluster are separated by commas.
	// User and password in it are taken out and used as Username and Password.
	URL string
	// CloudID names a deployment in Elastic Cloud instead of URL.
	CloudID string
	// APIKey is an API key as Elasticsearch prints it encoded, or as id:key.
	// It wins over Username and Password.
	APIKey string
	// Username and Password are basic authentication.
	Username, Password string
	// Secrets are other texts that must be in no message, such as a proxy's
	// password; they are not sent anywhere.
	Secrets []string
	// CACertFile is a PEM file with the authorities that may sign the
	// cluster's certificate, instead of the system's.
	CACertFile string
	// Fingerprint is the SHA-256, in hexadecimal with or without colons, of
	// the cluster's certificate or of the authority that signed it.
	Fingerprint string
	// Concurrency is how many calls are expected in flight (default 4): as
	// many connections are kept open.
	Concurrency int
	// Timeout limits one attempt of one call (default 60s). It should exceed
	// the 30s after which Elasticsearch gives up on a reranker.
	Timeout time.Duration
	// Retries is how often a call that may heal is tried again (default 4);
	// negative for never.
	Retries int
	// RetryBudget limits retries further.
	RetryBudget RetryBudget
	// Backoff is how long to wait between attempts.
	Backoff Backoff
	// Outage is how long a cluster that answered before may stay away before
	// callers are told so (default 5m); negative for not waiting at all.
	Outage time.Duration
	// MaxResponse bounds, in bytes, the memory of all bodies that are being
	// read at a time (default 64 MiB): one body may have what is left of it
	// when every other call in flight has its own small share.
	MaxResponse int64
	// Compatible asks servers of a later major version for answers as version
	// 8 gives them, which releval was made for. Off by default: 9.x answers
	// alike where it matters here.
	Compatible bool
	// Transport carries the requests instead of a network connection: the
	// embedded engine, or a test's. With it CACertFile and Fingerprint are
	// not used, and URL may be empty.
	Transport http.RoundTripper
	// Server is what messages call the server; empty for the cluster.
	Server string
	// Notify is told of retries and pauses, from the goroutine that waits; it
	// must be quick and safe for concurrent use. Nil for nobody.
	Notify func(Notice)
	// Log gets a line for each attempt at level Debug, warnings at Warn. Nil
	// for nobody.
	Log *slog.Logger
	// Seed makes the jitter repeatable.
	Seed uint64
}

// RetryBudget limits retries beyond Config.Retries.
type RetryBudget struct {
	// Call limits the time of one call from its first attempt to the start of
	// its last, waits included (default 5m); negative for no limit.
	Call time.Duration
	// Client is how many retries may be outstanding over all calls (default
	// 200): each retry takes one, each success gives one back. A cluster that
	// fails most of the time therefore ends the retries instead of prolonging
	// the run. Negative for no limit.
	Client int
}

// Backoff is how long to wait between attempts: before the n-th retry a
// random time between 0 and Base·2ⁿ⁻¹, at most Cap.
type Backoff struct {
	// Base defaults to 500ms; a model that is starting gets four times that.
	Base time.Duration
	// Cap defaults to 30s.
	Cap time.Duration
}

// withDefaults fills in what is zero.
func (c Config) withDefaults() Config {
	setDefault(&c.Concurrency, 4)
	setDefault(&c.Timeout, 60*time.Second)
	setDefault(&c.Retries, 4)
	setDefault(&c.RetryBudget.Call, 5*time.Minute)
	setDefault(&c.RetryBudget.Client, 200)
	setDefault(&c.Backoff.Base, 500*time.Millisecond)
	setDefault(&c.Backoff.Cap, 30*time.Second)
	setDefault(&c.Outage, 5*time.Minute)
	setDefault(&c.MaxResponse, 64<<20)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Transport != nil && c.URL == "" && c.CloudID == "" {
		c.URL = "http://embedded"
	}
	return c
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// normalised checks the address and the credentials, finds the addresses, moves
// user and password out of the URL, and encodes a bare API key. Its errors
// repeat no secret.
func (c Config) normalised() (Config, []string, error) {
	switch {
	case c.URL != "" && c.CloudID != "":
		return c, nil, configError("both a cluster URL and a Cloud ID are given; keep one of them")
	case c.URL == "" && c.CloudID == "":
		return c, nil, configError("no cluster is named; set --cluster, ELASTICSEARCH_URL or ELASTIC_CLOUD_ID, or use --cluster embedded")
	case c.Concurrency < 0:
		return c, nil, configError("the concurrency %d is negative; give 1 or more", c.Concurrency)
	case c.Timeout < 0:
		return c, nil, configError("the timeout %v is negative; give a time such as 60s", c.Timeout)
	}
	var addresses []string
	if c.CloudID != "" {
		address, err := cloudAddress(c.CloudID)
		if err != nil {
			return c, nil, err
		}
		addresses = []string{address}
	} else {
		for part := range strings.SplitSeq(c.URL, ",") {
			address, user, err := parseAddress(strings.TrimSpace(part))
			if err != nil {
				return c, nil, err
			}
			if user != nil {
				c.Username = user.Username()
				c.Password, _ = user.Password()
				c.APIKey = ""
			}
			addresses = append(addresses, address)
		}
		c.URL = strings.Join(addresses, ",")
	}
	c.APIKey = encodeAPIKey(strings.TrimSpace(c.APIKey))
	switch {
	case strings.ContainsFunc(c.APIKey, notPrintable):
		return c, nil, configError("the API key holds characters that no key has; copy its encoded form again")
	case c.APIKey == "" && c.Username != "" && c.Password == "":
		return c, nil, configError("a user name is given without a password; set ELASTIC_PASSWORD or --password-file")
	case c.APIKey == "" && c.Username == "" && c.Password != "":
		return c, nil, configError("a password is given without a user name; set ELASTIC_USERNAME or --username")
	}
	return c, addresses, nil
}

func configError(format string, args ...any) error {
	return &Error{Kind: KindConfig, What: fmt.Sprintf(format, args...)}
}

// IsConfig reports whether the error lies in the configuration, so that the
// command line or the environment has to change.
func IsConfig(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Kind == KindConfig
}

// FromEnvironment completes a configuration, made from flags, by what the
// environment says: ELASTICSEARCH_URL or ELASTIC_CLOUD_ID and ELASTIC_API_KEY
// or ELASTIC_USERNAME with ELASTIC_PASSWORD, and else ES_LOCAL_URL with
// ES_LOCAL_API_KEY, as Elastic's start-local writes them. As with Elastic's
// clients ELASTIC_CLIENT_APIVERSIONING=true sets Compatible.
//
// What the configuration already has wins: an address given by flag keeps out
// the environment's, a user given by flag keeps out the environment's API key,
// and either keeps out the user in the environment's address. The key of a local
// cluster is only sent to that cluster. It is an error when the environment
// names two clusters.
func FromEnvironment(getenv func(string) string, c Config) (Config, error) {
	if on, err := strconv.ParseBool(getenv("ELASTIC_CLIENT_APIVERSIONING")); err == nil && on {
		c.Compatible = true
	}
	get := func(name string) string { return strings.TrimSpace(getenv(name)) }
	address, cloud, local := get("ELASTICSEARCH_URL"), get("ELASTIC_CLOUD_ID"), get("ES_LOCAL_URL")
	if c.URL == "" && c.CloudID == "" {
		switch {
		case address != "" && cloud != "":
			return c, configError("both ELASTICSEARCH_URL and ELASTIC_CLOUD_ID are set; unset one of them, or say --cluster")
		case address != "":
			c.URL = address
			if c.APIKey != "" || c.Username != "" {
				c.URL = withoutUser(address)
			}
		case cloud != "":
			c.CloudID = cloud
		default:
			c.URL = local
		}
	}
	if c.APIKey != "" || hasUser(c.URL) {
		return c, nil
	}
	if c.Username == "" {
		c.APIKey = get("ELASTIC_API_KEY")
		if c.APIKey == "" && c.URL != "" && sameAddress(c.URL, local) {
			c.APIKey = get("ES_LOCAL_API_KEY")
		}
		if c.APIKey != "" {
			return c, nil
		}
		c.Username = get("ELASTIC_USERNAME")
	}
	if c.Password == "" {
		c.Password = getenv("ELASTIC_PASSWORD")
	}
	if c.Username == "" {
		// A password alone, as start-local also writes one, names no user.
		c.Password = ""
	}
	return c, nil
}
