package plan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/spelling"
)

// stage is a first stage.
type stage struct {
	name, path string
	retriever  json.RawMessage
	// own is what is searched by alone, inner what rerankers are put around:
	// the same, unless a reranker's filter was put into own.
	own, inner judgments.Template
	filtered   bool
}

// request is a whole request of the suite.
type request struct {
	judgments.Request
	// members is the body's inside without what is releval's, esql the
	// parameters that the query names.
	members judgments.Template
	params  []string
}

// setUp takes over what the suite sets up.
func (p *Plan) setUp() {
	p.Rerankers = nil
	p.named = make(map[string]string)
	p.prices = make(map[string][]judgments.Price)
	for _, s := range p.Suite.Search.Systems() {
		if prices, known := p.Suite.PricesOf(&s); known {
			p.prices[s.Name] = prices
		}
		switch {
		case s.Request != nil:
			r := request{Request: *s.Request}
			if r.ESQL != "" {
				r.params = judgments.ESQLParams(r.ESQL)
			} else {
				r.members = judgments.NewTemplate(p.members(r.Body))
			}
			p.requests = append(p.requests, r)
		case s.Reranker == nil:
			p.stages = append(p.stages, stage{name: s.Name, path: s.Path, retriever: s.Retriever, own: judgments.NewTemplate(s.Retriever)})
		default:
			r := *s.Reranker
			p.named[s.Name] = r.Name
			r.Name, r.Over = s.Name, nil
			if s.FirstStage != eval.FirstStage {
				r.Over = []string{s.FirstStage}
			}
			p.Rerankers = append(p.Rerankers, r)
			first := p.stage(s.FirstStage)
			first.inner = judgments.NewTemplate(s.Retriever)
			first.filtered = !bytes.Equal(first.retriever, s.Retriever)
		}
	}
	o := p.Suite.Search.Request
	add := func(key string, value []byte) {
		if len(value) > 0 {
			p.options = fmt.Appendf(p.options, ",%q:%s", key, value)
		}
	}
	add("runtime_mappings", o.RuntimeMappings)
	add("indices_boost", o.IndicesBoost)
	if o.MinScore != nil {
		add("min_score", fmt.Append(nil, *o.MinScore))
	}
	if o.Timeout != "" {
		add("timeout", text.JSON(o.Timeout))
	}
}

// ours are the members of a request that releval sets.
var ours = map[string]bool{"size": true, "from": true, "track_total_hits": true, "_source": true, "fields": true, "pit": true}

// members are the inside of a request's body, each behind a comma, without
// what is releval's, and with what the suite says of every search.
func (p *Plan) members(body json.RawMessage) json.RawMessage {
	o := p.Suite.Search.Request
	options := map[string]json.RawMessage{"runtime_mappings": o.RuntimeMappings, "indices_boost": o.IndicesBoost}
	if o.MinScore != nil {
		options["min_score"] = fmt.Append(nil, *o.MinScore)
	}
	if o.Timeout != "" {
		options["timeout"] = text.JSON(o.Timeout)
	}
	var out json.RawMessage
	add := func(key string, value []byte) {
		out = append(append(append(append(out, ','), text.JSON(key)...), ':'), value...)
	}
	eachMember(body, func(key string, value json.RawMessage) {
		if !ours[key] {
			delete(options, key)
			add(key, value)
		}
	})
	for _, key := range text.SortedKeys(options) {
		if len(options[key]) > 0 {
			add(key, options[key])
		}
	}
	return out
}

// eachMember goes through the members of an object in their order.
func eachMember(raw json.RawMessage, do func(key string, value json.RawMessage)) {
	d := jsontext.NewDecoder(bytes.NewReader(raw))
	if token, err := d.ReadToken(); err != nil || token.Kind() != '{' {
		return
	}
	for d.PeekKind() == '"' {
		token, err := d.ReadToken()
		if err != nil {
			return
		}
		key := token.String()
		value, err := d.ReadValue()
		if err != nil {
			return
		}
		do(key, slices.Clone(json.RawMessage(value)))
	}
}

func (r *request) render(value func(string) json.RawMessage, size int) Request {
	rendered := Request{System: r.Name, Size: size}
	if r.ESQL == "" {
		rendered.Body = r.members.Fill(value)
		return rendered
	}
	b := append([]byte(`{"query":`), text.JSON(r.ESQL)...)
	b = append(b, `,"params":[`...)
	for i, name := range r.params {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '{'), text.JSON(name)...), ':')
		b = append(append(b, value(name)...), '}')
	}
	rendered.ESQL = append(b, "]}"...)
	return rendered
}

// stage finds a first stage by its name. A plan whose first stages have no
// names has one.
func (p *Plan) stage(name string) *stage {
	for i := range p.stages {
		if p.stages[i].name == name {
			return &p.stages[i]
		}
	}
	return &p.stages[0]
}

// firstOf names the system that a reranker of a plan reranks.
func firstOf(r judgments.Reranker) string {
	if len(r.Over) > 0 {
		return r.Over[0]
	}
	return eval.FirstStage
}

// FirstStageBelow names the system that a reranked one of the plan reranks;
// empty for any other.
func (p *Plan) FirstStageBelow(system string) string {
	for _, r := range p.Rerankers {
		if r.Name == system {
			return firstOf(r)
		}
	}
	return ""
}

