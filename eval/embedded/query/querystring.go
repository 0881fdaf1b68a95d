package query

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/embedded/index"
	"github.com/releval/releval/eval/embedded/jsontree"
	"github.com/releval/releval/eval/embedded/mapping"
)

// queryString reads a query_string query, whose text is a little language.
func (p *parser) queryString(name string, n jsontree.Node) (Query, *Error) {
	o := multiOptions{textOptions: newText()}
	o.dropEmpty = true
	field, phraseSlop := "", 0
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
			o.named = m.Value.Kind == jsontree.String || len(m.Value.Items) > 0
			for _, item := range m.Value.Items {
				o.lenient = o.lenient || item.Text == "*"
			}
		case "default_field":
			field = m.Value.Text
		case "type":
			switch m.Value.Text {
			case "best_fields":
			case "most_fields":
				if !o.hasTie {
					o.tie = 1
				}
			default:
				return nil, p.parsing(m.Value.Start, "[query_string] query does not support type [%s] in the embedded engine", m.Value.Text)
			}
		case "tie_breaker":
			v, ok := m.Value.Float()
			if !ok {
				return nil, p.content(m.Value.Start, "[tie_breaker] must be a number")
			}
			o.tie, o.hasTie = float32(v), true
		case "phrase_slop":
			if err := o.readSlop(p, m); err != nil {
				return nil, err
			}
			phraseSlop, o.slop = o.slop, 0
		case "allow_leading_wildcard", "auto_generate_synonyms_phrase_query", "enable_position_increments":
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
		return nil, p.parsing(n.Start, "[query_string] must be provided with a [query]")
	}
	switch {
	case o.named:
	case field != "" && field != "*":
		for _, f := range p.searchable(field) {
			o.fields = append(o.fields, fieldBoost{f, 1})
		}
	default:
		o.fields, o.lenient = p.all(), true
	}
	q, err := p.runString(&o, phraseSlop)
	if err != nil {
		return nil, err
	}
	if q, err = limited(q, o.minShould); err != nil {
		return nil, err
	}
	return boost(q, o.boost), nil
}

// runString parses the text into a query.
func (p *parser) runString(o *multiOptions, phraseSlop int) (Query, *Error) {
	if strings.TrimSpace(o.text) == "" {
		return matchNone{}, nil
	}
	tokens, err := lex(o.text)
	if err == nil {
		g := &grammar{parser: p, options: o, tokens: tokens, phraseSlop: phraseSlop}
		var q Query
		if q, err = g.query(nil, 0); err == nil && g.peek(0).kind != tokEOF {
			err = g.unexpected()
		}
		if err == nil {
			if q == nil {
				q = matchNone{}
			}
			return q, nil
		}
	}
	if e, ok := err.(*Error); ok {
		return nil, e
	}
	return nil, &Error{
		Type: "query_shard_exception", Reason: fmt.Sprintf("Failed to parse query [%s]", o.text), Shard: true,
		Cause: &Error{Type: "parse_exception", Reason: fmt.Sprintf("Cannot parse '%s': %s", o.text, err)},
	}
}

// grammar parses tokens as Lucene's classic query parser does.
type grammar struct {
	*parser
	options    *multiOptions
	tokens     []qsToken
	next       int
	phraseSlop int
}

// maxNesting is how deep parentheses may be nested.
const maxNesting = 100

func (g *grammar) peek(ahead int) qsToken { return g.tokens[min(g.next+ahead, len(g.tokens)-1)] }

func (g *grammar) take() qsToken {
	t := g.peek(0)
	g.next = min(g.next+1, len(g.tokens)-1)
	return t
}

func (g *grammar) unexpected() error {
	t := g.peek(0)
	if t.kind == tokEOF {
		return fmt.Errorf("unexpected end at column %d", t.at+1)
	}
	return fmt.Errorf("unexpected %q at column %d", t.text, t.at+1)
}

// fieldName is what a clause says before its colon; nil stands for the fields
// of the whole query.
type fieldName struct{ name string }

// clause is a part of a Boolean query with its occurrence.
type clause struct {
	query   Query
	must    bool
	mustNot bool
}

