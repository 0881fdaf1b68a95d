package embedded

import (
	"slices"
	"strings"

	"github.com/releval/releval/eval/embedded/jsontree"
)

// fieldCaps answers which of the fields the indices have, and of what type.
func (e *Engine) fieldCaps(r *request, names string) (answer, error) {
	if err := r.only("fields", "ignore_unavailable", "allow_no_indices", "expand_wildcards", "include_unmapped", "filters", "types", "include_empty_fields"); err != nil {
		return answer{}, err
	}
	var patterns []string
	if v := r.params.Get("fields"); v != "" {
		patterns = strings.Split(v, ",")
	}
	if len(r.body) > 0 {
		body, err := jsontree.Parse(r.body)
		if err != nil {
			return answer{}, err
		}
		for _, m := range body.Members {
			if m.Key != "fields" {
				return answer{}, contentAt(r.body, m.KeyStart, "[field_caps_request] unknown field [%s]", m.Key)
			}
			if m.Value.Kind == jsontree.String {
				patterns = append(patterns, m.Value.Text)
			}
			for _, item := range m.Value.Items {
				patterns = append(patterns, item.Text)
			}
		}
	}
	if len(patterns) == 0 {
		return answer{}, invalid([]string{"no fields specified"})
	}
	lenient, _, err := r.flag("ignore_unavailable")
	if err != nil {
		return answer{}, err
	}
	found, err := e.resolve(names, lenient)
	if err != nil {
		return answer{}, err
	}
	withUnmapped, _, err := r.flag("include_unmapped")
	if err != nil {
		return answer{}, err
	}
	fields := capabilities(found, patterns)
	indices := make([]string, len(found))
	for i, idx := range found {
		indices[i] = idx.name
	}
	if withUnmapped {
		addUnmapped(fields, indices)
	}
	out := map[string]any{}
	for name, types := range fields {
		shown := map[string]any{}
		for typ, c := range types {
			one := map[string]any{
				"type": typ, "metadata_field": false, "searchable": c.searchable, "aggregatable": c.searchable && typ != "text" && typ != "dense_vector",
			}
			if len(types) > 1 { // the types differ: say where each is
				slices.Sort(c.indices)
				one["indices"] = c.indices
			}
			shown[typ] = one
		}
		out[name] = shown
	}
	return ok(map[string]any{"indices": indices, "fields": out})
}

// capability is a field's type and the indices that have it as that.
type capability struct {
	searchable bool
	indices    []string
}

// capabilities finds the fields that fit the patterns, by name and type.
func capabilities(found []*indexState, patterns []string) map[string]map[string]*capability {
	fields := map[string]map[string]*capability{}
	for _, idx := range found {
		m := idx.shard().mapping
		seen := map[string]bool{}
		for _, pattern := range patterns {
			for _, f := range m.Match(pattern) {
				if seen[f.Name] {
					continue
				}
				seen[f.Name] = true
				types := fields[f.Name]
				if types == nil {
					types = map[string]*capability{}
					fields[f.Name] = types
				}
				typ := f.Type
				if typ == "semantic_text" { // a kind of text, for a server
					typ = "text"
				}
				c := types[typ]
				if c == nil {
					c = &capability{searchable: true}
					types[typ] = c
				}
				c.searchable = c.searchable && f.Searchable()
				c.indices = append(c.indices, idx.name)
			}
		}
	}
	return fields
}

// addUnmapped says of each field which of the indices do not have it.
func addUnmapped(fields map[string]map[string]*capability, indices []string) {
	for _, types := range fields {
		missing := slices.Clone(indices)
		for _, c := range types {
			missing = slices.DeleteFunc(missing, func(name string) bool { return slices.Contains(c.indices, name) })
		}
		if len(missing) > 0 {
			types["unmapped"] = &capability{indices: missing}
		}
	}
}
