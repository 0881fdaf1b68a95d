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
	if len(s.Prices) > 0 {
		e.line(0, "prices:")
	}
	for _, p := range s.Prices {
		e.line(2, tree.Scalar(p.Name)+": "+p.flow())
	}
	if len(s.Compare) > 0 {
		e.line(0, "compare:")
	}
	for _, c := range s.Compare {
		var f flowFields
		f.text("system", c.System)
		f.text("versus", c.Versus)
		e.line(2, "- "+f.String())
	}
	e.line(0, "queries:")
	for i := range s.Queries {
		if err := e.query(&s.Queries[i]); err != nil {
			return fmt.Errorf("the query %q: %w", s.Queries[i].Text, err)
		}
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
	e.line(0, "metrics: "+flowList(names))
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
	if len(search.Retrievers) > 0 {
		e.line(2, "retrievers:")
	}
	for _, r := range search.Retrievers {
		if err := e.json(4, r.Name, r.Body); err != nil {
			return fmt.Errorf("search.retrievers.%s: %w", r.Name, err)
		}
	}
	if len(search.Rerankers) > 0 {
		e.line(2, "rerankers:")
	}
	for _, r := range search.Rerankers {
		e.line(4, tree.Scalar(r.Name)+":")
		e.field(6, "field", r.Field)
		if r.API != nil {
			if err := e.rerankAPI(r.API); err != nil {
				return fmt.Errorf("reranker %q: %w", r.Name, err)
			}
		}
		e.field(6, "inference_id", r.InferenceID)
		if r.Window != 0 && r.Window != defaultWindow {
			e.line(6, fmt.Sprintf("rank_window_size: %d", r.Window))
		}
		if len(r.Over) > 0 {
			e.line(6, "over: "+flowList(r.Over))
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
	if err := e.requests(search); err != nil {
		return err
	}
	return e.params(2, search.Params)
}

func (e encoder) rerankAPI(a *RerankAPI) error {
	e.field(6, "api", a.API)
	e.field(6, "url", a.URL)
	e.field(6, "model", a.Model)
	e.field(6, "key_env", a.KeyEnv)
	e.field(6, "key_header", a.KeyHeader)
	if len(a.Fields) == 1 {
		e.field(6, "field", a.Fields[0])
	} else {
		e.line(6, "field: "+flowList(a.Fields))
	}
	e.field(6, "template", a.Template)
	e.field(6, "instruction", a.Instruction)
	for _, n := range []struct {
		key   string
		value int
	}{{"max_characters", a.MaxCharacters}, {"batch", a.Batch}, {"requests_per_minute", a.RequestsPerMinute}} {
		if n.value != 0 {
			e.line(6, fmt.Sprintf("%s: %d", n.key, n.value))
		}
	}
	if a.Listwise {
		e.line(6, "listwise: true")
	}
	if a.Names != (RerankNames{}) {
		raw, err := json.Marshal(a.Names)
		if err != nil {
			return fmt.Errorf("names: %w", err)
		}
		if err := e.json(6, "names", raw); err != nil {
			return fmt.Errorf("names: %w", err)
		}
	}
	if a.Parameters == nil {
		return nil
	}
	if err := e.json(6, "parameters", a.Parameters); err != nil {
		return fmt.Errorf("parameters: %w", err)
	}
	return nil
}

func (e encoder) requests(s *Search) error {
	if len(s.Requests) > 0 {
		e.line(2, "requests:")
	}
	for _, r := range s.Requests {
		e.line(4, tree.Scalar(r.Name)+":")
		e.field(6, "esql", r.ESQL)
		if len(r.Body) > 0 {
			if err := e.json(6, "body", r.Body); err != nil {
				return fmt.Errorf("search.requests.%s: %w", r.Name, err)
			}
		}
	}
	o := &s.Request
	if o.IsZero() {
		return nil
	}
	e.line(2, "request:")
	e.field(4, "routing", o.Routing)
	e.field(4, "preference", o.Preference)
	if o.RuntimeMappings != nil {
		if err := e.json(4, "runtime_mappings", o.RuntimeMappings); err != nil {
			return fmt.Errorf("search.request: %w", err)
		}
	}
	if o.IndicesBoost != nil {
		if err := e.json(4, "indices_boost", o.IndicesBoost); err != nil {
			return fmt.Errorf("search.request: %w", err)
		}
	}
	if o.MinScore != nil {
		e.line(4, "min_score: "+formatNumber(*o.MinScore))
	}
	e.field(4, "timeout", o.Timeout)
	return nil
}

func (e encoder) params(indent int, params []Param) error {
	if len(params) > 0 {
		e.line(indent, "params:")
	}
	for _, p := range params {
		if err := e.json(indent+2, p.Name, p.Value); err != nil {
			return fmt.Errorf("the parameter %s: %w", p.Name, err)
		}
	}
	return nil
}

// flowList writes texts on one line.
func flowList(texts []string) string {
	scalars := make([]string, len(texts))
	for i, t := range texts {
		scalars[i] = tree.Scalar(t)
	}
	return "[" + strings.Join(scalars, ", ") + "]"
}

func (p *Price) flow() string {
	var f flowFields
	f.number("usd", &p.USD)
	f.text("per", p.Per)
	if p.SearchesPerSecond != 0 {
		f.number("searches_per_second", &p.SearchesPerSecond)
	}
	return f.String()
}

func (e encoder) query(q *Query) error {
	e.line(2, "- query: "+tree.Scalar(q.Text))
	e.field(4, "id", q.ID)
	if q.InferenceText != q.Text {
		e.field(4, "inference_text", q.InferenceText)
	}
	if err := e.params(4, q.Params); err != nil {
		return err
	}
	if len(q.Tags) > 0 {
		e.line(4, "tags: "+flowList(q.Tags))
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
	if len(q.Exclude) > 0 {
		e.line(4, "exclude:")
	}
	for _, x := range q.Exclude {
		e.line(6, "- "+x.flow())
	}
	if len(q.Expect) > 0 {
		e.line(4, "expect:")
	}
	for _, x := range q.Expect {
		e.line(6, "- "+x.flow())
	}
	return nil
}

// YAML writes the judgment as an item of a list of a suite, on one line.
func (j Judgment) YAML() string {
	if j.ID == "" && j.Grade == 1 {
		return tree.Scalar(j.Title)
	}
	var f flowFields
	f.text("title", j.Title)
	f.text("id", j.ID)
	f.text("index", j.Index)
	if j.Grade != 1 {
		f.add("grade", formatNumber(j.Grade))
	}
	return f.String()
}

func (x *Excluded) flow() string {
	if x.ID == "" {
		return tree.Scalar(x.Title)
	}
	var f flowFields
	f.text("title", x.Title)
	f.text("id", x.ID)
	f.text("index", x.Index)
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
