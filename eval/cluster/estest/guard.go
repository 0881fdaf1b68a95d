package estest

import (
	"fmt"
	"io"
	"os/exec"
	"strconv"
)

// guard ends a server when the test process dies without having stopped it, as
// after a panic or a timeout: a shell waits for the end of its input, which
// comes when the last process that holds the pipe is gone.
type guard struct {
	input   io.WriteCloser
	command *exec.Cmd
}

func watch(pid int) (*guard, error) {
	command := exec.Command("sh", "-c", `read -r word; [ "$word" = released ] || kill "$1"`, "guard", strconv.Itoa(pid))
	input, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start the server's guard: %w", err)
	}
	return &guard{input, command}, nil
}

// release sends the guard home.
func (g *guard) release() {
	if g == nil {
		return
	}
	_, _ = io.WriteString(g.input, "released\n")
	_ = g.input.Close()
	_ = g.command.Wait()
}
