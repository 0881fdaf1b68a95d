//go:build !unix

package main

import "os"

// peakOf is unknown: the system does not account for it.
func peakOf(*os.ProcessState) int64 { return 0 }
