package embedded

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/embedded/jsontree"
	"github.com/releval/releval/eval/embedded/mapping"
)

func checkName(name string) error {
	reason := ""
	switch {
	case name != strings.ToLower(name):
		reason = "must be lowercase"
	case strings.ContainsAny(name, "\\/*?\"<>| ,#:"):
		reason = "must not contain the following characters ['\\','/','*','?','\"','<','>','|',' ',',']"
	case strings.HasPrefix(name, "_") || strings.HasPrefix(name, "-") || strings.HasPrefix(name, "+"):
		reason = "must not start with '_', '-', or '+'"
	case name == "." || name == "..":
		reason = "must not be '.' or '..'"
	case len(name) > 255:
		reason = "index name is too long"
	default:
		return nil
	}
	f := fail(http.StatusBadRequest, "invalid_index_name_exception", "Invalid index name [%s], %s", name, reason)
	f.extra = map[string]any{"index_uuid": "_na_", "index": name}
	return f
}

func (e *Engine) createIndex(r *request, name string) (answer, error) {
	if err := r.only("wait_for_active_shards", "timeout", "master_timeout"); err != nil {
		return answer{}, err
	}
	if err := checkName(name); err != nil {
		return answer{}, err
	}
	m, settings := mapping.New(), map[string]string{}
	if len(r.body) > 0 {
		body, err := jsontree.Parse(r.body)
		if err != nil {
			return answer{}, err
		}
		for _, member := range body.Members {
			switch member.Key {
			case "mappings":
				if m, err = mapping.Parse(member.Value, e.embedders); err != nil {
					return answer{}, err
				}
			case "settings":
				if err := readSettings("", member.Value, settings); err != nil {
					return answer{}, err
				}
			case "aliases":
				if len(member.Value.Members) > 0 {
					return answer{}, illegalArgument("releval's embedded engine has no aliases, found [%s]", member.Value.Members[0].Key)
				}
			default:
				return answer{}, fail(http.StatusBadRequest, "parse_exception", "unknown key [%s] for create index", member.Key)
			}
		}
	}
	idx := newIndexState(name, m, settings)
	if v, err := strconv.Atoi(settings["index.max_result_window"]); err == nil && v > 0 {
		idx.maxWindow = v
	}
	if old := e.add(idx); old != idx {
		f := fail(http.StatusBadRequest, "resource_already_exists_exception", "index [%s/%s] already exists", name, old.uuid)
		f.extra = map[string]any{"index_uuid": old.uuid, "index": name}
		return answer{}, f
	}
	return acknowledged(name)
}

// add puts an index in place, unless there is one of its name, which it then
// returns.
func (e *Engine) add(idx *indexState) *indexState {
	e.mu.Lock()
	defer e.mu.Unlock()
	if old := e.indices[idx.name]; old != nil {
		return old
	}
	e.indices[idx.name] = idx
	return idx
}

// readSettings flattens settings and refuses those that would change results.
func readSettings(prefix string, n jsontree.Node, into map[string]string) error {
	for _, m := range n.Members {
		key := m.Key
		if prefix != "" {
			key = prefix + "." + key
		}
		if m.Value.Kind == jsontree.Object {
			if err := readSettings(key, m.Value, into); err != nil {
				return err
			}
			continue
		}
		if !strings.HasPrefix(key, "index.") {
			key = "index." + key
		}
		switch key {
		case "index.number_of_shards":
			if m.Value.Text != "1" {
				return illegalArgument("Failed to parse value [%s] for setting [%s]: an index of releval's embedded engine has 1 shard", m.Value.Text, key)
			}
		case "index.number_of_replicas", "index.refresh_interval", "index.max_result_window", "index.auto_expand_replicas":
		default:
			return illegalArgument("unknown setting [%s] please check that any required plugins are installed, or check the breaking changes documentation for removed settings", key)
		}
		into[key] = m.Value.Text
	}
	return nil
}

func (e *Engine) deleteIndex(r *request, names string) (answer, error) {
	if err := r.only("ignore_unavailable", "allow_no_indices", "expand_wildcards", "timeout", "master_timeout"); err != nil {
		return answer{}, err
	}
	lenient, _, err := r.flag("ignore_unavailable")
	if err != nil {
		return answer{}, err
	}
	if strings.Contains(names, "*") || names == "_all" {
		return answer{}, illegalArgument("Wildcard expressions or all indices are not allowed")
	}
	found, err := e.resolve(names, lenient)
	if err != nil {
		return answer{}, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, idx := range found {
		delete(e.indices, idx.name)
	}
	return acknowledged("")
}

func (e *Engine) hasIndex(r *request, names string) (answer, error) {
	if _, err := e.resolve(names, false); err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK}, nil
}

// each answers with something about every index, by name.
func (e *Engine) each(r *request, names string, show func(*indexState) any) (answer, error) {
	if err := r.only("ignore_unavailable", "allow_no_indices", "expand_wildcards", "master_timeout", "flat_settings", "include_defaults", "local", "features"); err != nil {
		return answer{}, err
	}
	lenient, _, err := r.flag("ignore_unavailable")
	if err != nil {
		return answer{}, err
	}
	found, err := e.resolve(names, lenient)
	if err != nil {
		return answer{}, err
	}
	out := make(map[string]any, len(found))
	for _, idx := range found {
		out[idx.name] = show(idx)
	}
	return ok(out)
}

func (e *Engine) getIndex(r *request, names string) (answer, error) {
	return e.each(r, names, func(s *indexState) any {
		return map[string]any{"aliases": map[string]any{}, "mappings": s.shard().mapping.Render(), "settings": s.renderSettings()}
	})
}

func (e *Engine) mappings(r *request, names string) (answer, error) {
	return e.each(r, names, func(s *indexState) any { return map[string]any{"mappings": s.shard().mapping.Render()} })
}

func (e *Engine) settings(r *request, names string) (answer, error) {
	return e.each(r, names, func(s *indexState) any { return map[string]any{"settings": s.renderSettings()} })
}

func (e *Engine) aliases(r *request, names string) (answer, error) {
	return e.each(r, names, func(*indexState) any { return map[string]any{"aliases": map[string]any{}} })
}

func (s *indexState) renderSettings() map[string]any {
	out := map[string]any{
		"number_of_shards": "1", "number_of_replicas": "0", "provided_name": s.name,
		"creation_date": strconv.FormatInt(s.created.UnixMilli(), 10), "uuid": s.uuid,
		"version": map[string]any{"created": "8536000"},
	}
	for key, value := range s.settings {
		out[strings.TrimPrefix(key, "index.")] = value
	}
	return map[string]any{"index": out}
}

func (e *Engine) refresh(r *request, names string) (answer, error) {
	if err := r.only("ignore_unavailable", "allow_no_indices", "expand_wildcards"); err != nil {
		return answer{}, err
	}
	found, err := e.resolve(names, false)
	if err != nil {
		return answer{}, err
	}
	for _, idx := range found {
		idx.refresh()
	}
	return ok(map[string]any{"_shards": map[string]any{"total": len(found), "successful": len(found), "failed": 0}})
}
