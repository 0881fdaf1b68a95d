package reports

import (
	"strconv"
	"time"

	"github.com/releval/releval/eval/text"

	"github.com/releval/releval/eval"
)

// manifestRows say what exactly was run, a name and a value each; what is
// unknown is left out.
func (r *Report) manifestRows() [][2]string {
	m := &r.Evaluation.Run.Manifest
	var rows [][2]string
	add := func(name, value string) {
		if value != "" {
			rows = append(rows, [2]string{name, value})
		}
	}
	add("suite", m.Suite)
	add("file", m.File)
	add("run file", r.RunFile)
	add("tool", m.Tool)
	if !m.Started.IsZero() {
		add("started", m.Started.UTC().Format("2006-01-02 15:04:05 UTC"))
	}
	if c := r.Evaluation.Run.Complete; c != nil && !c.Finished.IsZero() && !m.Started.IsZero() {
		add("took", c.Finished.Sub(m.Started).Round(time.Millisecond).String())
	}
	cluster := m.Cluster.Kind
	if m.Cluster.Version != "" {
		cluster += " " + m.Cluster.Version
	}
	if m.Cluster.URL != "" {
		cluster += " at " + m.Cluster.URL
	}
	add("cluster", cluster)
	add("index", m.Index)
	for _, i := range m.Indices {
		value := text.Thousands(i.Documents) + " documents"
		if i.UUID != "" {
			value += ", uuid " + i.UUID
		}
		add("index "+i.Name, value)
	}
	add("title field", m.TitleField)
	for _, s := range m.Retrievers() {
		name := ""
		if s.Name != eval.FirstStage {
			name = " " + s.Name
		}
		add("retriever"+name, string(s.Retriever))
		add("first-stage depth"+name, strconv.Itoa(s.Depth))
	}
	for _, k := range m.Reranked() {
		add("reranker "+k.Name, describe(k))
		add("service of "+k.Name, k.Service)
	}
	add("seed", strconv.FormatUint(m.Seed, 10))
	add("sha256 of suite", m.Hashes.Suite)
	add("sha256 of judgments", m.Hashes.Judgments)
	add("sha256 of queries", m.Hashes.Queries)
	add("sha256 of search", m.Hashes.Search)
	add("sha256 of titles", m.Hashes.Titles)
	return rows
}
