package runfile

import (
	"errors"
	"fmt"
	"math"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// What is checked finds damage, not forgery: whoever writes a run file can
// write one that holds together.

// checkManifest refuses a manifest that no run has.
func checkManifest(m *eval.Manifest) error {
	if len(m.Systems) == 0 {
		return errors.New("the manifest names no system")
	}
	kinds := make(map[string]eval.Kind)
	for i := range m.Systems {
		s := &m.Systems[i]
		_, twice := kinds[s.Name]
		first := kinds[s.FirstStage]
		switch {
		case s.Name == "" || twice:
			return fmt.Errorf("the name of system %d, %s, is empty or stands twice", i+1, text.Quote(s.Name))
		case s.Kind != eval.KindRetriever && s.Kind != eval.KindReranked && s.Kind != eval.KindRequest:
			return fmt.Errorf("the system %s has the unknown kind %s", text.Quote(s.Name), text.Quote(string(s.Kind)))
		case s.Kind == eval.KindReranked && first != eval.KindRetriever:
			return fmt.Errorf("the system %s reranks %s, which is no retriever before it", text.Quote(s.Name), text.Quote(s.FirstStage))
		case s.Kind == eval.KindReranked && s.Window < 1, s.Window < 0:
			return fmt.Errorf("the window of %s is %d", text.Quote(s.Name), s.Window)
		case s.Depth < 1:
			return fmt.Errorf("the depth of %s is %d", text.Quote(s.Name), s.Depth)
		}
		kinds[s.Name] = s.Kind
	}
	if len(m.Metrics) == 0 {
		return errors.New("the manifest names no metric")
	}
	for _, name := range m.Metrics {
		if _, err := metrics.Parse(name); err != nil {
			return fmt.Errorf("the manifest's metrics: %w", err)
		}
	}
	if m.QueryCount < 0 || m.SuiteQueries < 0 || m.Repeat < 0 || m.Concurrency < 0 {
		return errors.New("the manifest counts queries, repeats or queries in flight below 0")
	}
	return nil
}

// check refuses a query that is none of the manifest's run.
func (d *decoder) check(q *eval.Query) error {
	m := &d.stored.Manifest
	switch {
	case q.ID == "":
		return errors.New("it has no id")
	case q.Concurrency < 0:
		return errors.New("it counts queries in flight below 0")
	case q.Number < 0 || d.highest > 0 && q.Number >= d.highest:
		return fmt.Errorf("its number is %d, and the suite has %d queries", q.Number, d.highest)
	case len(q.Repeats) > max(0, m.Repeat-1):
		return fmt.Errorf("it was repeated %d times, and the run's queries %d", len(q.Repeats), max(0, m.Repeat-1))
	}
	for _, j := range q.Judgments {
		if !(j.Grade >= 0) || math.IsInf(j.Grade, 0) {
			return fmt.Errorf("a judgment has the grade %v", j.Grade)
		}
	}
	for _, results := range append([]eval.Results{q.Results}, q.Repeats...) {
		for name := range d.systems {
			if results[name] == nil {
				return fmt.Errorf("it has no result for the system %s that the manifest names", text.Quote(name))
			}
		}
		for name, result := range results {
			s := d.systems[name]
			if s == nil {
				return fmt.Errorf("it has a result of the system %s, which the manifest does not name", text.Quote(name))
			}
			if err := checkResult(s, result); err != nil {
				return fmt.Errorf("the result of %s: %w", name, err)
			}
		}
	}
	return nil
}

func checkResult(s *eval.System, r *eval.Result) error {
	switch {
	case r == nil:
		return errors.New("there is none")
	case r.TookMS < 0 || r.WallMS < 0 || r.Attempts < 0:
		return errors.New("a time or a count is below 0")
	case r.Error != "" && len(r.Hits) > 0:
		return errors.New("it failed, and has hits")
	case len(r.Hits) > s.Depth:
		return fmt.Errorf("it has %d hits, and %d were asked for", len(r.Hits), s.Depth)
	}
	last := 0
	for _, t := range r.Ties {
		if t[0] <= last || t[1] <= t[0] || t[1] > len(r.Hits) {
			return fmt.Errorf("the tie from rank %d to %d is none of its %d ranks, or not after the one before", t[0], t[1], len(r.Hits))
		}
		last = t[1]
	}
	return nil
}

// checkSamples refuses times that are not those of the run's queries and
// systems.
func (d *decoder) checkSamples(samples *eval.Samples) error {
	if samples == nil {
		return nil
	}
	known := make(map[string]bool, len(d.stored.Queries))
	for i := range d.stored.Queries {
		known[d.stored.Queries[i].ID] = true
	}
	for _, id := range samples.Queries {
		if !known[id] {
			return fmt.Errorf("it has the query %s, which does not stand before it once", text.Quote(id))
		}
		known[id] = false
	}
	for name, times := range samples.Times {
		if d.systems[name] == nil {
			return fmt.Errorf("it has the system %s, which the manifest does not name", text.Quote(name))
		}
		if len(times) != len(samples.Queries) {
			return fmt.Errorf("%s has %d times for %d queries", text.Quote(name), len(times), len(samples.Queries))
		}
		for _, t := range times {
			if t.TookMS < 0 || !(t.WallMS >= 0) {
				return fmt.Errorf("a time of %s is below 0", text.Quote(name))
			}
		}
	}
	return nil
}

// hashes recomputes, for a complete run of format 1 over a whole suite, the
// hashes of what was asked and judged; later formats have one over all of the
// file.
func (d *decoder) hashes() {
	m, run := &d.stored.Manifest, &d.stored.Run
	if d.stored.Format != 1 || run.Complete == nil || m.SuiteQueries > m.QueryCount || len(run.Queries) != m.QueryCount {
		return
	}
	suite := judgments.Suite{Queries: make([]judgments.Query, len(run.Queries))}
	for i := range run.Queries {
		q := &run.Queries[i]
		suite.Queries[i] = judgments.Query{ID: q.ID, Text: q.Text, InferenceText: q.InferenceText, Relevant: q.Judgments}
		if q.InferenceText == "" {
			suite.Queries[i].InferenceText = q.Text
		}
	}
	if m.Hashes.Judgments != "" && suite.JudgmentsHash() != m.Hashes.Judgments {
		d.err = fmt.Errorf("%s: the judgments are not those that the run was made with: their SHA-256 is not the manifest's", d.name)
	}
	if m.Hashes.Queries != "" && suite.QueriesHash() != m.Hashes.Queries {
		d.err = fmt.Errorf("%s: the queries are not those that the run was made with: their SHA-256 is not the manifest's", d.name)
	}
}
