package check

import (
	"cmp"
	"slices"
	"strings"

	"github.com/releval/releval/eval/preflight"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// Kind names what a finding is about, for programs that read findings.
type Kind string

// The kinds of findings.
const (
	KindSuite         Kind = "suite"            // the suite does not load
	KindRun           Kind = "run"              // what kept a run from its end, or its numbers from being trusted
	KindPreflight     Kind = "preflight"        // the cluster, the index, a field or an endpoint
	KindRefused       Kind = "refused"          // a search that the server refuses, whatever the query
	KindMissing       Kind = "missing-title"    // no document has the title
	KindMissingID     Kind = "missing-id"       // no document has the id
	KindAmbiguous     Kind = "ambiguous-title"  // several documents have the title
	KindDuplicate     Kind = "duplicate"        // two judgments stand for one document, or two queries for one
	KindRenamed       Kind = "renamed"          // the document has another title than the one beside its id
	KindSpelling      Kind = "spelling"         // the index writes the title in another case
	KindNoRelevant    Kind = "no-relevant"      // a query without a relevant title
	KindGate          Kind = "gate"             // a gate that says nothing
	KindExpectation   Kind = "expectation"      // an expectation that contradicts the judgments
	KindUnused        Kind = "unused"           // a definition without a use
	KindQuarantine    Kind = "quarantine-ended" // a quarantine that is over
	KindOtherWarnings Kind = "warning"          // what the suite may say but seldom means
)

// Finding is one thing that a check found.
type Finding struct {
	judgments.Position
	Severity preflight.Severity
	Kind     Kind
	// Query is the id of the query that it concerns; empty where it is none.
	Query string
	// Title and ID are the judged title and id that it concerns.
	Title, ID string
	// Message says what is wrong, why that matters, and what to do.
	Message string
	// Proposals are what a missing title may stand for, the best first, and
	// for an ambiguous one the documents that it stands for.
	Proposals []Proposal
	// Rename is the title that should stand there; nil where none is known.
	Rename *Rename
	// Fixed says that Fix wrote the new title.
	Fixed bool
}

// Proposal is a document that a judgment may mean.
type Proposal struct {
	Title string `json:"title"`
	ID    string `json:"id"`
	// Detail tells it apart from others of its title, such as "year 1995".
	Detail string `json:"detail,omitempty"`
	// Reason says why it is proposed.
	Reason string `json:"reason,omitempty"`
}

// Rename is a title that another one should replace.
type Rename struct {
	From, To string
	// Certain says that To is the same document's title beyond doubt.
	Certain bool

	use use
}

// Sort orders findings by place, the worst first where several are in
// one place.
func Sort(all []Finding) {
	rank := map[preflight.Severity]int{preflight.SeverityError: 0, preflight.SeverityWarning: 1, preflight.SeverityNote: 2}
	slices.SortStableFunc(all, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			cmp.Compare(rank[a.Severity], rank[b.Severity]),
			cmp.Compare(a.Message, b.Message),
		)
	})
}

// Counts are the findings by severity, without those that were fixed.
type Counts struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Notes    int `json:"notes"`
	Fixed    int `json:"fixed"`
}

// Count counts findings.
func Count(all []Finding) Counts {
	var c Counts
	for _, f := range all {
		switch {
		case f.Fixed:
			c.Fixed++
		case f.Severity == preflight.SeverityError:
			c.Errors++
		case f.Severity == preflight.SeverityWarning:
			c.Warnings++
		default:
			c.Notes++
		}
	}
	return c
}

// Problems makes findings of a suite that does not load.
func Problems(ps judgments.Problems) []Finding {
	all := make([]Finding, len(ps))
	for i, p := range ps {
		all[i] = Finding{Position: p.Position, Severity: preflight.SeverityError, Kind: KindSuite, Message: p.Message}
	}
	return all
}

// Summary gives the counts in words, such as "2 errors, 1 warning".
func Summary(c Counts) string {
	var parts []string
	add := func(n int, one, many string) {
		if n > 0 {
			parts = append(parts, text.Plural(n, one, many))
		}
	}
	add(c.Errors, "error", "errors")
	add(c.Warnings, "warning", "warnings")
	add(c.Notes, "note", "notes")
	add(c.Fixed, "title rewritten", "titles rewritten")
	if len(parts) == 0 {
		return "nothing is wrong"
	}
	return strings.Join(parts, ", ")
}
