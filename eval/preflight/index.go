package preflight

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// sampleSize is how many documents are looked at to see whether a field can be
// fetched; those that have it come first.
const sampleSize = 100

// LookAtIndices finds out what an index expression stands for, or only how
// many documents are behind it where the credentials may not see more, or where
// it is in another cluster.
func LookAtIndices(ctx context.Context, c Inspector, index string) (indices []cluster.IndexInfo, visible bool, err error) {
	indices, err = c.IndexInfo(ctx, index)
	switch cluster.KindOf(err) {
	case cluster.KindForbidden, cluster.KindUnsupported:
		documents, err := c.Count(ctx, index)
		if cluster.KindOf(err) == cluster.KindUnsupported {
			var found cluster.Response
			found, err = c.Search(ctx, []byte(`{"size":0,"track_total_hits":true,"query":{"match_all":{}}}`), cluster.SearchOptions{Index: index})
			documents = found.Total
		}
		if err != nil {
			return nil, false, err
		}
		return []cluster.IndexInfo{{Name: index, Documents: documents}}, false, nil
	}
	return indices, true, err
}

func (f *Preflight) index(ctx context.Context, c Inspector, p *plan.Plan) error {
	index := p.Suite.Search.Index
	indices, visible, err := LookAtIndices(ctx, c, index)
	if err != nil {
		return err
	}
	f.Indices = indices
	if !visible {
		what, do := "the settings of "+index+" are not visible to these credentials", "grant the index privilege view_index_metadata to see them"
		if remote(index) {
			what, do = "the settings of "+index+" are in another cluster, which does not tell them", ""
		}
		f.add(SeverityNote, what, "an index that was deleted and made again with as many documents looks the same", do)
	}
	documents := int64(0)
	for _, i := range f.Indices {
		documents += i.Documents
		for _, s := range TooDeep(p, i.MaxResultWindow) {
			f.addAt(s.Position, SeverityError, fmt.Sprintf("the depth %d of %s is above index.max_result_window %d of %s", s.Depth, s.System, i.MaxResultWindow, i.Name), "the server refuses such a search", "lower rank_window_size or the metrics' cutoffs")
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

// remote says whether an index expression reaches into another cluster: date math
// has a colon too.
func remote(index string) bool {
	for name := range strings.SplitSeq(index, ",") {
		if !strings.HasPrefix(name, "<") && strings.Contains(name, ":") {
			return true
		}
	}
	return false
}

func (f *Preflight) fields(ctx context.Context, c Inspector, p *plan.Plan) error {
	index := p.Suite.Search.Index
	names := []string{p.Suite.Search.TitleField}
	for _, r := range p.Rerankers {
		names = append(names, r.Reads()...)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	// Every document has an _id, which is no field of a mapping.
	names = slices.DeleteFunc(names, func(name string) bool { return name == "_id" })
	f.Several = true // where it is not known, hits keep their index
	caps, err := c.FieldCaps(ctx, index, append([]string{"_id"}, names...)...)
	switch cluster.KindOf(err) {
	case cluster.KindForbidden, cluster.KindUnsupported:
		what := "the mapping of " + index + " is not visible to these credentials"
		if remote(index) {
			what = "the mapping of " + index + " is in another cluster, which does not tell it"
		}
		f.add(SeverityNote, what, "a misspelt field goes unnoticed", "")
	default:
		if err != nil {
			return err
		}
		f.Several = len(caps.Indices) != 1
		if n := len(caps.Indices); n > 1 && f.Info.MixesUpIndices() {
			f.add(SeverityError, fmt.Sprintf("%s stands for %d indices", index, n), "Elasticsearch "+f.Info.Version+" reranks wrong documents over several", "search one index, or use 8.17.2 or later")
		}
		var all []string
		if slices.ContainsFunc(names, func(name string) bool { return !caps.Mapped(name) }) {
			all = allFields(ctx, c, index)
		}
		names = slices.DeleteFunc(names, func(name string) bool { return !f.mapped(caps, name, all, p) })
	}
	for _, name := range names {
		if err := f.values(ctx, c, name, p); err != nil {
			return err
		}
	}
	return nil
}

// retrievers looks whether the fields that the first stages search exist: a
// server finds nothing in one that does not, without a word.
func (f *Preflight) retrievers(ctx context.Context, c Inspector, p *plan.Plan) error {
	index := p.Suite.Search.Index
	var atRunTime map[string]json.RawMessage // fields that the searches bring along
	_ = json.Unmarshal(p.Suite.Search.Request.RuntimeMappings, &atRunTime)
	for _, stage := range p.FirstStages() {
		names := slices.DeleteFunc(fieldNames(stage.Retriever), func(name string) bool { return atRunTime[name] != nil })
		if len(names) == 0 {
			continue
		}
		caps, err := c.FieldCaps(ctx, index, names...)
		switch cluster.KindOf(err) {
		case cluster.KindForbidden, cluster.KindUnsupported:
			return nil // said of the other fields
		}
		if err != nil || len(caps.Indices) == 0 {
			return err
		}
		missing := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return mapsAny(caps, name) })
		if len(missing) == 0 {
			continue
		}
		severity, why := SeverityWarning, "nothing is found in a field that does not exist, without a word"
		if len(missing) == len(names) && len(atRunTime) == 0 {
			severity, why = SeverityError, "nothing is found in fields that do not exist, without a word, and the retriever names no other"
		}
		at, what := p.Place(stage.Name)
		f.addAt(at, severity, fmt.Sprintf("%s searches %s, which no index behind %s maps", what, text.And(text.Quoted(missing)), index), why, "correct "+stage.Path+", or the mapping")
	}
	return nil
}

// place is where the suite names a field: as the title's, or as a reranker's.
func place(name string, p *plan.Plan) judgments.Position {
	if name == p.Suite.Search.TitleField {
		return p.Suite.Search.TitleFieldPosition
	}
	for _, r := range p.Suite.Search.Rerankers {
		if slices.Contains(r.Reads(), name) {
			return r.Position
		}
	}
	return judgments.Position{}
}

// missed says why a field that does not work matters, and what to do.
func missed(name string, p *plan.Plan) (why, do string) {
	if name == p.Suite.Search.TitleField {
		return "no document could be told from another", "correct search.title_field, or the mapping"
	}
	return "the reranker drops every document that has no value in it, and does not say so", "correct the reranker's field, or the mapping"
}

// allFields are the fields that hold values; none where they cannot be seen,
// because they are only a hint.
func allFields(ctx context.Context, c Inspector, index string) []string {
	caps, err := c.FieldCaps(ctx, index, "*")
	if err != nil {
		return nil
	}
	var names []string
	for name, types := range caps.Fields {
		if !strings.HasPrefix(name, "_") && !slices.ContainsFunc(types, func(t cluster.FieldType) bool { return t.Type == "object" || t.Type == "nested" }) {
			names = append(names, name)
		}
	}
	return names
}

// mapped says whether any index maps the field. All are the fields that there
// are.
func (f *Preflight) mapped(caps cluster.FieldCaps, name string, all []string, p *plan.Plan) bool {
	why, do := missed(name, p)
	if nearest := judgments.NearestFields(name, all, 5); len(nearest) > 0 {
		do += "; the fields nearest to it are " + text.List(nearest, 5)
	}
	switch missing := caps.Unmapped(name); {
	case !caps.Mapped(name):
		f.addAt(place(name, p), SeverityError, fmt.Sprintf("the index %s has no field %q", p.Suite.Search.Index, name), why, do)
		return false
	case len(missing) > 0:
		f.addAt(place(name, p), SeverityWarning, fmt.Sprintf("the field %q is not in %s", name, strings.Join(missing, ", ")), why, do)
	}
	return true
}

// values looks whether the field can be fetched, which mapping alone does not
// say: not where the mapping disables _source, or copies into the field. It
// counts the documents without a value too.
func (f *Preflight) values(ctx context.Context, c Inspector, name string, p *plan.Plan) error {
	why, do := missed(name, p)
	exists := map[string]any{"exists": map[string]any{"field": name}}
	everything := map[string]any{"match_all": map[string]any{}}
	sample, err := f.ask(ctx, c, p, map[string]any{
		"size": sampleSize, "from": 0, "track_total_hits": true, "_source": false, "fields": []string{name},
		"query": map[string]any{"bool": map[string]any{"must": everything, "should": exists}},
	}, sampleSize)
	if err != nil || len(sample.Hits) == 0 {
		return err
	}
	if !slices.ContainsFunc(sample.Hits, func(h cluster.Hit) bool { _, ok := h.Value(name); return ok }) {
		f.addAt(place(name, p), SeverityError, fmt.Sprintf("no value of the field %q could be fetched from any of %s", name, text.Count(len(sample.Hits), "document")), why, "name a field whose values are in _source, or stored")
		return nil
	}
	if !slices.ContainsFunc(p.Rerankers, func(r judgments.Reranker) bool { return slices.Contains(r.Reads(), name) }) {
		why, do = "no judgment can name them but by id", ""
	} else {
		f.look(name, sample)
	}
	without, err := f.ask(ctx, c, p, map[string]any{
		"size": 0, "track_total_hits": true,
		"query": map[string]any{"bool": map[string]any{"must_not": exists}},
	}, 0)
	// where no document is said to have a value, the field is one that exists
	// knows nothing of
	if err != nil || without.Total <= 0 || without.Total >= sample.Total {
		return err
	}
	severity := SeverityWarning
	if without.Total*100 < sample.Total {
		severity = SeverityNote
	}
	f.addAt(place(name, p), severity, fmt.Sprintf("%d of %s have no value in the field %q", without.Total, text.Count(sample.Total, "document"), name), why, do)
	return nil
}

// ask sends a search of the preflight's own. That the server refuses it is a
// note: the run's searches are others.
func (f *Preflight) ask(ctx context.Context, c Inspector, p *plan.Plan, body map[string]any, size int) (cluster.Response, error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return cluster.Response{}, fmt.Errorf("cannot encode a search: %w", err)
	}
	response, err := c.Search(ctx, encoded, cluster.SearchOptions{Index: p.Suite.Search.Index, Size: size})
	if cluster.KindOf(err) == cluster.KindInvalidRequest {
		f.add(SeverityNote, "the values of the fields could not be looked at", err.Error(), "")
		return cluster.Response{}, nil
	}
	return response, err
}
