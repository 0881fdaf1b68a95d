package embedded

import "github.com/releval/releval/eval/embedded/static"

// BuiltinEndpoint is the inference endpoint that every engine has; on a server
// the one of this name is Elastic Rerank.
const BuiltinEndpoint = ".rerank-v1-elasticsearch"

// BuiltinEmbedding is the inference endpoint of semantic_text fields, by the
// name of one that every server has. Its vectors are those of the stand-in's
// words.
const BuiltinEmbedding = ".multilingual-e5-small-elasticsearch"

// embeddingSettings are the endpoint as GET _inference shows it.
func embeddingSettings() map[string]any {
	return map[string]any{
		"inference_id":     BuiltinEmbedding,
		"task_type":        "text_embedding",
		"service":          "embedded",
		"service_settings": map[string]any{"model_id": "static-reranker", "dimensions": static.Dimensions, "similarity": "cosine"},
	}
}

// Scorer is the model of an inference endpoint: how relevant texts are to a
// query. It must be safe for concurrent use.
type Scorer interface {
	// Score gives a raw score for each text, in their order; higher is more
	// relevant, and any finite number is allowed.
	Score(query string, texts []string) ([]float64, error)
}

// Endpoint is a rerank endpoint of the inference API.
type Endpoint struct {
	// ID is what a suite calls inference_id.
	ID string
	// Service and Model are shown by GET _inference.
	Service, Model string
	// Scorer gives the scores.
	Scorer Scorer
	// TopN, where above 0, is the most results that the endpoint gives; a
	// larger rank_window_size is refused.
	TopN int
}

// settings are the endpoint as GET _inference shows it.
func (ep Endpoint) settings() map[string]any {
	task := map[string]any{"return_documents": true}
	if ep.TopN > 0 {
		task["top_n"] = ep.TopN
	}
	return map[string]any{
		"inference_id":     ep.ID,
		"task_type":        "rerank",
		"service":          ep.Service,
		"service_settings": map[string]any{"model_id": ep.Model},
		"task_settings":    task,
	}
}
