package reports

import (
	"encoding/json"
	"io"
	"strconv"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/reports/grid"
)

// WriteEndpoints prints a table of inference endpoints, a row each. An endpoint
// without top_n returns all.
func WriteEndpoints(w io.Writer, found []cluster.Endpoint, o Options) error {
	if len(found) == 0 {
		return nil
	}
	g := &grid.Table{Columns: []grid.Column{{Head: "inference_id"}, {Head: "service"}, {Head: "model"}, {Head: "top_n", Right: true}}}
	for _, e := range found {
		top := "all"
		if e.TopN > 0 {
			top = strconv.Itoa(e.TopN)
		}
		model := e.Model
		if model == "" {
			model = "–"
		}
		g.Add(grid.Cell{Text: e.ID}, grid.Cell{Text: e.Service}, grid.Cell{Text: model}, grid.Cell{Text: top})
	}
	printed, err := g.Text(o.screen())
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, printed)
	return err
}

// jsonEndpoint is an endpoint as JSON.
type jsonEndpoint struct {
	ID      string  `json:"inference_id"`
	Service string  `json:"service"`
	Model   *string `json:"model"`
	TopN    *int    `json:"top_n"`
}

// WriteEndpointsJSON prints inference endpoints as one JSON object: model is
// null where the service does not tell it, top_n where all is returned.
func WriteEndpointsJSON(w io.Writer, found []cluster.Endpoint) error {
	all := make([]jsonEndpoint, len(found))
	for i, e := range found {
		all[i] = jsonEndpoint{ID: e.ID, Service: e.Service}
		if e.Model != "" {
			all[i].Model = &e.Model
		}
		if e.TopN > 0 {
			all[i].TopN = &e.TopN
		}
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(map[string]any{"endpoints": all})
}
