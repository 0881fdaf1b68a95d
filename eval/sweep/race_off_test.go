//go:build !race

package sweep_test

// windowStep is 1: every window is searched.
const windowStep = 1
