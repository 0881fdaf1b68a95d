package cluster

import (
	"strconv"
	"strings"
)

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
