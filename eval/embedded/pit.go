package embedded

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/releval/releval/eval/embedded/jsontree"
)

// maxKeepAlive is how long a point in time may be kept, as on a server.
const maxKeepAlive = 24 * time.Hour

// pit is a point in time: what its indices held when it was opened.
type pit struct {
	shards  []shard
	expires time.Time
}

// parseDuration reads a time value such as 30s, 1m or 500ms.
func parseDuration(text, name string) (time.Duration, error) {
	units := []struct {
		suffix string
		unit   time.Duration
	}{
		{"nanos", time.Nanosecond}, {"micros", time.Microsecond}, {"ms", time.Millisecond},
		{"s", time.Second}, {"m", time.Minute}, {"h", time.Hour}, {"d", 24 * time.Hour},
	}
	if text == "-1" {
		return -1, nil
	}
	for _, u := range units {
		digits, found := strings.CutSuffix(strings.ToLower(strings.TrimSpace(text)), u.suffix)
		if !found {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err != nil || n < 0 || n > int64(100*365*24*time.Hour/u.unit) {
			return 0, illegalArgument("failed to parse [%s]", text)
		}
		return time.Duration(n) * u.unit, nil
	}
	return 0, illegalArgument("failed to parse setting [%s] with value [%s] as a time value: unit is missing or unrecognized", name, text)
}

func parseKeepAlive(text string) (time.Duration, error) {
	d, err := parseDuration(text, "keep_alive")
	if err != nil {
		return 0, err
	}
	if d > maxKeepAlive {
		return 0, illegalArgument("Keep alive for request (%s) is too large. It must be less than (1d).", text)
	}
	return d, nil
}

func (e *Engine) openPIT(r *request, names string) (answer, error) {
	if err := r.only("keep_alive", "ignore_unavailable", "preference", "routing", "expand_wildcards", "allow_partial_search_results", "max_concurrent_shard_requests"); err != nil {
		return answer{}, err
	}
	if r.params.Get("keep_alive") == "" {
		return answer{}, invalid([]string{"[keep_alive] is not specified"})
	}
	if len(r.body) > 0 {
		return answer{}, illegalArgument("request [POST %s] takes no body in releval's embedded engine", r.URL.Path)
	}
	keep, err := parseKeepAlive(r.params.Get("keep_alive"))
	if err != nil {
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
	p := &pit{expires: time.Now().Add(keep)}
	for _, idx := range found {
		p.shards = append(p.shards, idx.shard())
	}
	id := newID(24)
	e.mu.Lock()
	for old, o := range e.pits { // forget those that nobody closed
		if time.Now().After(o.expires) {
			delete(e.pits, old)
		}
	}
	e.pits[id] = p
	e.mu.Unlock()
	return ok(map[string]any{"id": id, "_shards": shardsOK(len(found))})
}

// point finds an open point in time and keeps it longer where keep is above 0.
func (e *Engine) point(id string, keep time.Duration) ([]shard, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.pits[id]
	if p == nil || time.Now().After(p.expires) {
		delete(e.pits, id)
		missing := &cause{typ: "search_context_missing_exception", reason: "No search context found for id [" + id + "]"}
		f := fail(http.StatusNotFound, "search_phase_execution_exception", "all shards failed")
		f.root = []*cause{missing}
		f.extra = map[string]any{"phase": "query", "grouped": true, "failed_shards": []any{
			map[string]any{"shard": 0, "node": nodeID, "reason": missing.render()},
		}}
		return nil, f
	}
	if until := time.Now().Add(keep); until.After(p.expires) {
		p.expires = until
	}
	return p.shards, nil
}

func (e *Engine) closePIT(r *request) (answer, error) {
	if err := r.only(); err != nil {
		return answer{}, err
	}
	body, err := jsontree.Parse(r.body)
	if err != nil {
		return answer{}, err
	}
	id := ""
	for _, m := range body.Members {
		if m.Key != "id" || m.Value.Kind != jsontree.String {
			return answer{}, contentAt(r.body, m.KeyStart, "[close_point_in_time] unknown field [%s]", m.Key)
		}
		id = m.Value.Text
	}
	if id == "" {
		return answer{}, invalid([]string{"reader id must be specified"})
	}
	e.mu.Lock()
	p := e.pits[id]
	delete(e.pits, id)
	e.mu.Unlock()
	freed := 0
	if p != nil && time.Now().Before(p.expires) {
		freed = len(p.shards)
	}
	return ok(map[string]any{"succeeded": freed > 0, "num_freed": freed})
}
