package reports

import (
	"cmp"
	"math"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/gate"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/sweep"
	"github.com/releval/releval/judgments"
)

// Report is everything that a report says, worked out and sorted. Every
// format renders the same value, and none computes a number of its own.
type Report struct {
	Evaluation *score.Evaluation
	// Compared holds the comparisons of all systems, and which queries means
	// are over.
	Compared *score.Comparisons
	// Decision is the table that a system is chosen from.
	Decision *score.Decision
	// Lead is the index of the metric that the verdict and the order of the
	// queries go by: the suite's first that measures quality.
	Lead int
	// Queries are by system, in the order of compared; each list is sorted by
	// what the system did to the lead metric, the largest loss first. Where
	// there is one system the one list is in the suite's order.
	Queries [][]QueryRow
	// Integrity is what could not be trusted.
	Integrity integrity.Integrity
	// Notes are said below the tables.
	Notes []string

	// RunFile is where the run was saved, for the commands that the report
	// proposes; empty where it was not.
	RunFile string
	// Kept says that releval report without a file shows this run.
	Kept bool
	// Ended is what ended the run before its end; empty for one that came to
	// it, and for one that is read from a file.
	Ended string
	// Unresolved are judged titles that match no document of the index.
	Unresolved []string
	// Gates are the gates and expectations with their results, in the
	// suite's order; nil where there are none.
	Gates []gate.Result
	// Baseline is the comparison with an earlier run; nil without one.
	Baseline *BaselineView
	// Sweep is what every window does; nil where no sweep was made.
	Sweep *sweep.Result
}

// QueryRow is one query under one reranker.
type QueryRow struct {
	// Query is the index into the run's queries.
	Query int
	// Without and With are the lead metric's values; NaN where undefined and
	// where there is no usable answer.
	Without, With float64
	// Difference is With minus Without.
	Difference float64
	// Failed says that one of the two systems gave no usable answer.
	Failed bool
	// Title is the title (or id) of the document that did most of the
	// difference. Where there is none, it is the best relevant document: of
	// those that either system returned the one with the highest grade, and
	// among equals the one ranked best; where neither returned any, the first of
	// the highest grade.
	Title string
	// Before and After are its ranks, 0 where it was not returned.
	Before, After int
	// Changes are the documents that made the difference, the largest loss
	// first; they add up to it. Nil where nobody worked them out.
	Changes []score.Change
}

