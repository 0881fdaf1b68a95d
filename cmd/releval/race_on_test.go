//go:build race

package main

// underRace says that the race detector is on, which multiplies memory.
const underRace = true
