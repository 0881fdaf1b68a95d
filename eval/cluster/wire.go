package cluster

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"

	"github.com/elastic/elastic-transport-go/v8/elastictransport"
	"github.com/elastic/elastic-transport-go/v8/elastictransport/version"
	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// wire sends requests to the cluster's addresses in turn. It does what the
// root package of go-elasticsearch does around the same transport, without the
// typed API behind it, which would make every first build compile 858 packages
// more: it names the client to the server, asks for the answers of version 8
// where that is wanted, and makes sure that Elasticsearch answers.
type wire struct {
	transport  *elastictransport.Client
	compatible bool
	meta       string      // X-Elastic-Client-Meta
	genuine    atomic.Bool // an answer has said that it comes from Elasticsearch
}

// newWire makes the wire. The carrier takes each request to its address; it
// does not retry, which is the attempt loop's work.
func newWire(c Config, addresses []string, carrier http.RoundTripper) (*wire, error) {
	var urls []*url.URL
	for _, a := range addresses {
		u, err := url.Parse(a)
		if err != nil {
			return nil, err
		}
		urls = append(urls, u)
	}
	options := []elastictransport.Option{
		elastictransport.WithURLs(urls...),
		elastictransport.WithTransport(carrier),
		elastictransport.WithDisableRetry(),
		elastictransport.WithUserAgent(userAgent()),
	}
	switch {
	case c.APIKey != "":
		options = append(options, elastictransport.WithAPIKey(c.APIKey))
	case c.Username != "":
		options = append(options, elastictransport.WithBasicAuth(c.Username, c.Password))
	}
	transport, err := elastictransport.NewClient(options...)
	if err != nil {
		return nil, err
	}
	return &wire{transport: transport, compatible: c.Compatible, meta: clientMeta()}, nil
}

// The media types that ask a server for requests and answers as version 8 has
// them. Lines of JSON have their own.
const (
	compatibleJSON  = "application/vnd.elasticsearch+json;compatible-with=8"
	compatibleLines = "application/vnd.elasticsearch+x-ndjson;compatible-with=8"
	contentLines    = "application/x-ndjson"
)

// errNotElasticsearch says that something else answered.
var errNotElasticsearch = errors.New("the server is not Elasticsearch")

// errSwitching says that the server would speak another protocol.
var errSwitching = errors.New("the server switches to another protocol")

// perform sends one request once. The first answer that is a success must say
// that it comes from Elasticsearch; failures may come from proxies in between.
func (w *wire) perform(r *http.Request) (*http.Response, error) {
	if w.compatible {
		if r.Body != nil {
			if r.Header.Get("Content-Type") == contentLines {
				r.Header.Set("Content-Type", compatibleLines)
			} else {
				r.Header.Set("Content-Type", compatibleJSON)
			}
		}
		r.Header.Set("Accept", compatibleJSON)
	}
	r.Header.Set("X-Elastic-Client-Meta", w.meta)
	response, err := w.transport.Perform(r)
	if err != nil {
		return nil, err
	}
	if response.StatusCode == http.StatusSwitchingProtocols {
		// Its body is the bare connection, which obeys no deadline.
		_ = response.Body.Close()
		return nil, errSwitching
	}
	if response.Body == nil {
		response.Body = http.NoBody
	}
	if response.StatusCode >= 200 && response.StatusCode < 300 && !w.genuine.Load() {
		if response.Header.Get("X-Elastic-Product") != "Elasticsearch" {
			_ = response.Body.Close()
			return nil, errNotElasticsearch
		}
		w.genuine.Store(true)
	}
	return response, nil
}

// userAgent is the client's name as go-elasticsearch gives it.
func userAgent() string {
	return fmt.Sprintf("go-elasticsearch/%s (%s %s; Go %s)", esapi.Version, runtime.GOOS, runtime.GOARCH, strings.TrimPrefix(runtime.Version(), "go"))
}

// clientMeta names the versions of the client, of Go, of the transport and of
// its HTTP client, which is Go's, in the form that Elastic's clients share.
func clientMeta() string {
	goVersion := shortVersion(strings.TrimPrefix(runtime.Version(), "go"))
	return fmt.Sprintf("es=%s,go=%s,t=%s,hc=%[2]s", shortVersion(esapi.Version), goVersion, shortVersion(version.Transport))
}

var numericVersion = regexp.MustCompile(`^[0-9.]*[0-9]`)

// shortVersion gives the numbers of a version, with a p where more follows, as
// for 8.19.7-SNAPSHOT.
func shortVersion(v string) string {
	n := numericVersion.FindString(v)
	switch {
	case n == "":
		return "0.0p"
	case n != v:
		return n + "p"
	}
	return n
}
