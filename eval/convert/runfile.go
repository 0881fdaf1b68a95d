package convert

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/runfile"
	"github.com/releval/releval/judgments"
)

// readRunFile reads a run file of releval run: a ranking of each system, and
// the judgments. A judgment by title gets the id of the document that it is
// credited to, so that qrels and runs name it alike.
func readRunFile(path string, o ReadOptions) (*collection, error) {
	stored, err := runfile.Read(path)
	if err != nil {
		return nil, err
	}
	r := &stored.Run
	systems := r.Manifest.Names()
	if o.System != "" {
		if !slices.Contains(systems, o.System) {
			return nil, fmt.Errorf("%s: no system %q; it has %s", path, o.System, strings.Join(systems, ", "))
		}
		systems = []string{o.System}
	}
	c := &collection{Texts: true}
	c.Suite.Name = r.Manifest.Suite
	c.Suite.Search.Index, c.Suite.Search.TitleField = r.Manifest.Index, r.Manifest.TitleField
	if first := r.Manifest.Retrievers(); len(first) > 0 {
		c.Suite.Search.Retriever = first[0].Retriever
	}
	for _, name := range r.Manifest.Metrics {
		c.Suite.Metrics = append(c.Suite.Metrics, judgments.MetricName{Name: name})
	}
	if r.Complete == nil {
		c.lose("", "the queries that the run, which is incomplete, has not searched", "")
	}
	several := len(r.Manifest.Indices) > 1
	runs := make([]run, len(systems))
	for s, system := range systems {
		runs[s].Tag = system
	}
	for i := range r.Queries {
		q := &r.Queries[i]
		documents := make([][]string, len(q.Judgments)) // that a judgment is credited to
		for _, system := range r.Manifest.Names() {
			result := q.Answer(system)
			if result.Failed() {
				c.note("search", "that failed, whose query has no ranking", fmt.Sprintf("%s of %s", system, q.ID))
				continue
			}
			one := ranking{Query: q.ID}
			for k, judged := range q.Matches(result.Hits) {
				h := result.Hits[k]
				id := documentID(h, several)
				one.Hits = append(one.Hits, hit{ID: id, Score: h.Score})
				if judged >= 0 && !slices.Contains(documents[judged], id) {
					documents[judged] = append(documents[judged], id)
				}
			}
			if at := slices.Index(systems, system); at >= 0 && len(one.Hits) > 0 {
				runs[at].Queries = append(runs[at].Queries, one)
			}
		}
		c.addQuery(q, documents)
	}
	c.Runs = runs
	return c, nil
}

// documentID names a document, with its index where a run searched several.
func documentID(h eval.Hit, several bool) string {
	if several {
		return h.Key().String()
	}
	return h.ID
}

// addQuery adds a query of a run file with its judgments; documents are the
// ids that each was credited to.
func (c *collection) addQuery(q *eval.Query, documents [][]string) {
	one := judgments.Query{ID: q.ID, Text: q.Text, InferenceText: cmp.Or(q.InferenceText, q.Text), Tags: q.Tags}
	for i, j := range q.Judgments {
		id := j.ID
		if len(documents[i]) > 0 {
			id = documents[i][0]
		}
		if len(documents[i]) > 1 {
			c.lose("judgment", "of a title that several documents have, of which one gets it", fmt.Sprintf("%q for %q", j.Title, q.Text))
		}
		one.Relevant = append(one.Relevant, judgments.Judgment{Title: j.Title, ID: id, Grade: j.Grade})
	}
	c.Suite.Queries = append(c.Suite.Queries, one)
}
