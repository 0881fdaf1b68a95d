package embedded

import (
	"net/http"
)

// nodeID is the one node's name in error bodies.
const nodeID = "releval-embedded-node"

// info answers GET /, by which clients recognise a server.
func (e *Engine) info(r *request) (answer, error) {
	if err := r.only(); err != nil {
		return answer{}, err
	}
	return ok(struct {
		Name        string         `json:"name"`
		ClusterName string         `json:"cluster_name"`
		ClusterUUID string         `json:"cluster_uuid"`
		Version     map[string]any `json:"version"`
		Tagline     string         `json:"tagline"`
	}{
		Name: "embedded", ClusterName: ClusterName, ClusterUUID: e.uuid,
		Version: map[string]any{
			"number":                              Version,
			"build_flavor":                        "default",
			"build_type":                          "releval-embedded",
			"build_hash":                          "unknown",
			"build_snapshot":                      false,
			"lucene_version":                      "9.12.2",
			"minimum_wire_compatibility_version":  "7.17.0",
			"minimum_index_compatibility_version": "7.0.0",
		},
		Tagline: "You Know, for Search (releval's embedded engine, a stand-in for Elasticsearch)",
	})
}

func (e *Engine) health(r *request) (answer, error) {
	if err := r.only("wait_for_status", "timeout", "level", "local", "master_timeout"); err != nil {
		return answer{}, err
	}
	e.mu.RLock()
	shards := len(e.indices)
	e.mu.RUnlock()
	return ok(map[string]any{
		"cluster_name": ClusterName, "status": "green", "timed_out": false,
		"number_of_nodes": 1, "number_of_data_nodes": 1,
		"active_primary_shards": shards, "active_shards": shards,
		"relocating_shards": 0, "initializing_shards": 0, "unassigned_shards": 0,
		"unassigned_primary_shards": 0, "delayed_unassigned_shards": 0,
		"number_of_pending_tasks": 0, "number_of_in_flight_fetch": 0,
		"task_max_waiting_in_queue_millis": 0, "active_shards_percent_as_number": 100.0,
	})
}

// license says trial, since every feature that the engine has may be used.
func (e *Engine) license(r *request) (answer, error) {
	if err := r.only("local", "accept_enterprise"); err != nil {
		return answer{}, err
	}
	return ok(map[string]any{"license": map[string]any{
		"status": "active", "uid": e.uuid, "type": "trial",
		"issue_date":           e.started.UTC().Format("2006-01-02T15:04:05.000Z"),
		"issue_date_in_millis": e.started.UnixMilli(),
		"max_nodes":            1, "issued_to": ClusterName, "issuer": "releval",
	}})
}

// shardsOK is the "_shards" of an answer to which every shard contributed.
func shardsOK(n int) map[string]any {
	return map[string]any{"total": n, "successful": n, "skipped": 0, "failed": 0}
}

// acknowledged is the answer of a change to indices.
func acknowledged(index string) (answer, error) {
	v := map[string]any{"acknowledged": true}
	if index != "" {
		v["shards_acknowledged"], v["index"] = true, index
	}
	return reply(http.StatusOK, v)
}
