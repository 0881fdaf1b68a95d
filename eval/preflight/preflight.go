package preflight

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/judgments"
)

// Inspector is what the preflight needs of a cluster.
type Inspector interface {
	Info(ctx context.Context) (cluster.Info, error)
	IndexInfo(ctx context.Context, index string) ([]cluster.IndexInfo, error)
	Exists(ctx context.Context, index string) (bool, error)
	FieldCaps(ctx context.Context, index string, fields ...string) (cluster.FieldCaps, error)
	Endpoint(ctx context.Context, id string) (cluster.Endpoint, error)
	Licence(ctx context.Context) (cluster.Licence, error)
	Privileges(ctx context.Context, index string) (cluster.Privileges, error)
	Count(ctx context.Context, index string) (int64, error)
	Search(ctx context.Context, body []byte, o cluster.SearchOptions) (cluster.Response, error)
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
	// At is where in the suite the cause stands; the zero value for nowhere in
	// particular.
	At judgments.Position `json:"-"`
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
	Info cluster.Info
	// Indices are what the index expression stands for; where that may not be
	// seen, the expression itself with the number of documents behind it.
	Indices []cluster.IndexInfo
	// Several says that the expression stands for several indices, or may.
	Several   bool
	Endpoints map[string]cluster.Endpoint // by the inference id of the plan
	Findings  []Finding

	lengths map[string][]int // of the sampled first values of rerankers' fields, in characters
}

// Errors are the findings that forbid the run, as one error; nil where there
// are none. Where the suite is wrong in all of them it is [judgments.Problems].
func (p *Preflight) Errors() error {
	var lines []string
	var problems judgments.Problems
	for _, f := range p.Findings {
		if f.Severity != SeverityError {
			continue
		}
		if f.At.Line > 0 {
			problems = append(problems, judgments.Problem{Position: f.At, Message: f.String()})
		} else {
			lines = append(lines, f.String())
		}
	}
	if len(lines) == 0 {
		return problems.ErrorOrNil()
	}
	for _, problem := range problems {
		lines = append(lines, problem.Error())
	}
	return &cluster.Error{Op: "preflight", Kind: cluster.KindInvalidRequest, What: strings.Join(lines, "\npreflight: ")}
}

// Inspect looks at the cluster: the version, the index, the fields and what
// they hold, the windows, the endpoints, the licence, the privileges. What the
// credentials may not look at is a note. Its error means that the cluster
// could not be asked at all, or that the index does not exist.
func Inspect(ctx context.Context, c Inspector, p *plan.Plan) (*Preflight, error) {
	found := &Preflight{Endpoints: make(map[string]cluster.Endpoint)}
	steps := []func(context.Context, Inspector, *plan.Plan) error{
		found.version, found.privileges, found.index, found.fields, found.retrievers, found.windows, found.chunks, found.endpoints, found.texts, found.collapse, found.licence,
	}
	for _, step := range steps {
		if err := step(ctx, c, p); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (f *Preflight) add(s Severity, what, why, do string) {
	f.addAt(judgments.Position{}, s, what, why, do)
}

func (f *Preflight) addAt(at judgments.Position, s Severity, what, why, do string) {
	finding := Finding{Severity: s, What: what, Why: why, Do: do, At: at}
	if !slices.Contains(f.Findings, finding) {
		f.Findings = append(f.Findings, finding)
	}
}

func (f *Preflight) version(ctx context.Context, c Inspector, _ *plan.Plan) (err error) {
	if f.Info, err = c.Info(ctx); err != nil {
		return err
	}
	switch {
	case !f.Info.Known:
		f.add(SeverityNote, "the server's version is not known to these credentials", "a release that ranks wrongly goes unnoticed", "grant the cluster privilege monitor to see it")
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

// privileges says what the credentials lack and will need. What they lack only
// to look around is a note where it is missed.
func (f *Preflight) privileges(ctx context.Context, c Inspector, p *plan.Plan) error {
	index := p.Suite.Search.Index
	may, err := c.Privileges(ctx, index)
	if err != nil {
		return err
	}
	if may.Known && !may.Read {
		f.add(SeverityWarning, fmt.Sprintf("the user %s may not read all of %s", may.User, index), "searches will be refused", "grant the index privilege read")
	}
	return nil
}

func (f *Preflight) licence(ctx context.Context, c Inspector, p *plan.Plan) error {
	if !slices.ContainsFunc(p.Rerankers, func(r judgments.Reranker) bool { return !r.Outside() }) {
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
