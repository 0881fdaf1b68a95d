package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/term"
)

// person answers what a command draws on its terminal with keys. Screen is
// the newest whole screen, without what moves the cursor.
type person func(screen string) (keys string)

// onTerminal runs a command on a pseudo-terminal of 80 by 24 with a person
// before it, and wants it to leave the terminal as it found it. It returns all
// that was drawn, and the exit code.
func onTerminal(cmd *exec.Cmd, answer person) (drawn string, exit int, err error) {
	screen, tty, err := pty.Open()
	if err != nil {
		return "", 0, err
	}
	defer screen.Close()
	defer tty.Close()
	if err := pty.Setsize(tty, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		return "", 0, err
	}
	before, err := term.GetState(int(tty.Fd()))
	if err != nil {
		return "", 0, err
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	ownTerminal(cmd)
	if err := cmd.Start(); err != nil {
		return "", 0, err
	}
	done := make(chan struct{})
	var out bytes.Buffer
	go func() {
		defer close(done)
		const begin, end = "\x1b[H", "\x1b[J"
		block := make([]byte, 4096)
		for answered := 0; ; {
			n, err := screen.Read(block)
			out.Write(block[:n])
			for {
				_, frame, begun := bytes.Cut(out.Bytes()[answered:], []byte(begin))
				frame, rest, whole := bytes.Cut(frame, []byte(end))
				if !begun || !whole {
					break
				}
				text := string(frame)
				answered = out.Len() - len(rest)
				if keys := answer(strings.NewReplacer("\x1b[K", "", "\r", "").Replace(text)); keys != "" {
					_, _ = screen.WriteString(keys)
				}
			}
			if err != nil {
				return // nobody has the terminal open any more
			}
		}
	}()
	// A command that waits for a key that nobody types would wait for ever.
	watch := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer watch.Stop()
	waited := cmd.Wait()
	after, stateErr := term.GetState(int(tty.Fd()))
	tty.Close()
	<-done
	if failed, ok := errors.AsType[*exec.ExitError](waited); ok {
		exit = failed.ExitCode()
	}
	switch {
	case stateErr != nil:
		err = stateErr
	case !reflect.DeepEqual(before, after):
		err = errors.New("the terminal is not as it was")
	}
	return out.String(), exit, err
}

// typing types all keys when the first screen is there.
func typing(keys string) person {
	return func(string) string {
		all := keys
		keys = ""
		return all
	}
}

// bySheet reads the query and the title off each screen and answers with the
// grade that a sheet gives them, 0 where it gives none. A line of the sheet is
// grade|query|title. At the end it quits.
func bySheet(sheet string) person {
	grades := make(map[string]string)
	for line := range strings.Lines(sheet) {
		grade, key, _ := strings.Cut(strings.TrimSpace(line), "|")
		grades[key] = grade
	}
	return func(screen string) string {
		query, title := "", ""
		for line := range strings.Lines(screen) {
			if text, ok := strings.CutPrefix(line, "query   "); ok {
				query = strings.TrimSpace(text)
			}
			if text, ok := strings.CutPrefix(line, "title   "); ok {
				title = strings.TrimSpace(text)
			}
		}
		if title == "" {
			return "q"
		}
		if grade := grades[query+"|"+title]; grade != "" {
			return grade
		}
		return "0"
	}
}

// terminal runs a command of a script on a pseudo-terminal:
// terminal CODE KEYS COMMAND [ARG...]. KEYS are typed at once, or where they
// begin with @ name a sheet of grades. What is drawn goes to the file screen.
func terminal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: terminal CODE KEYS|@SHEET COMMAND [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	answer := typing(args[1])
	if sheet, ok := strings.CutPrefix(args[1], "@"); ok {
		answer = bySheet(ts.ReadFile(sheet))
	}
	path, err := exec.LookPath(args[2])
	ts.Check(err)
	cmd := exec.Command(path, args[3:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = []string{"TERM=xterm", "HOME=" + ts.Getenv("HOME"), "PATH=" + ts.Getenv("PATH"), "ELASTICSEARCH_URL=" + ts.Getenv("ELASTICSEARCH_URL")}
	drawn, exit, err := onTerminal(cmd, answer)
	ts.Check(os.WriteFile(ts.MkAbs("screen"), []byte(drawn), 0o600))
	if err != nil {
		ts.Fatalf("%v\n%s", err, drawn)
	}
	if exit != want {
		ts.Fatalf("exit code %d, want %d\n%s", exit, want, drawn)
	}
}

// TestJudgeTerminated ends a session from outside: the terminal is as before,
// and what was judged is safe.
func TestJudgeTerminated(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pool.yaml")
	text := "pool: s\nqueries:\n  - id: q\n    query: q\n    candidates:\n      - grade: 3\n        title: A\n      - grade: ?\n        title: B\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	releval, err := exec.LookPath("releval")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), releval, "judge", path)
	drawn, exit, err := onTerminal(cmd, func(string) string {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		return ""
	})
	if err != nil || exit != exitCluster || !strings.Contains(drawn, "1 left") {
		t.Errorf("%v, exit code %d:\n%q", err, exit, drawn)
	}
	if now, err := os.ReadFile(path); err != nil || string(now) != text {
		t.Errorf("%v\n%s", err, now)
	}
}
