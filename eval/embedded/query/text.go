package query

import (
	"strings"

	"github.com/releval/releval/eval/embedded/analysis"
	"github.com/releval/releval/eval/embedded/jsontree"
	"github.com/releval/releval/eval/embedded/mapping"
)

// textOptions are what the full-text queries have in common.
type textOptions struct {
	common
	text      string
	hasText   bool
	and       bool
	minShould string
	analyzer  *analysis.Analyzer
	lenient   bool
	slop      int
	all       bool // zero_terms_query: all
	dropEmpty bool // a text without terms gives a nil query
}

// read takes one of the shared parameters.
func (o *textOptions) read(p *parser, name string, m jsontree.Member) (done bool, err *Error) {
	v := m.Value
	switch m.Key {
	case "query":
		if !v.Scalar() {
			return true, p.parsing(v.Start, "[%s] unknown token [%s] after [query]", name, v.Token())
		}
		o.text, o.hasText = v.Text, true
	case "operator", "default_operator":
		switch strings.ToLower(v.Text) {
		case "and", "or":
			o.and = strings.EqualFold(v.Text, "and")
		default:
			return true, illegal("No enum constant org.elasticsearch.index.query.Operator.%s", strings.ToUpper(v.Text))
		}
	case "minimum_should_match":
		if v.Scalar() {
			o.minShould = v.Text
			_, err = minShouldMatch(1, v.Text)
		}
	case "analyzer":
		a, ok := analysis.Named(v.Text)
		if !ok {
			return true, onShard(illegal("[%s] analyzer [%s] not found", name, v.Text))
		}
		o.analyzer = a
	case "lenient":
		b, ok := v.Bool()
		if !ok {
			return true, p.content(v.Start, "[lenient] must be true or false")
		}
		o.lenient = b
	case "zero_terms_query":
		switch strings.ToLower(v.Text) {
		case "none", "all":
			o.all = strings.EqualFold(v.Text, "all")
		default:
			return true, p.parsing(v.Start, "Unsupported zero_terms_query value [%s]", v.Text)
		}
	case "auto_generate_synonyms_phrase_query":
		// There are no synonyms here.
	default:
		return false, nil
	}
	return true, err
}

// ofField is a match query on one field, nil field standing for an unmapped
// one.
func (o *textOptions) ofField(f *mapping.Field, text string) (Query, *Error) {
	if f == nil {
		return matchNone{}, nil
	}
	if f.Type != "text" {
		return o.exact(f, text)
	}
	if !f.Searchable() {
		return nil, notIndexed(f)
	}
	tokens := o.tokens(f, text)
	if len(tokens) == 0 {
		return o.nothing(), nil
	}
	clauses := make([]Query, len(tokens))
	for i, t := range tokens {
		clauses[i] = term{f.Name, t.Term}
	}
	if len(clauses) == 1 {
		return clauses[0], nil
	}
	if o.and {
		return boolean{must: clauses}, nil
	}
	return boolean{should: clauses}, nil
}

// exact is the query on a field that is not analysed.
func (o *textOptions) exact(f *mapping.Field, text string) (Query, *Error) {
	q, err := exactly(f, text)
	if err != nil && o.lenient {
		return matchNone{}, nil
	}
	return q, err
}

func (o *textOptions) tokens(f *mapping.Field, text string) []analysis.Token {
	a := o.analyzer
	if a == nil {
		a = f.SearchAnalyzer
	}
	tokens, _ := a.Analyze(nil, text)
	return tokens
}

// nothing is the query for a text without terms.
func (o *textOptions) nothing() Query {
	if o.dropEmpty {
		return nil
	}
	if o.all {
		return matchAll{}
	}
	return matchNone{}
}

// ofPhrase is a phrase query on one field.
func (o *textOptions) ofPhrase(f *mapping.Field, text string) (Query, *Error) {
	if f == nil {
		return matchNone{}, nil
	}
	if f.Type != "text" {
		return o.exact(f, text)
	}
	if !f.Searchable() {
		return nil, notIndexed(f)
	}
	tokens := o.tokens(f, text)
	switch len(tokens) {
	case 0:
		return o.nothing(), nil
	case 1:
		return term{f.Name, tokens[0].Term}, nil
	}
	q := phrase{field: f.Name, slop: o.slop}
	seen := make(map[string]bool, len(tokens))
	for _, t := range tokens {
		if seen[t.Term] && o.slop > 0 {
			return nil, onShard(illegal("the embedded engine does not support [slop] with a phrase that repeats a word, found [%s] twice in [%s]", t.Term, text))
		}
		seen[t.Term] = true
		q.terms = append(q.terms, t.Term)
		q.positions = append(q.positions, int32(t.Position-tokens[0].Position))
	}
	return q, nil
}

// limited applies minimum_should_match to a query of several clauses. As on a
// server, one whose clauses are all required then matches nothing, unless the
// specification comes to 0.
func limited(q Query, spec string) (Query, *Error) {
	b, ok := q.(boolean)
	if !ok || spec == "" {
		return q, nil
	}
	n, err := minShouldMatch(len(b.should), spec)
	if err != nil {
		return nil, err
	}
	b.minShould = n
	return b, nil
}
