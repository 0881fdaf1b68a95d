package convert

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/releval/releval/judgments"
)

// Requests of _rank_eval hold whole searches. What differs from request to
// request is what is searched for; what is the same in all of them, filters
// and templates included, is how to search: a suite's retriever and, where a
// text_similarity_reranker stands around it, its reranker.

// searchOf is one request's search, taken apart.
type searchOf struct {
	request string // the request's id
	// text is what it searches for, "" until it is found; asked is what its
	// reranker is asked, "" for the text.
	text, asked string
	// body is the search with {{query}} in the place of the text; nil where
	// it is not known.
	body any
	// reranker is the text_similarity_reranker around the search, without its
	// retriever and the text; nil for none.
	reranker map[string]any
	rendered bool // a template's, whose text is known
	// params are the parameters of a template that differ from request to
	// request, and have placeholders in the body.
	params []judgments.Param
}

// placeholder stands for the query's text in a suite.
const placeholder = "{{query}}"

// searches takes the requests of a body apart.
func searches(b *builder, body rankEvalBody, param string) []searchOf {
	all := make([]searchOf, len(body.Requests))
	chosen := map[string]string{}
	differing := map[string]map[string]bool{}
	for _, t := range body.Templates {
		chosen[t.ID] = queryParam(body.Requests, t.ID, param)
		differing[t.ID] = differingParams(body.Requests, t.ID)
	}
	for i, r := range body.Requests {
		s := &all[i]
		s.request = r.ID
		if r.Template != "" {
			s.rendered = true
			s.render(b, r, body.Templates, chosen[r.Template], differing[r.Template])
		} else if search, err := decodeAny(r.Request); err == nil {
			s.body = search
		}
		s.takeReranker()
	}
	findTexts(all)
	for i := range all {
		s := &all[i]
		if s.text == "" {
			s.text, s.asked = s.asked, ""
		}
		if s.text == "" {
			b.lose("request", "whose text is not found, which gets its id as text", s.request)
		}
	}
	return all
}

// takeReranker takes a text_similarity_reranker off the search.
func (s *searchOf) takeReranker() {
	search, _ := s.body.(map[string]any)
	retriever, _ := search["retriever"].(map[string]any)
	reranker, _ := retriever["text_similarity_reranker"].(map[string]any)
	inner, ok := reranker["retriever"].(map[string]any)
	if !ok {
		return
	}
	s.reranker = maps.Clone(reranker)
	delete(s.reranker, "retriever")
	delete(s.reranker, "inference_text")
	if asked, _ := reranker["inference_text"].(string); asked != placeholder {
		s.asked = asked
	}
	search = maps.Clone(search)
	search["retriever"] = inner
	s.body = search
}

// findTexts finds the text of each search that is no template's: of the texts
// that differ from request to request the most frequent one, of these the
// longest. What is in all requests alike is part of how to search.
func findTexts(all []searchOf) {
	leaves := make([]map[string]string, len(all))
	values := map[string]map[string]bool{} // by path
	requests := 0
	for i := range all {
		if all[i].rendered || all[i].body == nil {
			continue
		}
		requests++
		leaves[i] = map[string]string{}
		collectTexts(all[i].body, "", leaves[i])
		for path, text := range leaves[i] {
			if values[path] == nil {
				values[path] = map[string]bool{}
			}
			values[path][text] = true
		}
	}
	for i := range all {
		s := &all[i]
		if leaves[i] == nil {
			continue
		}
		varies := func(path string) bool { return requests == 1 || len(values[path]) > 1 || alone(leaves, path) }
		text := bestText(leaves[i], func(path string) bool { return searched(path) && varies(path) })
		if text == "" && requests > 1 {
			// A keyword that differs, or requests of one text.
			text = bestText(leaves[i], func(path string) bool { return varies(path) && !searched(path) })
		}
		if text == "" {
			text = bestText(leaves[i], searched)
		}
		s.text = text
		if text == "" || strings.Contains(text, "{{") {
			continue
		}
		s.body = mapTexts(s.body, "", func(path, value string) string {
			if value == text && (searched(path) || varies(path)) {
				return placeholder
			}
			return value
		})
	}
}

// alone reports whether one request only has a text at the path.
func alone(leaves []map[string]string, path string) bool {
	n := 0
	for _, l := range leaves {
		if _, ok := l[path]; ok {
			n++
		}
	}
	return n == 1
}

func bestText(leaves map[string]string, take func(path string) bool) string {
	found := map[string]int{}
	for path, text := range leaves {
		if take(path) && strings.TrimSpace(text) != "" {
			found[text]++
		}
	}
	best := ""
	for _, text := range slices.Sorted(maps.Keys(found)) {
		if c := cmp.Or(cmp.Compare(found[text], found[best]), cmp.Compare(len(text), len(best))); best == "" || c > 0 {
			best = text
		}
	}
	return best
}