// over are the plan's rerankers over a first stage.
func (p *Plan) over(s *stage) []judgments.Reranker {
	var rerankers []judgments.Reranker
	for _, r := range p.Rerankers {
		if firstOf(r) == s.name {
			rerankers = append(rerankers, r)
		}
	}
	return rerankers
}

// wanted is how deep a first stage is searched if its own window allows it.
func (p *Plan) wanted(s *stage) (depth, window int) {
	for _, r := range p.over(s) {
		window = max(window, r.Window)
	}
	return max(p.Depth, window), window
}

// stageDepth is how deep a first stage is searched: its rerankers' windows and
// the plan's depth, at most its own rank_window_size, beyond which the server
// refuses a search. Where that is below a reranker's window nothing helps.
func (p *Plan) stageDepth(s *stage) int {
	depth, window := p.wanted(s)
	if _, own, ok := ownWindow(s.retriever); ok && own < depth {
		return max(own, window, 1)
	}
	return depth
}

func (p *Plan) requestSize(r *request) int {
	if r.Size > 0 {
		return r.Size
	}
	depth := p.Depth
	eachMember(r.Body, func(key string, value json.RawMessage) {
		if _, own, ok := ownWindow(value); key == "retriever" && ok && own < depth {
			depth = max(1, own)
		}
	})
	return depth
}

// ownWindow is the rank_window_size of a compound retriever, and its path
// within the retriever.
func ownWindow(retriever json.RawMessage) (path string, window int, ok bool) {
	for _, s := range SmallWindows("", retriever, maxDepth) {
		if s.Refused && strings.Count(s.Path, ".") == 2 { // .rrf.rank_window_size: not one further inside
			return s.Path, s.Value, true
		}
	}
	return "", 0, false
}

// FirstStage is what a plan knows of a first stage.
type FirstStage struct {
	// Name is the system's, Path where it stands in the suite.
	Name, Path string
	// Retriever is what it searches by, with its placeholders.
	Retriever json.RawMessage
	// Depth is how many hits are asked for, and Wanted how many its rerankers
	// and the metrics want: more where the retriever's own window is smaller.
	Depth, Wanted int
}

// FirstStages are the first stages, in the order of Systems.
func (p *Plan) FirstStages() []FirstStage {
	var stages []FirstStage
	for i := range p.stages {
		s := &p.stages[i]
		wanted, _ := p.wanted(s)
		stages = append(stages, FirstStage{Name: s.name, Path: s.path, Retriever: s.retriever, Depth: p.stageDepth(s), Wanted: wanted})
	}
	return stages
}

// Systems are what is compared: each first stage, what reranks it, and last
// the whole requests.
func (p *Plan) Systems() []eval.System {
	var systems []eval.System
	for i := range p.stages {
		s := &p.stages[i]
		systems = append(systems, eval.System{Name: s.name, Kind: eval.KindRetriever, Depth: p.stageDepth(s), Retriever: s.retriever, Prices: p.prices[s.name]})
		for _, r := range p.over(s) {
			name, ok := p.named[r.Name]
			if !ok {
				name = r.Name
			}
			systems = append(systems, eval.System{
				Name: r.Name, Kind: eval.KindReranked, FirstStage: s.name, Reranker: name,
				Field: strings.Join(r.Reads(), ", "), InferenceID: r.InferenceID, Window: r.Window, MinScore: r.MinScore, Extra: r.Extra,
				Depth: r.Window, Prices: p.prices[r.Name], Outside: r.API,
			})
		}
	}
	for i := range p.requests {
		r := &p.requests[i]
		systems = append(systems, eval.System{Name: r.Name, Kind: eval.KindRequest, Body: r.Body, ESQL: r.ESQL, Depth: p.requestSize(r), Prices: p.prices[r.Name]})
	}
	return systems
}

// Names are the names of the systems, in their order.
func (p *Plan) Names() []string { return (&eval.Manifest{Systems: p.Systems()}).Names() }

// chooseSystems keeps the named systems, and the first stages that they
// rerank.
func (p *Plan) chooseSystems(names []string) error {
	if len(names) == 0 {
		return nil
	}
	known := p.Names()
	keep := make(map[string]bool)
	for _, name := range names {
		if !slices.Contains(known, name) {
			hint := "it has " + strings.Join(known, ", ")
			if near := spelling.Nearest(name, known); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			return fmt.Errorf("--system: the suite has no system %q; %s", name, hint)
		}
		keep[name] = true
	}
	p.Rerankers = slices.DeleteFunc(slices.Clone(p.Rerankers), func(r judgments.Reranker) bool { return !keep[r.Name] })
	for _, r := range p.Rerankers {
		keep[firstOf(r)] = true
	}
	p.stages = slices.DeleteFunc(p.stages, func(s stage) bool { return !keep[s.name] })
	p.requests = slices.DeleteFunc(p.requests, func(r request) bool { return !keep[r.Name] })
	return nil
}

// Reranking is the plan with nothing but its rerankers and their first stages.
func (p *Plan) Reranking() *Plan {
	only := *p
	needed := make(map[string]bool)
	for _, r := range p.Rerankers {
		needed[firstOf(r)] = true
	}
	only.requests = nil
	only.stages = slices.DeleteFunc(slices.Clone(p.stages), func(s stage) bool { return !needed[s.name] })
	return &only
}
