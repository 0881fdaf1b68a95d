package judgments

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/releval/releval/judgments/tree"
)

// Write writes a suite as YAML in block style, one judgment a line, which
// Parse reads back to the same suite. Defaults are left out, and comments are
// not kept: it is for suites made by a program. The path of the documents is
// written relative to the folder of s.File.
func Write(w io.Writer, s *Suite) error {
	e := encoder{bufio.NewWriter(w)}
	e.field(0, "name", s.Name)
	e.field(0, "cluster", s.Cluster)
	if err := e.search(s); err != nil {
		return err
	}
	e.metrics(s)
	if len(s.Gates) > 0 {
		e.line(0, "gates:")
	}
	for _, g := range s.Gates {
		e.line(2, "- "+g.flow())
	}
	e.line(0, "queries:")
	for i := range s.Queries {
		e.query(&s.Queries[i])
	}
	return e.Flush()
}

// encoder writes lines; its errors wait for Flush.
type encoder struct{ *bufio.Writer }

func (e encoder) line(indent int, text string) {
	for range indent {
		e.WriteByte(' ')
	}
	e.WriteString(text)
	e.WriteByte('\n')
}

// field writes a key with text, if there is any.
func (e encoder) field(indent int, key, value string) {
	if value != "" {
		e.line(indent, key+": "+tree.Scalar(value))
	}
}

func (e encoder) metrics(s *Suite) {
	names := make([]string, len(s.Metrics))
	for i, m := range s.Metrics {
		names[i] = m.Name
	}
	if slices.Equal(names, defaultMetrics) || len(names) == 0 {
		return
	}
	for i, n := range names {
		names[i] = tree.Scalar(n)
	}
	e.line(0, "metrics: ["+strings.Join(names, ", ")+"]")
}

func (e encoder) search(s *Suite) error {
	search := &s.Search
	e.line(0, "search:")
	e.field(2, "index", search.Index)
	e.field(2, "title_field", search.TitleField)
	if search.Documents != "" {
		path := search.Documents
		if relative, err := filepath.Rel(filepath.Dir(s.File), path); err == nil {
			path = relative
		}
		e.field(2, "documents", filepath.ToSlash(path))
	}
	for _, part := range []struct {
		key string
		raw json.RawMessage
	}{{"mappings", search.Mappings}, {"settings", search.Settings}, {"retriever", search.Retriever}} {
		if len(part.raw) == 0 {
			continue
		}
		if err := e.json(2, part.key, part.raw); err != nil {
			return fmt.Errorf("search.%s: %w", part.key, err)
		}
	}
	if len(search.Rerankers) > 0 {
		e.line(2, "rerankers:")
	}
	for _, r := range search.Rerankers {
		e.line(4, tree.Scalar(r.Name)+":")
		e.field(6, "field", r.Field)
		e.field(6, "inference_id", r.InferenceID)
		if r.Window != 0 && r.Window != defaultWindow {
			e.line(6, fmt.Sprintf("rank_window_size: %d", r.Window))
		}
		if r.MinScore != nil {
			e.line(6, "min_score: "+formatNumber(*r.MinScore))
		}
		for _, key := range rerankerKeys {
			if raw, ok := r.Extra[key]; ok {
				if err := e.json(6, key, raw); err != nil {
					return fmt.Errorf("reranker %q: %s: %w", r.Name, key, err)
				}
			}
		}
	}
	return nil
}

func (e encoder) query(q *Query) {
	e.line(2, "- query: "+tree.Scalar(q.Text))
	e.field(4, "id", q.ID)
	if q.InferenceText != q.Text {
		e.field(4, "inference_text", q.InferenceText)
	}
	if len(q.Tags) > 0 {
		tags := make([]string, len(q.Tags))
		for i, t := range q.Tags {
			tags[i] = tree.Scalar(t)
		}
		e.line(4, "tags: ["+strings.Join(tags, ", ")+"]")
	}
	if q.Quarantine != nil {
		e.line(4, fmt.Sprintf("quarantine: {until: %s, reason: %s}", q.Quarantine.Until.Format(time.DateOnly), tree.Scalar(q.Quarantine.Reason)))
	}
	if len(q.Relevant) > 0 {
		e.line(4, "relevant:")
	}
	for _, j := range q.Relevant {
		e.line(6, "- "+j.YAML())
	}
	if len(q.Expect) > 0 {
		e.line(4, "expect:")
	}
	for _, x := range q.Expect {
		e.line(6, "- "+x.flow())
	}
}

// YAML writes the judgment as an item of a list of a suite, on one line.
func (j Judgment) YAML() string {
	if j.ID == "" && j.Grade == 1 {
		return tree.Scalar(j.Title)
	}
	var f flowFields
	f.text("title", j.Title)
	f.text("id", j.ID)
	if j.Grade != 1 {
		f.add("grade", formatNumber(j.Grade))
	}
	return f.String()
}

func (x *Expectation) flow() string {
	var f flowFields
	f.text("title", x.Title)
	f.text("id", x.ID)
	f.integer("within", x.Within)
	f.integer("not_within", x.NotWithin)
	f.text("before", x.Before)
	f.text("system", x.System)
	return f.String()
}

func (g *Gate) flow() string {
	var f flowFields
	f.text("metric", g.Metric)
	f.text("system", g.System)
	f.text("tag", g.Tag)
	f.text("versus", g.Versus)
	f.number("min", g.Min)
	if g.Max != nil && slices.Contains(Latencies, g.Metric) {
		f.add("max", time.Duration(*g.Max*float64(time.Millisecond)).String())
	} else {
		f.number("max", g.Max)
	}
	f.number("min_gain", g.MinGain)
	f.number("max_drop", g.MaxDrop)
	f.number("max_query_drop", g.MaxQueryDrop)
	if g.MaxQueries != nil {
		f.add("max_queries", strconv.Itoa(*g.MaxQueries)) // 0 is a number here
	}
	f.number("max_share", g.MaxShare)
	if g.Confidence != 0 {
		f.number("confidence", &g.Confidence)
	}
	f.text("inconclusive", g.Inconclusive)
	return f.String()
}