// textKeys are the keys whose value is a text wherever they stand, and
// fullText the clauses whose value for a field may be the text itself.
var (
	textKeys = []string{"query", "model_text", "query_text", "inference_text"}
	fullText = []string{"match", "match_phrase", "match_phrase_prefix", "match_bool_prefix"}
)

// searched reports whether a path is one where a search has the text that it
// looks for.
func searched(path string) bool {
	keys := strings.Split(path, "\x00")
	last := keys[len(keys)-1]
	return slices.Contains(textKeys, last) || len(keys) > 1 && slices.Contains(fullText, keys[len(keys)-2])
}

// collectTexts gathers all texts of a search by their paths.
func collectTexts(v any, path string, into map[string]string) {
	mapTexts(v, path, func(path, text string) string {
		into[path] = text
		return text
	})
}

// mapTexts copies decoded JSON with its texts changed by f, which gets the path
// of each: the keys and numbers that lead to it, with NUL between.
func mapTexts(v any, path string, f func(path, text string) string) any {
	switch v := v.(type) {
	case string:
		return f(path, v)
	case map[string]any:
		m := make(map[string]any, len(v))
		for key, value := range v {
			m[key] = mapTexts(value, path+"\x00"+key, f)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = mapTexts(item, path+"\x00"+strconv.Itoa(i), f)
		}
		return list
	}
	return v
}

// queryParam chooses the parameter of a template that is the query: the given
// one, the only text, or of the texts that differ from request to request one
// of a known name.
func queryParam(requests []rankEvalRequest, template, param string) string {
	if param != "" {
		return param
	}
	values := map[string]map[string]bool{}
	n := 0
	for _, r := range requests {
		if r.Template != template {
			continue
		}
		n++
		for name, raw := range r.Params {
			var text string
			if json.Unmarshal(raw, &text) == nil {
				if values[name] == nil {
					values[name] = map[string]bool{}
				}
				values[name][text] = true
			}
		}
	}
	var differ []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if len(values) == 1 || n > 1 && len(values[name]) > 1 {
			differ = append(differ, name)
		}
	}
	if len(differ) == 1 {
		return differ[0]
	}
	for _, known := range []string{"query_string", "query", "query_text", "text", "q"} {
		if _, ok := values[known]; ok && (len(differ) == 0 || slices.Contains(differ, known)) {
			return known
		}
	}
	return ""
}

// differingParams are the parameters that all requests of a template have, with
// different values: those of each query. The others are part of how to search.
func differingParams(requests []rankEvalRequest, template string) map[string]bool {
	counts, values, n := map[string]int{}, map[string]map[string]bool{}, 0
	for _, r := range requests {
		if r.Template != template {
			continue
		}
		n++
		for name, raw := range r.Params {
			if values[name] == nil {
				values[name] = map[string]bool{}
			}
			counts[name]++
			values[name][string(judgments.CanonicalJSON(raw))] = true
		}
	}
	differing := map[string]bool{}
	for name := range counts {
		differing[name] = counts[name] == n && len(values[name]) > 1 && judgments.IsParamName(name)
	}
	return differing
}

// inString says whether the place in a text of JSON is inside a string.
func inString(text string) bool {
	inside := false
	for i := 0; i < len(text); i++ {
		switch {
		case inside && text[i] == '\\':
			i++
		case text[i] == '"':
			inside = !inside
		}
	}
	return inside
}

// render puts the parameters of a request into its template, {{query}} in the
// place of the one that is the query, and a placeholder in that of one that
// differs from request to request. The body stays nil where the template has
// more of Mustache than variables and toJson.
func (s *searchOf) render(b *builder, r rankEvalRequest, templates []rankEvalTemplate, chosen string, differing map[string]bool) {
	_ = json.Unmarshal(r.Params[chosen], &s.text)
	at := slices.IndexFunc(templates, func(t rankEvalTemplate) bool { return t.ID == r.Template })
	if at < 0 {
		b.lose("request", "of a template that the body does not hold", fmt.Sprintf("%s (%s)", r.ID, r.Template))
		return
	}
	source := templates[at].Template.Source
	if len(source) == 0 {
		source = templates[at].Template.Inline
	}
	var inner string
	if json.Unmarshal(source, &inner) == nil {
		source = json.RawMessage(inner)
	}
	unknown := false
	params := map[string]json.RawMessage{}
	var rendered strings.Builder
	at = 0
	fill := func(name string, asJSON, inside bool) string {
		raw, ok := r.Params[name]
		switch {
		case ok && name != chosen && differing[name]:
			if !inside {
				params[name] = raw
				return `"{{` + name + `}}"`
			}
			if raw[0] != '"' { // a number inside a string is its digits
				raw, _ = json.Marshal(string(raw))
			}
			if params[name] == nil {
				params[name] = raw
			}
			return "{{" + name + "}}"
		case ok && name == chosen && asJSON:
			return `"` + placeholder + `"`
		case ok && name == chosen:
			return placeholder
		case !ok:
			unknown = unknown || strings.ContainsAny(name, "#^/>!")
			return "" // as Mustache has it
		case asJSON || raw[0] != '"':
			return string(raw)
		}
		return string(raw[1 : len(raw)-1])
	}
	for _, m := range mustacheTag.FindAllSubmatchIndex(source, -1) {
		rendered.Write(source[at:m[0]])
		name := ""
		for _, group := range [][2]int{{m[2], m[3]}, {m[4], m[5]}, {m[6], m[7]}} {
			if group[0] >= 0 {
				name = string(source[group[0]:group[1]])
			}
		}
		rendered.WriteString(fill(name, m[2] >= 0, inString(rendered.String())))
		at = m[1]
	}
	rendered.Write(source[at:])
	search, err := decodeAny(json.RawMessage(rendered.String()))
	if err != nil || unknown {
		b.note("template", "with more of Mustache than variables and toJson, which is not rendered", r.Template)
		return
	}
	s.body, s.params = search, b.params(params, "")
}

