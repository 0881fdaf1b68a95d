package cluster

import (
	"bytes"
	"context"
	"strings"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// Privileges tells what the credentials may do.
type Privileges struct {
	// Known is false where the server has no security, or does not tell.
	Known bool
	// User is whose privileges they are.
	User string
	// Read is the index privilege on all that was asked for.
	Read bool
}

// Privileges asks what the credentials may do with an index, an alias, or
// several separated by commas. Of indices of other clusters and of date math the
// server cannot tell: it takes the expression for a name.
func (c *Client) Privileges(ctx context.Context, index string) (Privileges, error) {
	names := splitNames(index)
	if strings.ContainsAny(index, ":<") {
		return Privileges{}, nil
	}
	body, err := encode(map[string]any{
		"index": []map[string]any{{"names": names, "privileges": []string{"read"}}},
	})
	if err != nil {
		return Privileges{}, err
	}
	var answer struct {
		Username string                     `json:"username"`
		Index    map[string]map[string]bool `json:"index"`
	}
	known := true
	err = c.do(ctx, request{
		target:   target{op: "read the privileges", index: index},
		make:     func() esapi.Request { return esapi.SecurityHasPrivilegesRequest{Body: bytes.NewReader(body)} },
		accept:   into(&answer),
		tolerate: unseen(&known),
	})
	if err != nil || !known {
		return Privileges{}, err
	}
	p := Privileges{Known: true, User: answer.Username, Read: true}
	for _, n := range names {
		p.Read = p.Read && answer.Index[n]["read"]
	}
	return p, nil
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
