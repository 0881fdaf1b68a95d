package eval

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/eval/cluster"
)

// Inspector is what the preflight needs of a cluster.
type Inspector interface {
	Info(ctx context.Context) (cluster.Info, error)
	IndexInfo(ctx context.Context, index string) ([]cluster.IndexInfo, error)
	Exists(ctx context.Context, index string) (bool, error)
	FieldCaps(ctx context.Context, index string, fields ...string) (cluster.FieldCaps, error)
	Endpoint(ctx context.Context, id string) (cluster.Endpoint, error)
	Licence(ctx context.Context) (cluster.Licence, error)
}

// Severity says how much a finding matters.
type Severity string

// A finding of severity SeverityError makes the run's numbers wrong or
// impossible: the run does not start. A warning is said in the report, a note
// only tells what could not be looked at.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
	SeverityNote    Severity = "note"
)

// Finding is one thing that the preflight found: what it is, why it matters,
// and what to do.
type Finding struct {
	Severity Severity `json:"severity"`
	What     string   `json:"what"`
	Why      string   `json:"why,omitempty"`
	Do       string   `json:"do,omitempty"`
}

// String gives the finding on one line.
func (f Finding) String() string {
	text := f.What
	if f.Why != "" {
		text += ": " + f.Why
	}
	if f.Do != "" {
		text += "; " + f.Do
	}
	return text
}

// Preflight is what is known of the cluster before the first search.
type Preflight struct {
	Info      cluster.Info
	Indices   []cluster.IndexInfo
	Endpoints map[string]cluster.Endpoint // by the inference id of the plan
	Findings  []Finding
}

