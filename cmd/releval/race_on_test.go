//go:build race

package main

// underRace says that the race detector is on, which makes buffers grow
// differently.
const underRace = true
