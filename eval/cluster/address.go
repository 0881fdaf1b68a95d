package cluster

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"
)

// parseAddress checks one address and takes the user-info out of it. The
// error never repeats what stands before an @.
func parseAddress(s string) (string, *url.Userinfo, error) {
	u, err := url.Parse(s)
	shown := redactAddress(s)
	switch {
	case err != nil:
		return "", nil, configError("the cluster's address %q is not a URL; write it as https://host:9200", shown)
	case u.Scheme != "http" && u.Scheme != "https":
		return "", nil, configError("the cluster's address %q does not start with http:// or https://; write it as https://host:9200", shown)
	case u.Hostname() == "":
		return "", nil, configError("the cluster's address %q names no host; write it as https://host:9200", shown)
	case u.RawQuery != "" || u.Fragment != "":
		return "", nil, configError("the cluster's address %q has a query or a fragment; give only scheme, host, port and path", shown)
	}
	user := u.User
	u.User = nil
	return strings.TrimRight(u.String(), "/"), user, nil
}

// cloudAddress gives the address of the deployment that a Cloud ID names:
// name:base64, where the base64 holds the host of the region, with a port where
// it is not 443, the id of the deployment's Elasticsearch, and that of its
// Kibana, with dollar signs in between.
func cloudAddress(id string) (string, error) {
	refuse := func(why string) (string, error) {
		return "", configError("the Cloud ID %s; copy it in full from the deployment's page, as name:base64", why)
	}
	_, encoded, found := strings.Cut(id, ":")
	if !found {
		return refuse("has no colon")
	}
	decoded, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return refuse("is not base64 after the colon")
	}
	host, rest, _ := strings.Cut(string(decoded), "$")
	elasticsearch, _, _ := strings.Cut(rest, "$")
	if host == "" || elasticsearch == "" {
		return refuse("names no Elasticsearch")
	}
	address := "https://" + elasticsearch + "." + host
	u, err := url.Parse(address)
	if err != nil || u.Host != elasticsearch+"."+host || !cloudHost.MatchString(u.Hostname()) {
		return refuse("holds no host name")
	}
	return address, nil
}

// cloudHost is what host names are made of.
var cloudHost = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$`)

func sameAddress(a, b string) bool {
	return strings.TrimRight(a, "/") == strings.TrimRight(b, "/")
}

// withoutUser takes the credentials out of an address, or of several. One that
// is no address stays as it is, for the error that it will be.
func withoutUser(addresses string) string {
	var bare []string
	for part := range strings.SplitSeq(addresses, ",") {
		address, _, err := parseAddress(strings.TrimSpace(part))
		if err != nil {
			return addresses
		}
		bare = append(bare, address)
	}
	return strings.Join(bare, ",")
}

// hasUser reports whether an address carries its own credentials.
func hasUser(address string) bool {
	_, user, err := parseAddress(address)
	return err == nil && user != nil
}

// redactAddress hides what stands before the last @ of an address, also where
// it is no URL.
func redactAddress(s string) string {
	at := strings.LastIndex(s, "@")
	if at < 0 {
		return s
	}
	scheme := ""
	if i := strings.Index(s, "://"); i >= 0 && i < at {
		scheme = s[:i+3]
	}
	return scheme + redacted + s[at:]
}