// Errors are the findings that forbid the run, as one error; nil where there
// are none.
func (p *Preflight) Errors() error {
	var lines []string
	for _, f := range p.Findings {
		if f.Severity == SeverityError {
			lines = append(lines, f.String())
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return &cluster.Error{Op: "preflight", Kind: cluster.KindInvalidRequest, What: strings.Join(lines, "\npreflight: ")}
}

// Inspect looks at the cluster: the version, the index, the fields, the
// endpoints, the licence. What the credentials may not look at is a note. Its
// error means that the cluster could not be asked at all.
func Inspect(ctx context.Context, c Inspector, p *Plan) (*Preflight, error) {
	found := &Preflight{Endpoints: make(map[string]cluster.Endpoint)}
	steps := []func(context.Context, Inspector, *Plan) error{
		found.version, found.index, found.fields, found.windows, found.endpoints, found.licence,
	}
	for _, step := range steps {
		if err := step(ctx, c, p); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (f *Preflight) add(s Severity, what, why, do string) {
	finding := Finding{Severity: s, What: what, Why: why, Do: do}
	if !slices.Contains(f.Findings, finding) {
		f.Findings = append(f.Findings, finding)
	}
}

func (f *Preflight) version(ctx context.Context, c Inspector, _ *Plan) (err error) {
	if f.Info, err = c.Info(ctx); err != nil {
		return err
	}
	switch {
	case !f.Info.Known:
		f.add(SeverityNote, "the server's version is not known to these credentials", "releases that rank wrongly cannot be told", "grant the cluster privilege monitor to see it")
	case f.Info.RanksWrongly() != "":
		f.add(SeverityWarning, "Elasticsearch "+f.Info.Version+" is known to rerank wrongly", f.Info.RanksWrongly(), "")
	case before(f.Info, 8, 17):
		f.add(SeverityError, "Elasticsearch "+f.Info.Version+" is too old", "releval needs 8.17 or later, or serverless", "search another cluster")
	}
	return nil
}

// before compares a version of a server that has versions.
func before(i cluster.Info, major, minor int) bool {
	var a, b int
	if _, err := fmt.Sscanf(i.Version, "%d.%d", &a, &b); err != nil || i.Serverless {
		return false
	}
	return a < major || a == major && b < minor
}

func (f *Preflight) index(ctx context.Context, c Inspector, p *Plan) (err error) {
	index := p.Suite.Search.Index
	f.Indices, err = c.IndexInfo(ctx, index)
	switch cluster.KindOf(err) {
	case "":
	case cluster.KindForbidden, cluster.KindUnsupported:
		f.add(SeverityNote, "the settings of "+index+" are not visible to these credentials", "that the index is the same as in another run cannot be told", "grant the index privilege view_index_metadata to see them")
		return nil
	default:
		return err
	}
	if err != nil {
		return err
	}
	documents := int64(0)
	for _, i := range f.Indices {
		documents += i.Documents
		if i.MaxResultWindow > 0 && p.Depth > i.MaxResultWindow {
			f.add(SeverityError, fmt.Sprintf("the depth %d is above index.max_result_window %d of %s", p.Depth, i.MaxResultWindow, i.Name), "the server refuses such a search", "lower rank_window_size or the metrics' cutoffs")
		}
		if i.Shards > 1 {
			f.add(SeverityNote, fmt.Sprintf("%s has %d shards", i.Name, i.Shards), "term statistics are counted shard by shard, which moves first-stage scores a little", "")
		}
	}
	if documents == 0 {
		f.add(SeverityError, "the index "+index+" holds no documents", "every metric would be 0", "load it first, as by releval load")
	}
	return nil
}

func (f *Preflight) fields(ctx context.Context, c Inspector, p *Plan) error {
	index := p.Suite.Search.Index
	names := []string{p.Suite.Search.TitleField}
	for _, r := range p.Rerankers {
		names = append(names, r.Field)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	caps, err := c.FieldCaps(ctx, index, names...)
	switch cluster.KindOf(err) {
	case "":
	case cluster.KindForbidden, cluster.KindUnsupported:
		f.add(SeverityNote, "the mapping of "+index+" is not visible to these credentials", "a misspelt field cannot be told", "")
		return nil
	}
	if err != nil {
		return err
	}
	for _, name := range names {
		why, do := "the reranker drops every document that has no value in it, without a word", "correct the reranker's field, or the mapping"
		if name == p.Suite.Search.TitleField {
			why, do = "no document could be told from another", "correct search.title_field, or the mapping"
		}
		switch missing := caps.Unmapped(name); {
		case !caps.Mapped(name):
			f.add(SeverityError, fmt.Sprintf("the index %s has no field %q", index, name), why, do)
		case len(missing) > 0:
			f.add(SeverityWarning, fmt.Sprintf("the field %q is not in %s", name, strings.Join(missing, ", ")), why, do)
		}
	}
	return nil
}

func (f *Preflight) windows(_ context.Context, _ Inspector, p *Plan) error {
	for _, r := range p.Rerankers {
		for _, m := range p.Metrics {
			if m.Cutoff() > r.Window {
				f.add(SeverityNote, fmt.Sprintf("%s looks deeper than the window %d of %s", m, r.Window, r.Name), "the reranked list ends at the window, which limits the metric", "")
			}
		}
	}
	return nil
}

func (f *Preflight) endpoints(ctx context.Context, c Inspector, p *Plan) error {
	for _, r := range p.Rerankers {
		if _, known := f.Endpoints[r.InferenceID]; known {
			continue
		}
		e, err := c.Endpoint(ctx, r.InferenceID)
		switch cluster.KindOf(err) {
		case "":
		case cluster.KindForbidden, cluster.KindUnauthorized:
			f.add(SeverityNote, "the inference endpoint of "+r.Name+" is not visible to these credentials", "its service and model are not known", "grant the cluster privilege monitor_inference to see them")
			continue
		}
		if err != nil {
			return err
		}
		f.Endpoints[r.InferenceID] = e
		if e.Listwise() {
			f.add(SeverityWarning, fmt.Sprintf("the model %s of %s is listwise", e.Model, r.Name), "it scores a document differently in another window, so that no window can be derived from a larger one", "")
		}
		if e.MinAllocations == 0 {
			f.add(SeverityNote, "the endpoint "+e.ID+" may scale to no allocation at all", "the first search then waits for the model to start", "")
		}
	}
	for _, r := range p.Rerankers {
		if e := f.Endpoints[r.InferenceID]; e.TopN > 0 && e.TopN < r.Window {
			f.add(SeverityError, fmt.Sprintf("the endpoint %s returns the top %d results, and the window of %s is %d", e.ID, e.TopN, r.Name, r.Window), "the server refuses such a search", "lower rank_window_size, or raise the endpoint's top_n")
		}
	}
	return nil
}

func (f *Preflight) licence(ctx context.Context, c Inspector, p *Plan) error {
	if len(p.Rerankers) == 0 {
		return nil
	}
	licence, err := c.Licence(ctx)
	if err != nil {
		return err
	}
	if !licence.AllowsReranking() {
		f.add(SeverityWarning, fmt.Sprintf("the licence is %s (%s)", licence.Type, licence.Status), "text_similarity_reranker needs an enterprise or a trial licence", "start a trial, or ask whoever runs the cluster")
	}
	return nil
}
