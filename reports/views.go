package reports

import (
	"time"

	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/sweep"
)

// The views are what a report shows of a baseline and a sweep: plain values
// that the caller fills from a second run and eval/sweep.
// A report without them leaves the sections out.

// BaselineView is the comparison with an earlier run of the same suite.
type BaselineView struct {
	// Name is where the baseline came from, such as a file's name.
	Name string
	// Started is when the baseline was run.
	Started time.Time
	// Changes are what differs between the two manifests, a line each.
	Changes []string
	// Meaningless lists why the difference means nothing, where somebody
	// insisted on it; it stands at the top of the report.
	Meaningless []string
	// Differences are of each system's metrics, this run minus the baseline:
	// by system, then by metric. Base is the system in the baseline.
	Differences []score.Difference
	// Queries are the queries that moved on the lead metric, by system in
	// the order of Evaluation.Systems, the largest loss first. Without is
	// the baseline's value, With this run's, Before and After are the ranks
	// of the best relevant title. May be nil.
	Queries [][]QueryRow
	// OnlyInBaseline and OnlyHere are the ids of queries that one side has
	// alone; they are not compared.
	OnlyInBaseline, OnlyHere []string
}

// SweepView is what one reranker does at each window.
type SweepView struct {
	// Reranker is the system, Metric the canonical name of what was swept.
	Reranker, Metric string
	// Queries is how many went into each point.
	Queries int
	// FirstStage is the metric's mean without the reranker.
	FirstStage float64
	// Confidence is the coverage of the intervals; 0 means 0.95.
	Confidence float64
	// Points are by rising window.
	Points []SweepPoint
	// Shape is what the curve does, in words: "rises and saturates".
	Shape string
	// Recommended is the window to take, 0 where none can be named, and
	// Reason why.
	Recommended int
	Reason      string
	// Enough is the smallest window with 90 % of the best gain; 0 for none.
	Enough int
	// Audit says how derived windows were checked, such as "exact: 40 of 40
	// cells identical".
	Audit string
	// Latency says how latencies follow the window, such as "12 ms + 0.9 ms
	// a document"; empty where none were measured.
	Latency string
	// Notes are said below the table.
	Notes []string
	// Sentences say what the sweep comes to; where there are any, they take
	// the place of those that the fields above would make.
	Sentences []string
	// Tables are what the curve does not show.
	Tables []SweepTable
	// Detail is the sweep itself, for JSON; may be nil.
	Detail *sweep.Reranker
}

// SweepPoint is one window of a sweep. What was not measured is NaN.
type SweepPoint struct {
	// Window is rank_window_size.
	Window int
	// Value is the metric's mean with the reranker at this window.
	Value float64
	// Gain is Value minus that without the reranker, with its interval.
	Gain, GainLow, GainHigh float64
	// Ceiling is what a perfect reranker would reach on the same window, and
	// Recall the share of relevant documents that the window holds.
	Ceiling, Recall float64
	// Captured is the share of the possible gain that was reached.
	Captured float64
	// P50 and P95 are a search's latency in milliseconds.
	P50, P95 float64
	// Documents is how many documents the reranker scored for a query.
	Documents float64
}
