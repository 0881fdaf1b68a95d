package query

import (
	"fmt"
	"strconv"
)

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
