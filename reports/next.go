package reports

import (
	"fmt"
	"slices"

	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// fewJudged is the share of judged hits below which judging more comes before
// anything else.
const fewJudged = 0.7

// next says what to do next, the most urgent first, three things at most.
func (r *Report) next() []string {
	var next []string
	m := &r.Evaluation.Run.Manifest
	suite := quoted(m.File, "SUITE")
	resume := fmt.Sprintf("releval run %s --resume %s", suite, quoted(r.RunFile, ""))
	if r.RunFile == "" {
		resume = fmt.Sprintf("releval run %s --out run.jsonl, which can be resumed", suite)
	}
	if r.Integrity.Incomplete {
		next = append(next, "finish the run: "+resume)
	}
	if failed := r.Evaluation.Run.Failed(); failed > 0 {
		next = append(next, fmt.Sprintf("search again what failed: %s, which count in no comparison: %s", text.Count(failed, "query"), resume))
	}
	for _, s := range r.Integrity.Systems {
		if len(s.NotReranked) > 0 {
			next = append(next, fmt.Sprintf("find out why %s did not rerank %s: the numbers are not its own", s.System, text.Count(len(s.NotReranked), "query")))
		}
	}
	loss := ""
	if rows, _ := r.moved(); len(rows) > 0 && rows[0].Difference < 0 {
		loss = "see why the largest loss happened: " + r.explains(r.Evaluation.Run.Queries[rows[0].Query].ID)
	}
	if loss != "" && r.Baseline != nil { // what was asked comes first
		next, loss = append(next, loss), ""
	}
	if len(r.Unresolved) > 0 {
		next = append(next, fmt.Sprintf("repair %s that no document matches: releval check %s", text.Plural(len(r.Unresolved), "title", "titles"), suite))
	}
	if share := r.judgedShare(); share < fewJudged {
		next = append(next, fmt.Sprintf("judge more: %s of the top %d hits are judged; releval pool %s lists the others", grid.Percent(share), integrity.JudgedDepth, suite))
	}
	verdicts := r.verdicts()
	if loss != "" {
		next = append(next, loss)
	}
	if r.Sweep == nil && slices.ContainsFunc(verdicts, func(v verdict) bool { return v.Says == stats.Raises }) {
		next = append(next, fmt.Sprintf("find the cheapest window that is good enough: releval sweep %s", suite))
	}
	return next[:min(len(next), 3)]
}

// explains is the command that explains a query of this run.
func (r *Report) explains(id string) string {
	query := quoted(id, "ID")
	if r.Baseline != nil {
		query += " --baseline " + quoted(r.Baseline.Name, "FILE")
	}
	switch {
	case r.Kept:
		return "releval report --query " + query
	case r.RunFile != "":
		return fmt.Sprintf("releval report %s --query %s", quoted(r.RunFile, ""), query)
	}
	return fmt.Sprintf("releval run %s --out run.jsonl, then releval report run.jsonl --query %s", quoted(r.Evaluation.Run.Manifest.File, "SUITE"), query)
}

// judgedShare is the smallest share of judged top hits of any system, 1 where
// there was no hit.
func (r *Report) judgedShare() float64 {
	smallest := 1.0
	for _, s := range r.Integrity.Systems {
		if s.Shown > 0 {
			smallest = min(smallest, float64(s.Judged)/float64(s.Shown))
		}
	}
	return smallest
}

// quoted makes a word for a shell of a name, and a placeholder of an empty
// one.
func quoted(s, placeholder string) string {
	s = text.Clean(s)
	if s == "" {
		return placeholder
	}
	return text.ShellWord(s)
}
