package embedded

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// catIndices lists the indices, as JSON where format says so.
func (e *Engine) catIndices(r *request, names string) (answer, error) {
	if err := r.only("v", "h", "s", "bytes", "expand_wildcards", "time", "help", "health", "pri"); err != nil {
		return answer{}, err
	}
	found, err := e.resolve(names, false)
	if err != nil {
		return answer{}, err
	}
	columns := []string{"health", "status", "index", "uuid", "pri", "rep", "docs.count", "docs.deleted"}
	if h := r.params.Get("h"); h != "" {
		columns = strings.Split(h, ",")
	}
	rows := []map[string]string{}
	for _, idx := range found {
		rows = append(rows, map[string]string{
			"health": "green", "status": "open", "index": idx.name, "uuid": idx.uuid, "pri": "1", "rep": "0",
			"docs.count": strconv.Itoa(idx.shard().segment.Len()), "docs.deleted": "0",
			"creation.date": strconv.FormatInt(idx.created.UnixMilli(), 10), "creation.date.string": idx.created.UTC().Format(time.RFC3339),
		})
	}
	if r.params.Get("format") == "json" {
		out := []map[string]string{}
		for _, row := range rows {
			shown := map[string]string{}
			for _, c := range columns {
				shown[c] = row[c]
			}
			out = append(out, shown)
		}
		return ok(out)
	}
	var text strings.Builder
	if r.params.Has("v") {
		fmt.Fprintln(&text, strings.Join(columns, " "))
	}
	for _, row := range rows {
		for i, c := range columns {
			if i > 0 {
				text.WriteByte(' ')
			}
			text.WriteString(row[c])
		}
		text.WriteByte('\n')
	}
	return answer{status: http.StatusOK, body: []byte(text.String()), text: true}, nil
}
