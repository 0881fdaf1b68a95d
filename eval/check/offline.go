package check

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/preflight"
	"github.com/releval/releval/eval/titles"
	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/edit"
)

// Offline finds what is wrong with a suite by itself, besides what keeps it
// from loading. The text is its file's. The time tells which quarantines are
// over. With titles the judged titles are looked up in the documents file; leave
// it out where an index is asked for them.
func Offline(s *judgments.Suite, text []byte, now time.Time, titles bool) []Finding {
	o := offline{suite: s}
	o.warnings()
	o.queries()
	o.expectations(now)
	o.gates()
	o.definitions(text)
	o.windows()
	o.documents(titles)
	Sort(o.found)
	return o.found
}

type offline struct {
	suite *judgments.Suite
	found []Finding
}

func (o *offline) warn(at judgments.Position, kind Kind, query, format string, args ...any) {
	o.found = append(o.found, Finding{
		Position: at, Severity: preflight.SeverityWarning, Kind: kind, Query: query, Message: fmt.Sprintf(format, args...),
	})
}

func (o *offline) fault(at judgments.Position, kind Kind, query, format string, args ...any) {
	o.warn(at, kind, query, format, args...)
	o.found[len(o.found)-1].Severity = preflight.SeverityError
}

// warnings takes over what the loader warned of.
func (o *offline) warnings() {
	queries := make(map[judgments.Position]string)
	for i := range o.suite.Queries {
		queries[o.suite.Queries[i].Position] = o.suite.Queries[i].ID
	}
	for _, w := range o.suite.Warnings {
		kind := KindOtherWarnings
		if queries[w.Position] != "" {
			kind = KindNoRelevant
		}
		o.warn(w.Position, kind, queries[w.Position], "%s", w.Message)
	}
}

// queries finds queries, and titles of one query, that differ in accents and
// signs only. Those that are the same after folding do not load.
func (o *offline) queries() {
	first := make(map[string]*judgments.Query)
	for i := range o.suite.Queries {
		q := &o.suite.Queries[i]
		key := titles.Loose(q.Text) + "\x00" + titles.Loose(q.InferenceText)
		if other := first[key]; other != nil {
			if judgments.FoldTitle(other.Text) == judgments.FoldTitle(q.Text) {
				continue // told apart on purpose, by their ids
			}
			o.warn(q.Position, KindDuplicate, q.ID, "the query %q differs from %q on line %d only in accents or punctuation; put their judgments together", q.Text, other.Text, other.Line)
		} else {
			first[key] = q
		}
		judged := make(map[string]*judgments.Judgment)
		for k := range q.Relevant {
			j := &q.Relevant[k]
			if j.Title == "" || j.ID != "" {
				continue
			}
			key := titles.Loose(j.Title)
			other := judged[key]
			switch {
			case other == nil:
				judged[key] = j
			case other.Grade != j.Grade:
				o.warn(j.Position, KindDuplicate, q.ID, "the title %q differs from %q on line %d only in accents or punctuation, and has grade %g instead of %g; if they are one document, keep one", j.Title, other.Title, other.Line, j.Grade, other.Grade)
			default:
				o.warn(j.Position, KindDuplicate, q.ID, "the title %q differs from %q on line %d only in accents or punctuation; if they are one document, keep one", j.Title, other.Title, other.Line)
			}
		}
	}
}

// expectations finds those that contradict the judgments or each other, and
// quarantines that are over.
func (o *offline) expectations(now time.Time) {
	for i := range o.suite.Queries {
		q := &o.suite.Queries[i]
		grades := make(map[string]float64)
		for _, j := range q.Relevant {
			grades[name(j.Title, j.ID)] = j.Grade
		}
		for k, x := range q.Expect {
			if grade, judged := grades[name(x.Title, x.ID)]; judged && grade == 0 && x.Within > 0 {
				o.warn(x.Position, KindExpectation, q.ID, "%s is expected near the top, and judged not relevant", title(x.Title, x.ID))
			}
			for _, y := range q.Expect[:k] {
				if name(x.Title, x.ID) == name(y.Title, y.ID) && (x.System == y.System || x.System == "" || y.System == "") &&
					(x.Within > 0 && y.NotWithin >= x.Within || y.Within > 0 && x.NotWithin >= y.Within) {
					o.warn(x.Position, KindExpectation, q.ID, "%s can never hold together with %s on line %d", x.Source, y.Source, y.Line)
				}
			}
		}
		if q.Quarantine != nil && !now.Before(q.Quarantine.Until.AddDate(0, 0, 1)) {
			o.warn(q.Quarantine.Position, KindQuarantine, q.ID, "the quarantine of the query %q ended on %s (%s): it gates again; remove the quarantine", q.ID, q.Quarantine.Until.Format(time.DateOnly), q.Quarantine.Reason)
		}
	}
}

