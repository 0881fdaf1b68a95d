package embedded

import (
	"bytes"
	"net/http"
	"time"

	"github.com/releval/releval/eval/embedded/jsontree"
	"github.com/releval/releval/eval/embedded/mapping"
)

// action is one line of a bulk request, with its document.
type action struct {
	op     string // index, create or delete
	index  string
	id     string
	source []byte
	fresh  bool // the id was made up for it
}

// parseBulk reads newline-delimited actions and documents. Lines of the result
// point into body.
func parseBulk(body []byte, index string) ([]action, error) {
	if len(body) == 0 {
		return nil, fail(http.StatusBadRequest, "parse_exception", "request body is required")
	}
	if body[len(body)-1] != '\n' {
		return nil, illegalArgument("The bulk request must be terminated by a newline [\\n]")
	}
	var actions []action
	for number := 1; len(body) > 0; number++ {
		line, rest, _ := bytes.Cut(body, []byte("\n"))
		body = rest
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		a, err := parseAction(line, number, index)
		if err != nil {
			return nil, err
		}
		if a.op != "delete" {
			if len(body) == 0 {
				return nil, illegalArgument("Malformed action/metadata line [%d], expected a document after it", number)
			}
			a.source, body, _ = bytes.Cut(body, []byte("\n"))
			a.source = bytes.TrimSuffix(a.source, []byte("\r"))
			number++
		}
		actions = append(actions, a)
	}
	var missing []string
	for _, a := range actions {
		if a.index == "" {
			missing = append(missing, "index is missing")
		} else if a.op == "delete" && a.id == "" {
			missing = append(missing, "id is missing")
		}
	}
	if missing != nil {
		return nil, invalid(missing)
	}
	return actions, nil
}

func parseAction(line []byte, number int, index string) (action, error) {
	n, err := jsontree.Parse(line)
	if err != nil {
		return action{}, err
	}
	if n.Kind != jsontree.Object {
		return action{}, illegalArgument("Malformed action/metadata line [%d], expected START_OBJECT but found [%s]", number, n.Token())
	}
	if len(n.Members) != 1 {
		return action{}, illegalArgument("Malformed action/metadata line [%d], expected one action but found [%d]", number, len(n.Members))
	}
	m := n.Members[0]
	a := action{op: m.Key, index: index}
	switch m.Key {
	case "index", "create", "delete":
	case "update":
		return action{}, illegalArgument("Malformed action/metadata line [%d]: releval's embedded engine has no [update], use [index]", number)
	default:
		return action{}, illegalArgument("Malformed action/metadata line [%d], expected field [create], [delete], [index] or [update] but found [%s]", number, m.Key)
	}
	if m.Value.Kind != jsontree.Object {
		return action{}, illegalArgument("Malformed action/metadata line [%d], expected START_OBJECT but found [%s]", number, m.Value.Token())
	}
	for _, p := range m.Value.Members {
		if p.Value.Kind == jsontree.Null {
			continue
		}
		if !p.Value.Scalar() {
			return action{}, illegalArgument("Malformed action/metadata line [%d], expected a simple value for field [%s] but found [%s]", number, p.Key, p.Value.Token())
		}
		switch p.Key {
		case "_index":
			a.index = p.Value.Text
		case "_id":
			a.id = p.Value.Text
		default:
			return action{}, illegalArgument("Action/metadata line [%d] contains an unknown parameter [%s]", number, p.Key)
		}
	}
	return a, nil
}

func (e *Engine) bulk(r *request, name string) (answer, error) {
	started := time.Now()
	if err := r.only("refresh", "timeout", "wait_for_active_shards", "require_alias", "_source", "list_executed_pipelines"); err != nil {
		return answer{}, err
	}
	actions, err := parseBulk(r.body, name)
	if err != nil {
		return answer{}, err
	}
	refresh, err := r.refreshes()
	if err != nil {
		return answer{}, err
	}
	items := make([]map[string]any, 0, len(actions))
	failed := false
	touched := make(map[*indexState]bool)
	for _, a := range actions {
		if a.id == "" {
			a.id, a.fresh = newID(15), true
		}
		if err := r.Context().Err(); err != nil {
			return answer{}, err
		}
		idx, item, err := e.apply(a)
		if err != nil {
			f := asFailure(err)
			failed = true
			item = map[string]any{"_index": a.index, "_id": a.id, "status": f.status, "error": f.cause.render()}
		} else {
			touched[idx] = true
			if refresh {
				item["forced_refresh"] = true
			}
		}
		items = append(items, map[string]any{a.op: item})
	}
	if refresh {
		for idx := range touched {
			idx.refresh()
		}
	}
	return ok(map[string]any{"errors": failed, "took": time.Since(started).Milliseconds(), "items": items})
}

// refreshes reads the parameter refresh.
func (r *request) refreshes() (bool, error) {
	switch v := r.params.Get("refresh"); {
	case !r.params.Has("refresh"), v == "false":
		return false, nil
	case v == "", v == "true", v == "wait_for":
		return true, nil
	default:
		return false, illegalArgument("Unknown value for refresh: [%s].", v)
	}
}

// apply carries out one write and describes it.
func (e *Engine) apply(a action) (*indexState, map[string]any, error) {
	idx, err := e.writable(a.index)
	if err != nil {
		return nil, nil, err
	}
	if len(a.id) > 512 {
		return nil, nil, illegalArgument("id [%s] is too long, must be no longer than 512 bytes but was: %d", a.id, len(a.id))
	}
	var w written
	status, result := http.StatusOK, "updated"
	if a.op == "delete" {
		w = idx.remove(a.id)
		if result = "deleted"; !w.existed {
			status, result = http.StatusNotFound, "not_found"
		}
	} else {
		// The document outlives the request's buffer.
		if w, err = idx.put(a.id, bytes.Clone(a.source), a.op == "create" || a.fresh); err != nil {
			return nil, nil, err
		}
		if !w.existed {
			status, result = http.StatusCreated, "created"
		}
	}
	return idx, map[string]any{
		"_index": idx.name, "_id": a.id, "_version": w.version, "result": result,
		"_shards":       map[string]any{"total": 1, "successful": 1, "failed": 0},
		"_seq_no":       w.seqNo,
		"_primary_term": 1,
		"status":        status,
	}, nil
}

// writable finds the index of a write, and makes it where there is none.
func (e *Engine) writable(name string) (*indexState, error) {
	e.mu.RLock()
	idx := e.indices[name]
	e.mu.RUnlock()
	if idx != nil {
		return idx, nil
	}
	if err := checkName(name); err != nil {
		return nil, err
	}
	return e.add(newIndexState(name, mapping.New(), nil)), nil
}
