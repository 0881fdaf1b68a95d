package judgments

import (
	"encoding/json"
	"regexp"
	"strings"
)

var (
	jsonNumberPattern  = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
	jsonIntegerPattern = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
)

// jsonNumber and jsonInteger report whether text is a number, or a whole
// number, as JSON writes it.
func jsonNumber(text string) bool  { return jsonNumberPattern.MatchString(text) }
func jsonInteger(text string) bool { return jsonIntegerPattern.MatchString(text) }

// rawJSON says how raw JSON is read from YAML.
type rawJSON struct {
	what string
	// placeholders allows them in strings; seen counts their uses. Literal
	// takes them for text.
	placeholders, literal bool
	seen                  int
	// refused are keys that may stand nowhere in it, with the reason.
	refused map[string]string
}

// raw turns a YAML value into JSON. The text of numbers and the order of keys
// are kept. It returns nil where something in it is no JSON, which it
// reports.
func (w *walker) raw(n *node, r *rawJSON) json.RawMessage {
	c := rawWriter{walker: w, rawJSON: r, active: map[*node]bool{}}
	before := len(w.problems)
	c.write(n, 0)
	if len(w.problems) > before {
		return nil
	}
	return json.RawMessage(c.b.String())
}

type rawWriter struct {
	*walker
	*rawJSON
	b strings.Builder
	// active are the anchored nodes around the current one.
	active map[*node]bool
}

func (c *rawWriter) write(n *node, depth int) {
	if c.full() {
		return
	}
	if depth > maxDepth {
		c.fail(n, "%s is nested deeper than %d levels", c.what, maxDepth)
		return
	}
	if n.Kind == aliasNode {
		target := n.Alias
		if c.active[target] {
			c.fail(n, "the alias *%s stands within what it names, which has no end; write the value out", n.Value)
			return
		}
		resolved := c.resolve(n)
		if resolved == nil {
			return
		}
		n = resolved
	}
	if n.Anchor != "" {
		c.active[n] = true
		defer delete(c.active, n)
	}
	switch n.Kind {
	case mappingNode:
		c.mapping(n, depth)
	case sequenceNode:
		if !c.isList(n, "a list of "+c.what) {
			return
		}
		c.b.WriteByte('[')
		for i, item := range n.Content {
			if i > 0 {
				c.b.WriteByte(',')
			}
			c.write(item, depth+1)
		}
		c.b.WriteByte(']')
	default:
		c.scalar(n)
	}
}

func (c *rawWriter) mapping(n *node, depth int) {
	c.b.WriteByte('{')
	first := true
	c.keys(n, "a mapping of "+c.what, func(key string, k, v *node) {
		if reason, ok := c.refused[key]; ok {
			c.fail(k, "%s is not allowed in %s: %s", key, c.what, reason)
			return
		}
		if !c.literal && strings.Contains(key, "{{") {
			c.fail(k, "a placeholder works in values, not in the key %s", quote(key))
			return
		}
		if !first {
			c.b.WriteByte(',')
		}
		first = false
		c.b.Write(jsonString(key))
		c.b.WriteByte(':')
		c.write(v, depth+1)
	})
	c.b.WriteByte('}')
}

func (c *rawWriter) scalar(n *node) {
	switch n.ShortTag() {
	case tagString:
		c.checkPlaceholders(n)
		c.b.Write(jsonString(n.Value))
	case tagTimestamp:
		// A date without quotes: JSON has none, and what is meant is
		// its text.
		c.b.Write(jsonString(n.Value))
	case tagBool:
		switch strings.ToLower(n.Value) {
		case "true":
			c.b.WriteString("true")
		case "false":
			c.b.WriteString("false")
		default:
			c.fail(n, "%s is neither true nor false", quote(n.Value))
		}
	case tagNull:
		c.b.WriteString("null")
	case tagInt, tagFloat:
		if !jsonNumber(n.Value) {
			c.fail(n, "%s is no number in JSON: write it as a plain decimal number such as 3 or 0.5, or in quotes where text is meant", n.Value)
			return
		}
		c.b.WriteString(n.Value)
	default:
		c.fail(n, "%s in %s has no form in JSON; remove the tag", kindOf(n), c.what)
	}
}

func (c *rawWriter) checkPlaceholders(n *node) {
	if c.literal || !strings.Contains(n.Value, "{{") {
		return
	}
	t := NewTemplate(jsonString(n.Value))
	if !c.placeholders {
		c.fail(n, "placeholders such as {{query}} are replaced in retrievers, requests and rerankers' filters alone, and %s would be sent as it stands from %s", quote(n.Value), c.what)
		return
	}
	for _, found := range t.strange {
		c.fail(n, "%s in %s is no placeholder: write {{name}} without spaces, and \\{{ where two braces are meant", found, c.what)
	}
	for _, p := range t.parts {
		if p.name != "" {
			c.seen++
			c.uses = append(c.uses, placeholderUse{Position: c.at(n), name: p.name, what: c.what, within: !p.whole})
		}
	}
}

// jsonString quotes text as JSON, and leaves < > & as they are.
func jsonString(s string) []byte {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		// A string always encodes; invalid UTF-8 was refused before.
		return []byte(`""`)
	}
	return []byte(strings.TrimSuffix(b.String(), "\n"))
}
