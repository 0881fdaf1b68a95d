package judgments

import (
	"slices"
	"strings"
)

var (
	priceKeys      = []string{"usd", "per", "searches_per_second"}
	comparisonKeys = []string{"system", "versus"}
)

// prices reads what systems cost beside time.
func (w *walker) prices(s *Suite, n *node) {
	w.pairs(n, "prices", func(key string, k, v *node) {
		w.refs = append(w.refs, reference{w.at(k), "retriever, reranker or request", key})
		p := Price{Position: w.at(k), Name: key}
		before := len(w.problems)
		var usd, per, speed *node
		what := "the price of " + quote(key)
		w.fields(v, what, priceKeys, func(field string, _, v *node) {
			switch field {
			case "usd":
				usd = v
				f, ok := w.number(v, "usd")
				if ok && f < 0 {
					w.fail(v, "usd must not be negative")
				}
				p.USD = f
			case "per":
				per = v
				if wholeNumber(v) || v.Kind == scalarNode {
					p.Per = v.Value
				}
				if !slices.Contains(Units, p.Per) {
					w.fail(v, "per must be one of %s, not %s", strings.Join(Units, ", "), flowText(v))
				}
			case "searches_per_second":
				speed = v
				f, ok := w.number(v, field)
				if ok && f <= 0 {
					w.fail(v, "searches_per_second must be above 0")
				}
				p.SearchesPerSecond = f
			}
		})
		switch {
		case len(w.problems) > before:
		case usd == nil || per == nil:
			w.fail(v, "%s needs usd and per, one of %s", what, strings.Join(Units, ", "))
		case p.Per == PerHour && speed == nil:
			w.fail(v, "%s is per hour, and needs searches_per_second: how many searches share an hour's price each second", what)
		case p.Per != PerHour && speed != nil:
			w.fail(speed, "searches_per_second goes with per: hour; remove it")
		default:
			s.Prices = append(s.Prices, p)
		}
	})
}

// compare reads pairs of systems.
func (w *walker) compare(s *Suite, n *node) {
	first := make(map[[2]string]int)
	w.items(n, "compare", func(_ int, item *node) {
		c := Comparison{Position: w.at(item)}
		before := len(w.problems)
		w.fields(item, "a comparison", comparisonKeys, func(key string, _, v *node) {
			name, _ := w.text(v, key)
			w.refs = append(w.refs, reference{w.at(v), "system", name})
			if key == "system" {
				c.System = name
			} else {
				c.Versus = name
			}
		})
		pair := [2]string{min(c.System, c.Versus), max(c.System, c.Versus)}
		switch line, twice := first[pair]; {
		case len(w.problems) > before:
		case c.System == "" || c.Versus == "":
			w.fail(item, "a comparison needs system and versus, two systems")
		case c.System == c.Versus:
			w.fail(item, "%s cannot be compared with itself", quote(c.System))
		case twice:
			w.fail(item, "%s and %s are compared twice, first on line %d; remove one", quote(c.System), quote(c.Versus), line)
		default:
			first[pair] = c.Line
			s.Compare = append(s.Compare, c)
		}
	})
}
