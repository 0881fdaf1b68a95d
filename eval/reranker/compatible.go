package reranker

import (
	"bytes"
	"cmp"
	"encoding/json"

	"github.com/releval/releval/judgments"
)

// compatible is what vLLM, llama.cpp, Infinity, LocalAI, Mixedbread and others
// speak: Jina's API with other names, which a suite can give. Results are found
// under results or data, or are the whole answer, and their scores under
// relevance_score or score.
type compatible struct{}

func (compatible) About() About {
	return About{Path: "/v1/rerank", Most: 1000}
}

func (compatible) Request(a *judgments.RerankAPI, query string, texts []string) map[string]any {
	request := map[string]any{
		cmp.Or(a.Names.Query, "query"):         query,
		cmp.Or(a.Names.Documents, "documents"): texts,
	}
	if a.Model != "" {
		request[cmp.Or(a.Names.Model, "model")] = a.Model
	}
	if a.Instruction != "" {
		request[cmp.Or(a.Names.Instruction, "instruction")] = a.Instruction
	}
	return request
}

func (compatible) Read(a *judgments.RerankAPI, body []byte) (Answer, error) {
	index, score := cmp.Or(a.Names.Index, "index"), []string{"relevance_score", "score"}
	if a.Names.Score != "" {
		score = []string{a.Names.Score}
	}
	if start := bytes.TrimLeft(body, " \t\r\n"); len(start) > 0 && start[0] == '[' {
		results, err := list(body, index, score...)
		return Answer{Results: results}, err
	}
	var members map[string]json.RawMessage
	if err := decode(body, &members); err != nil {
		return Answer{}, err
	}
	raw := members[cmp.Or(a.Names.Results, "results")]
	if raw == nil && a.Names.Results == "" {
		raw = members["data"]
	}
	var used usage
	_ = json.Unmarshal(members["usage"], &used) // servers differ, and nothing depends on it
	results, err := list(raw, index, score...)
	return Answer{Results: results, Tokens: used.Total}, err
}
