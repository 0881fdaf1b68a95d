package execute

import (
	"strings"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/preflight"
)

// newManifest writes down what exactly is run.
func newManifest(p *plan.Plan, found *preflight.Preflight, titles Titles, address string, s Settings) eval.Manifest {
	m := eval.Manifest{
		Tool:       s.Tool,
		Suite:      p.Suite.Name,
		File:       p.Suite.File,
		Started:    s.Now().UTC().Truncate(time.Millisecond),
		Seed:       s.Seed,
		Cluster:    clusterInfo(found.Info, address),
		Index:      p.Suite.Search.Index,
		TitleField: p.Suite.Search.TitleField,
		Systems:    found.Systems(p),
		QueryCount: len(p.Queries),
		Gates:      p.Suite.Gates,
		Compare:    p.Suite.Compare,
		Unresolved: titles.Missing,
		Ambiguous:  titles.Ambiguous,
		Hashes: eval.Hashes{
			Suite:     p.Suite.Hash,
			Judgments: p.Suite.JudgmentsHash(),
			Queries:   p.Suite.QueriesHash(),
			Search:    p.Suite.SearchHash(),
			Titles:    titles.Hash,
		},
	}
	if all := len(p.Suite.Queries); all > len(p.Queries) {
		m.SuiteQueries = all
	}
	m.Concurrency = s.inFlight(len(p.Queries))
	if s.Repeat > 1 {
		m.Repeat = s.Repeat
	}
	for _, i := range found.Indices {
		m.Indices = append(m.Indices, indexInfo(i, m.Cluster))
	}
	for _, metric := range p.Metrics {
		m.Metrics = append(m.Metrics, metric.String())
	}
	for _, f := range found.Findings {
		m.Notes = append(m.Notes, f.String())
	}
	m.Notes = append(m.Notes, m.TieNotes()...)
	m.Notes = append(m.Notes, m.OutsideNotes()...)
	return m
}

// indexInfo leaves out the embedded engine's uuid: the engine makes its index
// anew for every run, from the same documents.
func indexInfo(i cluster.IndexInfo, c eval.ClusterInfo) eval.IndexInfo {
	if c.Embedded() {
		i.UUID = ""
	}
	return eval.IndexInfo{Name: i.Name, UUID: i.UUID, Documents: i.Documents}
}

func clusterInfo(i cluster.Info, address string) eval.ClusterInfo {
	c := eval.ClusterInfo{Kind: "elasticsearch", Version: i.Version, URL: address}
	switch {
	case strings.Contains(i.Cluster, "releval-embedded"):
		c.Kind, c.URL = "embedded", ""
	case i.Serverless:
		c.Kind = "serverless"
	}
	return c
}
