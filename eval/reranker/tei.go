package reranker

import (
	"encoding/json"

	"github.com/releval/releval/judgments"
)

// tei is Hugging Face's Text Embeddings Inference. It is asked for logits,
// because a sigmoid makes ties of the best scores, and to cut long texts, as
// its releases from 1.9 on do by themselves. More texts than
// --max-client-batch-size, 32 by default, are refused, with HTTP 413 up to 1.8
// and 422 since. HF_TOKEN goes to Hugging Face's router alone: anybody may have
// an endpoint in its cloud.
// Documentation: https://huggingface.github.io/text-embeddings-inference/.
type tei struct{}

func (tei) About() About {
	return About{
		Path: "/rerank", Variable: "HF_TOKEN",
		Origins: []string{"https://router.huggingface.co"}, Most: 32,
	}
}

func (tei) Request(_ *judgments.RerankAPI, query string, texts []string) map[string]any {
	return map[string]any{"query": query, "texts": texts, "raw_scores": true, "truncate": true}
}

func (tei) Read(_ *judgments.RerankAPI, body []byte) (Answer, error) {
	var answer json.RawMessage
	if err := decode(body, &answer); err != nil {
		return Answer{}, err
	}
	results, err := list(answer, "index", "score")
	return Answer{Results: results}, err
}
