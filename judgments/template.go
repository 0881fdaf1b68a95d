package judgments

import (
	"bytes"
	"encoding/json"
	"strings"
)

// The placeholders that every query has a value for: its text, and what the
// reranker is asked.
const (
	QueryPlaceholder         = "query"
	InferenceTextPlaceholder = "inference_text"
)

// Template is raw JSON with placeholders, taken apart once and filled for each
// query. A placeholder is {{name}} inside a string that is no key; \{{ stands
// for two braces. A string that is nothing but a placeholder becomes the
// value as JSON, with its numbers as they are written; within a longer string
// the value's text is put in. What is put in is never filled again.
type Template struct {
	parts []part
	// strange are uses of {{ that are no placeholder.
	strange []string
}

// part is text of the JSON and the placeholder behind it.
type part struct {
	text []byte
	name string // empty behind the last text
	// whole says that the placeholder is all of its string, whose quotes are
	// in no text.
	whole bool
}

// NewTemplate takes raw JSON apart. What is not JSON has no placeholders.
func NewTemplate(raw json.RawMessage) Template {
	var t Template
	var text []byte
	start := 0
	for i := 0; i < len(raw); {
		if raw[i] != '"' {
			i++
			continue
		}
		end := stringEnd(raw, i)
		if bytes.Contains(raw[i:end], []byte("{{")) && !isKey(raw[end:]) {
			text = append(text, raw[start:i]...)
			text = t.add(text, raw[i:end])
			start = end
		}
		i = end
	}
	t.parts = append(t.parts, part{text: append(text, raw[start:]...)})
	return t
}

