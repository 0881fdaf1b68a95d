//go:build !unix

package estest

import (
	"errors"
	"os"
	"os/exec"
)

var (
	terminate os.Signal = os.Kill
	kill      os.Signal = os.Kill
)

// supported tells whether servers can be started on this system.
func supported() error {
	return errors.New("the tests against a real Elasticsearch run on Linux and macOS only")
}

func unprivileged(*exec.Cmd) {}

func chownTree(string) error { return nil }

func gone(*os.Process) bool { return true }
