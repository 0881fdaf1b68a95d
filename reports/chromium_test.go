//go:build browser

package reports

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// browser is a headless Chromium, spoken to over a pair of pipes in the
// DevTools protocol: no port, no socket library.
type browser struct {
	t        *testing.T
	commands io.WriteCloser
	mu       sync.Mutex
	next     int
	waiting  map[int]chan message
	events   map[string]func(message)
}

type message struct {
	ID      int             `json:"id,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// startBrowser starts Chromium, named by CHROMIUM or found in the path.
func startBrowser(t *testing.T) *browser {
	t.Helper()
	name := os.Getenv("CHROMIUM")
	for _, candidate := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(candidate); name == "" && err == nil {
			name = path
		}
	}
	if name == "" {
		t.Fatal("no chromium found: install Debian's package chromium, or set CHROMIUM to the program")
	}
	theirInput, ourOutput, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ourInput, theirOutput, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	// The sandbox needs privileges that a container seldom has; the pages
	// are our own.
	cmd := exec.Command(name, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe",
		"--no-first-run", "--disable-extensions", "--disable-background-networking", "--user-data-dir="+t.TempDir(), "about:blank")
	cmd.ExtraFiles = []*os.File{theirInput, theirOutput}
	if err := cmd.Start(); err != nil {
		t.Fatalf("cannot start %s: %v", name, err)
	}
	theirInput.Close()
	theirOutput.Close()
	b := &browser{t: t, commands: ourOutput, waiting: make(map[int]chan message), events: make(map[string]func(message))}
	read := make(chan struct{})
	go func() {
		defer close(read)
		b.read(ourInput)
	}()
	t.Cleanup(func() {
		b.call("", "Browser.close", nil)
		ourOutput.Close()
		cmd.Wait()
		ourInput.Close()
		<-read
	})
	return b
}

// read hands every message to whoever waits for it.
func (b *browser) read(from io.Reader) {
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadBytes(0)
		if err != nil {
			b.mu.Lock()
			for _, waiting := range b.waiting {
				close(waiting)
			}
			b.waiting = nil
			b.mu.Unlock()
			return
		}
		var m message
		if json.Unmarshal(line[:len(line)-1], &m) != nil {
			continue
		}
		b.mu.Lock()
		waiting, event := b.waiting[m.ID], b.events[m.Session]
		delete(b.waiting, m.ID)
		b.mu.Unlock()
		switch {
		case m.ID != 0 && waiting != nil:
			waiting <- m
		case m.Method != "" && event != nil:
			event(m)
		}
	}
}

// call sends a command and waits for its result.
func (b *browser) call(session, method string, params any) (json.RawMessage, error) {
	raw, err := json.Marshal(params)
	if err != nil {
		return nil, err
	}
	if params == nil {
		raw = []byte("{}")
	}
	b.mu.Lock()
	if b.waiting == nil {
		b.mu.Unlock()
		return nil, errors.New("the browser is gone")
	}
	b.next++
	m := message{ID: b.next, Session: session, Method: method, Params: raw}
	answer := make(chan message, 1)
	b.waiting[m.ID] = answer
	b.mu.Unlock()
	line, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	if _, err := b.commands.Write(append(line, 0)); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	select {
	case m, ok := <-answer:
		switch {
		case !ok:
			return nil, errors.New("the browser is gone")
		case m.Error != nil:
			return nil, fmt.Errorf("%s: %s", method, m.Error.Message)
		}
		return m.Result, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("%s: no answer within 30s", method)
	}
}

// tab is one page.
type tab struct {
	*browser
	session string
	// complaints are errors in the console and exceptions, requests what was
	// asked of anything but the page itself.
	complaints, requests []string
	loaded               chan struct{}
}

// open opens a page in a tab of a size.
func (b *browser) open(url string, width, height int, dark bool) *tab {
	b.t.Helper()
	var target struct {
		ID string `json:"targetId"`
	}
	b.must("", "Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct {
		Session string `json:"sessionId"`
	}
	b.must("", "Target.attachToTarget", map[string]any{"targetId": target.ID, "flatten": true}, &attached)
	p := &tab{browser: b, session: attached.Session, loaded: make(chan struct{}, 8)}
	b.mu.Lock()
	b.events[p.session] = func(m message) { p.event(url, m) }
	b.mu.Unlock()
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		p.do(domain+".enable", nil)
	}
	p.size(width, height)
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	p.do("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}})
	p.do("Page.navigate", map[string]any{"url": url})
	select {
	case <-p.loaded:
	case <-time.After(30 * time.Second):
		b.t.Fatalf("%s did not load within 30s", url)
	}
	return p
}

func (b *browser) must(session, method string, params, result any) {
	b.t.Helper()
	raw, err := b.call(session, method, params)
	if err != nil {
		b.t.Fatal(err)
	}
	if result != nil {
		if err := json.Unmarshal(raw, result); err != nil {
			b.t.Fatalf("%s: %v", method, err)
		}
	}
}

func (p *tab) do(method string, params any) {
	p.t.Helper()
	p.must(p.session, method, params, nil)
}

// event notes what should not happen.
func (p *tab) event(url string, m message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch m.Method {
	case "Page.loadEventFired":
		p.loaded <- struct{}{}
	case "Runtime.exceptionThrown":
		p.complaints = append(p.complaints, string(m.Params))
	case "Runtime.consoleAPICalled":
		p.complaints = append(p.complaints, string(m.Params))
	case "Log.entryAdded":
		p.complaints = append(p.complaints, string(m.Params))
	case "Network.requestWillBeSent":
		var sent struct {
			Request struct {
				URL string `json:"url"`
			} `json:"request"`
		}
		if err := json.Unmarshal(m.Params, &sent); err != nil || sent.Request.URL != url && !strings.HasPrefix(sent.Request.URL, "data:") {
			p.requests = append(p.requests, sent.Request.URL)
		}
	}
}

// size sets the width and height of the window.
func (p *tab) size(width, height int) {
	p.t.Helper()
	p.do("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false})
}

// eval evaluates an expression in the page.
func (p *tab) eval(expression string, into any) {
	p.t.Helper()
	var evaluated struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		Exception *struct {
			Text      string `json:"text"`
			Exception struct {
				Description string `json:"description"`
			} `json:"exception"`
		} `json:"exceptionDetails"`
	}
	p.must(p.session, "Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &evaluated)
	if e := evaluated.Exception; e != nil {
		p.t.Fatalf("%s: %s %s", expression, e.Text, e.Exception.Description)
	}
	if into != nil {
		if err := json.Unmarshal(evaluated.Result.Value, into); err != nil {
			p.t.Fatalf("%s: %v", expression, err)
		}
	}
}

// shoot takes a picture of a part of the page, from the top to height, or of
// all of it where height is 0.
func (p *tab) shoot(directory, name string, top, height int) {
	p.t.Helper()
	var size struct{ Width, Height int }
	p.eval("({width: document.documentElement.clientWidth, height: document.documentElement.scrollHeight})", &size)
	if height == 0 {
		height = size.Height - top
	}
	var shot struct {
		Data string `json:"data"`
	}
	p.must(p.session, "Page.captureScreenshot", map[string]any{"format": "png", "captureBeyondViewport": true,
		"clip": map[string]any{"x": 0, "y": top, "width": size.Width, "height": min(height, 8000), "scale": 1}}, &shot)
	content, err := base64.StdEncoding.DecodeString(shot.Data)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(directory, name), content, 0o644); err != nil {
		p.t.Fatal(err)
	}
}
