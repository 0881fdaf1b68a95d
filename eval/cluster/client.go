package cluster

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// Client talks to one cluster. It is safe for concurrent use; its callers
// share the connections, the retry budget and the circuit breaker.
type Client struct {
	config      Config
	wire        *wire
	carrier     http.RoundTripper // what takes a request to its address
	http        *http.Transport   // nil with a Transport of the caller's
	address     string            // for messages: without credentials
	credentials string            // for messages: "API key", `user "x"`, ""
	scrub       *scrubber
	jitter      *jitter
	budget      *budget
	breaker     *breaker
	workspaces  sync.Pool // of *workspace
	bodies      *bodies
	log         *slog.Logger
}

// New makes a client. It sends nothing: call Info to see whether the cluster
// answers.
func New(c Config) (*Client, error) {
	c = c.withDefaults()
	c, addresses, err := c.normalised()
	if err != nil {
		return nil, err
	}
	client := &Client{
		config: c,
		scrub:  newScrubber(c),
		jitter: newJitter(c.Backoff, c.Seed),
		budget: newBudget(c.RetryBudget.Client),
		bodies: newBodies(c.MaxResponse, c.Concurrency),
		log:    c.Log,
	}
	client.workspaces.New = func() any { return newWorkspace() }
	client.breaker = newBreaker(c, client.notify)

	var carrier http.RoundTripper = c.Transport
	if carrier == nil {
		client.http, err = newTransport(c)
		if err != nil {
			return nil, err
		}
		carrier = client.http
	}
	switch {
	case c.APIKey != "":
		client.credentials = "API key"
	case c.Username != "":
		client.credentials = fmt.Sprintf("user %q with the password given", c.Username)
	}
	client.carrier = carrier
	client.wire, err = newWire(c, addresses, carrier)
	if err != nil {
		return nil, configError("cannot create the client: %s", oneLine(client.scrub.text(err.Error())))
	}
	client.address = strings.Join(addresses, ",")
	client.warnPlaintext(addresses)
	return client, nil
}

// Address is where the cluster is, without credentials.
func (c *Client) Address() string { return c.address }

// InProcess says whether the cluster is not behind a network connection, and
// ends with the process.
func (c *Client) InProcess() bool { return c.http == nil }

// Close lets go of the idle connections.
func (c *Client) Close() {
	if c.http != nil {
		c.http.CloseIdleConnections()
	}
}

// warnPlaintext says where credentials would cross a network unencrypted.
func (c *Client) warnPlaintext(addresses []string) {
	if c.credentials == "" || c.http == nil {
		return
	}
	for _, a := range addresses {
		u, err := url.Parse(a)
		if err != nil || u.Scheme != "http" {
			continue
		}
		switch host := u.Hostname(); {
		case host == "localhost", host == "::1", strings.HasPrefix(host, "127."):
		default:
			c.log.Warn("credentials go over the network without encryption; use https", "address", a)
		}
	}
}

func (c *Client) notify(n Notice) {
	switch n.Kind {
	case NoticePause:
		c.log.Warn(c.ofServer("the cluster stopped answering, waiting for it"), "outage_limit", c.config.Outage, "error", n.Err)
	case NoticeResume:
		c.log.Warn(c.ofServer("the cluster answers again"), "after", n.Wait)
	case NoticeGiveUp:
		c.log.Warn(c.ofServer("the cluster stayed away, giving up"), "after", n.Wait, "error", n.Err)
	}
	if c.config.Notify != nil {
		c.config.Notify(n)
	}
}
