package reranker

import (
	"encoding/json"

	"github.com/releval/releval/judgments"
)

// cohere is Cohere's API, version 2; an address that ends in /v1/rerank speaks
// version 1, whose requests and results are the same. Version 2 refuses members
// that it does not know.
// Documentation: https://docs.cohere.com/reference/rerank.
type cohere struct{}

func (cohere) About() About {
	return About{
		Address: "https://api.cohere.com/v2/rerank", Path: "/v2/rerank", Variable: "COHERE_API_KEY",
		Origins: []string{"https://api.cohere.com", "https://api.cohere.ai"}, Most: 1000,
	}
}

func (cohere) Request(a *judgments.RerankAPI, query string, texts []string) map[string]any {
	return map[string]any{"model": a.Model, "query": query, "documents": texts}
}

func (cohere) Read(_ *judgments.RerankAPI, body []byte) (Answer, error) {
	var answer struct {
		Results json.RawMessage `json:"results"`
		Meta    struct {
			Billed struct {
				SearchUnits float64 `json:"search_units"`
			} `json:"billed_units"`
			Tokens struct {
				Input float64 `json:"input_tokens"`
			} `json:"tokens"`
		} `json:"meta"`
	}
	if err := decode(body, &answer); err != nil {
		return Answer{}, err
	}
	results, err := list(answer.Results, "index", "relevance_score")
	return Answer{Results: results, SearchUnits: answer.Meta.Billed.SearchUnits, Tokens: answer.Meta.Tokens.Input}, err
}
