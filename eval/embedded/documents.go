package embedded

import (
	"encoding/json"
	"net/http"
)

func (e *Engine) putDocument(r *request, name, id string) (answer, error) {
	if err := r.only("refresh", "op_type", "timeout", "wait_for_active_shards"); err != nil {
		return answer{}, err
	}
	if len(r.body) == 0 {
		return answer{}, fail(http.StatusBadRequest, "parse_exception", "request body is required")
	}
	op := "index"
	switch v := r.params.Get("op_type"); v {
	case "", "index":
	case "create":
		op = "create"
	default:
		return answer{}, illegalArgument("opType must be 'create' or 'index', found: [%s]", v)
	}
	a := action{op: op, index: name, id: id, source: r.body}
	if a.id == "" {
		a.id, a.fresh = newID(15), true
	}
	return e.writeOne(r, a)
}

func (e *Engine) deleteDocument(r *request, name, id string) (answer, error) {
	if err := r.only("refresh", "timeout", "wait_for_active_shards"); err != nil {
		return answer{}, err
	}
	return e.writeOne(r, action{op: "delete", index: name, id: id})
}

func (e *Engine) writeOne(r *request, a action) (answer, error) {
	refresh, err := r.refreshes()
	if err != nil {
		return answer{}, err
	}
	idx, item, err := e.apply(a)
	if err != nil {
		return answer{}, err
	}
	if refresh {
		idx.refresh()
		item["forced_refresh"] = true
	}
	status := item["status"].(int)
	delete(item, "status")
	return reply(status, item)
}

func (e *Engine) getDocument(r *request, name, id string) (answer, error) {
	if err := r.only("realtime", "refresh", "preference"); err != nil {
		return answer{}, err
	}
	found, err := e.resolve(name, false)
	if err != nil {
		return answer{}, err
	}
	if len(found) != 1 {
		return answer{}, illegalArgument("[%s] must name one index", name)
	}
	doc := found[0].get(id)
	if doc == nil {
		return reply(http.StatusNotFound, map[string]any{"_index": found[0].name, "_id": id, "found": false})
	}
	return ok(map[string]any{
		"_index": found[0].name, "_id": id, "_version": doc.Version, "_seq_no": doc.SeqNo, "_primary_term": 1,
		"found": true, "_source": json.RawMessage(doc.Source),
	})
}
