package judgments

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

var (
	requestKeys        = []string{"body", "esql"}
	requestOptionsKeys = []string{"routing", "preference", "runtime_mappings", "indices_boost", "min_score", "timeout"}
)

// reservedNames mean something else in gates and reports.
var reservedNames = map[string]string{
	FirstStage: "it is the first stage of whatever is compared",
	"baseline": "it means a saved run",
	"best":     "it means the best of the systems",
}

// systemName checks the name of a retriever or request.
func (w *walker) systemName(k *node, what string) bool {
	key := k.Value
	reason, reserved := reservedNames[key]
	switch {
	case reserved:
		w.fail(k, "%s is no name for a %s: %s; give it another", key, what, reason)
	case !isSystemName(key):
		w.fail(k, "the name %s of a %s must be letters, digits, spaces and . _ + -, at most 64, and start with a letter or digit", quote(key), what)
	case what == "retriever" && strings.Contains(key, "+"):
		w.fail(k, "the name %s of a retriever must not contain +, which joins it to a reranker's: bm25+elastic", quote(key))
	default:
		return true
	}
	return false
}

// retrievers reads the first stages by name.
func (w *walker) retrievers(s *Search, n *node) {
	if n.Kind == mappingNode && len(n.Content) == 0 {
		w.fail(n, "search.retrievers is empty; name a first stage in it")
		return
	}
	w.pairs(n, "search.retrievers", func(key string, k, v *node) {
		if !w.systemName(k, "retriever") {
			return
		}
		w.named = append(w.named, namedNode{w.at(k), key, "retriever"})
		if isNull(v) {
			w.fail(k, "%s has no value; give it one or leave the key out", quote(key))
			return
		}
		if raw := w.retriever(v, "search.retrievers."+key); raw != nil {
			s.Retrievers = append(s.Retrievers, Retriever{Position: w.at(k), Name: key, Body: raw})
		}
	})
}

// requests reads the whole requests by name.
func (w *walker) requests(s *Search, n *node) {
	if n.Kind == mappingNode && len(n.Content) == 0 {
		w.fail(n, "search.requests is empty; name a request in it, or leave the key out")
		return
	}
	w.pairs(n, "search.requests", func(key string, k, v *node) {
		if !w.systemName(k, "request") {
			return
		}
		w.named = append(w.named, namedNode{w.at(k), key, "request"})
		r := Request{Position: w.at(k), Name: key}
		before := len(w.problems)
		what := "the request " + quote(key)
		w.fields(v, what, requestKeys, func(field string, _, v *node) {
			switch field {
			case "body":
				w.requestBody(&r, v)
			case "esql":
				w.esql(&r, v)
			}
		})
		switch {
		case len(w.problems) > before:
		case r.Body == nil && r.ESQL == "":
			w.fail(v, "%s needs body, what is sent to _search, or esql, an ES|QL query", what)
		case r.Body != nil && r.ESQL != "":
			w.fail(v, "%s has either body or esql; make two requests of them", what)
		default:
			s.Requests = append(s.Requests, r)
		}
	})
}

// refusedInBody are members that a request may not have at its top.
var refusedInBody = map[string]string{
	"from":         "every ranking begins at its first hit; remove it",
	"pit":          "a run opens its own point in time; remove it",
	"scroll":       "a ranking is one answer; remove it, and set size where more hits are wanted",
	"search_after": "every ranking begins at its first hit; remove it",
}

var refusedAnywhere = map[string]string{
	"allow_rerank_failures":   rerankFailures,
	"allow_reranker_failures": rerankFailures,
}

// requestBody reads the body of a search.
func (w *walker) requestBody(r *Request, n *node) {
	what := "search.requests." + r.Name + ".body"
	if !w.isMapping(n, what) {
		return
	}
	before := len(w.problems)
	w.pairs(n, what, func(key string, k, v *node) {
		if reason, ok := refusedInBody[key]; ok {
			w.fail(k, "%s is not allowed in %s: %s", key, what, reason)
		}
		if key == "size" {
			r.Size, _ = w.integer(v, "size of "+what, 1, maxWindow)
		}
	})
	if len(w.problems) == before {
		r.Body = w.filledRaw(n, what, refusedAnywhere)
	}
}