// query parses clauses up to a closing parenthesis or the end. It returns nil
// where all words were taken away by the analyzer.
func (g *grammar) query(field *fieldName, depth int) (Query, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("parentheses are nested deeper than %d levels", maxNesting)
	}
	var clauses []clause
	var first Query
	for started := false; ; started = true {
		if g.words() {
			q, err := g.multiTerm(field, &clauses)
			if err != nil {
				return nil, err
			}
			if !started {
				first = q
			}
			continue
		}
		conjunction := tokEOF
		if started {
			switch g.peek(0).kind {
			case tokEOF, tokClose:
				return g.combined(clauses, first), nil
			case tokAnd, tokOr:
				conjunction = g.take().kind
			}
		}
		modifier := tokEOF
		switch g.peek(0).kind {
		case tokPlus, tokMinus, tokNot:
			modifier = g.take().kind
		}
		q, err := g.clause(field, depth)
		if err != nil {
			return nil, err
		}
		clauses = g.add(clauses, conjunction, modifier, q)
		if !started && modifier == tokEOF {
			first = q
		}
	}
}

func (g *grammar) combined(clauses []clause, first Query) Query {
	if len(clauses) == 1 && first != nil {
		return first
	}
	if len(clauses) == 0 {
		return nil
	}
	var b boolean
	for _, c := range clauses {
		switch {
		case c.mustNot:
			b.mustNot = append(b.mustNot, c.query)
		case c.must:
			b.must = append(b.must, c.query)
		default:
			b.should = append(b.should, c.query)
		}
	}
	return notOnlyNegative(b)
}

// words says whether two or more plain words follow, which are searched as one
// text. The last of them may be followed by nothing that belongs to it alone.
func (g *grammar) words() bool {
	if g.peek(0).kind != tokTerm || g.peek(1).kind != tokTerm {
		return false
	}
	return standsAlone(g.peek(2).kind)
}

func standsAlone(after tokenKind) bool {
	switch after {
	case tokColon, tokStar, tokFuzzy, tokBoost, tokAnd, tokOr:
		return false
	}
	return true
}

func (g *grammar) multiTerm(field *fieldName, clauses *[]clause) (Query, error) {
	text := unescape(g.take().text)
	for g.peek(0).kind == tokTerm && standsAlone(g.peek(1).kind) {
		text += " " + unescape(g.take().text)
	}
	q, err := g.text(field, text)
	if err != nil || q == nil {
		return nil, err
	}
	b, isBool := q.(boolean)
	if !isBool {
		*clauses = append(*clauses, clause{query: q, must: g.options.and})
		return q, nil
	}
	for _, c := range b.must {
		*clauses = append(*clauses, clause{query: c, must: true})
	}
	for _, c := range b.should {
		*clauses = append(*clauses, clause{query: c})
	}
	return q, nil
}

// add puts a clause to the others; what stands before it may change its
// neighbour, as in "a AND b", where both become required.
func (g *grammar) add(clauses []clause, conjunction, modifier tokenKind, q Query) []clause {
	if n := len(clauses); n > 0 && !clauses[n-1].mustNot {
		switch {
		case conjunction == tokAnd:
			clauses[n-1].must = true
		case conjunction == tokOr && g.options.and:
			clauses[n-1].must = false
		}
	}
	if q == nil {
		return clauses
	}
	c := clause{query: q, mustNot: modifier == tokMinus || modifier == tokNot}
	if g.options.and {
		c.must = !c.mustNot && conjunction != tokOr
	} else {
		c.must = !c.mustNot && (modifier == tokPlus || conjunction == tokAnd)
	}
	return append(clauses, c)
}

// clause parses a word, a phrase or a group, with the field before it.
func (g *grammar) clause(field *fieldName, depth int) (Query, error) {
	if k := g.peek(0).kind; (k == tokTerm || k == tokStar) && g.peek(1).kind == tokColon {
		field = &fieldName{unescape(g.take().text)}
		g.take()
	}
	if g.peek(0).kind != tokOpen {
		return g.word(field)
	}
	g.take()
	q, err := g.query(field, depth+1)
	if err != nil {
		return nil, err
	}
	if g.peek(0).kind != tokClose {
		return nil, g.unexpected()
	}
	g.take()
	if g.peek(0).kind == tokBoost {
		return g.boosted(q, g.take()), nil
	}
	return q, nil
}

func (g *grammar) boosted(q Query, t qsToken) Query {
	v, err := strconv.ParseFloat(t.text, 32)
	if q == nil || err != nil { // the lexer lets only numbers through
		return q
	}
	return boost(q, float32(v))
}

// word parses a single term with its boost.
func (g *grammar) word(field *fieldName) (Query, error) {
	t := g.take()
	slop := g.phraseSlop
	var after *qsToken
	for {
		if k := g.peek(0).kind; k == tokBoost && after == nil {
			b := g.take()
			after = &b
			continue
		} else if k == tokFuzzy {
			f := g.take()
			if t.kind != tokQuoted {
				return nil, g.refuse("fuzziness", t.text+"~"+f.text)
			}
			if v, err := strconv.ParseFloat(f.text, 32); err == nil {
				slop = min(int(v), maxSlop)
			}
			continue
		}
		break
	}
	q, err := g.one(field, t, slop)
	if err == nil && after != nil {
		q = g.boosted(q, *after)
	}
	return q, err
}

