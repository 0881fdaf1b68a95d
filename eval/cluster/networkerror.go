package cluster

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
)

// networkError makes an Error of what the transport reports when there is no
// answer. The parent is the caller's context: if it has ended, that is the
// reason, whatever the transport says. What a certificate or a status line says
// is text of the server's, in which secrets are blacked out before it is cut.
func (c *Client) networkError(parent context.Context, t target, reached bool, err error) *Error {
	address, said := c.address, func(err error) string { return oneLine(c.scrub.text(err.Error())) }
	e := &Error{Op: t.op, cause: err}
	if ended := parent.Err(); ended != nil {
		e.Kind, e.cause, e.What = KindCanceled, context.Cause(parent), "the request was stopped before the answer came"
		if errors.Is(ended, context.DeadlineExceeded) {
			e.What = "the caller's deadline passed before the answer came"
		}
		return e
	}
	switch {
	case tlsError(e, address, said, err):
	case errors.Is(err, errNotElasticsearch):
		e.Kind = KindNotElasticsearch
		e.What = fmt.Sprintf("%s does not answer as Elasticsearch does", address)
		e.Hint = "check host, port and path of the address; a proxy on the way must pass on the X-Elastic-Product header"
		e.cause = nil
	case unreachable(e, address, said, reached, err):
	case errors.Is(err, errSwitching):
		e.Kind, e.What = KindNotElasticsearch, fmt.Sprintf("%s answers with HTTP 101, as a server of another protocol does", address)
		e.Hint = "check host, port and path of the address"
		e.cause = nil
	case isTimeout(err):
		e.Kind, e.What = KindTimeout, "the server did not answer within the time limit"
		e.Hint = "raise --timeout, or lower --concurrency or the window"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET),
		errors.Is(err, syscall.EPIPE), errors.Is(err, net.ErrClosed), strings.Contains(err.Error(), "server closed idle connection"):
		e.Kind, e.What = KindConnection, fmt.Sprintf("%s closed the connection before its answer was complete", address)
		if !reached && strings.HasPrefix(address, "http://") {
			e.Hint = "if the cluster uses TLS, as it does by default, write the address as https://"
		}
	default:
		e.Kind, e.What = KindConnection, "the request could not be sent: "+said(err)
	}
	return e
}

func isTimeout(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return true
	}
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

// unreachable recognises that no connection came about.
func unreachable(e *Error, address string, said func(error) string, reached bool, err error) bool {
	op, isOp := errors.AsType[*net.OpError](err)
	name, isName := errors.AsType[*net.DNSError](err)
	if !isName && !(isOp && (op.Op == "dial" || op.Op == "proxyconnect")) && !errors.Is(err, syscall.ECONNREFUSED) {
		return false
	}
	e.Kind = KindUnreachable
	e.Hint = "check the address, and that the cluster is up"
	switch {
	case isName && name.IsNotFound:
		e.What = fmt.Sprintf("the host of %s is unknown", address)
		e.final = true
	case isTimeout(err):
		e.What = fmt.Sprintf("%s does not answer", address)
		e.Hint = "check the address, and that no firewall blocks it"
	case errors.Is(err, syscall.ECONNREFUSED):
		e.What = fmt.Sprintf("nothing listens at %s", address)
	default:
		e.What = fmt.Sprintf("%s cannot be reached: %s", address, said(err))
	}
	// A wrong address is far likelier than an outage that began before the
	// first answer: it is said at once.
	if !reached {
		e.final = true
	}
	return true
}

// tlsError recognises that no trust, or no TLS, came about.
func tlsError(e *Error, address string, said func(error) string, err error) bool {
	var (
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		alert     tls.AlertError
		verify    *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &record):
		e.What = fmt.Sprintf("%s does not speak TLS", address)
		e.Hint = "if the cluster uses no TLS, write the address as http://"
	case errors.Is(err, errFingerprint):
		e.What = fmt.Sprintf("no certificate of %s has the given fingerprint", address)
		e.Hint = "print the right one on the cluster with: openssl x509 -fingerprint -sha256 -noout -in http_ca.crt"
	case errors.As(err, &authority):
		e.What = fmt.Sprintf("the certificate of %s is signed by an authority that is not trusted here", address)
		e.Hint = "give the authority's PEM file with --ca-cert, or its SHA-256 with --fingerprint"
	case errors.As(err, &host):
		e.What = fmt.Sprintf("the certificate of %s is for another host: %s", address, said(host))
		e.Hint = "use a name that the certificate holds, or pin it with --fingerprint"
	case errors.As(err, &invalid):
		e.What = fmt.Sprintf("the certificate of %s is not valid: %s", address, said(invalid))
		e.Hint = "renew it on the cluster, or check this machine's clock"
	case errors.As(err, &verify), errors.As(err, &alert):
		e.What = fmt.Sprintf("TLS with %s failed: %s", address, said(err))
		e.Hint = "check --ca-cert and --fingerprint"
	default:
		return false
	}
	e.Kind = KindTLS
	return true
}
