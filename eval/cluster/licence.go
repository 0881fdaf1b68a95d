package cluster

import (
	"context"

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
		} `json:"license"`
	}
	known := true
	err := c.do(ctx, request{
		target:   target{op: "read the licence"},
		make:     func() esapi.Request { return esapi.LicenseGetRequest{} },
		accept:   into(&answer),
		tolerate: unseen(&known),
	})
	if err != nil || !known {
		return Licence{}, err
	}
	return Licence{Known: true, Type: answer.License.Type, Status: answer.License.Status}, nil
}
