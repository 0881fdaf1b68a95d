package reranker

import (
	"encoding/json"

	"github.com/releval/releval/judgments"
)

// jina is Jina AI's API. It repeats the texts unless it is told not to.
// Documentation: https://jina.ai/reranker.
type jina struct{}

func (jina) About() About {
	return About{
		Address: "https://api.jina.ai/v1/rerank", Path: "/v1/rerank", Variable: "JINA_API_KEY",
		Origins: []string{"https://api.jina.ai"}, Most: 1000,
	}
}

func (jina) Request(a *judgments.RerankAPI, query string, texts []string) map[string]any {
	return map[string]any{"model": a.Model, "query": query, "documents": texts, "return_documents": false}
}

func (jina) Read(_ *judgments.RerankAPI, body []byte) (Answer, error) {
	var answer struct {
		Results json.RawMessage `json:"results"`
		Usage   usage           `json:"usage"`
	}
	if err := decode(body, &answer); err != nil {
		return Answer{}, err
	}
	results, err := list(answer.Results, "index", "relevance_score")
	return Answer{Results: results, Tokens: answer.Usage.Total}, err
}

// usage is what most servers say of tokens.
type usage struct {
	Total float64 `json:"total_tokens"`
}
