package main

import (
	"time"

	"github.com/releval/releval/eval/gate"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/judgments"
)

// loadSuite reads a suite and checks all that can be checked without a
// cluster. Its warnings name the gates that its queries are too few for.
func loadSuite(path string) (*judgments.Suite, error) {
	suite, err := judgments.Load(path, judgments.Options{Metric: checkMetric, Gate: checkGate})
	if err != nil {
		return nil, err
	}
	suite.Warnings = append(suite.Warnings, gate.Unprovable(suite, time.Now())...)
	suite.Warnings.Sort()
	return suite, nil
}

func checkGate(g judgments.Gate, s *judgments.Suite) []judgments.Problem {
	return gate.Check(g, s.Systems(), checkMetric)
}

func checkMetric(name string) error {
	_, err := metrics.Parse(name)
	return err
}
