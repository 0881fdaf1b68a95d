package cluster

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// newTransport builds the http.Transport for a configuration: as many kept
// connections as calls in flight (the default of two would reconnect all the
// time), no transparent compression (answers are small, and decompressing
// them would count as latency), and the trust that the configuration asks for.
func newTransport(c Config) (*http.Transport, error) {
	tlsConfig := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CACertFile != "" {
		pem, err := os.ReadFile(c.CACertFile)
		if err != nil {
			return nil, configError("the CA file cannot be read: %v; give the PEM file of the authority that signed the cluster's certificate", err)
		}
		tlsConfig.RootCAs = x509.NewCertPool()
		if !tlsConfig.RootCAs.AppendCertsFromPEM(pem) {
			return nil, configError("the CA file %q holds no certificate in PEM form; use the cluster's config/certs/http_ca.crt", c.CACertFile)
		}
	}
	if c.Fingerprint != "" {
		want, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(c.Fingerprint), ":", ""))
		if err != nil || len(want) != sha256.Size {
			return nil, configError("the fingerprint is not a SHA-256 in hexadecimal, 64 digits; print it with: openssl x509 -fingerprint -sha256 -noout -in http_ca.crt")
		}
		roots := tlsConfig.RootCAs
		// The handshake's own verification is replaced, not dropped: see
		// verifyFingerprint.
		tlsConfig.InsecureSkipVerify = true
		tlsConfig.VerifyConnection = func(state tls.ConnectionState) error {
			return verifyFingerprint(state, [sha256.Size]byte(want), roots)
		}
	}
	dialer := &net.Dialer{Timeout: min(c.Timeout, 10*time.Second), KeepAlive: 15 * time.Second}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		TLSClientConfig:       tlsConfig,
		TLSHandshakeTimeout:   min(c.Timeout, 10*time.Second),
		MaxIdleConns:          max(c.Concurrency, 16),
		MaxIdleConnsPerHost:   max(c.Concurrency, 2),
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
		DisableCompression:    true,
		WriteBufferSize:       16 << 10,
		ReadBufferSize:        64 << 10,
	}, nil
}

// errFingerprint says that no certificate of the server has the fingerprint.
var errFingerprint = errors.New("no certificate of the server has the given fingerprint")

// verifyFingerprint accepts a server whose own certificate has the
// fingerprint, or whose certificate was signed, directly or through others, by
// one that has it. It is not enough that such a certificate is in the chain
// that the server sends: certificates are public, anybody can add one. Host
// names are not compared: naming the certificate is the stronger statement.
// Where a CA file is given too, the chain must also lead there.
func verifyFingerprint(state tls.ConnectionState, want [sha256.Size]byte, roots *x509.CertPool) error {
	chain := state.PeerCertificates
	if len(chain) == 0 {
		return errFingerprint
	}
	intermediates := x509.NewCertPool()
	for _, c := range chain[1:] {
		intermediates.AddCert(c)
	}
	leaf := chain[0]
	if roots != nil {
		if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: intermediates}); err != nil {
			return err
		}
	}
	if sha256.Sum256(leaf.Raw) == want {
		return nil
	}
	for _, c := range chain[1:] {
		if sha256.Sum256(c.Raw) != want {
			continue
		}
		pinned := x509.NewCertPool()
		pinned.AddCert(c)
		_, err := leaf.Verify(x509.VerifyOptions{Roots: pinned, Intermediates: intermediates})
		return err
	}
	return errFingerprint
}
