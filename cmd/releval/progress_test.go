package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/creack/pty"

	"github.com/releval/releval/eval"
)

// answered is a query that both systems answered, the second at its second
// attempt.
func answered() *eval.Query {
	return &eval.Query{Results: eval.Results{eval.FirstStage: {}, "elastic": {Attempts: 2}}}
}

// failedQuery is a query that the reranker did not answer.
func failedQuery() *eval.Query {
	return &eval.Query{Results: eval.Results{eval.FirstStage: {}, "elastic": {Error: "away"}}}
}

// Where standard error is no terminal, a line every ten seconds says how far
// the run is, how fast, and what went wrong.
func TestProgressInPlainLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := &program{Stderr: &out, Getenv: func(string) string { return "" }}
		g := p.newProgress(100, []string{eval.FirstStage, "elastic"})
		for range 24 {
			time.Sleep(time.Second)
			g.QueryDone(answered())
		}
		time.Sleep(time.Second)
		g.QueryDone(failedQuery())
		g.stop()
		want := "releval: 10 of 100 queries, 1.0/s, about 1m30s left, 10 retries\n" +
			"releval: 20 of 100 queries, 1.0/s, about 1m20s left, 20 retries\n"
		if got := out.String(); got != want {
			t.Errorf("got:\n%swant:\n%s", got, want)
		}
		if got := g.troubles(); got != ", 1 failed, 24 retries" {
			t.Errorf("got %q", got)
		}
	})
}

func TestProgressKeepsQuiet(t *testing.T) {
	for name, p := range map[string]*program{
		"--quiet":       {quiet: true},
		"--no-progress": {noProgress: true},
	} {
		if g := p.newProgress(100, nil); g != nil {
			t.Errorf("%s: there is a display all the same", name)
		}
	}
	var none *progress
	none.stop()
}

// On a terminal there is a bar with the count, and nothing stays behind.
func TestProgressBar(t *testing.T) {
	terminal, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	defer terminal.Close()
	if err := pty.Setsize(tty, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	shown := make(chan string)
	go func() {
		text, _ := io.ReadAll(terminal) // ends with an error when the other side closes
		shown <- string(text)
	}()
	p := &program{Stderr: tty, Getenv: func(string) string { return "" }}
	g := p.newProgress(3, []string{eval.FirstStage, "elastic"})
	for range 2 {
		g.QueryDone(answered())
		time.Sleep(250 * time.Millisecond) // the bar is drawn anew every 150 ms
	}
	g.stop()
	tty.Close()
	if text := <-shown; !strings.Contains(text, "/3 queries") || !strings.Contains(text, "retries") {
		t.Errorf("no bar in %q", text)
	}
}
