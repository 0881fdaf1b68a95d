//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// peakOf is the peak of memory of a finished process in bytes.
func peakOf(p *os.ProcessState) int64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return int64(usage.Maxrss) // in bytes there, in KiB elsewhere
	}
	return int64(usage.Maxrss) * 1024
}
