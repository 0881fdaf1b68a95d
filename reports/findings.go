package reports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// finding is one thing about a run that a reader of its numbers should know.
type finding struct {
	// Serious says that numbers are wrong or missing because of it; the
	// others make them weaker or are good to know.
	Serious bool
	// Text is what it is, in a sentence without a final period.
	Text string
	// Items are the queries or titles concerned, with a reason where there
	// is one.
	Items []string
}

// findings are what could not be trusted, the serious ones first.
func (r *Report) findings() []finding {
	f := findings{report: r, limits: make(map[string][]string)}
	f.run()
	all := r.Evaluation.AllQueries()
	if why := r.Evaluation.NothingRelevant(r.Compared.Lead, all); why != "" {
		f.serious(nil, "%s, so that no system can be told from another: judge what they return", why)
	}
	if r.Evaluation.FoundNothing(all) {
		f.serious(nil, "no system found anything for any query: look at the index and at the fields that the retriever searches")
	}
	for _, s := range r.Integrity.Systems {
		f.system(s)
	}
	f.stability()
	f.judgments()
	f.windows()
	f.found = append(f.found, r.longTexts()...)
	f.rest()
	slices.SortStableFunc(f.found, func(a, b finding) int {
		switch {
		case a.Serious == b.Serious:
			return 0
		case a.Serious:
			return -1
		}
		return 1
	})
	return f.found
}

// findings collects them.
type findings struct {
	report *Report
	found  []finding
	// limits holds, by system, the metrics that its window limits: said
	// here once for each system, so that notes of the same need not be.
	limits map[string][]string
}

func (f *findings) serious(items []string, format string, args ...any) {
	f.found = append(f.found, finding{true, fmt.Sprintf(format, args...), items})
}

func (f *findings) note(items []string, format string, args ...any) {
	f.found = append(f.found, finding{false, fmt.Sprintf(format, args...), items})
}

// run looks at the run as a whole.
func (f *findings) run() {
	found := &f.report.Integrity
	m := &f.report.Evaluation.Run.Manifest
	switch {
	case found.Missing > 0:
		f.serious(nil, "the run is incomplete: %s of %s are missing from every number here", text.Thousands(found.Missing), text.Count(m.QueryCount, "query"))
	case found.Incomplete:
		f.serious(nil, "the run is incomplete: its last line is missing")
	}
	if ended := f.report.Ended; ended != "" {
		f.serious(nil, "the run did not come to its end: %s", ended)
	}
	if b := f.report.Baseline; b != nil && len(b.Meaningless) > 0 {
		f.serious(nil, "the baseline is not comparable with this run, and was compared because --force asks for it: %s", strings.Join(b.Meaningless, "; "))
	}
	if found.IndexChanged != "" {
		f.serious(nil, "the index changed during the run: %s", found.IndexChanged)
	}
}

// stability names the queries that were ranked differently when they were
// searched again.
func (f *findings) stability() {
	run := f.report.Evaluation.Run
	for _, system := range run.Manifest.Names() {
		var ties, others []string
		for _, u := range integrity.CheckStability(run) {
			if u.System != system {
				continue
			}
			item := fmt.Sprintf("%s: %d of %d repeats", u.Query, u.Different, u.Repeats)
			if u.TiesExplain {
				ties = append(ties, item)
			} else {
				others = append(others, item)
			}
		}
		if len(others) > 0 {
			f.note(others, "%s ranks %s differently when they are searched again, and equal scores do not explain it; each counts by its median", system, text.Count(len(others), "query"))
		}
		if len(ties) > 0 {
			f.note(ties, "%s changes the order of equal scores of %s when they are searched again; each counts by its median", system, text.Count(len(ties), "query"))
		}
	}
}

// system looks at one system's answers.
func (f *findings) system(s integrity.SystemIntegrity) {
	total := text.Count(len(f.report.Evaluation.Run.Queries), "query")
	scores := f.report.Evaluation.System(s.System)
	var failed, noOrder []string
	notReranked := make(map[string]bool)
	for _, q := range s.NotReranked {
		notReranked[q.Query] = true
	}
	for i, reason := range scores.Errors {
		switch id := f.report.Evaluation.Run.Queries[i].ID; {
		case reason == "" || notReranked[id]:
		case strings.HasPrefix(reason, "no order"):
			noOrder = append(noOrder, id+": "+reason)
		default:
			failed = append(failed, id+": "+reason)
		}
	}
	if n := len(failed); n > 0 {
		f.serious(failed, "%s: %s of %s failed and count in no comparison", s.System, text.Thousands(n), total)
	}
	if n := len(noOrder); n > 0 {
		say := f.note
		if n == len(scores.Errors)-len(failed) {
			say = f.serious // there is no answer at all
		}
		say(noOrder, "%s: no order in %s of %s: all hits share one score, which is no answer", s.System, text.Thousands(n), total)
	}
	if scores.Tied > 0 {
		f.note(nil, "%s: the server did not decide the order of some hits of %s: each counts by the mean over all orders", s.System, text.Count(scores.Tied, "query"))
	}
	if n := len(s.NotReranked); n > 0 {
		f.serious(reasons(s.NotReranked), "%s did not rerank %s", s.System, text.Count(n, "query"))
	}
	if n := len(s.Outside); n > 0 {
		f.serious(reasons(s.Outside), "%s returned hits from outside its window for %s: the two searches did not see the same documents", s.System, text.Count(n, "query"))
	}
	if len(s.Dropped) > 0 {
		var items []string
		for _, d := range s.Dropped {
			items = append(items, d.Query+": "+text.List(d.Titles, 5))
		}
		f.note(items, "%s left out %s of its window for %s: %s", s.System, text.Plural(s.Documents(), "document", "documents"), text.Count(len(s.Dropped), "query"), whyDropped(&s))
	}
	if n := len(s.Collapsed); n > 0 {
		f.note(reasons(s.Collapsed), "%s gave most hits one score for %s: their order is an accident", s.System, text.Count(n, "query"))
	}
	if n := len(s.Ascending); n > 0 {
		f.serious(reasons(s.Ascending), "%s: scores rise down the list for %s, though nothing but the score sorts it", s.System, text.Count(n, "query"))
	}
	if n := len(s.Empty); n > 0 {
		f.note(s.Empty, "%s: %s of %s found nothing and count 0", s.System, text.Thousands(n), total)
	}
	if n := len(s.Warnings); n > 0 {
		f.note(reasons(s.Warnings), "%s: the server warned about %s", s.System, text.Plural(n, "answer", "answers"))
	}
}

