package reranker

import (
	"encoding/json"

	"github.com/releval/releval/judgments"
)

// voyage is Voyage AI's API. Its results stand under data, and a text that is
// longer than the model reads is cut, unless parameters say truncation: false.
// Keys made in MongoDB Atlas are for its second address.
// Documentation: https://docs.voyageai.com/reference/reranker-api.
type voyage struct{}

func (voyage) About() About {
	return About{
		Address: "https://api.voyageai.com/v1/rerank", Path: "/v1/rerank", Variable: "VOYAGE_API_KEY",
		Origins: []string{"https://api.voyageai.com", "https://ai.mongodb.com"}, Most: 1000,
	}
}

func (voyage) Request(a *judgments.RerankAPI, query string, texts []string) map[string]any {
	return map[string]any{"model": a.Model, "query": query, "documents": texts}
}

func (voyage) Read(_ *judgments.RerankAPI, body []byte) (Answer, error) {
	var answer struct {
		Data  json.RawMessage `json:"data"`
		Usage usage           `json:"usage"`
	}
	if err := decode(body, &answer); err != nil {
		return Answer{}, err
	}
	results, err := list(answer.Data, "index", "relevance_score")
	return Answer{Results: results, Tokens: answer.Usage.Total}, err
}