// stringEnd is the place behind the string that begins at i.
func stringEnd(raw []byte, i int) int {
	for i++; i < len(raw); i++ {
		switch raw[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(raw)
}

// isKey says whether a string is the key of a member, by what follows it.
func isKey(rest []byte) bool {
	rest = bytes.TrimLeft(rest, " \t\r\n")
	return len(rest) > 0 && rest[0] == ':'
}

// add takes one string of JSON apart, and returns the text behind its last
// placeholder.
func (t *Template) add(text, quoted []byte) []byte {
	if name, end := placeholderAt(quoted[1:]); name != "" && end == len(quoted)-2 {
		t.parts = append(t.parts, part{text: text, name: name, whole: true})
		return nil
	}
	for i := 0; i < len(quoted); {
		rest := quoted[i:]
		switch {
		case bytes.HasPrefix(rest, []byte(`\\{{`)): // a backslash, as JSON writes it
			text = append(text, "{{"...)
			i += 4
		case rest[0] == '\\' && len(rest) > 1:
			text = append(text, rest[:2]...)
			i += 2
		case bytes.HasPrefix(rest, []byte("{{")):
			name, end := placeholderAt(rest)
			if name == "" {
				t.strange = append(t.strange, braces(rest[:len(rest)-1]))
				text = append(text, "{{"...)
				i += 2
				continue
			}
			t.parts = append(t.parts, part{text: text, name: name})
			text = nil
			i += end
		default:
			text = append(text, rest[0])
			i++
		}
	}
	return text
}

// placeholderAt reads a placeholder at the start of text, and where it ends;
// its name is empty where there is none.
func placeholderAt(text []byte) (name string, end int) {
	if !bytes.HasPrefix(text, []byte("{{")) {
		return "", 0
	}
	n := bytes.Index(text, []byte("}}"))
	if n < 0 || !isParamName(string(text[2:n])) {
		return "", 0
	}
	return string(text[2:n]), n + 2
}

// braces is the part of a text that looks like a placeholder and is none.
func braces(text []byte) string {
	if n := bytes.Index(text, []byte("}}")); n >= 0 && !bytes.Contains(text[2:n], []byte("{{")) {
		return string(text[:n+2])
	}
	return "{{"
}

// maxParamName is how long the name of a parameter may be.
const maxParamName = 64

// IsParamName tells whether a parameter may have the name: letters of ASCII,
// digits, dashes and underscores, and none of those that are built in.
func IsParamName(name string) bool {
	return isParamName(name) && name != QueryPlaceholder && name != InferenceTextPlaceholder
}

// isParamName tells whether a name can stand between braces: letters of
// ASCII, digits, dashes and underscores, a letter or underscore first.
func isParamName(name string) bool {
	for i, r := range name {
		letter := r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (i == 0 || r != '-' && (r < '0' || r > '9')) {
			return false
		}
	}
	return name != "" && len(name) <= maxParamName
}

// Placeholders are the names of the placeholders, in their order, repetitions
// included.
func (t Template) Placeholders() []string {
	var names []string
	for _, p := range t.parts {
		if p.name != "" {
			names = append(names, p.name)
		}
	}
	return names
}

// Fill puts values in the place of the placeholders. A name without a value,
// nil, is put in as null, or as nothing within a longer string.
func (t Template) Fill(value func(name string) json.RawMessage) json.RawMessage {
	size := 0
	for _, p := range t.parts {
		size += len(p.text) + 64
	}
	filled := make([]byte, 0, size)
	for _, p := range t.parts {
		filled = append(filled, p.text...)
		if p.name == "" {
			continue
		}
		v := value(p.name)
		switch {
		case p.whole && v == nil:
			filled = append(filled, "null"...)
		case p.whole:
			filled = append(filled, v...)
		default:
			filled = append(filled, inside(v)...)
		}
	}
	return filled
}

// inside is a value as text within a string of JSON.
func inside(v json.RawMessage) []byte {
	if len(v) >= 2 && v[0] == '"' {
		return v[1 : len(v)-1]
	}
	text := jsonString(string(v))
	return text[1 : len(text)-1]
}

// Param is a named value that placeholders of its name are filled with.
type Param struct {
	Position
	Name string
	// Value is raw JSON, its numbers as the suite writes them.
	Value json.RawMessage
}

// Values are what the placeholders stand for in a query: its text, its
// inference text, its own parameters, and those of the search that it does
// not set itself. A name that has none gives nil.
func (s *Search) Values(q *Query) func(name string) json.RawMessage {
	return func(name string) json.RawMessage {
		switch name {
		case QueryPlaceholder:
			return jsonString(q.Text)
		case InferenceTextPlaceholder:
			return jsonString(q.InferenceText)
		}
		if v := find(q.Params, name); v != nil {
			return v
		}
		return find(s.Params, name)
	}
}

func find(params []Param, name string) json.RawMessage {
	for i := range params {
		if params[i].Name == name {
			return params[i].Value
		}
	}
	return nil
}

// ESQLParams are the names of the parameters of an ES|QL query, each once, in
// the order of their first use: ?name for a value, ??name for a name. A
// parameter without a name, such as ? or ?1, is given as it stands, with its
// question mark. Strings, quoted names and comments have none.
func ESQLParams(query string) []string {
	var names []string
	seen := make(map[string]bool)
	for i := 0; i < len(query); {
		rest := query[i:]
		switch {
		case strings.HasPrefix(rest, `"""`):
			i += skip(rest, 3, `"""`)
		case rest[0] == '"':
			i += stringEnd([]byte(rest), 0)
		case rest[0] == '`':
			i += skip(rest, 1, "`")
		case strings.HasPrefix(rest, "//"):
			i += skip(rest, 2, "\n")
		case strings.HasPrefix(rest, "/*"):
			i += skip(rest, 2, "*/")
		case rest[0] == '?':
			marks := len(rest) - len(strings.TrimLeft(rest, "?"))
			end := marks
			for end < len(rest) && (isParamName("_"+rest[end:end+1]) && rest[end] != '-') {
				end++
			}
			name := rest[marks:end]
			if !isParamName(name) || marks > 2 {
				name = rest[:end]
			}
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
			i += end
		default:
			i++
		}
	}
	return names
}

// skip is the place behind the end of what begins with lead characters.
func skip(text string, lead int, end string) int {
	if n := strings.Index(text[lead:], end); n >= 0 {
		return lead + n + len(end)
	}
	return len(text)
}
