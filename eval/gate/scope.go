package gate

import (
	"slices"
	"strings"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/judgments"
)

// scope is what of a run's queries a gate is about.
type scope struct {
	// queries are indices into the run's queries.
	queries []int
	// notes are what the reason must say: quarantines in force and ended.
	notes []string
	// empty says why queries is.
	empty string
}

// scope selects the queries with the tag, all where it is empty, without
// those in quarantine.
func (in *Input) scope(tag string) scope {
	var s scope
	var held, ended []string
	for i := range in.Scores.Run.Queries {
		q := in.query(i)
		if tag != "" && !slices.Contains(q.Tags, tag) {
			continue
		}
		switch {
		case q.Quarantine == nil:
			s.queries = append(s.queries, i)
		case inForce(q.Quarantine, in.Now):
			held = append(held, quarantined(q))
		default:
			s.queries = append(s.queries, i)
			ended = append(ended, released(q))
		}
	}
	switch {
	case len(s.queries) > 0:
	case len(held) > 0:
		s.empty = "all its queries are in quarantine"
	case tag != "":
		s.empty = "no query of the run has the tag " + tag
	default:
		s.empty = "the run has no queries"
	}
	if len(held) > 0 {
		s.notes = append(s.notes, "without "+plural(len(held), "query")+" in quarantine: "+some(held))
	}
	if len(ended) > 0 {
		s.notes = append(s.notes, "gating again after quarantine: "+some(ended))
	}
	return s
}

// inForce says that the quarantine still holds: to the end of its last day,
// in UTC.
func inForce(q *judgments.Quarantine, now time.Time) bool {
	return now.Before(q.Until.AddDate(0, 0, 1))
}

func quarantined(q *eval.Query) string {
	return q.ID + " until " + q.Quarantine.Until.Format(time.DateOnly) + because(q.Quarantine.Reason)
}

func released(q *eval.Query) string {
	return q.ID + ", whose quarantine ended on " + q.Quarantine.Until.Format(time.DateOnly) + because(q.Quarantine.Reason)
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return " (" + strings.TrimSuffix(reason, ".") + ")"
}

// failed lists the queries of the scope that the gate's system did not answer,
// and as offenders the reasons.
func (j *judge) failed(queries []int) (ids []string, offenders []Offender) {
	for _, i := range queries {
		if reason := unanswered(j.query(i), j.System); reason != "" {
			ids = append(ids, j.query(i).ID)
			offenders = append(offenders, j.offender(i, reason))
		}
	}
	return ids, offenders
}

func (in *Input) offender(query int, detail string) Offender {
	q := in.query(query)
	return Offender{Position: q.Position, Query: q.ID, Detail: detail}
}
