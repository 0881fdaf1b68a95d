package judgments

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// apiKeys are the keys of a reranker that go with api alone.
var apiKeys = []string{"api", "url", "model", "key_env", "key_header", "template", "max_characters", "batch", "instruction", "requests_per_minute", "listwise", "names", "parameters"}

var rerankNameKeys = []string{"query", "documents", "model", "instruction", "results", "index", "score"}

var (
	variablePattern = regexp.MustCompile(`^[A-Z_][A-Z0-9_]{0,127}$`)
	headerPattern   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,63}$`)
)

// ownHeaders are the headers that HTTP itself or the client sets: a key in one of
// them is sent nowhere, or breaks the request.
var ownHeaders = []string{
	"accept", "accept-encoding", "connection", "content-encoding", "content-length", "content-type", "expect", "host", "keep-alive",
	"proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
}

// apiReader reads what a reranker says of the API that it asks.
type apiReader struct {
	*walker
	a    RerankAPI
	what string
	keys map[string]*node // of the keys that were given
	// values are the nodes of what was given, by key.
	values map[string]*node
}

// read takes one key, and says whether it is one of those.
func (r *apiReader) read(key string, k, v *node) bool {
	if !slices.Contains(apiKeys, key) {
		return false
	}
	if r.keys == nil {
		r.keys, r.values = make(map[string]*node), make(map[string]*node)
	}
	r.keys[key], r.values[key] = k, v
	a := &r.a
	switch key {
	case "api":
		if a.API, _ = r.text(v, key); a.API != "" && !slices.Contains(RerankAPIs, a.API) {
			r.fail(v, "unknown api %s%s", quote(a.API), didYouMean(a.API, RerankAPIs))
		}
	case "url":
		a.URL = r.address(v)
	case "model":
		a.Model, _ = r.name(v, key)
	case "key_env":
		if a.KeyEnv, _ = r.text(v, key); a.KeyEnv != "" && !variablePattern.MatchString(a.KeyEnv) {
			// what stands there may be the key itself
			r.fail(v, "key_env must be the name of an environment variable in capital letters, such as COHERE_API_KEY: a suite is no place for the key itself")
		}
	case "key_header":
		if a.KeyHeader, _ = r.text(v, key); a.KeyHeader != "" && !headerPattern.MatchString(a.KeyHeader) {
			r.fail(v, "key_header must be the name of a header, such as api-key, not %s", quote(a.KeyHeader))
		} else if slices.Contains(ownHeaders, strings.ToLower(a.KeyHeader)) {
			r.fail(v, "key_header must be a header that the key alone is sent in, such as api-key: %s is set by HTTP itself", a.KeyHeader)
		}
	case "template":
		a.Template, _ = r.text(v, key)
	case "max_characters":
		a.MaxCharacters, _ = r.integer(v, key, 1, 10_000_000)
	case "batch":
		a.Batch, _ = r.integer(v, key, 1, 10_000)
	case "instruction":
		a.Instruction, _ = r.text(v, key)
	case "requests_per_minute":
		a.RequestsPerMinute, _ = r.integer(v, key, 1, 1_000_000)
	case "listwise":
		if v.Kind != scalarNode || v.ShortTag() != tagBool {
			r.fail(v, "listwise must be true or false, not %s", kindOf(v))
		}
		a.Listwise = v.Value == "true"
	case "names":
		r.names(v)
	case "parameters":
		if r.isMapping(v, key) {
			a.Parameters = r.raw(v, &rawJSON{what: "the parameters of " + r.what, literal: true})
		}
	}
	return true
}

// address reads where an API answers. Credentials are refused: suites are
// committed and shared.
func (r *apiReader) address(n *node) string {
	text, ok := r.text(n, "url")
	if !ok {
		return ""
	}
	u, err := url.Parse(text)
	switch {
	case strings.Contains(text, "@") && (err != nil || u.User != nil):
		r.fail(n, "url must not hold a user or password: a suite is no place for secrets; name the environment variable of the key by key_env")
	case err != nil || Origin(text) == "":
		r.fail(n, "url must be an address such as http://localhost:8080 or https://rerank.example/v1/rerank, not %s", quote(text))
	case u.Fragment != "":
		r.fail(n, "url must not have a fragment (#)")
	default:
		return text
	}
	return ""
}

func (r *apiReader) names(n *node) {
	names := &r.a.Names
	of := map[string]*string{
		"query": &names.Query, "documents": &names.Documents, "model": &names.Model, "instruction": &names.Instruction,
		"results": &names.Results, "index": &names.Index, "score": &names.Score,
	}
	r.fields(n, "names", rerankNameKeys, func(key string, _, v *node) {
		*of[key], _ = r.name(v, "the name of "+key)
	})
}

// finish checks the keys against each other. Field is the value of the key
// field, nil where it was not given.
func (r *apiReader) finish(reranker *Reranker, field *node, window int) {
	api, given := r.keys["api"]
	if !given {
		for _, key := range apiKeys {
			if k := r.keys[key]; k != nil {
				r.fail(k, "%s goes with api, which says who is asked: one of %s; add it, or remove %[1]s", key, strings.Join(RerankAPIs, ", "))
			}
		}
		return
	}
	a := &r.a
	need, known := rerankNeeds[a.API]
	if !known {
		return
	}
	if reranker.Extra["chunk_rescorer"] != nil {
		r.fail(api, "chunk_rescorer is not allowed beside api, because the server's own reranker has it alone; send a shorter text by max_characters, or another field")
	}
	switch {
	case need.url && r.keys["url"] == nil:
		r.fail(api, "%s needs url: where the API %s answers", r.what, a.API)
	case need.model && a.Model == "" && r.keys["model"] == nil:
		r.fail(api, "%s needs model: what the API %s shall score with", r.what, a.API)
	case a.API == APIInference && reranker.InferenceID == "":
		r.fail(api, "%s needs inference_id: the endpoint that is asked by POST _inference/rerank", r.what)
	case a.API == APIInference && r.keys["key_env"] != nil && a.URL == "" && r.keys["url"] == nil:
		r.fail(r.keys["key_env"], "key_env goes with url: without it the run's own cluster is asked, with the credentials that it is searched with; remove it")
	}
	if reranker.InferenceID != "" && a.API != APIInference {
		r.fail(api, "inference_id goes with api: inference, or without api; remove it")
	}
	if k := r.keys["model"]; k != nil && need.noModel {
		r.fail(k, "the API %s has no model to choose: it has one; remove it", a.API)
	}
	if k := r.keys["instruction"]; k != nil && !need.instruction {
		r.fail(k, "the API %s takes no instruction; put it into the queries' inference_text, or remove it", a.API)
	}
	for _, key := range []string{"names", "key_header"} {
		if k := r.keys[key]; k != nil && a.API != APICompatible {
			r.fail(k, "%s goes with api: openai-compatible; remove it", key)
		}
	}
	if k := r.keys["batch"]; k != nil && a.Listwise && a.Batch < window {
		r.fail(k, "batch is %d, below the window of %d, and a listwise model must see a window at once; remove it", a.Batch, window)
	}
	r.members(need)
	r.template(field)
	reranker.API = a
}

// members refuses parameters that would replace what is scored, and two members
// of one name.
func (r *apiReader) members(need needs) {
	a := &r.a
	sent := map[string]string{} // by name in small letters, as some servers read it
	take := func(name, usual, key string, given bool) {
		name = cmp.Or(name, usual)
		folded := strings.ToLower(name)
		if other := sent[folded]; other != "" {
			if !given {
				return
			}
			r.fail(r.values["names"], "a request would have one member %s for %s and for %s; give them different names", quote(name), other, key)
			return
		}
		sent[folded] = key
	}
	take(a.Names.Query, "query", "query", true)
	documents := "documents"
	if a.API == APITEI {
		documents = "texts"
	}
	take(a.Names.Documents, documents, "documents", true)
	if !need.noModel {
		take(a.Names.Model, "model", "model", a.Model != "")
	}
	if need.instruction {
		take(a.Names.Instruction, "instruction", "instruction", a.Instruction != "")
	}
	parameters := r.values["parameters"]
	if parameters == nil || parameters.Kind != mappingNode {
		return
	}
	if a.API == APIInference {
		r.fail(r.keys["parameters"], "the API inference takes no parameters: the endpoint has its own settings; remove them")
		return
	}
	for i := 0; i+1 < len(parameters.Content); i += 2 {
		name := r.resolve(parameters.Content[i])
		if name == nil {
			return
		}
		switch key := sent[strings.ToLower(name.Value)]; key {
		case "":
		case "query", "documents":
			r.fail(name, "parameters must not hold %s, the member of the %s: something else would be scored; remove it", quote(name.Value), key)
		default:
			r.fail(name, "parameters must not hold %s: say it by the reranker's own key %s", quote(name.Value), key)
		}
	}
}

// template compares the placeholders of a template with the fields.
func (r *apiReader) template(field *node) {
	a, n := &r.a, r.values["template"]
	if a.Template == "" || len(a.Fields) == 0 {
		return
	}
	used := make(map[string]bool)
	fillFields(a.Template, func(name string) string {
		used[name] = true
		if !slices.Contains(a.Fields, name) {
			r.fail(n, "the template names {{%s}}, which is none of the fields%s", name, didYouMean(name, a.Fields))
		}
		return ""
	})
	for _, name := range a.Fields {
		if !used[name] {
			r.fail(field, "the template does not use the field %s; write {{%s}} where it belongs, or remove the field", quote(name), name)
		}
	}
}

// fieldNames reads one field, or a list of them.
func (w *walker) fieldNames(n *node) []string {
	if n.Kind != sequenceNode {
		name, ok := w.constant(n, "field", w.text)
		if !ok {
			return nil
		}
		return []string{name}
	}
	if len(n.Content) == 0 {
		w.fail(n, "field is empty; name the document field whose value the reranker reads")
	}
	var names []string
	w.items(n, "field", func(_ int, item *node) {
		name, ok := w.constant(item, "a field's name", w.text)
		switch {
		case !ok:
		case slices.Contains(names, name):
			w.fail(item, "the field %s stands twice; remove one", quote(name))
		default:
			names = append(names, name)
		}
	})
	return names
}
