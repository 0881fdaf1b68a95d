//go:build race

package sweep_test

// windowStep leaves most windows of the sample suite out where the race
// detector makes each search many times as slow.
const windowStep = 11
