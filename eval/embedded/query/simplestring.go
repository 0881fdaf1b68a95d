package query

import (
	"strings"
	"unicode/utf8"

	"github.com/releval/releval/eval/embedded/index"
	"github.com/releval/releval/eval/embedded/jsontree"
	"github.com/releval/releval/eval/embedded/mapping"
)

// simpleQueryString reads a simple_query_string query: words, "phrases",
// prefixes*, (groups), and + | - between them. No text is malformed.
func (p *parser) simpleQueryString(name string, n jsontree.Node) (Query, *Error) {
	o := multiOptions{textOptions: newText()}
	o.dropEmpty, o.tie = true, 1
	for _, m := range n.Members {
		done, err := o.common.read(p, m)
		if err != nil {
			return nil, err
		}
		if done {
			continue
		}
		switch m.Key {
		case "fields":
			if o.fields, err = p.readFields(m.Value); err != nil {
				return nil, err
			}
			o.named = len(o.fields) > 0
		case "operator", "zero_terms_query":
			return nil, p.unsupported(name, m)
		default:
			done, err := o.textOptions.read(p, name, m)
			if err != nil {
				return nil, err
			}
			if !done {
				return nil, p.unsupported(name, m)
			}
		}
	}
	if !o.hasText {
		return nil, p.parsing(n.Start, "[simple_query_string] query text missing")
	}
	if !o.named {
		o.fields, o.lenient = p.all(), true
	}
	s := &simple{options: &o, text: o.text}
	q, err := s.group(0, false)
	if err != nil {
		return nil, err
	}
	if q == nil {
		return matchNone{}, nil
	}
	if q, err = limited(q, o.minShould); err != nil {
		return nil, err
	}
	return boost(q, o.boost), nil
}

// simple walks a text as Lucene's SimpleQueryParser does.
type simple struct {
	options *multiOptions
	text    string
	at      int
}

// operation joins two parts; none is what stands between words.
type operation uint8

const (
	none operation = iota
	conjunction
	disjunction
)

func (s *simple) group(depth int, nested bool) (Query, *Error) {
	var t tree
	for s.at < len(s.text) {
		var q Query
		var err *Error
		switch c := s.text[s.at]; {
		case c == '(' && depth < maxNesting && s.closes():
			s.at++
			q, err = s.group(depth+1, true)
		case c == '(' || c == ')':
			s.at++
			if nested && c == ')' {
				return t.top, nil
			}
			t.negated = false
			continue
		case c == '"':
			if !s.quoted() {
				s.at++
				t.negated = false
				continue
			}
			q, err = s.phrase()
		case c == '+' || c == '|' || isBlank(rune(c)):
			s.at++
			t.negated = false // a minus belongs to what follows at once
			if t.pending == none && t.top != nil {
				t.pending = map[byte]operation{'+': conjunction, '|': disjunction}[c]
			}
			continue
		case c == '-':
			s.at++
			t.negated = !t.negated
			continue
		default:
			q, err = s.word()
		}
		if err != nil {
			return nil, err
		}
		t.add(q, s.between())
	}
	return t.top, nil
}

// between is the operation of two words without an operator.
func (s *simple) between() operation {
	if s.options.and {
		return conjunction
	}
	return disjunction
}

// closes says whether the parenthesis here is closed somewhere.
func (s *simple) closes() bool {
	open := 0
	for i := s.at; i < len(s.text); i++ {
		switch s.text[i] {
		case '\\':
			i++
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				return true
			}
		}
	}
	return false
}

// quoted says whether the quote here is closed somewhere.
func (s *simple) quoted() bool {
	for i := s.at + 1; i < len(s.text); i++ {
		switch s.text[i] {
		case '\\':
			i++
		case '"':
			return true
		}
	}
	return false
}

// phrase reads what is between quotes, which are there, and how sloppy it is.
func (s *simple) phrase() (Query, *Error) {
	var text strings.Builder
	for s.at++; s.text[s.at] != '"'; s.at++ {
		if s.text[s.at] == '\\' {
			s.at++
		}
		text.WriteByte(s.text[s.at])
	}
	s.at++
	o := *s.options
	o.phrase, o.tie = true, 0
	if s.at < len(s.text) && s.text[s.at] == '~' {
		s.at++
		o.slop = s.number()
	}
	return o.over(o.fields, text.String(), "")
}

func (s *simple) number() int {
	n := 0
	for ; s.at < len(s.text) && '0' <= s.text[s.at] && s.text[s.at] <= '9'; s.at++ {
		n = min(10*n+int(s.text[s.at]-'0'), maxSlop)
	}
	return n
}

// word reads up to the next blank or operator.
func (s *simple) word() (Query, *Error) {
	var text strings.Builder
	prefix := false
	for s.at < len(s.text) && !s.ends() {
		c := s.text[s.at]
		if c == '\\' && s.at+1 < len(s.text) {
			s.at++
			text.WriteByte(s.text[s.at])
			s.at++
			prefix = false
			continue
		}
		if c == '~' && text.Len() > 0 {
			start := s.at
			s.at++
			s.number()
			if s.at == len(s.text) || s.ends() {
				return nil, onShard(illegal("the embedded engine does not support fuzziness in a query string, found [%s%s]", text.String(), s.text[start:s.at]))
			}
			s.at = start
		}
		_, size := utf8.DecodeRuneInString(s.text[s.at:])
		text.WriteString(s.text[s.at : s.at+size])
		prefix = c == '*'
		s.at += size
	}
	word, _ := strings.CutSuffix(text.String(), "*")
	if !prefix || word == "" {
		return s.options.over(s.options.fields, text.String(), "")
	}
	g := grammar{options: s.options}
	q, err := g.everywhere(nil, func(f *mapping.Field) (Query, *Error) {
		if f.Kind() == index.Text {
			return prefixOf(f, strings.ToLower(word))
		}
		return prefixOf(f, word)
	})
	if e, ok := err.(*Error); ok {
		return nil, e
	}
	return q, nil
}

// ends says whether a word ends here.
func (s *simple) ends() bool {
	switch s.text[s.at] {
	case '"', '|', '+', '(', ')', ' ', '\t', '\n', '\r':
		return true
	}
	return false
}
