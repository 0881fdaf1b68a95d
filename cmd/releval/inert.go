package main

import (
	"bytes"
	"io"
	"os"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// inert is a stream of a build's log, in which nothing that the program prints
// can be a command to whoever reads the log: GitHub (:: at the start of a line,
// ##[ anywhere), Azure (##vso[), TeamCity (##teamcity[) and GitLab
// (section_start:). Suites, titles and servers would write them otherwise.
//
// A command is parted by a character that shows nothing, or, where the stream
// is JSON or markup, written by an escape that means the same, so that programs
// read the same values.
//
// GitHub has a command that switches all commands off until a token is given
// back. It is not used: the runner reads standard output and standard error
// side by side, so that it would switch off the program's own annotations as
// well, at random.
type inert struct {
	mu    sync.Mutex
	to    io.Writer
	begun bool
	form  escapes
	line  bool   // something but spaces stands on the line already
	held  []byte // what may become a command with the bytes to come
}

// escapes are what stands for the characters of a command.
type escapes struct{ colon, hash, underscore string }

var (
	plainEscapes  = escapes{"\u2060:", "\u2060#", "\u2060_"}
	jsonEscapes   = escapes{`\u003a`, `\u0023`, `\u005f`}
	markupEscapes = escapes{"&#58;", "&#35;", "&#95;"}
)

// newInert wraps a stream.
func newInert(to io.Writer) *inert { return &inert{to: to} }

// Write passes text on.
func (w *inert) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	in := append(w.held, p...)
	out, rest := w.part(in)
	w.held = append([]byte(nil), rest...)
	if _, err := w.to.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Flush passes on what is held.
func (w *inert) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, err := w.to.Write(w.held)
	w.held = nil
	return err
}

// part parts the commands in the text, and gives what cannot be decided yet.
func (w *inert) part(in []byte) (out, rest []byte) {
	out = make([]byte, 0, len(in)+16)
	for i := 0; i < len(in); {
		left := in[i:]
		r, size := utf8.DecodeRune(left)
		if r == utf8.RuneError && !utf8.FullRune(left) {
			return out, left
		}
		if !w.begun && !unicode.IsSpace(r) {
			w.begun, w.form = true, plainEscapes
			switch r {
			case '{', '[':
				w.form = jsonEscapes
			case '<':
				w.form = markupEscapes
			}
		}
		switch found, escape := w.decide(left); found {
		case isOpen:
			return out, left
		case isCommand:
			out = append(append(out, left[:escape.at]...), escape.text...)
			i += escape.at + 1
			w.line = true
			continue
		}
		switch {
		case r == '\n' || r == '\r':
			w.line = false
		case !unicode.IsSpace(r) && r != '\ufeff':
			w.line = true
		}
		out = append(out, left[:size]...)
		i += size
	}
	return out, nil
}

type decision int

const (
	isText decision = iota
	isOpen
	isCommand
)

// escape is which byte of a command is replaced, by what.
type escape struct {
	at   int
	text string
}

// longestWord is how long a word between ## and [ may be.
const longestWord = 32

// decide says whether a text begins with a command, or may with what follows.
func (w *inert) decide(t []byte) (decision, escape) {
	switch t[0] {
	case ':':
		if w.line {
			return isText, escape{}
		}
		return begins(t, "::", escape{1, w.form.colon})
	case '#':
		found, e := begins(t, "##", escape{1, w.form.hash})
		if found != isCommand {
			return found, e
		}
		word := bytes.TrimLeft(t[2:min(len(t), 2+longestWord)], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
		switch {
		case len(word) > 0 && word[0] == '[':
			return isCommand, e
		case len(word) == 0 && len(t) < 2+longestWord:
			return isOpen, e
		}
	case 's':
		for _, marker := range []string{"section_start:", "section_end:"} {
			if found, e := begins(t, marker, escape{len("section"), w.form.underscore}); found != isText {
				return found, e
			}
		}
	}
	return isText, escape{}
}

func begins(t []byte, with string, e escape) (decision, escape) {
	switch {
	case bytes.HasPrefix(t, []byte(with)):
		return isCommand, e
	case strings.HasPrefix(with, string(t)):
		return isOpen, e
	}
	return isText, e
}

// file is the file behind a stream, nil where there is none.
func file(stream any) *os.File {
	if w, ok := stream.(*inert); ok {
		stream = w.to
	}
	f, _ := stream.(*os.File)
	return f
}

// inBuild says whether a build's runner reads what is printed.
func (p *program) inBuild() bool {
	for _, name := range []string{"GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "TEAMCITY_VERSION", "CI"} {
		if v := p.Getenv(name); v != "" && !strings.EqualFold(v, "false") {
			return true
		}
	}
	return false
}

// quieten makes the streams inert in a build, and gives the function that
// passes on what they hold. Annotations, which are commands on purpose, go to
// p.commands.
func (p *program) quieten() (flush func()) {
	p.commands = p.Stderr
	if !p.inBuild() {
		return func() {}
	}
	out, err := newInert(p.Stdout), newInert(p.Stderr)
	p.Stdout, p.Stderr = out, err
	return func() { _, _ = out.Flush(), err.Flush() }
}
