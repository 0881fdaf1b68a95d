package plan

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/judgments"
)

// Overrides are what the command line changes in a suite. The zero value
// changes nothing.
type Overrides struct {
	// Metrics replace the suite's list.
	Metrics []string
	// Rerankers keep only those of the suite with these names.
	Rerankers []string
	// Systems keep only those of the suite with these names, and the first
	// stages that they rerank.
	Systems []string
	// Window and InferenceID replace every reranker's.
	Window      int
	InferenceID string
	// QueryGlob keeps only the queries whose id matches (path.Match).
	QueryGlob string
	// Tag keeps only the queries with this tag.
	Tag string
}

// Plan is what a run will do, before anything is sent: the systems, the
// queries, and the bodies of the searches.
type Plan struct {
	Suite   *judgments.Suite
	Metrics []metrics.Metric
	// Rerankers are the reranked systems after the overrides: each has the
	// system's name, and in Over the name of its first stage, none for the
	// one retriever without a name.
	Rerankers []judgments.Reranker
	Queries   []judgments.Query
	// Depth is how deep a first stage is searched at least, where its own
	// window allows it: the largest cutoff, 10 or more, and the largest window
	// where there is one first stage.
	Depth int
	// Numbers are the places of the queries in the suite.
	Numbers []int

	stages   []stage
	requests []request
	named    map[string]string // the rerankers' names in the suite, by system
	options  []byte            // what stands beside every retriever
	prices   map[string][]judgments.Price
}

// New works out what to search. Problems with the suite's own metrics
// come with their place.
func New(suite *judgments.Suite, o Overrides) (*Plan, error) {
	p := &Plan{Suite: suite}
	p.setUp()
	if err := p.chooseMetrics(o.Metrics); err != nil {
		return nil, err
	}
	if err := p.chooseRerankers(o); err != nil {
		return nil, err
	}
	if err := p.chooseSystems(o.Systems); err != nil {
		return nil, err
	}
	if err := p.chooseQueries(o.QueryGlob, o.Tag); err != nil {
		return nil, err
	}
	for _, r := range p.Rerankers {
		if len(p.stages) == 1 {
			p.Depth = max(p.Depth, r.Window)
		}
	}
	excluded := 0 // of one query: as many more hits fill the ranks down to a cutoff
	for _, q := range p.Queries {
		excluded = max(excluded, len(q.Exclude))
	}
	for _, m := range p.Metrics {
		p.Depth = max(p.Depth, m.Cutoff()+excluded)
	}
	p.Depth = max(p.Depth, 10+excluded)
	return p, nil
}

func (p *Plan) chooseMetrics(named []string) error {
	var problems judgments.Problems
	seen := make(map[metrics.Metric]bool)
	add := func(name string, at judgments.Position) error {
		m, err := metrics.Parse(name)
		if err == nil && !m.IsMean() && !m.IsCount() {
			err = fmt.Errorf("%s is defined over all queries only, so systems cannot be compared by it query by query; name %s here, or compute it with releval eval", m, strings.TrimPrefix(m.String(), "gm_"))
		}
		if err == nil && m.String() == "utility" {
			err = fmt.Errorf("utility has no least value, so that an answer that failed could count anything; compute it with releval eval")
		}
		if err != nil {
			if at.Line > 0 {
				problems = append(problems, judgments.Problem{Position: at, Message: err.Error()})
				return nil
			}
			return fmt.Errorf("--metric: %w", err)
		}
		if !seen[m] {
			seen[m] = true
			p.Metrics = append(p.Metrics, m)
		}
		return nil
	}
	for _, name := range named {
		if err := add(name, judgments.Position{}); err != nil {
			return err
		}
	}
	if len(named) == 0 {
		for _, name := range p.Suite.Metrics {
			if err := add(name.Name, name.Position); err != nil {
				return err
			}
		}
	}
	return problems.ErrorOrNil()
}

func (p *Plan) chooseRerankers(o Overrides) error {
	if len(o.Rerankers) > 0 {
		byName := make(map[string][]judgments.Reranker)
		var names []string
		for _, r := range p.Rerankers {
			name := p.named[r.Name]
			if byName[name] == nil {
				names = append(names, name)
			}
			byName[name] = append(byName[name], r)
		}
		p.Rerankers = nil
		taken := make(map[string]bool)
		for _, name := range o.Rerankers {
			rerankers, ok := byName[name]
			if !ok {
				return fmt.Errorf("--reranker: the suite has no reranker %q, it has %s", name, cmp.Or(strings.Join(names, ", "), "none"))
			}
			if !taken[name] {
				taken[name] = true
				p.Rerankers = append(p.Rerankers, rerankers...)
			}
		}
	}
	changed := make([]judgments.Reranker, len(p.Rerankers))
	for i, r := range p.Rerankers {
		if o.Window > 0 {
			r.Window = o.Window
		}
		if o.InferenceID != "" && (!r.Outside() || r.API.API == judgments.APIInference) {
			r.InferenceID = o.InferenceID
		}
		changed[i] = r
	}
	p.Rerankers = changed
	return nil
}

func (p *Plan) chooseQueries(glob, tag string) error {
	for i, q := range p.Suite.Queries {
		matched, err := Matches(glob, q.ID)
		if err != nil {
			return fmt.Errorf("--query: %w", err)
		}
		if matched && (tag == "" || slices.Contains(q.Tags, tag)) {
			p.Queries = append(p.Queries, q)
			p.Numbers = append(p.Numbers, i)
		}
	}
	switch {
	case len(p.Queries) > 0 || glob == "" && tag == "":
		return nil
	case tag == "":
		return fmt.Errorf("--query: no query id of the suite matches %q", glob)
	default:
		return fmt.Errorf("--tag: no query that was asked for has the tag %q", tag)
	}
}

// Matches says whether a query's id matches a pattern, as of --query; the empty
// pattern matches every id.
func Matches(glob, id string) (bool, error) {
	if glob == "" {
		return true, nil
	}
	matched, err := path.Match(noSlash(glob), noSlash(id))
	if err != nil {
		return false, fmt.Errorf("%q is not a pattern: %w", glob, err)
	}
	return matched, nil
}

// Unsearched is the run of a plan before its first search: what it asks, of
// which index.
func (p *Plan) Unsearched() *eval.Run {
	run := &eval.Run{Manifest: eval.Manifest{Suite: p.Suite.Name, File: p.Suite.File, Index: p.Suite.Search.Index, QueryCount: len(p.Queries)}}
	for i, q := range p.Queries {
		run.Queries = append(run.Queries, eval.NewQuery(p.Numbers[i], q))
	}
	return run
}

// noSlash hides the slashes of an id, or of a pattern for ids, from path.Match,
// whose * stops at them.
func noSlash(s string) string { return strings.ReplaceAll(s, "/", "\x01") }
