package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/load"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// embeddedCluster is what --cluster and a suite's cluster say for the
// in-process engine.
const embeddedCluster = "embedded"

// connection is the flags that say where and how to search.
type connection struct {
	cluster, cloudID         string
	apiKeyFile, passwordFile string
	username                 string
	caCert, fingerprint      string
	timeout                  time.Duration
	retries                  int
	outage                   time.Duration
	// lasting refuses the embedded engine, which ends with the command.
	lasting bool
}

func (c *connection) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&c.cluster, "cluster", "", "`URL` of the cluster, or embedded; else ELASTICSEARCH_URL, else what the suite says")
	flags.StringVar(&c.cloudID, "cloud-id", "", "Cloud `ID` of the cluster instead of a URL (ELASTIC_CLOUD_ID)")
	flags.StringVar(&c.apiKeyFile, "api-key-file", "", "`FILE` that holds the API key (else ELASTIC_API_KEY)")
	flags.StringVar(&c.username, "username", "", "user `NAME` for basic authentication (ELASTIC_USERNAME)")
	flags.StringVar(&c.passwordFile, "password-file", "", "`FILE` that holds the password (else ELASTIC_PASSWORD)")
	flags.StringVar(&c.caCert, "ca-cert", "", "PEM `FILE` of the authority that signed the cluster's certificate")
	flags.StringVar(&c.fingerprint, "fingerprint", "", "SHA-256 `HEX` of the cluster's certificate or its authority's")
	flags.DurationVar(&c.timeout, "timeout", 60*time.Second, "a search's time limit")
	flags.IntVar(&c.retries, "retries", 4, "how often a failed search is tried again")
	flags.DurationVar(&c.outage, "outage", 5*time.Minute, "how long to wait for a cluster that stopped answering; 0 for not at all")
}

// check refuses what no cluster could be asked with.
func (c *connection) check() error {
	switch {
	case c.timeout <= 0:
		return fmt.Errorf("--timeout must be above 0, such as 60s, not %v", c.timeout)
	case c.retries < 0:
		return fmt.Errorf("--retries must be 0 or more, not %d", c.retries)
	case c.outage < 0:
		return fmt.Errorf("--outage must be 0 or more, such as 5m, not %v", c.outage)
	case c.apiKeyFile != "" && c.username != "":
		return errors.New("--api-key-file and --username exclude each other: a cluster takes one of them")
	case c.apiKeyFile != "" && c.passwordFile != "":
		return errors.New("--api-key-file and --password-file exclude each other: a cluster takes one of them")
	}
	return nil
}

// open makes the client of a suite's cluster: what a flag says, else the
// environment, else the suite. For the embedded engine it loads the suite's
// documents first.
func (c *connection) open(ctx context.Context, p *program, s *judgments.Suite, concurrency int, seed uint64) (*cluster.Client, error) {
	if err := c.check(); err != nil {
		return nil, withExit(exitUsage, err)
	}
	config := c.patience(p, concurrency, seed)
	config.CloudID, config.Username = c.cloudID, c.username
	config.CACertFile, config.Fingerprint = c.caCert, c.fingerprint
	if c.cluster == embeddedCluster {
		return c.openEmbedded(ctx, p, config, s)
	}
	config.URL = c.cluster
	if c.passwordFile != "" && config.Username == "" {
		// The flag beats the key of the environment, as a user's flag does.
		config.Username = strings.TrimSpace(p.Getenv("ELASTIC_USERNAME"))
	}
	if c.passwordFile != "" && config.Username == "" {
		return nil, withExit(exitUsage, errors.New("--password-file is given without a user: set --username or ELASTIC_USERNAME"))
	}
	var err error
	if config.APIKey, err = readSecret(c.apiKeyFile); err != nil {
		return nil, fmt.Errorf("--api-key-file: %w", err)
	}
	if config.Password, err = readSecret(c.passwordFile); err != nil {
		return nil, fmt.Errorf("--password-file: %w", err)
	}
	if config, err = cluster.FromEnvironment(p.Getenv, config); err != nil {
		return nil, withExit(exitUsage, err)
	}
	if config.URL == "" && config.CloudID == "" {
		switch s.Cluster {
		case embeddedCluster:
			return c.openEmbedded(ctx, p, config, s)
		case "":
			return nil, withExit(exitUsage, fmt.Errorf("no cluster is named: set --cluster URL, ELASTICSEARCH_URL or ELASTIC_CLOUD_ID, or try the suite on the built-in engine with --cluster %s", embeddedCluster))
		}
		if secret := credentialsOf(config); secret != "" {
			return nil, withExit(exitUsage, fmt.Errorf("the suite says cluster: %s, and %s would go there: a suite may come from anybody, so credentials go only to an address that you name; set --cluster %[1]s or ELASTICSEARCH_URL if you trust it, or unset the credentials", text.Quote(s.Cluster), secret))
		}
		config.URL = s.Cluster
	}
	client, err := cluster.New(config)
	if cluster.IsConfig(err) {
		return nil, withExit(exitUsage, err)
	}
	if err == nil {
		p.logHTTP(client)
	}
	return client, err
}

// patience is how any server is asked, whichever it is.
func (c *connection) patience(p *program, concurrency int, seed uint64) cluster.Config {
	config := cluster.Config{Timeout: c.timeout, Retries: c.retries, Outage: c.outage, Concurrency: concurrency, Seed: seed, Log: p.logger()}
	if c.retries == 0 {
		config.Retries = -1
	}
	if c.outage == 0 {
		config.Outage = -1
	}
	for _, name := range proxies {
		config.Secrets = append(config.Secrets, cluster.ProxySecrets(p.Getenv(name))...)
	}
	return config
}

// credentialsOf says which credentials a configuration has, "" for none.
func credentialsOf(c cluster.Config) string {
	switch {
	case c.APIKey != "":
		return "the API key of the environment or --api-key-file"
	case c.Password != "":
		return "the password of the environment or --password-file"
	}
	return ""
}

// proxies are the variables whose addresses may hold a proxy's password.
var proxies = []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"}

// openEmbedded makes an engine with the suite's documents in it; with none for a
// suite without an index.
func (c *connection) openEmbedded(ctx context.Context, p *program, config cluster.Config, s *judgments.Suite) (*cluster.Client, error) {
	if c.lasting {
		return nil, withExit(exitUsage, errors.New("the embedded engine ends with this command, and its documents with it; set --cluster URL or ELASTICSEARCH_URL (releval run and releval serve load the suite's documents into the embedded engine by themselves)"))
	}
	config.CloudID, config.URL, config.APIKey, config.Username, config.Password = "", "", "", "", ""
	config.CACertFile, config.Fingerprint = "", ""
	config.Transport = embedded.New(embedded.Options{})
	client, err := cluster.New(config)
	if err != nil {
		return nil, err
	}
	if s.Search.Index == "" { // nothing is searched
		return client, nil
	}
	loaded, err := load.Documents(ctx, client, s, true)
	if err != nil {
		return nil, err
	}
	for _, note := range loaded.Notes(s) {
		p.note("%s", note)
	}
	return client, nil
}

// readSecret reads a file with one secret in it; "" for no file.
func readSecret(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Size() > 64<<10 {
		return "", fmt.Errorf("%s is too large to hold a secret", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	secret := strings.TrimSpace(string(data))
	if secret == "" {
		return "", fmt.Errorf("%s is empty", path)
	}
	return secret, nil
}
