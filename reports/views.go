package reports

// The views are what a report shows of gates and a baseline: plain values that
// the caller fills from eval/gate and a second run. A report without them
// leaves the sections out.

// Outcome is how a condition came out.
type Outcome string

// The outcomes.
const (
	// Passed holds.
	Passed Outcome = "passed"
	// Failed does not hold.
	Failed Outcome = "failed"
	// Inconclusive is what the run's queries cannot decide; a warning.
	Inconclusive Outcome = "inconclusive"
	// Skipped was not looked at, such as for a query in quarantine.
	Skipped Outcome = "skipped"
)

// GateRow is one gate, or one expectation on a query's title, and its result.
type GateRow struct {
	// Source is the condition on one line as the suite writes it.
	Source string
	// Place is where it stands: file:line:column.
	Place string
	// Query is the id of the query that an expectation belongs to; empty for
	// a gate.
	Query string
	// System is the system it was held against; empty where it is about the
	// run as a whole.
	System string
	// Metric is the canonical name, or that of a latency or count; empty for
	// an expectation.
	Metric string
	// Expected is the condition in words, such as "at least 0.8".
	Expected string
	// Actual is what was found, such as "0.812" or "rank 7".
	Actual string
	// Margin is how much room is left to the limit, negative where it is
	// crossed, in the metric's units; NaN where that has no meaning.
	Margin float64
	// Outcome is the result.
	Outcome Outcome
	// Reason says in a sentence why it came out so: lower case, no final
	// period; may be empty where Expected and Actual say it all.
	Reason string
}

// Expectation says whether the row is an expectation on a query's title.
func (g *GateRow) Expectation() bool { return g.Query != "" }