// New works a report out of an evaluation.
func New(e *score.Evaluation, o stats.Options) (*Report, error) {
	r := &Report{Evaluation: e, Unresolved: e.Run.Manifest.Unresolved, Lead: max(0, slices.IndexFunc(e.Metrics, score.Testable))}
	var group errgroup.Group // what needs nothing of each other, on every core
	group.Go(func() (err error) {
		if r.Compared, err = e.Compare(o); err != nil {
			return err
		}
		r.Decision, err = e.Decide(r.Compared)
		return err
	})
	group.Go(func() error {
		r.Integrity = integrity.Check(e.Run)
		return nil
	})
	for _, s := range r.compared() {
		r.Queries = append(r.Queries, r.rows(s))
	}
	if len(r.Queries) == 0 {
		r.Queries = [][]QueryRow{r.rows(0)}
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return r, nil
}

// leadMetric is the metric that the verdict goes by.
func (r *Report) leadMetric() metrics.Metric { return r.Evaluation.Metrics[r.Lead] }

// compared are the indices into Evaluation.Systems of those that are compared
// with another one query by query: the reranked ones with their own first stages,
// and where none is reranked all with the first.
func (r *Report) compared() []int {
	var systems []int
	for s := range r.Evaluation.Systems {
		if r.Evaluation.BaseOf(s) >= 0 {
			systems = append(systems, s)
		}
	}
	return systems
}

// leadDifference is the lead metric's difference between the system with the
// given index and the one that it is compared with; nil where there is none.
func (r *Report) leadDifference(system int) *score.Difference {
	differences := r.differencesOf(system)
	if len(differences) == 0 || !differences[0].Primary {
		return nil
	}
	return &differences[0]
}

// baseOf is the index of the system that another is compared with; its own where
// there is none.
func (r *Report) baseOf(system int) int {
	if base := r.Evaluation.BaseOf(system); base >= 0 {
		return base
	}
	return system
}

// label is how a table's column names a system: the first stage of a suite that
// does not name its own is what there is without the reranker.
func (r *Report) label(system int) string {
	if name := r.Evaluation.Systems[system].System; name != eval.FirstStage {
		return name
	}
	return "without"
}

// heads name the two columns in which a system is compared with its base.
func (r *Report) heads(system int) (base, next string) {
	if r.Evaluation.Run.Manifest.FirstStageOf(r.Evaluation.Systems[system].System) != "" {
		return "without", "with"
	}
	return r.label(r.baseOf(system)), r.label(system)
}

// against is the heading over what a system is compared in.
func (r *Report) against(system int) string {
	base := r.Evaluation.Systems[r.baseOf(system)].System
	if base == eval.FirstStage {
		base = "the first stage"
	}
	return r.Evaluation.Systems[system].System + " against " + base
}

// rows lists the queries under one system.
func (r *Report) rows(system int) []QueryRow {
	e := r.Evaluation
	base := r.baseOf(system)
	rows := make([]QueryRow, len(e.Run.Queries))
	for i := range e.Run.Queries {
		q := &e.Run.Queries[i]
		row := QueryRow{
			Query:   i,
			Without: e.Systems[base].Values[r.Lead][i],
			With:    e.Systems[system].Values[r.Lead][i],
			Failed:  e.Systems[base].Unanswered(r.Lead, i) != "" || e.Systems[system].Unanswered(r.Lead, i) != "",
		}
		row.Difference = row.With - row.Without
		row.Title, row.Before, row.After = bestOf(q, e.Ranks(base, i), e.Ranks(system, i))
		if d := row.Difference; d != 0 && !math.IsNaN(d) {
			row.name(score.Changes(r.leadMetric(), q, q.Results[e.Systems[base].System], q.Results[e.Systems[system].System]))
		}
		rows[i] = row
	}
	if base != system {
		slices.SortStableFunc(rows, func(a, b QueryRow) int {
			return cmp.Or(cmp.Compare(undefinedLast(a.Difference), undefinedLast(b.Difference)), cmp.Compare(a.Query, b.Query))
		})
	}
	return rows
}

// name names the document that did most of the row's difference.
func (row *QueryRow) name(changes []score.Change) {
	if main := score.Main(changes, row.Difference); main != nil {
		row.Title, row.Before, row.After = cmp.Or(main.Title, main.ID), main.Before, main.After
	}
}

func undefinedLast(difference float64) float64 {
	if math.IsNaN(difference) {
		return math.Inf(1)
	}
	return difference
}

// bestOf finds the query's best relevant document, given the ranks of its
// judgments in two answers.
func bestOf(q *eval.Query, was, is []int) (name string, before, after int) {
	best := -1
	position := func(j int) int {
		rank := math.MaxInt
		for _, r := range []int{was[j], is[j]} {
			if r > 0 {
				rank = min(rank, r)
			}
		}
		return rank
	}
	returned := func(j int) int {
		if position(j) == math.MaxInt {
			return 0
		}
		return 1
	}
	better := func(j, than int) bool {
		return cmp.Or(
			returned(j)-returned(than),
			cmp.Compare(q.Judgments[j].Grade, q.Judgments[than].Grade),
			cmp.Compare(position(than), position(j)),
		) > 0
	}
	for j, judged := range q.Judgments {
		if judged.Grade <= 0 {
			continue
		}
		if best < 0 || better(j, best) {
			best = j
		}
	}
	if best < 0 {
		return "", 0, 0
	}
	return cmp.Or(q.Judgments[best].Title, q.Judgments[best].ID), was[best], is[best]
}

// queryName is how a query is named in tables: its id, by which commands know
// it, and its text where that says more.
func queryName(q *eval.Query) string {
	title := queryTitle(q)
	if judgments.FoldTitle(q.ID) == judgments.FoldTitle(q.Text) {
		return title
	}
	return q.ID + ": " + title
}