// filledRaw reads raw JSON that must have a placeholder.
func (w *walker) filledRaw(n *node, what string, refused map[string]string) json.RawMessage {
	r := rawJSON{what: what, placeholders: true, refused: refused}
	raw := w.raw(n, &r)
	if raw != nil && r.seen == 0 {
		w.fail(n, "%s does not contain {{query}}, so that every query would search for the same; put it where the query's text belongs", what)
		return nil
	}
	return raw
}

// esql reads an ES|QL query.
func (w *walker) esql(r *Request, n *node) {
	what := "search.requests." + r.Name + ".esql"
	text, ok := w.text(n, what)
	if !ok {
		return
	}
	if strings.Contains(text, "{{") {
		w.fail(n, "%s must not contain {{: values are never put into an ES|QL query; write ?query for the query's text, and ?name for a parameter", what)
		return
	}
	names := ESQLParams(text)
	for _, name := range names {
		if strings.HasPrefix(name, "?") {
			w.fail(n, "the parameter %s of %s has no name; write ?query for the query's text, and ?name for a parameter of the suite", name, what)
			return
		}
		w.uses = append(w.uses, placeholderUse{Position: w.at(n), name: name, what: what, esql: true})
	}
	if len(names) == 0 {
		w.fail(n, "%s does not contain ?query, so that every query would search for the same; put it where the query's text belongs", what)
		return
	}
	r.ESQL = text
}

// timePattern is a time as the server reads it.
var timePattern = regexp.MustCompile(`^[0-9]+(nanos|micros|ms|s|m|h|d)$`)

// requestOptions reads what stands beside the retriever in every search.
func (w *walker) requestOptions(s *Search, n *node) {
	const what = "search.request"
	o := &s.Request
	o.Position = w.at(n)
	w.fields(n, what, requestOptionsKeys, func(key string, k, v *node) {
		name := what + "." + key
		w.members = append(w.members, namedNode{w.at(k), key, name})
		switch key {
		case "routing":
			o.Routing, _ = w.name(v, name)
		case "preference":
			o.Preference, _ = w.name(v, name)
		case "runtime_mappings":
			if w.isMapping(v, name) {
				o.RuntimeMappings = w.raw(v, &rawJSON{what: name})
			}
		case "indices_boost":
			if v.Kind != mappingNode && v.Kind != sequenceNode {
				w.fail(v, "%s must be a list of mappings of an index to its boost, not %s", name, kindOf(v))
				return
			}
			o.IndicesBoost = w.raw(v, &rawJSON{what: name})
		case "min_score":
			if f, ok := w.number(v, name); ok {
				o.MinScore = &f
			}
		case "timeout":
			text, ok := w.text(v, name)
			if ok && !timePattern.MatchString(text) {
				w.fail(v, "%s must be a time such as 500ms or 2s, not %s", name, quote(text))
			}
			o.Timeout = text
		}
	})
}

// params reads named values of placeholders.
func (w *walker) params(n *node, what string) []Param {
	var params []Param
	w.pairs(n, what, func(key string, k, v *node) {
		w.given = append(w.given, key)
		switch {
		case key == QueryPlaceholder || key == InferenceTextPlaceholder:
			w.fail(k, "%s is no name for a parameter: {{%s}} is what the query itself says under that key", key, key)
			return
		case !isParamName(key):
			w.fail(k, "the name %s of a parameter must be letters of ASCII, digits, dashes and underscores, at most %d, and start with a letter or underscore", quote(key), maxParamName)
			return
		}
		raw := w.raw(v, &rawJSON{what: "the parameter " + quote(key), literal: true})
		if raw == nil { // reported, and there all the same
			raw = jsonString("")
		}
		params = append(params, Param{Position: w.at(k), Name: key, Value: raw})
	})
	return params
}

// namedNode is a name and where it stands.
type namedNode struct {
	Position
	name, what string
}

