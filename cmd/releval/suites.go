package main

import (
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/judgments"
)

// loadSuite reads a suite and checks all that can be checked without a
// cluster.
func loadSuite(path string) (*judgments.Suite, error) {
	return judgments.Load(path, judgments.Options{Metric: checkMetric})
}

func checkMetric(name string) error {
	_, err := metrics.Parse(name)
	return err
}