func (g *grammar) refuse(what, text string) error {
	return onShard(illegal("the embedded engine does not support %s in a query string, found [%s]", what, text))
}

func (g *grammar) one(field *fieldName, t qsToken, slop int) (Query, error) {
	text := unescape(t.text)
	switch t.kind {
	case tokTerm, tokBare:
		return g.text(field, text)
	case tokQuoted:
		return g.quoted(field, text, slop)
	case tokStar:
		if field == nil || field.name == "*" {
			return matchAll{}, nil
		}
		return g.present(field.name), nil
	case tokPrefix:
		return g.prefixed(field, unescape(strings.TrimSuffix(t.text, "*")))
	case tokRange:
		return g.between(field, t.text)
	case tokWild:
		return nil, g.refuse("wildcards", t.text)
	case tokRegexp:
		return nil, g.refuse("regular expressions", "/"+t.text+"/")
	}
	g.next--
	if t.kind == tokEOF {
		g.next = len(g.tokens) - 1
	}
	return nil, g.unexpected()
}

// fields are those that a clause searches.
func (g *grammar) fields(field *fieldName) []fieldBoost {
	if field == nil {
		return g.options.fields
	}
	var fields []fieldBoost
	for _, f := range g.searchable(field.name) {
		fields = append(fields, fieldBoost{f, 1})
	}
	return fields
}

// result turns a typed nil into a plain one.
func result(q Query, err *Error) (Query, error) {
	if err != nil {
		return nil, err
	}
	return q, nil
}

func (g *grammar) text(field *fieldName, text string) (Query, error) {
	if field != nil {
		if field.name == "_exists_" {
			return g.present(text), nil
		}
		for _, op := range []string{">=", "<=", ">", "<"} {
			if value, ok := strings.CutPrefix(text, op); ok {
				b := bound{text: value, set: true, open: len(op) == 1}
				if op[0] == '>' {
					return g.ranges(field, b, bound{})
				}
				return g.ranges(field, bound{}, b)
			}
		}
	}
	return result(g.options.over(g.fields(field), text, ""))
}

func (g *grammar) quoted(field *fieldName, text string, slop int) (Query, error) {
	o := *g.options
	o.phrase, o.slop = true, slop
	if !o.hasTie {
		o.tie = 0
	}
	return result(o.over(g.fields(field), text, ""))
}

func (g *grammar) present(name string) Query {
	q := exists{}
	for _, f := range g.mapping.Match(name) {
		q.fields = append(q.fields, f.Name)
	}
	return constant{q}
}

func (g *grammar) prefixed(field *fieldName, text string) (Query, error) {
	return g.everywhere(field, func(f *mapping.Field) (Query, *Error) {
		if f.Kind() == index.Text {
			return prefixOf(f, strings.ToLower(text))
		}
		return prefixOf(f, text)
	})
}

func (g *grammar) between(field *fieldName, text string) (Query, error) {
	low, high, ok := strings.Cut(text[1:len(text)-1], " TO ")
	low, high = strings.Trim(strings.TrimSpace(low), `"`), strings.Trim(strings.TrimSpace(high), `"`)
	if !ok || low == "" || high == "" {
		return nil, fmt.Errorf("a range must be written [low TO high], found %s", text)
	}
	return g.ranges(field,
		bound{text: unescape(low), set: low != "*", open: text[0] == '{'},
		bound{text: unescape(high), set: high != "*", open: text[len(text)-1] == '}'})
}

func (g *grammar) ranges(field *fieldName, low, high bound) (Query, error) {
	return g.everywhere(field, func(f *mapping.Field) (Query, *Error) { return within(f, low, high) })
}

// everywhere makes a query for each field and takes the best of them.
func (g *grammar) everywhere(field *fieldName, of func(*mapping.Field) (Query, *Error)) (Query, error) {
	var queries []Query
	for _, f := range g.fields(field) {
		if f.field == nil {
			continue
		}
		q, err := of(f.field)
		if err != nil {
			if g.options.lenient {
				continue
			}
			return nil, err
		}
		queries = append(queries, boost(q, f.boost))
	}
	switch len(queries) {
	case 0:
		return matchNone{}, nil
	case 1:
		return queries[0], nil
	}
	return disMax{queries: queries, tie: g.options.tie}, nil
}
