package convert

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// retrieverGuess finds the query's text in each search, and the search that
// all have in common but for the text.
type retrieverGuess struct {
	first  json.RawMessage
	differ bool
	none   bool
}

// add takes one request and returns the text that it searches for, "" where
// none is found.
func (g *retrieverGuess) add(b *builder, r rankEvalRequest, templates []rankEvalTemplate) string {
	var text string
	var search any
	if r.Template != "" {
		text, search = fromTemplate(b, r, templates)
	} else if body, err := decodeAny(r.Request); err == nil {
		search = body
		text = searchedText(body)
		if text != "" {
			search = mapTexts(body, "", func(s string) string {
				if s == text {
					return "{{query}}"
				}
				return s
			})
		}
	}
	if text == "" {
		b.lose("request", "whose text is not found, which gets its id as text", r.ID)
	}
	if search == nil || text == "" {
		g.none = true
		return text
	}
	raw, err := json.Marshal(search)
	switch {
	case err != nil || !bytes.Contains(raw, []byte("{{query}}")):
		g.none = true
	case g.first == nil:
		g.first = raw
	case !bytes.Equal(g.first, raw):
		g.differ = true
	}
	return text
}

// retriever gives the common search as a retriever, or nil, which it notes.
func (g *retrieverGuess) retriever(b *builder) json.RawMessage {
	if g.first == nil || g.differ || g.none {
		b.note("", "how to search, because the requests are not the same but for the text", "")
		return nil
	}
	var search map[string]json.RawMessage
	if json.Unmarshal(g.first, &search) != nil {
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(search)) {
		if key != "query" && key != "retriever" {
			b.note("setting", "of the search left out", key)
		}
	}
	if r, ok := search["retriever"]; ok {
		return r
	}
	query, ok := search["query"]
	if !ok {
		b.note("", "how to search, because the requests have no query", "")
		return nil
	}
	raw, err := json.Marshal(map[string]any{"standard": map[string]any{"query": query}})
	if err != nil {
		return nil
	}
	return raw
}

// fromTemplate renders the parameters of a request into its template, all but
// the one that is the query.
func fromTemplate(b *builder, r rankEvalRequest, templates []rankEvalTemplate) (string, any) {
	texts := map[string]string{}
	for name, raw := range r.Params {
		var s string
		if json.Unmarshal(raw, &s) == nil {
			texts[name] = s
		}
	}
	names := slices.Sorted(maps.Keys(texts))
	chosen := ""
	if len(names) == 1 {
		chosen = names[0]
	}
	for _, known := range []string{"query_string", "query", "query_text", "text", "q"} {
		if _, ok := texts[known]; ok && chosen == "" {
			chosen = known
		}
	}
	text := texts[chosen]
	for _, t := range templates {
		if t.ID != r.Template {
			continue
		}
		source := t.Template.Source
		if len(source) == 0 {
			source = t.Template.Inline
		}
		var inner string
		if json.Unmarshal(source, &inner) == nil {
			source = json.RawMessage(inner)
		}
		search, err := decodeAny(source)
		if err != nil {
			return text, nil
		}
		for name, raw := range r.Params {
			value := "{{query}}"
			if name != chosen {
				value = strings.Trim(string(raw), `"`)
				if s, ok := texts[name]; ok {
					value = s
				}
			}
			search = substitute(search, "{{"+name+"}}", value)
			search = substitute(search, "{{ "+name+" }}", value)
		}
		return text, search
	}
	b.lose("request", "of a template that the body does not hold", fmt.Sprintf("%s (%s)", r.ID, r.Template))
	return text, nil
}

// searchedText finds the text that a search looks for: what match clauses and
// the like have as their query. Of several texts it takes the most frequent,
// of these the longest.
func searchedText(search any) string {
	found := map[string]int{}
	mapTexts(search, "", func(s string) string {
		found[s]++
		return s
	})
	best := ""
	for _, text := range slices.Sorted(maps.Keys(found)) {
		if c := cmp.Or(cmp.Compare(found[text], found[best]), cmp.Compare(len(text), len(best))); best == "" || c > 0 {
			best = text
		}
	}
	return best
}

// fullText are the clauses whose value for a field may be the text itself.
var fullText = []string{"match", "match_phrase", "match_phrase_prefix", "match_bool_prefix", "semantic", "text_expansion"}

// textKeys are the keys whose value is a text wherever they stand.
var textKeys = []string{"query", "model_text", "inference_text"}

// mapTexts copies a search with the texts that it searches for changed by f,
// and every other string as it is.
func mapTexts(v any, clause string, f func(string) string) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for key, value := range v {
			s, isText := value.(string)
			if isText && strings.TrimSpace(s) != "" && (slices.Contains(textKeys, key) || slices.Contains(fullText, clause)) {
				m[key] = f(s)
				continue
			}
			m[key] = mapTexts(value, key, f)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = mapTexts(item, clause, f)
		}
		return list
	}
	return v
}

// substitute replaces parts of all strings.
func substitute(v any, from, to string) any {
	return mapStrings(v, func(s string) string { return strings.ReplaceAll(s, from, to) })
}

// mapStrings copies decoded JSON with its strings changed.
func mapStrings(v any, f func(string) string) any {
	switch v := v.(type) {
	case string:
		return f(v)
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = mapStrings(item, f)
		}
		return list
	case map[string]any:
		m := make(map[string]any, len(v))
		for key, value := range v {
			m[key] = mapStrings(value, f)
		}
		return m
	}
	return v
}

// decodeAny decodes JSON and keeps the text of numbers.
func decodeAny(raw json.RawMessage) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}