// gates finds gates that stand twice, and those that contradict another one.
// What can never hold by itself is the loader's to refuse.
func (o *offline) gates() {
	for i := range o.suite.Gates {
		g := &o.suite.Gates[i]
		for k := range o.suite.Gates[:i] {
			other := &o.suite.Gates[k]
			if g.Metric != other.Metric || g.Tag != other.Tag || g.Versus != other.Versus ||
				g.System != other.System && g.System != "" && other.System != "" {
				continue
			}
			switch {
			case above(g.Min, other.Max) || above(other.Min, g.Max):
				o.warn(g.Position, KindGate, "", "the gate %s can never hold together with %s on line %d", g.Source, other.Source, other.Line)
			case g.Source == other.Source:
				o.warn(g.Position, KindGate, "", "the gate %s stands twice, first on line %d; remove one", g.Source, other.Line)
			}
		}
	}
}

func above(low, high *float64) bool { return low != nil && high != nil && *low > *high }

// definitions finds what the suite says for nothing.
func (o *offline) definitions(text []byte) {
	search := &o.suite.Search
	if search.Documents == "" && (len(search.Mappings) > 0 || len(search.Settings) > 0) {
		o.warn(search.Position, KindUnused, "", "mappings and settings are for loading documents, and the suite has none: name an NDJSON file as documents, or remove them")
	}
	if search.Documents != "" {
		if _, err := os.Stat(search.Documents); err != nil {
			o.warn(search.Position, KindUnused, "", "the file of the documents, %s, cannot be read; correct search.documents, or remove it", search.Documents)
		}
	}
	e, err := edit.Open(o.suite, text)
	if err != nil {
		return // too large for a tree
	}
	for _, p := range e.UnusedAnchors() {
		o.warn(p.Position, KindUnused, "", "%s", p.Message)
	}
}

// defaultResultWindow is index.max_result_window where nobody changed it.
const defaultResultWindow = 10_000

// windows finds systems that ask for more hits than an index gives, unless the
// suite says that its index gives more.
func (o *offline) windows() {
	p, err := plan.New(o.suite, plan.Overrides{})
	if err != nil {
		return
	}
	limit := cmp.Or(resultWindow(o.suite.Search.Settings), defaultResultWindow)
	for _, s := range preflight.TooDeep(p, limit) {
		do := "lower rank_window_size or the metrics' cutoffs"
		if limit == defaultResultWindow {
			do += ", or set index.max_result_window under search.settings if the index has a larger one"
		}
		o.fault(s.Position, KindPreflight, "", "the depth %d of %s is above index.max_result_window %d: the server refuses such a search; %s", s.Depth, s.System, limit, do)
	}
}

// resultWindow is index.max_result_window of an index's settings, which may be
// nested, dotted or without index; 0 where they do not set it.
func resultWindow(settings json.RawMessage) int {
	var top map[string]json.RawMessage
	if json.Unmarshal(settings, &top) != nil {
		return 0
	}
	for _, name := range []string{"index.max_result_window", "max_result_window"} {
		if value, err := strconv.Atoi(strings.Trim(string(top[name]), `"`)); err == nil {
			return value
		}
	}
	return resultWindow(top["index"])
}

// name is what two judgments of one document share, within a query.
func name(title, id string) string {
	if id != "" {
		return "id " + id
	}
	return judgments.FoldTitle(title)
}

// title names a document in a message.
func title(title, id string) string {
	if title == "" {
		return fmt.Sprintf("the document %q", id)
	}
	return fmt.Sprintf("%q", title)
}
