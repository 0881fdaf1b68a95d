package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Target is a place to send requests to.
type Target struct {
	// URL is where it listens, without a slash at the end.
	URL string
	// Transport carries the requests; http.DefaultTransport where it is nil.
	Transport http.RoundTripper
	// Header is added to every request, for authentication.
	Header http.Header
}

// Answer is what came back.
type Answer struct {
	Status int
	Body   []byte
}

// Do sends a request. A body of several lines goes out as NDJSON.
func (t Target) Do(ctx context.Context, method, path, body string) (Answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, t.URL+path, strings.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	for name, values := range t.Header {
		req.Header[name] = values
	}
	req.Header.Set("Content-Type", "application/json")
	if strings.HasSuffix(body, "\n") {
		req.Header.Set("Content-Type", "application/x-ndjson")
	}
	client := http.Client{Transport: t.Transport}
	resp, err := client.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return Answer{Status: resp.StatusCode, Body: data}, err
}

// must sends a request that has to succeed.
func (t Target) must(ctx context.Context, method, path, body string) ([]byte, error) {
	a, err := t.Do(ctx, method, path, body)
	if err == nil && a.Status >= 300 {
		err = fmt.Errorf("%s %s%s: status %d: %.400s", method, t.URL, path, a.Status, a.Body)
	}
	return a.Body, err
}

// index makes the index anew and fills it in one request, so that the
// documents lie in the order in which they are written.
func (t Target) index(ctx context.Context, name, definition string, documents []Document) error {
	if a, err := t.Do(ctx, http.MethodDelete, "/"+name, ""); err != nil {
		return err
	} else if a.Status != http.StatusOK && a.Status != http.StatusNotFound {
		return fmt.Errorf("DELETE %s/%s: status %d: %.400s", t.URL, name, a.Status, a.Body)
	}
	if _, err := t.must(ctx, http.MethodPut, "/"+name, definition); err != nil {
		return err
	}
	var bulk bytes.Buffer
	for _, d := range documents {
		fmt.Fprintf(&bulk, "{\"index\":{\"_id\":%q}}\n%s\n", d.ID, d.Source)
	}
	return t.bulk(ctx, name, bulk.String())
}

// bulk writes, refreshes, and fails where any item failed.
func (t Target) bulk(ctx context.Context, name, lines string) error {
	body, err := t.must(ctx, http.MethodPost, "/"+name+"/_bulk?refresh=true", lines)
	if err != nil {
		return err
	}
	var result struct{ Errors bool }
	if err := json.Unmarshal(body, &result); err != nil {
		return err
	}
	if result.Errors {
		return fmt.Errorf("bulk request to %s: %.600s", t.URL, body)
	}
	return nil
}
