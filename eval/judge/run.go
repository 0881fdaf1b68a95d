package judge

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// LeaveScreen gives the terminal back as it was, for who has to end a session
// in the middle.
const LeaveScreen = "\x1b[?25h\x1b[?1049l"

// What a terminal understands: another screen and back, the cursor off and
// on, the upper left corner, to the end of the line, to the end of the screen.
const (
	enter   = "\x1b[?1049h\x1b[?25l"
	leave   = LeaveScreen
	corner  = "\x1b[H"
	lineEnd = "\x1b[K"
	rest    = "\x1b[J"
)

// Bytes that a terminal in raw mode sends instead of signals.
const (
	interrupt = 0x03 // Ctrl-C
	endOfText = 0x04 // Ctrl-D
	escape    = 0x1b
)

// Run shows the session on a terminal in raw mode, and takes keys from it,
// until the person quits or the input ends. Size gives the terminal's columns
// and lines, before each screen. It leaves the screen as it found it.
func Run(ctx context.Context, s *Session, keys io.Reader, terminal io.Writer, size func() (width, height int)) error {
	if _, err := io.WriteString(terminal, enter); err != nil {
		return err
	}
	in := bufio.NewReader(keys)
	err := s.loop(ctx, in, terminal, size)
	if _, leaving := io.WriteString(terminal, leave); err == nil {
		err = leaving
	}
	return err
}

func (s *Session) loop(ctx context.Context, in *bufio.Reader, terminal io.Writer, size func() (int, int)) error {
	for {
		if err := draw(terminal, s.Screen(size())); err != nil {
			return fmt.Errorf("cannot draw on the terminal: %w", err)
		}
		key, err := readKey(in)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("cannot read keys from the terminal: %w", err)
		}
		if s.Press(key) {
			return nil
		}
	}
}

// draw puts lines on the screen, over what is there, so that nothing
// flickers. In raw mode a line feed alone does not go back to the left edge,
// and the last line has none, which would scroll. What was on a line is erased
// before it is written: behind a line that fills the screen's width the cursor
// still stands on the last column, and erasing from there would take its
// character.
func draw(w io.Writer, lines []string) error {
	var b strings.Builder
	b.WriteString(corner)
	for i, line := range lines {
		if i > 0 {
			b.WriteString("\r\n")
		}
		if i == len(lines)-1 {
			b.WriteString(rest)
		} else {
			b.WriteString(lineEnd)
		}
		b.WriteString(line)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// readKey reads a key. The sequences of keys such as arrows are read whole
// and given as 0, which no key is.
func readKey(in *bufio.Reader) (rune, error) {
	r, _, err := in.ReadRune()
	if err != nil {
		return 0, err
	}
	switch r {
	case interrupt, endOfText:
		return keyQuit, nil
	case escape:
		// What belongs to the sequence has arrived with it.
		for in.Buffered() > 0 {
			c, err := in.ReadByte()
			if err != nil {
				return 0, err
			}
			if c >= 'A' && c <= 'Z' && c != 'O' || c >= 'a' && c <= 'z' || c == '~' {
				break
			}
		}
		return 0, nil
	case '\x7f':
		return keyBack, nil
	}
	if r >= 'A' && r <= 'Z' {
		r += 'a' - 'A'
	}
	return r, nil
}
