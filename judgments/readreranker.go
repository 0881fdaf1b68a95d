package judgments

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"
)

// FirstStage is the name of the system that is the retriever without a
// reranker. No reranker may be called so.
const FirstStage = "first-stage"

const (
	// defaultWindow is the server's rank_window_size.
	defaultWindow = 10
	// maxWindow is the largest rank_window_size: the server takes a 32-bit
	// integer, and no index returns more than a few ten thousand hits.
	maxWindow = 1_000_000
)

var rerankerKeys = slices.Concat([]string{"field", "inference_id", "rank_window_size", "over", "min_score", "filter", "chunk_rescorer"}, apiKeys)

// rerankerReasons explain keys that the server knows and a suite sets
// elsewhere.
var rerankerReasons = map[string]string{
	"inference_text": "it belongs to the query: set inference_text there",
	"retriever":      "the reranker is put around search.retriever",
	"size":           "size is always the reranker's rank_window_size",
	"window":         "it is called rank_window_size, as on the server",
	"key":            "a suite holds no secrets: name the environment variable of the key by key_env",
	"api_key":        "a suite holds no secrets: name the environment variable of the key by key_env",
}

// isSystemName tells whether a name can stand in reports, gates and file
// names: a letter or digit first, then letters, marks, digits and ._ +- up to
// 64 characters. It is written by hand because the pattern for it takes
// milliseconds to compile, at every start of the program.
func isSystemName(name string) bool {
	length := 0
	for _, r := range name {
		inside := unicode.IsMark(r) || strings.ContainsRune("._ +-", r)
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) && (length == 0 || !inside) {
			return false
		}
		length++
	}
	return length >= 1 && length <= 64
}

func (w *walker) rerankers(s *Search, n *node) {
	first := map[string]string{}
	w.pairs(n, "search.rerankers", func(key string, k, v *node) {
		switch {
		case key == FirstStage:
			w.fail(k, "%s is the retriever without a reranker; give the reranker another name", FirstStage)
			return
		case key == "baseline":
			w.fail(k, "baseline means a saved run; give the reranker another name")
			return
		case !isSystemName(key):
			w.fail(k, "the name %s of a reranker must be letters, digits, spaces and . _ + -, at most 64, and start with a letter or digit", quote(key))
			return
		}
		if other, ok := first[FoldTitle(key)]; ok {
			w.fail(k, "the rerankers %s and %s differ in case or white space alone; rename one", quote(other), quote(key))
			return
		}
		first[FoldTitle(key)] = key
		w.named = append(w.named, namedNode{w.at(k), key, "reranker"})
		if isNull(v) {
			w.fail(k, "the reranker %s needs field: the document field whose value it reads", quote(key))
			return
		}
		if r, ok := w.reranker(key, k, v); ok {
			s.Rerankers = append(s.Rerankers, r)
		}
	})
}

func (w *walker) reranker(name string, at, n *node) (Reranker, bool) {
	r := Reranker{Position: w.at(at), Name: name, Window: defaultWindow}
	what := "the reranker " + quote(name)
	before := len(w.problems)
	api := apiReader{walker: w, what: what}
	var field *node
	w.pairs(n, what, func(key string, k, v *node) {
		if isNull(v) {
			w.fail(k, "%s has no value; give it one or leave the key out", quote(key))
			return
		}
		switch key {
		case "field":
			field, api.a.Fields = v, w.fieldNames(v)
		case "inference_id":
			r.InferenceID, _ = w.constant(v, "inference_id", w.name)
		case "rank_window_size":
			r.Window, _ = w.integer(v, "rank_window_size", 1, maxWindow)
		case "over":
			r.Over = w.overNames(name, v)
		case "min_score":
			if f, ok := w.number(v, "min_score"); ok {
				r.MinScore = &f
			}
		case "filter":
			if v.Kind != mappingNode && v.Kind != sequenceNode && !isPlaceholder(v) {
				w.fail(v, "filter must be a query, a list of queries, or a placeholder for either, not %s", kindOf(v))
				return
			}
			filter := w.raw(v, &rawJSON{what: "the filter of " + what, placeholders: true, refused: refusedInRetriever})
			w.filters[name] = string(CanonicalJSON(filter))
			r.extra(key, filter)
		case "chunk_rescorer":
			if w.chunkRescorer(v) {
				r.extra(key, w.raw(v, &rawJSON{what: key, refused: refusedInRetriever}))
			}
		default:
			if api.read(key, k, v) {
				return
			}
			if reason, ok := rerankerReasons[key]; ok {
				w.fail(k, "%s is not allowed in %s: %s", key, what, reason)
				return
			}
			w.unknownKey(k, what, rerankerKeys)
		}
	})
	if field == nil && len(w.problems) == before {
		w.fail(n, "%s needs field: the document field whose value it reads", what)
	}
	api.finish(&r, field, r.Window)
	switch {
	case r.API == nil && len(api.a.Fields) > 1 && api.keys["api"] == nil:
		w.fail(field, "%s reads %d fields, and the server's reranker reads one; name one, or an api that is asked", what, len(api.a.Fields))
	case r.API == nil && len(api.a.Fields) == 1:
		r.Field = api.a.Fields[0]
	}
	return r, len(w.problems) == before
}

