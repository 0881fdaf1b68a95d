package reports

import (
	"fmt"
	"slices"
	"strings"

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
	run := r.RunFile
	if run == "" {
		run = "RUN"
	}
	m := &r.Evaluation.Run.Manifest
	if r.Integrity.Incomplete {
		next = append(next, fmt.Sprintf("finish the run: releval run %s --resume %s", quoted(m.File, "SUITE"), quoted(r.RunFile, "RUN")))
	}
	if failed := r.Evaluation.Run.Failed(); failed > 0 {
		next = append(next, fmt.Sprintf("search again what failed: %s, which count in no comparison: releval run %s --resume %s", text.Count(failed, "query"), quoted(m.File, "SUITE"), quoted(r.RunFile, "RUN")))
	}
	for _, s := range r.Integrity.Systems {
		if len(s.NotReranked) > 0 {
			next = append(next, fmt.Sprintf("find out why %s did not rerank %s: the numbers are not its own", s.System, text.Count(len(s.NotReranked), "query")))
		}
	}
	if share := r.judgedShare(); share < fewJudged {
		next = append(next, fmt.Sprintf("judge more: %s of the top %d hits are judged; releval pool %s lists the others", grid.Percent(share), integrity.JudgedDepth, quoted(m.File, "SUITE")))
	}
	if len(r.Unresolved) > 0 {
		next = append(next, fmt.Sprintf("repair %s that no document matches: releval check %s", text.Plural(len(r.Unresolved), "title", "titles"), quoted(m.File, "SUITE")))
	}
	verdicts := r.verdicts()
	if i := slices.IndexFunc(verdicts, func(v verdict) bool { return v.Worst != nil }); i >= 0 {
		q := &r.Evaluation.Run.Queries[verdicts[i].Worst.Query]
		next = append(next, fmt.Sprintf("see why the largest loss happened: releval report %s --query %s", quoted(run, "RUN"), quoted(q.ID, "ID")))
	}
	if r.Sweep == nil && slices.ContainsFunc(verdicts, func(v verdict) bool { return v.Says == stats.Raises }) {
		next = append(next, fmt.Sprintf("find the cheapest window that is good enough: releval sweep %s", quoted(m.File, "SUITE")))
	}
	return next[:min(len(next), 3)]
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
	for _, r := range s {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@%+,=", r) {
			return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
		}
	}
	return s
}
