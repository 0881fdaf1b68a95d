package estest

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Versions are the releases that the tests run against, the oldest first. The
// environment variable RELEVAL_ES_VERSIONS, separated by commas, replaces them.
func Versions() []string {
	if v := os.Getenv("RELEVAL_ES_VERSIONS"); v != "" {
		return strings.Split(v, ",")
	}
	return []string{"8.19.21", "9.2.0"}
}

// Options say what server to start. The zero value is the first of Versions
// with the plugin, a trial licence, and no security.
type Options struct {
	// Version is the release.
	Version string
	// Bare leaves the plugin out: the server then has no reranker, no
	// inference API and no GET /.
	Bare bool
	// Secured turns security on, with the user User and the password Password.
	Secured bool
	// Authority, where it is not nil, signs the certificate for TLS on HTTP.
	Authority *Authority
	// Heap is the size of the Java heap; "" for 512m.
	Heap string
}

// User and Password are the administrator of a secured server.
const (
	User     = "tester"
	Password = "correct horse battery"
)

// Server is a running Elasticsearch.
type Server struct {
	// URL is its address, without credentials.
	URL string
	// Version is its release.
	Version string

	options Options
	kit     jdk
	folder  string // of this server alone; deleted at the end
	home    string
	port    int
	client  *http.Client
	pid     int
	guard   *guard
}

// Start starts a server and waits until it answers. Stop must be called.
func Start(ctx context.Context, o Options) (_ *Server, err error) {
	if o.Version == "" {
		o.Version = Versions()[0]
	}
	if err := supported(); err != nil {
		return nil, err
	}
	kit, err := findJDK(ctx, o.Version)
	if err != nil {
		return nil, err
	}
	unpacked, err := distribution(ctx, o.Version)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "releval-elasticsearch-")
	if err != nil {
		return nil, err
	}
	s := &Server{Version: o.Version, options: o, kit: kit, folder: folder, home: filepath.Join(folder, "home"), client: &http.Client{Timeout: 10 * time.Second}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Stop())
		}
	}()
	if err := linkTree(unpacked, s.home); err != nil {
		return nil, err
	}
	if !o.Bare {
		if err := installPlugin(ctx, kit, o.Version, s.home); err != nil {
			return nil, err
		}
	}
	if err := s.configure(); err != nil {
		return nil, err
	}
	return s, s.Resume(ctx)
}

// configure writes the server's configuration and hands its folder to the
// account that will run it.
func (s *Server) configure() error {
	port, err := freePort()
	if err != nil {
		return err
	}
	transport, err := freePort()
	if err != nil {
		return err
	}
	s.port = port
	scheme := "http"
	config := filepath.Join(s.home, "config")
	for _, dir := range []string{config, filepath.Join(s.folder, "data"), filepath.Join(s.folder, "logs"), filepath.Join(s.home, "logs"), filepath.Join(s.folder, "tmp")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	settings := []string{
		"cluster.name: releval-test",
		"node.name: test",
		"discovery.type: single-node",
		"network.host: 127.0.0.1",
		fmt.Sprintf("http.port: %d", port),
		fmt.Sprintf("transport.port: %d", transport),
		"path.data: " + filepath.Join(s.folder, "data"),
		"path.logs: " + filepath.Join(s.folder, "logs"),
		"cluster.routing.allocation.disk.threshold_enabled: false",
		"xpack.license.self_generated.type: trial",
		"xpack.security.autoconfiguration.enabled: false",
		fmt.Sprintf("xpack.security.enabled: %v", s.options.Secured),
	}
	if a := s.options.Authority; a != nil {
		scheme = "https"
		pair, err := a.Issue(time.Time{}, "127.0.0.1", "localhost")
		if err != nil {
			return err
		}
		chain := append(pair.Certificate, a.PEM()...)
		if err := errors.Join(os.WriteFile(filepath.Join(config, "http.crt"), chain, 0o644), os.WriteFile(filepath.Join(config, "http.key"), pair.Key, 0o600)); err != nil {
			return err
		}
		settings = append(settings, "xpack.security.http.ssl.enabled: true",
			"xpack.security.http.ssl.certificate: http.crt", "xpack.security.http.ssl.key: http.key")
		pool := x509.NewCertPool()
		pool.AddCert(a.Certificate)
		s.client.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	}
	s.URL = fmt.Sprintf("%s://127.0.0.1:%d", scheme, port)
	if s.options.Secured {
		if err := writeUser(config); err != nil {
			return err
		}
	}
	// The unpacked file is a hard link into the cache: replace, do not write.
	path := filepath.Join(config, "elasticsearch.yml")
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.WriteFile(path, []byte(strings.Join(settings, "\n")+"\n"), 0o644); err != nil {
		return err
	}
	return chownTree(s.folder)
}

// Resume starts a server that Halt or Kill has stopped, with its data, at the
// same address.
func (s *Server) Resume(ctx context.Context) error {
	heap := s.options.Heap
	if heap == "" {
		heap = "512m"
	}
	pidFile := filepath.Join(s.folder, "pid")
	command := exec.CommandContext(ctx, filepath.Join(s.home, "bin", "elasticsearch"), "-d", "-p", pidFile)
	command.Dir = s.home
	command.Env = []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + s.folder,
		"ES_JAVA_HOME=" + s.kit.home,
		"ES_TMPDIR=" + filepath.Join(s.folder, "tmp"),
		// The second compiler costs a short-lived server more than it gains.
		"ES_JAVA_OPTS=-Xms" + heap + " -Xmx" + heap + " -XX:TieredStopAtLevel=1",
	}
	unprivileged(command)
	output, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("server %s does not start: %w\n%s%s", s.Version, err, output, s.logTail())
	}
	content, err := os.ReadFile(pidFile)
	if err != nil {
		return err
	}
	if s.pid, err = strconv.Atoi(strings.TrimSpace(string(content))); err != nil {
		return fmt.Errorf("the server's pid file: %w", err)
	}
	if s.guard, err = watch(s.pid); err != nil {
		return err
	}
	return s.wait(ctx)
}

// wait waits until the server answers.
func (s *Server) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	for {
		status, _, err := s.Do(ctx, "GET", "/_cluster/health?wait_for_status=yellow&timeout=5s", "")
		if err == nil && status == http.StatusOK {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("server %s does not answer: status %d, %w\n%s", s.Version, status, err, s.logTail())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// Do sends a request as the administrator and gives status and body.
func (s *Server) Do(ctx context.Context, method, path, body string) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, s.URL+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if s.options.Secured {
		request.SetBasicAuth(User, Password)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// logTail is the end of the server's log, for messages.
func (s *Server) logTail() string {
	content, _ := os.ReadFile(filepath.Join(s.folder, "logs", "releval-test.log"))
	lines := bytes.Split(content, []byte("\n"))
	return string(bytes.Join(lines[max(0, len(lines)-30):], []byte("\n")))
}

// freePort asks the system for a port that nobody uses.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

func sortedNames[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
