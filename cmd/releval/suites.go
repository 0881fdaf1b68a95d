package main

import (
	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/gate"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/judgments"
)

// loadSuite reads a suite and checks all that can be checked without a
// cluster.
func loadSuite(path string) (*judgments.Suite, error) {
	return judgments.Load(path, judgments.Options{Metric: checkMetric, Gate: checkGate})
}

func checkGate(g judgments.Gate, s *judgments.Suite) []judgments.Problem {
	systems := []string{eval.FirstStage}
	for _, r := range s.Search.Rerankers {
		systems = append(systems, r.Name)
	}
	return gate.Check(g, systems, checkMetric)
}

func checkMetric(name string) error {
	_, err := metrics.Parse(name)
	return err
}
