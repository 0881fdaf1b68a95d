package judgments

import (
	"strconv"
	"strings"
)

// flowText renders a node on one line, in YAML's flow style, for messages. It
// follows no alias and stops at a hundred characters or so.
func flowText(n *node) string {
	var b strings.Builder
	writeFlow(&b, n)
	return b.String()
}

func writeFlow(b *strings.Builder, n *node) {
	if b.Len() > 200 {
		if !strings.HasSuffix(b.String(), "...") {
			b.WriteString("...")
		}
		return
	}
	switch n.Kind {
	case mappingNode:
		b.WriteByte('{')
		for i := 0; i+1 < len(n.Content); i += 2 {
			if i > 0 {
				b.WriteString(", ")
			}
			writeFlow(b, n.Content[i])
			b.WriteString(": ")
			writeFlow(b, n.Content[i+1])
		}
		b.WriteByte('}')
	case sequenceNode:
		b.WriteByte('[')
		for i, c := range n.Content {
			if i > 0 {
				b.WriteString(", ")
			}
			writeFlow(b, c)
		}
		b.WriteByte(']')
	case aliasNode:
		b.WriteString("*" + n.Value)
	default:
		if plain(n) && !strings.ContainsAny(n.Value, "\n,{}[]") {
			b.WriteString(n.Value)
		} else {
			b.WriteString(strconv.Quote(n.Value))
		}
	}
}

// quote is %q for messages, cut at 60 characters.
func quote(s string) string {
	if runes := []rune(s); len(runes) > 60 {
		s = string(runes[:60]) + "..."
	}
	return strconv.Quote(s)
}
