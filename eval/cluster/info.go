package cluster

import (
	"context"
	"strings"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// Info is what the cluster says about itself.
type Info struct {
	// Known is false where the key may not ask, or the server has no such
	// API; then all else is empty.
	Known bool
	// Cluster is the cluster's name, UUID its id.
	Cluster, UUID string
	// Version is such as "9.2.0".
	Version string
	// Serverless tells that versions mean nothing.
	Serverless bool
}

// Info asks for GET /. That it is forbidden to the key (403), or not offered
// (405), is no error: a search-only key goes on without the version.
func (c *Client) Info(ctx context.Context) (Info, error) {
	var answer struct {
		ClusterName string `json:"cluster_name"`
		ClusterUUID string `json:"cluster_uuid"`
		Version     struct {
			Number      string `json:"number"`
			BuildFlavor string `json:"build_flavor"`
		} `json:"version"`
	}
	known := true
	err := c.do(ctx, request{
		target: target{op: "read the version"},
		make:   func() esapi.Request { return esapi.InfoRequest{} },
		accept: into(&answer),
		tolerate: func(_ int, e *Error) bool {
			known = !(e.Kind == KindForbidden || e.Status == 405)
			return !known
		},
	})
	if err != nil || !known {
		return Info{}, err
	}
	return Info{
		Known: true, Cluster: answer.ClusterName, UUID: answer.ClusterUUID,
		Version: answer.Version.Number, Serverless: answer.Version.BuildFlavor == "serverless",
	}, nil
}

// RanksWrongly says what is wrong with the reranking of this release, "" where
// nothing is known: 8.17.0 and 8.17.1 mix up documents of several indices and
// let negative scores through, 8.18.0 fails on texts above 512 tokens.
func (i Info) RanksWrongly() string {
	switch i.release() {
	case "8.17.0", "8.17.1":
		return "it reranks wrong documents over several indices, and does not normalise negative scores; use 8.17.2 or later"
	case "8.18.0":
		return "its built-in reranker fails on texts longer than 512 tokens; use 8.18.1 or later"
	}
	return ""
}

// MixesUpIndices tells whether this release is known to rerank wrong documents
// where it searches several indices (elasticsearch#119617, fixed in 8.17.2).
func (i Info) MixesUpIndices() bool {
	r := i.release()
	return r == "8.17.0" || r == "8.17.1"
}

// release is the version without a suffix such as -SNAPSHOT.
func (i Info) release() string {
	version, _, _ := strings.Cut(i.Version, "-")
	return version
}
