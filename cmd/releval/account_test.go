package main

import (
	"context"
	"os"
	"runtime"
	"strconv"
)

// accountMemory is the environment variable with a file to which the command,
// at its end, writes how much memory it got from the system.
const accountMemory = "RELEVAL_TEST_ACCOUNT_MEMORY"

// accountedMain is main with that account. It is the runtime's own, of which
// nothing is given back, so that it holds under the race detector too.
func accountedMain(path string) int {
	p := &program{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv}
	code := p.main(context.Background(), os.Args[1:])
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	if err := os.WriteFile(path, []byte(strconv.FormatUint(stats.Sys, 10)), 0o644); err != nil {
		panic(err)
	}
	return code
}
