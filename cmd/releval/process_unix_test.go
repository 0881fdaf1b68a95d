//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
)

// fileLimit is the environment variable that bounds the size of the command's
// files in bytes, as a full disk does.
const fileLimit = "RELEVAL_TEST_FILE_LIMIT"

// limitFiles sets the limit. The signal that goes with it would end the
// process; ignored, the write fails as on a full disk.
func limitFiles() error {
	text := os.Getenv(fileLimit)
	if text == "" {
		return nil
	}
	limit, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return fmt.Errorf("%s: %w", fileLimit, err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit})
}

// ownTerminal makes a command's standard input its terminal.
func ownTerminal(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true} }
