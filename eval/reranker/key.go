package reranker

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/releval/releval/judgments"
)

// Permission lets the key in an environment variable go to an origin.
type Permission struct {
	Variable, Origin string
}

// String is the permission as the flag --allow-key takes it.
func (p Permission) String() string { return p.Variable + "=" + p.Origin }

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// ParsePermission reads VAR=ORIGIN.
func ParsePermission(s string) (Permission, error) {
	variable, address, found := strings.Cut(s, "=")
	origin := judgments.Origin(address)
	u, _ := url.Parse(address) // origin is empty where it is none
	switch {
	case !found || !variableName.MatchString(variable):
		return Permission{}, errors.New("it must be the name of an environment variable, =, and an origin, such as RERANK_KEY=https://rerank.example")
	case origin == "" || strings.Contains(address, "@"):
		return Permission{}, fmt.Errorf("the origin of %s must be an address such as https://rerank.example:8443", variable)
	case strings.Trim(u.Path, "/")+u.RawQuery+u.Fragment != "":
		return Permission{}, fmt.Errorf("the origin of %s has no path: write %s", variable, Permission{variable, origin})
	}
	return Permission{variable, origin}, nil
}

// providers are the keys that go by themselves to their provider's own
// addresses, besides those of the APIs.
var providers = []struct {
	variable string
	origins  []string
}{
	{"CO_API_KEY", []string{"https://api.cohere.com", "https://api.cohere.ai"}},
	{"MXBAI_API_KEY", []string{"https://api.mixedbread.com", "https://api.mixedbread.ai"}},
	{"PINECONE_API_KEY", []string{"https://api.pinecone.io"}},
	{"OPENAI_API_KEY", []string{"https://api.openai.com"}},
}

// owns says whether a variable's key belongs to the provider at an origin.
func owns(variable, origin string) bool {
	for _, api := range apis {
		if about := api.About(); about.Variable == variable && slices.Contains(about.Origins, origin) {
			return true
		}
	}
	for _, p := range providers {
		if p.variable == variable && slices.Contains(p.origins, origin) {
			return true
		}
	}
	return false
}

// variableOf names the environment variable of a reranker's key, empty for
// none: the one that the suite names, else the provider's own at the provider's
// own address. A suite may come from anybody, and names both the variable and
// the address: any other pair needs a permission.
func variableOf(r *judgments.Reranker, about About, origin string, allowed []Permission) (string, error) {
	variable := r.API.KeyEnv
	if variable == "" {
		if slices.Contains(about.Origins, origin) {
			variable = about.Variable
		}
		return variable, nil
	}
	if owns(variable, origin) || slices.Contains(allowed, Permission{variable, origin}) {
		return variable, nil
	}
	return "", judgments.Problems{{Position: r.Position, Message: fmt.Sprintf(
		"the reranker %q would send the key in %s to %s: a suite may come from anybody, so a key goes only to its provider's own address; if you trust it, add --allow-key %s",
		r.Name, variable, origin, Permission{variable, origin})}}
}
