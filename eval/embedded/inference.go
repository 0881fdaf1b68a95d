package embedded

import (
	"cmp"
	"math"
	"net/http"
	"slices"

	"github.com/releval/releval/eval/embedded/jsontree"
)

// routeInference routes _inference, _inference/{id}, _inference/rerank and
// _inference/rerank/{id}.
func (e *Engine) routeInference(r *request, parts []string) (answer, error) {
	id, task := "_all", ""
	switch {
	case len(parts) == 1 && (parts[0] == "rerank" || parts[0] == "text_embedding"):
		task = parts[0]
	case len(parts) == 1:
		id = parts[0]
	case len(parts) == 2 && (parts[0] == "rerank" || parts[0] == "text_embedding" && r.Method == http.MethodGet):
		task, id = parts[0], parts[1]
	case len(parts) == 2:
		return answer{}, fail(http.StatusBadRequest, "status_exception",
			"Incompatible task_type, the requested type [%s] does not match the model type [rerank]", parts[0])
	case len(parts) > 2:
		return r.noHandler()
	}
	return r.by(methods{
		http.MethodGet:  func(r *request) (answer, error) { return e.getEndpoints(r, task, id) },
		http.MethodPost: func(r *request) (answer, error) { return e.infer(r, id) },
	})
}

func (e *Engine) endpoint(id string) (Endpoint, error) {
	ep, found := e.endpoints[id]
	if !found {
		return Endpoint{}, noSuchEndpoint(id)
	}
	return ep, nil
}

func noSuchEndpoint(id string) error {
	return fail(http.StatusNotFound, "resource_not_found_exception", "Inference endpoint not found [%s]", id)
}

// getEndpoints lists the endpoints of a task, of every task where it is empty.
func (e *Engine) getEndpoints(r *request, task, id string) (answer, error) {
	if err := r.only(); err != nil {
		return answer{}, err
	}
	all := []map[string]any{embeddingSettings()}
	for _, ep := range e.endpoints {
		all = append(all, ep.settings())
	}
	list := []map[string]any{}
	for _, settings := range all {
		if (task == "" || task == settings["task_type"]) && (id == "_all" || id == "*" || id == settings["inference_id"]) {
			list = append(list, settings)
		}
	}
	if len(list) == 0 && id != "_all" && id != "*" {
		return answer{}, noSuchEndpoint(id)
	}
	slices.SortFunc(list, func(a, b map[string]any) int {
		return cmp.Compare(a["inference_id"].(string), b["inference_id"].(string))
	})
	return ok(map[string]any{"endpoints": list})
}

// scored is one result of the inference API.
type scored struct {
	Index int     `json:"index"`
	Score float32 `json:"relevance_score"`
	Text  *string `json:"text,omitempty"`
}

// infer answers POST _inference/rerank/{id}: the raw scores of texts, best
// first.
func (e *Engine) infer(r *request, id string) (answer, error) {
	if err := r.only("timeout"); err != nil {
		return answer{}, err
	}
	if t := r.params.Get("timeout"); t != "" {
		if _, err := parseDuration(t, "timeout"); err != nil {
			return answer{}, err
		}
	}
	body, err := jsontree.Parse(r.body)
	if err != nil {
		return answer{}, err
	}
	var query *string
	texts := []string{}
	topN, withTexts := 0, true
	for _, m := range body.Members {
		v := m.Value
		switch m.Key {
		case "query":
			if v.Kind == jsontree.String {
				query = &v.Text
			}
		case "input":
			items := v.Items
			if v.Kind == jsontree.String {
				items = []jsontree.Node{v}
			}
			for _, item := range items {
				if item.Kind != jsontree.String {
					return answer{}, contentAt(r.body, item.Start, "[input] must hold strings, found %s", item.Token())
				}
				texts = append(texts, item.Text)
			}
		case "top_n":
			n, isInt := v.Int()
			if !isInt || n < 1 {
				return answer{}, contentAt(r.body, v.Start, "[top_n] must be a whole number above 0")
			}
			topN = n
		case "return_documents":
			b, isBool := v.Bool()
			if !isBool {
				return answer{}, contentAt(r.body, v.Start, "[return_documents] must be true or false")
			}
			withTexts = b
		case "task_settings", "input_type":
		default:
			return answer{}, contentAt(r.body, m.KeyStart, "[inference] unknown field [%s]", m.Key)
		}
	}
	if query == nil {
		return answer{}, invalid([]string{"Field [query] cannot be null for task type [rerank]"})
	}
	if len(texts) == 0 {
		return answer{}, invalid([]string{"Field [input] cannot be an empty array"})
	}
	ep, err := e.endpoint(id)
	if err != nil {
		return answer{}, err
	}
	raw, err := ep.score(*query, texts)
	if err != nil {
		return answer{}, err
	}
	results := make([]scored, len(texts))
	for i := range texts {
		results[i] = scored{Index: i, Score: raw[i]}
		if withTexts {
			results[i].Text = &texts[i]
		}
	}
	slices.SortStableFunc(results, func(a, b scored) int { return cmp.Compare(b.Score, a.Score) })
	for _, limit := range []int{topN, ep.TopN} {
		if limit > 0 {
			results = results[:min(limit, len(results))]
		}
	}
	return ok(map[string]any{"rerank": results})
}

// score asks the model, and checks that every text got a usable score.
func (ep Endpoint) score(query string, texts []string) ([]float32, error) {
	raw, err := ep.Scorer.Score(query, texts)
	if err != nil {
		return nil, asFailure(err)
	}
	if len(raw) != len(texts) {
		return nil, fail(http.StatusInternalServerError, "illegal_state_exception",
			"Reranker input document count and returned score count mismatch: [%d] vs [%d]", len(texts), len(raw))
	}
	scores := make([]float32, len(raw))
	for i, s := range raw {
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return nil, fail(http.StatusInternalServerError, "illegal_state_exception", "the score of text %d is not a finite number", i)
		}
		scores[i] = float32(s)
	}
	return scores, nil
}
