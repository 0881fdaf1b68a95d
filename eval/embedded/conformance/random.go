package conformance

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
)

// random makes queries of all kinds, nested up to three levels.
type random struct {
	*rand.Rand
	words []string
}

// RandomCases gives n searches from a seed.
func RandomCases(seed uint64, n int) []Case {
	r := random{rand.New(rand.NewPCG(seed, 1)), append(vocabulary(), "nowhere", "knife", "century", "running")}
	cases := make([]Case, n)
	for i := range cases {
		body, err := json.Marshal(map[string]any{
			"size": []int{10, 50, 1000}[r.IntN(3)], "track_total_hits": true, "query": r.query(0),
		})
		if err != nil { // it holds nothing but maps, strings and numbers
			panic(err)
		}
		cases[i] = Case{"random " + string(body), string(body)}
	}
	return cases
}

func pick[T any](r random, from ...T) T { return from[r.IntN(len(from))] }

func (r random) maybe(percent int) bool { return r.IntN(100) < percent }

func (r random) text(most int) string {
	var s []string
	for range 1 + r.IntN(most) {
		f := r.Float64()
		s = append(s, r.words[int(f*f*float64(len(r.words)))])
	}
	return strings.Join(s, " ")
}

func (r random) field() string {
	return pick(r, "title", "title.english", "title.keyword", "plot", "plot.plain", "cast", "genre")
}

func (r random) query(depth int) map[string]any {
	if depth < 3 && r.maybe(35) {
		b := map[string]any{}
		for _, k := range []string{"must", "should", "filter", "must_not"} {
			if !r.maybe(map[string]int{"must": 50, "should": 60}[k] + 15) {
				continue
			}
			var clauses []any
			for range 1 + r.IntN(3) {
				clauses = append(clauses, r.query(depth+1))
			}
			b[k] = clauses
		}
		if r.maybe(20) {
			b["minimum_should_match"] = pick[any](r, 0, 1, 2, "50%")
		}
		if r.maybe(20) {
			b["boost"] = 1.7
		}
		return map[string]any{"bool": b}
	}
	if depth < 3 && r.maybe(10) {
		var queries []any
		for range 1 + r.IntN(3) {
			queries = append(queries, r.query(depth+1))
		}
		return map[string]any{"dis_max": map[string]any{"queries": queries, "tie_breaker": pick(r, 0, 0.3, 1)}}
	}
	return r.leaf(depth)
}

func (r random) leaf(depth int) map[string]any {
	one := func(kind string, v any) map[string]any { return map[string]any{kind: v} }
	switch n := r.IntN(100); {
	case n < 25:
		p := map[string]any{"query": r.text(5)}
		if r.maybe(30) {
			p["operator"] = pick(r, "and", "or")
		} else if r.maybe(30) {
			p["minimum_should_match"] = pick[any](r, 1, 2, "75%", "-1", "-30%", "2<75%", 9)
		}
		if r.maybe(20) {
			p["boost"] = pick(r, 0.5, 3.3)
		}
		return one("match", map[string]any{r.field(): p})
	case n < 55:
		p := map[string]any{"query": r.text(5)}
		var fields []string
		for range 1 + r.IntN(4) {
			fields = append(fields, r.field()+pick(r, "", "", "^2", "^0.3"))
		}
		p["fields"] = fields
		if r.maybe(60) {
			p["type"] = pick(r, "best_fields", "most_fields", "phrase")
		}
		if r.maybe(30) {
			p["tie_breaker"] = pick(r, 0, 0.3, 1)
		}
		if r.maybe(20) {
			p["operator"] = "and"
		}
		return one("multi_match", p)
	case n < 63:
		return one("match_phrase", map[string]any{pick(r, "plot", "plot.plain", "title"): r.text(3)})
	case n < 80:
		return one("query_string", r.queryString())
	case n < 82:
		return one("simple_query_string", map[string]any{
			"query":            strings.NewReplacer("AND", "+", "OR", "|", "NOT", "-", ":", " ", "^", " ", "!", "-").Replace(r.expression(0)),
			"fields":           pick(r, []string{"title", "plot"}, []string{"title^2", "plot.plain", "cast"}, []string{"title.english"}),
			"default_operator": pick(r, "and", "or"),
		})
	case n < 84:
		return one("terms", map[string]any{pick(r, "genre", "plot.plain"): []string{"crime", "war", "night"}})
	case n < 88:
		return one("range", map[string]any{pick(r, "year", "votes", "rating"): map[string]any{pick(r, "gt", "gte"): pick(r, 5, 1950.5), "lt": pick(r, 8, 1990, 3000)}})
	case n < 91:
		return one("exists", map[string]any{"field": pick(r, "plot", "cast", "votes", "nope")})
	case n < 94:
		return one("prefix", map[string]any{pick(r, "title.keyword", "plot.plain"): pick(r, "ni", "t", "No")})
	case n < 97:
		return one("constant_score", map[string]any{"filter": r.query(depth + 1), "boost": 2.5})
	}
	return one("match_all", map[string]any{})
}

// queryString gives a text of the little language, and how to read it.
func (r random) queryString() map[string]any {
	p := map[string]any{"query": r.expression(0)}
	if r.maybe(50) {
		p["fields"] = pick(r, []string{"title", "plot"}, []string{"title^2", "plot.plain", "cast"}, []string{"title.english"})
	} else {
		p["default_field"] = pick(r, "plot", "plot.plain", "title")
	}
	if r.maybe(30) {
		p["default_operator"] = pick(r, "and", "or")
	}
	if r.maybe(20) {
		p["minimum_should_match"] = pick[any](r, 1, 2, "50%")
	}
	if r.maybe(20) {
		p["tie_breaker"] = 0.4
	}
	return p
}

func (r random) expression(depth int) string {
	var parts []string
	for range 1 + r.IntN(4) {
		if len(parts) > 0 && r.maybe(35) {
			parts = append(parts, pick(r, "AND", "OR", "NOT", "AND NOT", "&&", "||"))
			parts = append(parts, r.text(1))
			continue
		}
		switch n := r.IntN(100); {
		case n < 12:
			parts = append(parts, `"`+r.text(3)+`"`)
		case n < 20:
			parts = append(parts, pick(r, "title:", "plot:", "nope:")+r.text(1))
		case n < 28:
			parts = append(parts, r.text(1)+pick(r, "^2", "^0.5"))
		case n < 36:
			parts = append(parts, pick(r, "+", "-", "!")+r.text(1))
		case n < 44 && depth < 3:
			parts = append(parts, "("+r.expression(depth+1)+")")
		case n < 48:
			parts = append(parts, r.text(1)[:1]+"*")
		default:
			parts = append(parts, r.text(3))
		}
	}
	return strings.Join(parts, " ")
}
