package gate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

func isLatency(name string) bool { return slices.Contains(judgments.Latencies, name) }

// latency holds a quantile of the searches' times against max: of those that
// were timed one at a time, where there are any.
func (j *judge) latency() {
	kind, quantile, _ := strings.Cut(j.Metric, "_")
	share := map[string]float64{"p50": 0.5, "p95": 0.95}[quantile]
	ids, offenders := j.failed(j.scope.queries)
	searches := score.TimesOf(j.Scores.Run, j.System, j.scope.queries)
	if searches.Sampled {
		for _, i := range searches.Failed {
			ids, offenders = append(ids, j.query(i).ID), append(offenders, j.offender(i, "no answer when it was timed"))
		}
	}
	type timed struct {
		query int
		ms    float64
	}
	var slow []timed
	var times []float64
	for _, t := range searches.Answered {
		ms := t.WallMS
		if kind == "took" {
			ms = float64(t.TookMS)
		}
		times = append(times, ms)
		if j.gate.Max != nil && ms > *j.gate.Max {
			slow = append(slow, timed{t.Query, ms})
		}
	}
	if j.gate.Max == nil {
		j.undecided("the gate has no max")
		return
	}
	if len(times) > 0 {
		value := stats.Quantile(times, share)
		j.Actual = milliseconds(value)
		j.decide(*j.gate.Max - value)
		if searches.Sampled {
			j.explain("%s, one at a time", text.Plural(len(times), "search was timed", "searches were timed"))
		}
	}
	if len(times) == 0 && len(ids) == 0 {
		j.undecided("no search was timed")
		return
	}
	if searches.Untimed > 0 {
		j.explain("%s left out, whose scores came from the cache", plural(searches.Untimed, "query"))
	}
	if len(ids) > 0 {
		j.Queries = offenders
		j.undecided("%s failed and gave no time: %s", plural(len(ids), "query"), some(ids))
		return
	}
	slices.SortStableFunc(slow, func(a, b timed) int { return cmp.Compare(b.ms, a.ms) })
	for _, s := range slow {
		j.Queries = append(j.Queries, j.offender(s.query, milliseconds(s.ms)))
	}
}

// failures holds the number of queries without a usable answer against max.
func (j *judge) failures() {
	_, offenders := j.failed(j.scope.queries)
	j.atMost(len(offenders), offenders)
}

// dropped holds the number of documents that the reranker left out against
// max.
func (j *judge) dropped() {
	total := 0
	var offenders []Offender
	left := j.droppedFrom(j.System)
	for _, i := range j.scope.queries {
		if titles := left[j.query(i).ID]; len(titles) > 0 {
			total += len(titles)
			offenders = append(offenders, j.offender(i, some(titles)))
		}
	}
	j.atMost(total, offenders)
	// More documents could have been dropped, so that a failure stands.
	if ids, failed := j.failed(j.scope.queries); len(ids) > 0 && j.Verdict == Passed {
		j.Queries = failed
		j.undecided("%s failed, so that what was dropped there is unknown: %s", plural(len(ids), "query"), some(ids))
	}
}

// unresolved holds the number of judged titles without a document against
// max.
func (j *judge) unresolved() {
	if j.Scores.Run.Manifest.Hashes.Titles == "" {
		j.undecided("the index was not asked for the judged titles")
		return
	}
	seen := map[string]bool{}
	var offenders []Offender
	for _, i := range j.scope.queries {
		titles := j.missing.of(j.query(i))
		for _, title := range titles {
			seen[judgments.FoldTitle(title)] = true
		}
		if len(titles) > 0 {
			offenders = append(offenders, j.offender(i, some(titles)))
		}
	}
	j.atMost(len(seen), offenders)
}

func (j *judge) atMost(count int, offenders []Offender) {
	if j.gate.Max == nil {
		j.undecided("the gate has no max")
		return
	}
	j.Actual = fmt.Sprint(count)
	j.Queries = offenders
	j.decide(*j.gate.Max - float64(count))
}

// cost compares the dollars for 1,000 searches with max.
func (j *judge) cost() {
	usd := j.Scores.Run.USDPer1000(j.System)
	switch {
	case j.gate.Max == nil:
		j.undecided("the gate has no max")
	case math.IsNaN(usd) && len(j.Scores.Run.Manifest.System(j.System).Prices) == 0:
		j.undecided("the price of %s is not known; give it one under prices", j.System)
	case math.IsNaN(usd):
		j.undecided("no query was answered, so that it is not known how many documents a search scores")
	default:
		j.Actual = strconv.FormatFloat(usd, 'g', 4, 64) + " dollars"
		j.decide(*j.gate.Max - usd)
	}
}
