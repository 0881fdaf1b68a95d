package gate

import (
	"fmt"
	"math"
	"strings"

	"github.com/releval/releval/judgments"
)

// Verdict is how a condition came out.
type Verdict string

// The verdicts.
const (
	// Passed holds.
	Passed Verdict = "passed"
	// Failed does not hold.
	Failed Verdict = "failed"
	// Inconclusive could not be decided from this run: a warning, and a
	// failure where the caller is strict.
	Inconclusive Verdict = "inconclusive"
	// Skipped belongs to a query in quarantine: reported, never gating.
	Skipped Verdict = "skipped"
)

// Result is the verdict on one gate or expectation for one system.
type Result struct {
	judgments.Position
	// Source is the condition on one line as the suite writes it.
	Source string
	// Query is the id of the query that an expectation belongs to; empty for
	// a gate.
	Query string
	// System is what it was held against; empty where it is about the run as
	// a whole.
	System string
	// Metric is the canonical name, or that of a latency or count; empty for
	// an expectation.
	Metric string
	// Expected is the condition in words, such as "at least 0.8".
	Expected string
	// Actual is what was found, such as "0.7812" or "rank 7"; empty where
	// there was nothing to look at.
	Actual string
	// Margin is the room left to the limit, negative where it is crossed, in
	// the unit of what is limited; NaN where there is none to give. With a
	// confidence it is that of the bound, unless these queries themselves
	// cross the limit.
	Margin float64
	// Verdict is how it came out.
	Verdict Verdict
	// Reason says why, and what a reader must know beside it: lower case, no
	// final period; empty where Expected and Actual say it all.
	Reason string
	// Queries are the queries to look at, the worst first; empty where the
	// condition passed.
	Queries []Offender
}

// Offender is a query that has its part in a verdict.
type Offender struct {
	judgments.Position
	// Query is its id.
	Query string
	// Detail says what it did, such as "0.9120 to 0.4310".
	Detail string
}

// Expectation says whether the condition is one on a query's title.
func (r *Result) Expectation() bool { return r.Query != "" }

// String is the result on one line: place, verdict, source, system, expected,
// actual, margin and reason.
func (r Result) String() string {
	var b strings.Builder
	if place := r.Position.String(); place != "" {
		b.WriteString(place + ": ")
	}
	fmt.Fprintf(&b, "%s: %s: ", r.Verdict, r.Source)
	if r.Query != "" {
		fmt.Fprintf(&b, "query %q: ", r.Query)
	}
	if r.System != "" {
		b.WriteString(r.System + ": ")
	}
	b.WriteString("expected " + r.Expected)
	if r.Actual != "" {
		b.WriteString(", found " + r.Actual)
	}
	if !math.IsNaN(r.Margin) {
		b.WriteString(" (margin " + signed(r.Margin) + ")")
	}
	if r.Reason != "" {
		b.WriteString(": " + r.Reason)
	}
	return b.String()
}

// Overall is the verdict on all results together: Failed where one failed,
// else Inconclusive where one is, else Passed. Skipped results do not count.
func Overall(results []Result) Verdict {
	overall := Passed
	for i := range results {
		switch results[i].Verdict {
		case Failed:
			return Failed
		case Inconclusive:
			overall = Inconclusive
		}
	}
	return overall
}

// decide sets margin and verdict from the room left to a limit.
func (r *Result) decide(margin float64) {
	r.Margin = snap(margin)
	if r.Margin >= 0 {
		r.Verdict = Passed
	} else {
		r.Verdict = Failed
	}
}

// decideThree sets margin and verdict from three ways of counting failed
// queries: left out, at their worst and at their best. It passes where it
// would in the first two, and fails where it would in the first and the third;
// else the verdict is left open.
func (r *Result) decideThree(leftOut, worst, best float64) {
	r.Margin = snap(leftOut)
	switch {
	case r.Margin >= 0 && snap(worst) >= 0:
		r.Verdict = Passed
	case r.Margin < 0 && snap(best) < 0:
		r.Verdict = Failed
	default:
		r.Verdict = Inconclusive
	}
}

// undecided makes the result inconclusive.
func (r *Result) undecided(format string, args ...any) {
	r.Verdict = Inconclusive
	r.explain(format, args...)
}

// explain adds to the reason.
func (r *Result) explain(format string, args ...any) {
	if r.Reason != "" {
		r.Reason += "; "
	}
	r.Reason += fmt.Sprintf(format, args...)
}