// placeholderUse is a placeholder and where it stands.
type placeholderUse struct {
	Position
	name, what string
	// within says that it stands in a longer string, esql that it is a
	// parameter of an ES|QL query.
	within, esql bool
}

// checkSystems looks at the search as a whole: which keys exclude each other,
// names that are one, and what a system cannot have.
func (w *walker) checkSystems(s *Search) {
	first := make(map[string]namedNode)
	several := slices.ContainsFunc(w.named, func(n namedNode) bool { return n.what == "retriever" })
	for _, n := range w.named {
		folded := FoldTitle(n.name)
		if other, ok := first[folded]; ok && !(n.what == "reranker" && other.what == "reranker") {
			w.failAt(n.Position, "the %s %s and the %s %s have one name (line %d); rename one", n.what, quote(n.name), other.what, quote(other.name), other.Line)
		} else if !ok {
			first[folded] = n
		}
		if n.what != "reranker" || !several {
			continue
		}
		if reason, reserved := reservedNames[n.name]; reserved && n.name == "best" {
			w.failAt(n.Position, "%s is no name for a reranker: %s; give it another", n.name, reason)
		}
		if strings.Contains(n.name, "+") {
			w.failAt(n.Position, "the name %s of a reranker beside search.retrievers must not contain +, which joins it to a retriever's: bm25+elastic", quote(n.name))
		}
	}
	w.checkOver(several)
	w.systems = nil
	if several || len(s.Retrievers) > 0 {
		w.systems = w.systemNames()
	} else if s.Retriever != nil || len(s.Requests) == 0 {
		w.systems = w.systemsOver(FirstStage, "")
	}
	for _, n := range w.named {
		if n.what == "request" {
			w.systems = append(w.systems, n.name)
		}
	}
	combined := make(map[string]string)
	for _, name := range w.systems {
		folded := FoldTitle(name)
		if other, ok := combined[folded]; ok && first[folded].name == name && first[folded].what == "request" {
			w.failAt(first[folded].Position, "the request %s has the name of the system %s; rename it", quote(name), quote(other))
		}
		combined[folded] = name
	}
	w.checkRequestOptions(s)
}

// systemNames are the systems of named retrievers, wrong ones included.
func (w *walker) systemNames() []string {
	var names []string
	for _, n := range w.named {
		if n.what == "retriever" {
			names = append(names, w.systemsOver(n.name, n.name+"+")...)
		}
	}
	return names
}

// systemsOver are a retriever's system and those of the rerankers over it,
// whose names begin with the prefix.
func (w *walker) systemsOver(retriever, prefix string) []string {
	var over []string
	shared := true // one filter, or none
	for _, n := range w.named {
		if n.what == "reranker" && (prefix == "" || w.isOver(n.name, retriever)) {
			over = append(over, n.name)
			shared = shared && w.filters[n.name] == w.filters[over[0]]
		}
	}
	names := []string{retriever}
	for _, name := range over {
		if !shared && w.filters[name] != "" {
			names = append(names, retriever+"/"+name)
		}
		names = append(names, prefix+name)
	}
	return names
}

func (w *walker) isOver(reranker, retriever string) bool {
	over, given := w.over[reranker]
	return !given || slices.ContainsFunc(over, func(n namedNode) bool { return n.name == retriever })
}

// checkOver looks whether rerankers are put over retrievers that there are.
func (w *walker) checkOver(several bool) {
	var retrievers []string
	for _, n := range w.named {
		if n.what == "retriever" {
			retrievers = append(retrievers, n.name)
		}
	}
	for _, r := range w.named {
		for _, over := range w.over[r.name] {
			switch {
			case r.what != "reranker":
			case !several:
				w.failAt(over.Position, "over names some of search.retrievers, and the suite has none; remove it")
			case !slices.Contains(retrievers, over.name):
				w.failAt(over.Position, "unknown retriever %s%s", quote(over.name), didYouMean(over.name, retrievers))
			}
		}
	}
}

