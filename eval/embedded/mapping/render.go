package mapping

import (
	"strings"
)

// Render gives the mapping as GET _mapping shows it: a tree of maps for
// encoding/json, which sorts the names.
func (m *Mapping) Render() map[string]any {
	out := m.root.render()
	if !m.root.dateDetection {
		out["date_detection"] = false
	}
	return out
}

func (o *object) render() map[string]any {
	out := map[string]any{}
	if o.dynamic != "" {
		out["dynamic"] = string(o.dynamic)
	}
	if len(o.props) == 0 {
		return out
	}
	props := map[string]any{}
	for name, p := range o.props {
		if p.field != nil {
			props[name] = p.field.render()
			continue
		}
		sub := p.object.render()
		if len(p.object.props) == 0 {
			sub["type"] = "object"
		}
		props[name] = sub
	}
	out["properties"] = props
	return out
}

func (f *Field) render() map[string]any {
	out := map[string]any{"type": f.Type}
	if f.Analyzer != nil && (f.Analyzer.Name() != "standard" || f.SearchAnalyzer.Name() != f.Analyzer.Name()) {
		out["analyzer"] = f.Analyzer.Name()
		if f.SearchAnalyzer.Name() != f.Analyzer.Name() {
			out["search_analyzer"] = f.SearchAnalyzer.Name()
		}
	}
	if f.Dense != nil {
		f.Dense.render(f, out)
		return out
	}
	if f.IgnoreAbove > 0 {
		out["ignore_above"] = f.IgnoreAbove
	}
	if !f.Indexed {
		out["index"] = false
	}
	if !f.DocValues {
		out["doc_values"] = false
	}
	if f.formatText != "" {
		out["format"] = f.formatText
	}
	if len(f.multi) > 0 {
		subs := map[string]any{}
		for _, sub := range f.multi {
			subs[strings.TrimPrefix(sub.Name, f.Name+".")] = sub.render()
		}
		out["fields"] = subs
	}
	return out
}
