package check

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/integrity"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/preflight"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/eval/titles"
	"github.com/releval/releval/judgments"
)

// Cluster is what a check needs of a cluster.
type Cluster interface {
	preflight.Inspector
	titles.Cluster
	execute.Searcher
}

// Options are how a suite is checked against an index. The zero value is
// right for most uses.
type Options struct {
	// Concurrency is how many requests are in flight; 0 means 4.
	Concurrency int
	// Runs are earlier runs of the suite, which know which document had which
	// title.
	Runs []*eval.Run
	// Note is told what the user may want to know; nil for none.
	Note func(text string)
}

// Online checks a plan against the cluster. Its error means that the cluster
// could not be asked.
func Online(ctx context.Context, c Cluster, p *plan.Plan, o Options) ([]Finding, error) {
	planned := make(map[string]bool)
	for _, q := range p.Queries {
		planned[q.ID] = true
	}
	k := online{
		cluster: c,
		suite:   p.Suite,
		where:   titles.Place{Index: p.Suite.Search.Index, Field: p.Suite.Search.TitleField},
		options: o,
		uses:    usesOf(p.Suite, func(id string) bool { return planned[id] }),
	}
	seen, searchable, err := k.preflight(ctx, p)
	if err != nil {
		return nil, err
	}
	if searchable {
		probed, err := k.probe(ctx, p)
		if err != nil {
			return nil, err
		}
		if err := k.texts(ctx, p, seen, probed); err != nil {
			return nil, err
		}
		if err := k.titles(ctx); err != nil {
			return nil, err
		}
	}
	Sort(k.found)
	return k.found, nil
}

// online is one check at work.
type online struct {
	cluster Cluster
	suite   *judgments.Suite
	where   titles.Place
	options Options
	uses    []use
	// index is what the index says of them.
	index *titles.Found
	found []Finding
}

