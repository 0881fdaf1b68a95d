package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/releval/releval/eval/judge"
	"github.com/releval/releval/eval/pool"
	"github.com/releval/releval/judgments"
)

// judgedText is how many characters of a document's text can be read while
// judging.
const judgedText = 4000

func newJudgeCommand(p *program) *cobra.Command {
	var f candidateFlags
	cmd := &cobra.Command{
		Use:   "judge SUITE|POOL",
		Short: "Judge documents at the terminal, one at a time",
		Long: `Judge documents at the terminal, one at a time: the query, the title and the
text are shown, and a key from 0 to 3 says how relevant the document is; s
skips it, b goes back, u undoes the last grade, q quits. Every grade is saved
at once, and the next time the work goes on where it stopped.

With a pool file, made by releval pool, the grades go into that file. With a
suite the documents are found as by releval pool, and the grades go into the
suite.`,
		Example: `  releval judge pool.yaml
  releval judge --limit 50 suite.yaml`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(cmd); err != nil {
				return err
			}
			if !p.isTerminal(p.Stdin) || !p.isTerminal(p.Stdout) {
				return withExit(exitUsage, errors.New("judging needs a terminal for input and output; fill a file in instead: releval pool --out pool.yaml SUITE"))
			}
			book, err := p.book(cmd.Context(), args[0], &f)
			if err != nil {
				return err
			}
			return p.judgeBook(cmd.Context(), book)
		},
	}
	f.addFlags(cmd.Flags())
	return cmd
}

// book opens what is judged: a pool file, or the candidates of a suite.
func (p *program) book(ctx context.Context, path string, f *candidateFlags) (judge.Book, error) {
	if err := f.suspicion.places(named{"", path}); err != nil {
		return nil, err
	}
	text, err := judgments.ReadText(path, judgments.DefaultMaxBytes)
	if err != nil {
		return nil, withExit(exitUsage, err)
	}
	if pool.IsPool(text) {
		file, err := pool.Parse(path, text)
		if err != nil {
			return nil, err
		}
		return judge.NewPoolBook(file), nil
	}
	suite, err := f.suspicion.load(path)
	if err != nil {
		return nil, err
	}
	found, err := p.candidates(ctx, suite, f, judgedText)
	if err != nil {
		return nil, err
	}
	return judge.NewSuiteBook(suite, text, found), nil
}

// judgeBook runs a session on the terminal, and says what is safe.
func (p *program) judgeBook(ctx context.Context, book judge.Book) error {
	session := judge.NewSession(book)
	if c := session.Counts(); c.All == c.Judged {
		p.note("there is nothing left to judge in %s", book.File())
		return nil
	}
	err := p.raw(ctx, func(ctx context.Context, keys io.Reader) error {
		return judge.Run(ctx, session, keys, p.Stdout, func() (int, int) { return p.size(p.Stdout) })
	})
	c := session.Counts()
	p.note("%d judged, %d left; saved in %s", c.New, c.All-c.Judged, book.File())
	return err
}

// raw runs f with the terminal in raw mode, and puts it back whatever
// happens. The keys are read from a file of their own where there is one, so
// that the end of the context also ends a read that waits for a key.
func (p *program) raw(ctx context.Context, f func(context.Context, io.Reader) error) error {
	stdin, ok := p.Stdin.(*os.File)
	if !ok {
		return errors.New("standard input is not a terminal")
	}
	before, err := term.MakeRaw(int(stdin.Fd()))
	if err != nil {
		return fmt.Errorf("cannot set the terminal up: %w", err)
	}
	restore := func() { _ = term.Restore(int(stdin.Fd()), before) }
	defer restore()
	defer p.orderly.keep(func() {
		_, _ = io.WriteString(p.Stdout, judge.LeaveScreen)
		restore()
	})()
	keys := stdin
	if tty, err := os.Open("/dev/tty"); err == nil {
		defer tty.Close()
		keys = tty
	}
	stop := context.AfterFunc(ctx, func() {
		// Where a terminal's reads cannot be called off, the terminal is at
		// least usable again, and the next key ends the session.
		if err := keys.SetReadDeadline(time.Now()); err != nil {
			restore()
		}
	})
	defer stop()
	return f(ctx, keys)
}

// size is the terminal's columns and lines, 80 by 24 where they are unknown.
func (p *program) size(stream any) (width, height int) {
	if f := file(stream); f != nil {
		if w, h, err := term.GetSize(int(f.Fd())); err == nil && w > 0 && h > 0 {
			return w, h
		}
	}
	return 80, 24
}