// mustacheTag is a variable of Mustache, in two braces or three, or a value
// written as JSON.
var mustacheTag = regexp.MustCompile(`\{\{#toJson\}\}\s*([^{}]+?)\s*\{\{/toJson\}\}|\{\{\{\s*([^{}]+?)\s*\}\}\}|\{\{&?\s*([^{}]+?)\s*\}\}`)

// harmless are settings of a request that do not change which documents are
// found, or that a run sets itself.
var harmless = []string{"size", "from", "_source", "fields", "stored_fields", "docvalue_fields", "track_total_hits", "explain", "profile", "highlight", "version", "timeout"}

// setCommon gives the suite the search that all requests have in common.
func setCommon(c *collection, all []searchOf) error {
	why := ""
	var first []byte
	for i, s := range all {
		raw, err := json.Marshal([]any{s.body, s.reranker})
		switch {
		case err != nil:
			return err
		case s.body == nil || !bytes.Contains(raw, []byte(placeholder)):
			why = "a request does not show where its text is searched for"
		case i > 0 && !bytes.Equal(raw, first) && why == "":
			why = "the requests are not the same but for the text"
		}
		if i == 0 {
			first = raw
		}
	}
	rest := bytes.ReplaceAll(first, []byte(placeholder), nil)
	if len(all) > 0 {
		for _, p := range all[0].params {
			rest = bytes.ReplaceAll(rest, []byte("{{"+p.Name+"}}"), nil)
		}
	}
	if bytes.Contains(rest, []byte("{{")) && why == "" {
		why = "its braces mean a placeholder in a suite"
	}
	if why != "" || len(all) == 0 {
		c.searchUnknown = cmp.Or(why, "there is no request")
		return nil
	}
	search, _ := all[0].body.(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(search)) {
		switch {
		case key == "query" || key == "retriever":
		case slices.Contains(harmless, key):
			c.note("setting", "of the search left out", key)
		default:
			c.lose("setting", "of the search left out", key)
		}
	}
	retriever := search["retriever"]
	if retriever == nil && search["query"] != nil {
		retriever = map[string]any{"standard": map[string]any{"query": search["query"]}}
	}
	if retriever == nil {
		c.searchUnknown = "the requests have neither a query nor a retriever"
		return nil
	}
	raw, err := json.Marshal(retriever)
	if err != nil {
		return err
	}
	c.Suite.Search.Retriever = raw
	return setReranker(c, all[0].reranker)
}

// setReranker gives the suite the reranker of the requests.
func setReranker(c *collection, settings map[string]any) error {
	if settings == nil {
		return nil
	}
	r := judgments.Reranker{Name: "reranked", Window: 10}
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		raw, err := json.Marshal(settings[key])
		if err != nil {
			return err
		}
		var into any
		switch key {
		case "field":
			into = &r.Field
		case "inference_id":
			into = &r.InferenceID
		case "rank_window_size":
			into = &r.Window
		case "min_score":
			into = &r.MinScore
		case "filter", "chunk_rescorer":
			if r.Extra == nil {
				r.Extra = map[string]json.RawMessage{}
			}
			r.Extra[key] = raw
			continue
		default:
			c.lose("setting", "of the reranker left out, because a suite does not have it", key)
			continue
		}
		if err := decode(raw, into); err != nil {
			return fmt.Errorf("text_similarity_reranker: %s: %w", key, err)
		}
	}
	if r.Field == "" {
		c.lose("reranker", "without a field, left out", "")
		return nil
	}
	c.Suite.Search.Rerankers = []judgments.Reranker{r}
	return nil
}

// decodeAny decodes JSON and keeps the text of numbers.
func decodeAny(raw json.RawMessage) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}
