package sweep

import (
	"fmt"
	"math"

	"github.com/releval/releval/eval/text"
)

// Action is what a sweep advises to do.
type Action string

// The actions.
const (
	// Keep and Set are about the suite's present window: it is the one to
	// take, or another is.
	Keep Action = "keep"
	Set  Action = "set"
	// Use names a window where the present one is not known.
	Use Action = "use"
	// TryMore says that the largest window still gains.
	TryMore Action = "try_more"
	// LeaveOut says that every window does harm.
	LeaveOut Action = "leave_out"
	// CannotTell says that the queries do not show any window to be enough.
	CannotTell Action = "cannot_tell"
	// NoAnswers says that there is nothing to go by.
	NoAnswers Action = "no_answers"
)

// Decision is the answer of a sweep, against the suite's present window.
type Decision struct {
	Action Action `json:"action"`
	// Present is the suite's window, 0 where it is not known; Window the one
	// to take, 0 for none.
	Present int `json:"present,omitempty"`
	Window  int `json:"window,omitempty"`
	// Change is what Window has over Present, Documents how many more
	// documents are scored for a query, and WallMS by how many milliseconds
	// the median search is slower; undefined where there is nothing to
	// compare. Window was chosen by the same data.
	Change    Interval `json:"change"`
	Documents Number   `json:"documents"`
	WallMS    Interval `json:"wall_ms"`
	// Sentence says it in words.
	Sentence string `json:"sentence"`
}

// noAnswers is the decision of a sweep that no query answered.
func (k *comparison) noAnswers(present int) Decision {
	d := undecided(present)
	d.Action = NoAnswers
	switch n := len(k.run.Queries) - len(k.failed); {
	case n > 0:
		d.Sentence = fmt.Sprintf("no window is recommended: %s is undefined for every query that was answered", k.metrics[0])
	default:
		d.Sentence = fmt.Sprintf("no window is recommended: none of %s has a usable answer of both the first stage and %s", text.Count(len(k.run.Queries), "query"), k.system)
	}
	return d
}

func undecided(present int) Decision {
	none := Interval{undefined(), undefined(), undefined()}
	return Decision{Present: present, Change: none, Documents: undefined(), WallMS: none}
}

// decide puts the recommendation against the suite's present window.
func (k *comparison) decide(r *Recommendation, present int, latency *Latency) Decision {
	d := undecided(present)
	at, now := k.depth.Recommended, k.index(present)
	if harm := k.harm(); harm != "" {
		d.Action, d.Sentence = LeaveOut, harm
		return d
	}
	if r.Within.Window == 0 {
		d.Action, d.Sentence = CannotTell, k.cannotTell(r, present)
		if still := k.stillGains(); still != "" {
			d.Action, d.Sentence = TryMore, still
		}
		return d
	}
	d.Window = r.Within.Window
	claim := fmt.Sprintf("no larger window tried gains %s or more of %s over it (%s; at most %s)",
		text.Number(k.o.Delta), r.Metric, text.Percent(k.o.Confidence), bounded(k.depth.AtMost[at]))
	switch {
	case present == 0:
		d.Action = Use
		d.Sentence = fmt.Sprintf("use window %d: %s", d.Window, claim)
	case d.Window == present:
		d.Action = Keep
		d.Sentence = fmt.Sprintf("keep window %d: %s", d.Window, claim)
	case now < 0:
		d.Action = Set
		d.Sentence = fmt.Sprintf("set window %d: %s; the suite's present window %d was not tried", d.Window, claim, present)
	default:
		d.Action = Set
		d.Change = k.change(k.with[now], k.with[at])
		d.Documents = Number(k.documents(at) - k.documents(now))
		d.Sentence = fmt.Sprintf("set window %d instead of %d: %s %s, %s documents a query",
			d.Window, present, r.Metric, d.Change.words(k.o.Confidence), text.Signed(float64(d.Documents), 1))
		if latency != nil {
			d.WallMS = latency.slower(now, at, k.o.Confidence)
			d.Sentence += latency.slowerSays(d.WallMS)
		}
		d.Sentence += "; " + claim + "; chosen by the same queries"
		if d.Change.Low <= 0 && d.Change.High >= 0 && at > now {
			d.Sentence += fmt.Sprintf(", which do not settle whether it gains over %d", present)
		}
	}
	if now >= 0 || d.Window > 0 {
		gain := k.change(k.without, k.with[at])
		d.Sentence += fmt.Sprintf("; over no reranker window %d has %s", d.Window, gain.words(k.o.Confidence))
	}
	return d
}

// documents is how many documents are scored for a query at a window.
func (k *comparison) documents(i int) float64 {
	return float64(k.scored[i]) / float64(max(1, k.answered()))
}

// cannotTell is the short form of why no window is recommended.
func (k *comparison) cannotTell(r *Recommendation, present int) string {
	said := r.Within.Sentence
	if i := k.index(present); i >= 0 && i < k.covered-1 {
		said += fmt.Sprintf("; the present window %d lost %s here against %d", present, text.Fixed(k.depth.Loss[i], 4), k.windows[k.covered-1])
		if !math.IsNaN(k.depth.AtMost[i]) {
			said += ", and larger ones gain at most " + bounded(k.depth.AtMost[i])
		}
	}
	return said
}

// harm says that every window is worse than no reranker, empty where that is
// not shown of each of them.
func (k *comparison) harm() string {
	least := Interval{Mean: Number(math.Inf(-1))}
	window := 0
	for i, values := range k.with {
		gain := k.change(k.without, values)
		if !(gain.High < 0) { // an undefined one is no harm
			return ""
		}
		if gain.Mean > least.Mean {
			least, window = gain, k.windows[i]
		}
	}
	return fmt.Sprintf("leave the reranker out: every window tried lowers %s, window %d least, by %s", k.metrics[0], window, least.words(k.o.Confidence))
}

// stillGains says that the largest window gains over the largest that is half
// as deep or less, empty where that is not shown.
func (k *comparison) stillGains() string {
	last := k.covered - 1
	for i := last - 1; i >= 0; i-- {
		if 2*k.windows[i] > k.windows[last] {
			continue
		}
		gain := k.change(k.with[i], k.with[last])
		if gain.Low > 0 {
			return fmt.Sprintf("window %d is the largest tried and still gains over window %d, %s %s: try more", k.windows[last], k.windows[i], k.metrics[0], gain.words(k.o.Confidence))
		}
		break
	}
	return ""
}
