package cluster

import "strings"

// FromEnvironment completes a configuration, made from flags, by what the
// environment says: ELASTICSEARCH_URL or ELASTIC_CLOUD_ID and ELASTIC_API_KEY
// or ELASTIC_USERNAME with ELASTIC_PASSWORD, and else ES_LOCAL_URL with
// ES_LOCAL_API_KEY, as Elastic's start-local writes them.
//
// What the configuration already has wins: an address given by flag keeps out
// the environment's, a user given by flag keeps out the environment's API key,
// and either keeps out the user in the environment's address. The key of a local cluster is only sent to that cluster. It is an error
// when the environment names two clusters.
func FromEnvironment(getenv func(string) string, c Config) (Config, error) {
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
