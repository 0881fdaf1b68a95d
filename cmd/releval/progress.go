package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/releval/releval/eval"
)

// plainInterval is how often a line of progress is printed where standard
// error is no terminal.
const plainInterval = 10 * time.Second

// progress shows how far a run is: a bar on a terminal, a line every few
// seconds elsewhere. It is the runner's observer.
type progress struct {
	out     io.Writer
	systems []string
	total   int
	started time.Time

	mu      sync.Mutex
	done    int
	failed  int
	retries int
	printed time.Time

	bars *mpb.Progress
	bar  *mpb.Bar
}

// newProgress starts to show the progress of total queries; nil where the
// user wants none. A nil progress is silent.
func (p *program) newProgress(total int, systems []string) *progress {
	if p.quiet || p.noProgress || total == 0 {
		return nil
	}
	now := time.Now()
	g := &progress{out: p.Stderr, systems: systems, total: total, started: now, printed: now}
	if !p.isTerminal(p.Stderr) || p.Getenv("CI") != "" {
		return g
	}
	g.bars = mpb.New(mpb.WithOutput(p.Stderr), mpb.WithAutoRefresh(), mpb.WithWidth(72))
	g.bar = g.bars.AddBar(int64(total),
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.CountersNoUnit("%d/%d queries ")),
		mpb.AppendDecorators(
			decor.AverageSpeed(0, "%.1f/s "),
			decor.AverageETA(decor.ET_STYLE_GO),
			decor.Any(func(decor.Statistics) string { return g.troubles() }),
		),
	)
	return g
}

// QueryDone counts a finished query.
func (g *progress) QueryDone(q *eval.Query) {
	g.mu.Lock()
	g.done++
	if q.Failed(g.systems) {
		g.failed++
	}
	for _, r := range q.Results {
		g.retries += max(0, r.Attempts-1)
	}
	g.mu.Unlock()
	if g.bar != nil {
		g.bar.Increment()
		return
	}
	if now := time.Now(); now.Sub(g.printed) >= plainInterval {
		g.printed = now
		rate := float64(g.done) / now.Sub(g.started).Seconds()
		left := time.Duration(float64(g.total-g.done)/rate) * time.Second
		fmt.Fprintf(g.out, "releval: %d of %d queries, %.1f/s, about %s left%s\n", g.done, g.total, rate, left.Round(time.Second), g.troubles())
	}
}

// troubles counts failures and retries, where there are any.
func (g *progress) troubles() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	text := ""
	if g.failed > 0 {
		text += fmt.Sprintf(", %d failed", g.failed)
	}
	if g.retries > 0 {
		text += fmt.Sprintf(", %d retries", g.retries)
	}
	return text
}

// stop takes the bar off the terminal.
func (g *progress) stop() {
	if g == nil || g.bars == nil {
		return
	}
	g.bar.Abort(true)
	g.bars.Wait()
}

// isTerminal says whether a stream is a terminal.
func (p *program) isTerminal(stream any) bool {
	f := file(stream)
	return f != nil && term.IsTerminal(int(f.Fd()))
}

// width is the terminal's width in columns, 80 where the stream is none.
func (p *program) width(stream any) int {
	f := file(stream)
	if f == nil {
		return 80
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width < 40 {
		return 80
	}
	return width
}

// colored says whether standard output gets colours.
func (p *program) colored() (bool, error) {
	switch p.color {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto":
		return p.isTerminal(p.Stdout) && p.Getenv("NO_COLOR") == "" && p.Getenv("TERM") != "dumb", nil
	}
	return false, withExit(exitUsage, fmt.Errorf("--color: %q is none of auto, always and never", p.color))
}