// constant reads a setting that is the same for every query.
func (w *walker) constant(n *node, what string, read func(*node, string) (string, bool)) (string, bool) {
	text, ok := read(n, what)
	if ok && len(NewTemplate(jsonString(text)).Placeholders()) > 0 {
		w.fail(n, "%s must not contain a placeholder, as a system is the same for every query: %s would be sent as it stands", what, quote(text))
		return "", false
	}
	return text, ok
}

// isPlaceholder says that a scalar is nothing but a placeholder.
func isPlaceholder(n *node) bool {
	name, end := placeholderAt([]byte(n.Value))
	return n.Kind == scalarNode && name != "" && end == len(n.Value)
}

// chunkRescorer checks the keys of chunk_rescorer, because the server passes
// over those that it does not know.
func (w *walker) chunkRescorer(n *node) bool {
	if !w.isMapping(n, "chunk_rescorer") {
		return false
	}
	before := len(w.problems)
	w.fields(n, "chunk_rescorer", []string{"size", "chunking_settings"}, func(key string, _, v *node) {
		if key == "size" {
			w.integer(v, "size", 1, maxWindow)
			return
		}
		w.chunkingSettings(v)
	})
	return len(w.problems) == before
}

// chunkingSettings checks how texts are cut into chunks. What fits together is
// the server's to say: it refuses what does not.
func (w *walker) chunkingSettings(n *node) {
	const what = "chunking_settings"
	if !w.isMapping(n, what) {
		return
	}
	known := []string{"strategy", "max_chunk_size", "overlap", "sentence_overlap", "separator_group", "separators"}
	w.fields(n, what, known, func(key string, _, v *node) {
		switch key {
		case "strategy":
			strategies := []string{"sentence", "word", "recursive", "none"}
			if s, ok := w.text(v, key); ok && !slices.Contains(strategies, s) {
				w.fail(v, "the strategy %s is none of sentence, word, recursive and none%s", quote(s), didYouMean(s, strategies))
			}
		case "separator_group":
			w.text(v, key)
		case "separators":
			w.isList(v, key)
		default:
			w.integer(v, key, 0, maxWindow)
		}
	})
}

// overNames reads the retrievers that a reranker is put over.
func (w *walker) overNames(reranker string, n *node) []string {
	if n.Kind == sequenceNode && len(n.Content) == 0 {
		w.fail(n, "over is empty, so that the reranker %s would rerank nothing; leave it out for all retrievers", quote(reranker))
		return nil
	}
	var names []string
	w.over[reranker] = nil
	w.items(n, "over", func(_ int, item *node) {
		name, ok := w.text(item, "a retriever's name")
		switch {
		case !ok:
		case slices.Contains(names, name):
			w.fail(item, "the retriever %s stands twice; remove one", quote(name))
		default:
			names = append(names, name)
			w.over[reranker] = append(w.over[reranker], namedNode{w.at(item), name, "retriever"})
		}
	})
	return names
}

func (r *Reranker) extra(key string, raw json.RawMessage) {
	if r.Extra == nil {
		r.Extra = map[string]json.RawMessage{}
	}
	r.Extra[key] = raw
}