// whyDropped says what made a reranker leave documents out.
func whyDropped(s *integrity.SystemIntegrity) string {
	noValue, filtered, below, unknown := s.DropReasons()
	var reasons []string
	for _, r := range []struct {
		count  int
		phrase string
	}{
		{noValue, "without a value in its field"},
		{filtered, "that its filter keeps out"},
		{below, "below its min_score"},
		{unknown, "for a reason that is not known"},
	} {
		if r.count > 0 {
			reasons = append(reasons, text.Thousands(r.count)+" "+r.phrase)
		}
	}
	return text.List(reasons, len(reasons))
}

// judgments looks at how far the judgments reach.
func (f *findings) judgments() {
	found := &f.report.Integrity
	for _, s := range found.Systems {
		if unjudged := s.Shown - s.Judged; unjudged > 0 {
			f.note(nil, "%s: %s of %s in the top %d (%s) are unjudged and count as non-relevant", s.System,
				text.Thousands(unjudged), text.Plural(s.Shown, "hit", "hits"), integrity.JudgedDepth, grid.Percent(float64(unjudged)/float64(s.Shown)))
		}
	}
	if n := len(f.report.Unresolved); n > 0 {
		f.note(f.report.Unresolved, "%s no document in the index, where no search can find it", text.Plural(n, "judged title matches", "judged titles match"))
	}
	if n := len(found.AmbiguousTitles); n > 0 {
		f.note(found.AmbiguousTitles, "%s shared by several documents: the first hit gets the credit; judge by id", text.Plural(n, "judged title is", "judged titles are"))
	}
	if n := len(found.NoRelevant); n > 0 {
		f.note(found.NoRelevant, "%s no relevant judgment and %s 0 whatever is returned", text.Plural(n, "query has", "queries have"), map[bool]string{true: "counts", false: "count"}[n == 1])
	}
}

// windows names the metrics that look deeper than a reranker's answer goes.
func (f *findings) windows() {
	e := f.report.Evaluation
	for _, s := range e.Systems {
		window := e.Run.Manifest.Window(s.System)
		depth := 0 // of its first stage
		if stage := e.Run.Manifest.System(e.Run.Manifest.FirstStageOf(s.System)); stage != nil {
			depth = stage.Depth
		}
		var limited []string
		for _, m := range e.Metrics {
			if m.Cutoff() > window || m.Cutoff() == 0 && depth > window {
				limited = append(limited, m.String())
			}
		}
		if window > 0 && len(limited) > 0 {
			f.limits[s.System] = limited
			f.note(nil, "%s returns no more than its window of %d, which limits %s", s.System, window, text.List(limited, 6))
		}
	}
}

// rest takes in what others noted, each text once.
func (f *findings) rest() {
	run := f.report.Evaluation.Run
	said := make(map[string]bool)
	say := func(texts []string) {
		for _, t := range texts {
			if !said[t] && !f.saysLimit(t) {
				said[t] = true
				f.note(nil, "%s", t)
			}
		}
	}
	say(run.Manifest.Notes)
	if run.Complete != nil {
		say(run.Complete.Warnings)
	}
	say(f.report.Notes)
	say(sweepNotes(f.report.Sweep))
}

// saysLimit tells whether a note is about a window's limit already found.
func (f *findings) saysLimit(note string) bool {
	for system, limited := range f.limits {
		for _, metric := range limited {
			if strings.Contains(note, system) && strings.HasPrefix(note, metric+" ") && strings.Contains(note, "window") {
				return true
			}
		}
	}
	return false
}

// reasons gives "query: reason" for each.
func reasons(found []integrity.QueryFinding) []string {
	items := make([]string, len(found))
	for i, q := range found {
		items[i] = q.Query + ": " + q.Reason
	}
	return items
}
