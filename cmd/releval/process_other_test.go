//go:build !unix

package main

import "os/exec"

// limitFiles does nothing where the tests that need it do not run.
func limitFiles() error { return nil }

// ownTerminal does nothing: there are no pseudo-terminals to run commands on.
func ownTerminal(*exec.Cmd) {}
