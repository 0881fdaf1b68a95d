package cluster

import (
	"bytes"
	"context"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// Licence is the cluster's licence.
type Licence struct {
	// Known is false where the key may not ask, or the server, as serverless,
	// has no such API.
	Known bool
	// Type is such as "basic", "trial" or "enterprise", Status such as
	// "active" or "expired".
	Type, Status string
	// Expires is the zero time for a licence that does not expire.
	Expires time.Time
}

// AllowsReranking tells whether text_similarity_reranker may be used. It is
// true where nothing is known: the server has the last word.
func (l Licence) AllowsReranking() bool {
	if !l.Known {
		return true
	}
	return l.Status == "active" && (l.Type == "trial" || l.Type == "enterprise")
}

// Licence asks for the licence. That it may not be seen is no error.
func (c *Client) Licence(ctx context.Context) (Licence, error) {
	var answer struct {
		License struct {
			Type   string `json:"type"`
			Status string `json:"status"`
			Expiry int64  `json:"expiry_date_in_millis"`
		} `json:"license"`
	}
	known := true
	err := c.do(ctx, request{
		target:   target{op: "look at the licence"},
		make:     func() esapi.Request { return esapi.LicenseGetRequest{} },
		accept:   into(&answer),
		tolerate: unseen(&known),
	})
	if err != nil || !known {
		return Licence{}, err
	}
	l := Licence{Known: true, Type: answer.License.Type, Status: answer.License.Status}
	if answer.License.Expiry > 0 {
		l.Expires = time.UnixMilli(answer.License.Expiry).UTC()
	}
	return l, nil
}

// unseen makes a tolerate function for what is only looked at: that it may not
// be seen, or is not offered, is noted and no error.
func unseen(known *bool) func(int, *Error) bool {
	return func(_ int, e *Error) bool {
		switch e.Kind {
		case KindForbidden, KindUnsupported, KindMissing, KindInvalidRequest:
			*known = false
		}
		return !*known
	}
}

// Privileges tells what the credentials may do.
type Privileges struct {
	// Known is false where the server has no security, or does not tell.
	Known bool
	// User is whose privileges they are.
	User string
	// Read and ViewMetadata are index privileges on the index asked for.
	Read, ViewMetadata bool
	// Monitor and MonitorInference are cluster privileges.
	Monitor, MonitorInference bool
}

// Privileges asks what the credentials may do with an index, an alias, or
// several separated by commas.
func (c *Client) Privileges(ctx context.Context, index string) (Privileges, error) {
	names := splitNames(index)
	body, err := encode(map[string]any{
		"cluster": []string{"monitor", "monitor_inference"},
		"index":   []map[string]any{{"names": names, "privileges": []string{"read", "view_index_metadata"}}},
	})
	if err != nil {
		return Privileges{}, err
	}
	var answer struct {
		Username string                     `json:"username"`
		Cluster  map[string]bool            `json:"cluster"`
		Index    map[string]map[string]bool `json:"index"`
	}
	known := true
	err = c.do(ctx, request{
		target:   target{op: "look at the privileges", index: index},
		make:     func() esapi.Request { return esapi.SecurityHasPrivilegesRequest{Body: bytes.NewReader(body)} },
		accept:   into(&answer),
		tolerate: unseen(&known),
	})
	if err != nil || !known {
		return Privileges{}, err
	}
	p := Privileges{Known: true, User: answer.Username, Monitor: answer.Cluster["monitor"],
		MonitorInference: answer.Cluster["monitor_inference"], Read: true, ViewMetadata: true}
	for _, n := range names {
		p.Read = p.Read && answer.Index[n]["read"]
		p.ViewMetadata = p.ViewMetadata && answer.Index[n]["view_index_metadata"]
	}
	return p, nil
}