// checkRequestOptions refuses members of search.request that a system would
// not see.
func (w *walker) checkRequestOptions(s *Search) {
	for _, option := range w.members {
		opened := option.name == "routing" || option.name == "preference"
		for _, system := range s.Systems() {
			switch {
			case system.Request != nil && system.Request.ESQL != "":
				w.failAt(option.Position, "%s has no place in ES|QL, which the request %s is written in; remove it, or say the same in the query", option.what, system.Name)
			case opened:
				continue
			case system.Reranker != nil && system.Reranker.Outside():
				continue // its first stage is searched by itself
			case system.Reranker != nil:
				w.failAt(option.Position, "%s never reaches the first stage below a reranker, as that of %s: the server passes it on to none of a compound retriever's searches; %s", option.what, system.Name, elsewhere(option.name))
			case compoundSystem(&system):
				w.failAt(option.Position, "%s never reaches the searches inside %s, which is a compound retriever (%s): the server passes it on to none; %s", option.what, system.Name,
					RetrieverKind(system.searched()), elsewhere(option.name))
			default:
				continue
			}
			break
		}
	}
}

// elsewhere says where else a member of search.request can be said.
func elsewhere(option string) string {
	switch option {
	case "runtime_mappings":
		return "put the runtime fields into the index's mapping"
	case "min_score":
		return "put min_score into the standard retriever, or into the reranker"
	case "indices_boost":
		return "boost by a query within the retriever"
	default:
		return "use --timeout"
	}
}

// compoundSystem says whether a system's retriever is a compound one.
func compoundSystem(s *System) bool {
	retriever := s.searched()
	return retriever != nil && compound(retriever)
}

// checkParams compares the placeholders with what they are filled with.
func (w *walker) checkParams(s *Suite) {
	named := func(params []Param, name string) *Param {
		for i := range params {
			if params[i].Name == name {
				return &params[i]
			}
		}
		return nil
	}
	builtIn := func(name string) bool { return name == QueryPlaceholder || name == InferenceTextPlaceholder }
	used := make(map[string]bool)
	for _, use := range w.uses {
		used[use.name] = true
		if w.full() {
			return
		}
		if builtIn(use.name) || named(s.Search.Params, use.name) != nil || len(s.Queries) == 0 {
			continue
		}
		sign := "{{" + use.name + "}}"
		if use.esql {
			sign = "?" + use.name
		}
		if !slices.Contains(w.given, use.name) {
			known := slices.Concat([]string{QueryPlaceholder, InferenceTextPlaceholder}, w.given)
			slices.Sort(known[2:])
			w.failAt(use.Position, "unknown placeholder %s in %s: give it a value in search.params, or in the params of every query%s", sign, use.what, didYouMean(use.name, slices.Compact(known)))
			continue
		}
		for i := range s.Queries {
			if q := &s.Queries[i]; named(q.Params, use.name) == nil {
				w.failAt(q.Position, "the query %s has no value for %s in %s (line %d); give it one in its params, or one for all in search.params", quote(q.Text), sign, use.what, use.Line)
				break
			}
		}
	}
	unused := make(map[string]bool)
	look := func(params []Param) {
		for i := range params {
			p := &params[i]
			if !used[p.Name] {
				if !unused[p.Name] {
					w.failAt(p.Position, "no placeholder uses the parameter %s; write {{%s}} where it belongs, or remove it", quote(p.Name), p.Name)
				}
				unused[p.Name] = true
				continue
			}
			kind := map[byte]string{'{': "an object", '[': "a list", 'n': "null"}[p.Value[0]]
			for _, use := range w.uses {
				if use.name != p.Name || kind == "" {
					continue
				}
				if use.within {
					w.failAt(p.Position, "the parameter %s is %s, which cannot stand within a longer text (line %d); write %q there, in quotes and alone", quote(p.Name), kind, use.Line, "{{"+p.Name+"}}")
					break
				}
				if use.esql && p.Value[0] == '{' {
					w.failAt(p.Position, "the parameter %s is an object, which ES|QL has none of (line %d)", quote(p.Name), use.Line)
					break
				}
			}
		}
	}
	look(s.Search.Params)
	for i := range s.Queries {
		if w.full() {
			return
		}
		look(s.Queries[i].Params)
	}
}