// preflight looks at the cluster, and says whether titles can be looked up.
func (k *online) preflight(ctx context.Context, p *plan.Plan) (seen *preflight.Preflight, searchable bool, err error) {
	at := k.suite.Search.Position
	seen, err = preflight.Inspect(ctx, k.cluster, p)
	switch cluster.KindOf(err) {
	case cluster.KindMissingIndex:
		k.found = append(k.found, Finding{Position: at, Severity: preflight.SeverityError, Kind: KindPreflight, Message: err.Error()})
		return nil, false, nil
	case cluster.KindMissingEndpoint, cluster.KindMissing, cluster.KindUnsupported, cluster.KindInvalidRequest:
		k.found = append(k.found, Finding{Position: at, Severity: preflight.SeverityError, Kind: KindPreflight, Message: err.Error()})
		return nil, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	searchable = true
	for _, f := range seen.Findings {
		at := at
		if f.At.Line > 0 {
			at = f.At
		}
		k.found = append(k.found, Finding{Position: at, Severity: f.Severity, Kind: KindPreflight, Message: f.String()})
		// Without the field or a document every title would be missing.
		if f.Severity == preflight.SeverityError && (strings.Contains(f.What, "holds no documents") || strings.Contains(f.What, fmt.Sprintf("has no field %q", k.where.Field))) {
			searchable = false
		}
	}
	return seen, searchable, nil
}

// probe searches once with each system, because only the server knows what it
// refuses.
func (k *online) probe(ctx context.Context, p *plan.Plan) (execute.Probed, error) {
	probed, err := execute.Probe(ctx, k.cluster, p)
	if problems, ok := errors.AsType[judgments.Problems](err); ok {
		for _, problem := range problems {
			k.found = append(k.found, Finding{Position: problem.Position, Severity: preflight.SeverityError, Kind: KindRefused, Message: problem.Message})
		}
		err = nil
	}
	if err != nil && ctx.Err() == nil && slices.ContainsFunc(k.found, func(f Finding) bool { return f.Severity == preflight.SeverityError }) {
		return probed, nil // why is said already
	}
	if err == nil && k.options.Note != nil {
		k.options.Note(fmt.Sprintf("%s sent to see whether the server takes them", text.Plural(probed.Searches, "search was", "searches were")))
	}
	return probed, err
}

// texts estimates how much of what the probe found is longer than rerankers
// read.
func (k *online) texts(ctx context.Context, p *plan.Plan, seen *preflight.Preflight, probed execute.Probed) error {
	if seen == nil {
		return nil
	}
	run := &eval.Run{Manifest: eval.Manifest{Systems: seen.Systems(p)}, Queries: []eval.Query{probed.Query}, Complete: &eval.Complete{}}
	var err error
	if run.Complete.Texts, err = execute.LookUpTexts(ctx, k.cluster, p, run); err != nil {
		return err
	}
	for _, s := range run.Manifest.Reranked() {
		if long := integrity.FindLongTexts(run, s.Name); long != nil && long.Long > 0 {
			at, _ := p.Place(s.Name)
			k.found = append(k.found, Finding{Position: at, Severity: preflight.SeverityWarning, Kind: KindPreflight,
				Message: fmt.Sprintf("%s; looked at were the hits of the query %s alone: a run looks at all, and reports the metric with and without such texts among the relevant ones", long, text.Quote(probed.Query.ID))})
		}
	}
	return nil
}

// titles looks up everything that the suite names, and sorts the uses out.
func (k *online) titles(ctx context.Context) error {
	var names, ids []string
	for _, u := range k.uses {
		if u.id != "" {
			ids = append(ids, u.id)
		}
		if u.title != "" {
			names = append(names, u.title)
		}
	}
	var err error
	if k.index, err = titles.Find(ctx, k.cluster, k.where, names, ids); err != nil {
		return err
	}
	var missing []use
	ambiguous := make(map[string][]titles.Document)
	var unclear []use
	for _, u := range k.uses {
		documents := k.index.Documents[judgments.FoldTitle(u.title)]
		switch {
		case u.id != "":
			k.byID(u, documents)
		case len(documents) == 0:
			missing = append(missing, u)
		case len(documents) == 1:
			k.spelling(u, documents[0])
		default:
			ambiguous[judgments.FoldTitle(u.title)] = documents
			unclear = append(unclear, u)
		}
	}
	k.duplicates()
	if err := k.ambiguous(ctx, unclear, ambiguous); err != nil {
		return err
	}
	return k.missing(ctx, missing)
}

// add starts a finding about a use.
func (k *online) add(u use, s preflight.Severity, kind Kind, format string, args ...any) *Finding {
	k.found = append(k.found, Finding{
		Position: u.Position, Severity: s, Kind: kind, Query: k.suite.Queries[u.query].ID,
		Title: u.title, ID: u.id, Message: fmt.Sprintf(format, args...),
	})
	return &k.found[len(k.found)-1]
}

// byID checks a use that names its document by id. Those is what has its
// title.
func (k *online) byID(u use, those []titles.Document) {
	d, exists := k.index.Of(u.index, u.id)
	if other, known := k.index.IDs[u.id]; known && !exists {
		k.add(u, preflight.SeverityError, KindMissingID, "the index %s has no document with the id %q, but %s has one; correct index or id", u.index, u.id, other.Index)
		return
	}
	if shared := k.index.Shared[u.id]; len(shared) > 0 && u.index == "" {
		k.add(u, preflight.SeverityWarning, KindAmbiguous, "%d indices have a document %q, and whichever ranks first gets the credit: %s; name the document's index beside its id, or search one index", len(shared), u.id, inIndices(shared))
		if slices.ContainsFunc(shared, func(s titles.Document) bool { return judgments.FoldTitle(s.Title) == judgments.FoldTitle(u.title) }) {
			return
		}
	}
	switch {
	case !exists && len(those) == 1:
		f := k.add(u, preflight.SeverityError, KindMissingID, "no document has the id %q; did you mean %q, which has the title %q?", u.id, those[0].ID, those[0].Title)
		f.Proposals = []Proposal{{Title: those[0].Title, ID: those[0].ID, Reason: "it has the title"}}
	case !exists && len(those) > 1:
		f := k.add(u, preflight.SeverityError, KindMissingID, "no document has the id %q; the title %q have %s", u.id, u.title, listed(those))
		for _, t := range those {
			f.Proposals = append(f.Proposals, Proposal{Title: t.Title, ID: t.ID, Reason: "it has the title"})
		}
	case !exists:
		k.add(u, preflight.SeverityError, KindMissingID, "no document has the id %q; correct it, or remove the judgment", u.id)
	case u.title == "" || d.Title == u.title:
	case judgments.FoldTitle(d.Title) == judgments.FoldTitle(u.title):
		k.spelling(u, d)
	case len(those) > 0:
		k.add(u, preflight.SeverityError, KindRenamed, "the id and the title are of different documents: %q is %q, and the title %q has %s; correct one of them", u.id, d.Title, u.title, listed(those))
	default:
		f := k.add(u, preflight.SeverityWarning, KindRenamed, "the document %q is now called %q; the judgment goes by the id, but its title misleads the reader", u.id, d.Title)
		if d.Title != "" {
			f.Rename = &Rename{From: u.title, To: d.Title, Certain: true, use: u}
			f.Proposals = []Proposal{{Title: d.Title, ID: d.ID, Reason: "it has the id"}}
		}
	}
}

// spelling notes a title that the index writes in another case.
func (k *online) spelling(u use, d titles.Document) {
	if d.Title == u.title {
		return
	}
	f := k.add(u, preflight.SeverityNote, KindSpelling, "the index writes %q, which counts as the same", d.Title)
	f.Rename = &Rename{From: u.title, To: d.Title, Certain: true, use: u}
}

// duplicates finds judgments of a query that stand for one document.
func (k *online) duplicates() {
	type key struct {
		query int
		id    string
	}
	first := make(map[key]use)
	for _, u := range k.uses {
		if u.judgment < 0 {
			continue
		}
		id := u.id
		if id == "" {
			documents := k.index.Documents[judgments.FoldTitle(u.title)]
			if len(documents) != 1 {
				continue
			}
			id = documents[0].ID
		}
		at := key{u.query, id}
		if other, twice := first[at]; twice {
			k.add(u, preflight.SeverityError, KindDuplicate, "%s is the same document (%s) as %s on line %d; keep one judgment of it", title(u.title, u.id), id, title(other.title, other.id), other.Line)
		} else {
			first[at] = u
		}
	}
}

// inIndices names documents of one id by their indices.
func inIndices(documents []titles.Document) string {
	names := make([]string, len(documents))
	for i, d := range documents {
		names[i] = fmt.Sprintf("%q in %s", d.Title, d.Index)
	}
	return text.And(names)
}

// listed names documents by their ids.
func listed(documents []titles.Document) string {
	ids := make([]string, len(documents))
	for i, d := range documents {
		ids[i] = d.ID
	}
	return text.List(text.Quoted(ids), 3)
}
