package compare

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/text"
)

// Setting is one thing that differs between two runs besides their results, and
// may be the cause of what changed.
type Setting struct {
	// What names it, such as "window of elastic" or "retriever bm25,
	// standard.query.match.plot".
	What string
	// Old and New are its values; both are empty where it is only known that
	// it changed.
	Old, New string
}

// String gives it on one line, old → new.
func (s Setting) String() string {
	if s.Old == "" && s.New == "" {
		return s.What
	}
	return s.What + ": " + cmp.Or(s.Old, "none") + " → " + cmp.Or(s.New, "none")
}

// settings lists what differs, what changes rankings most first.
func settings(base, next *eval.Run, out LeftOut) []Setting {
	a, b := &base.Manifest, &next.Manifest
	d := &differing{}
	d.systems(a, b)
	d.add("index", a.Index, b.Index)
	d.indices(a, b)
	d.add("title field", a.TitleField, b.TitleField)
	d.add("server", strings.TrimSpace(a.Cluster.Kind+" "+a.Cluster.Version), strings.TrimSpace(b.Cluster.Kind+" "+b.Cluster.Version))
	d.add("releval", a.Tool, b.Tool)
	whole := len(out.Says()) == 0 && !base.Cut && !next.Cut // the hashes are of the queries that are compared
	if whole && a.Hashes.Titles != b.Hashes.Titles && a.Hashes.Titles != "" && b.Hashes.Titles != "" {
		d.found = append(d.found, Setting{What: "the documents that the judged titles stand for changed"})
	}
	if whole && a.Hashes.Queries != b.Hashes.Queries {
		d.found = append(d.found, Setting{What: "the parameters of some queries changed"})
	}
	d.add("suite", a.Suite, b.Suite)
	d.add("metrics", strings.Join(a.Metrics, ", "), strings.Join(b.Metrics, ", "))
	d.add("repeats", strconv.Itoa(max(1, a.Repeat)), strconv.Itoa(max(1, b.Repeat)))
	if !same(a.Gates, b.Gates) {
		d.found = append(d.found, Setting{What: "the gates changed"})
	}
	return d.found
}

// differing collects settings.
type differing struct{ found []Setting }

func (d *differing) add(what, old, new string) {
	s := Setting{what, old, new}
	if old != new && !slices.Contains(d.found, s) { // one reranker stands over several retrievers
		d.found = append(d.found, s)
	}
}

// systems compares those that both runs have, and names the others.
func (d *differing) systems(a, b *eval.Manifest) {
	for i := range b.Systems {
		s := &b.Systems[i]
		before := a.System(s.Name)
		if before == nil {
			continue
		}
		stage := "retriever " + s.Name
		if s.Name == eval.FirstStage {
			stage = "retriever"
		}
		d.json(stage, before.Retriever, s.Retriever)
		d.json("request "+s.Name, before.Body, s.Body)
		d.add("ES|QL of "+s.Name, before.ESQL, s.ESQL)
		if s.Kind != before.Kind {
			d.add("kind of "+s.Name, string(before.Kind), string(s.Kind))
		}
		if s.Kind != eval.KindReranked {
			continue
		}
		name := cmp.Or(s.Reranker, s.Name)
		d.add("window of "+name, strconv.Itoa(before.Window), strconv.Itoa(s.Window))
		d.add("field of "+name, before.Field, s.Field)
		d.add("endpoint of "+name, cmp.Or(before.InferenceID, "the server's own"), cmp.Or(s.InferenceID, "the server's own"))
		d.add("service of "+name, before.Service, s.Service)
		d.add("model of "+name, before.Model, s.Model)
		d.add("min_score of "+name, number(before.MinScore), number(s.MinScore))
		keys := maps.Clone(before.Extra)
		if keys == nil {
			keys = make(map[string]json.RawMessage)
		}
		maps.Copy(keys, s.Extra)
		for _, key := range text.SortedKeys(keys) {
			d.json(key+" of "+name, before.Extra[key], s.Extra[key])
		}
		d.json("api of "+name, encoded(before.Outside), encoded(s.Outside))
	}
	d.only(a, b, "removed")
	d.only(b, a, "added")
	if len(d.found) > 0 {
		return // depths follow from windows
	}
	for i := range b.Systems {
		if s, before := &b.Systems[i], a.System(b.Systems[i].Name); before != nil && s.Kind != eval.KindReranked {
			d.add("depth of "+s.Name, strconv.Itoa(before.Depth), strconv.Itoa(s.Depth))
		}
	}
}

func (d *differing) only(a, b *eval.Manifest, what string) {
	var names []string
	for _, name := range a.Names() {
		if b.System(name) == nil {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		d.found = append(d.found, Setting{What: text.Plural(len(names), "system", "systems") + " " + what + ": " + text.List(names, 5)})
	}
}

// indices compares what the index expressions stood for.
func (d *differing) indices(a, b *eval.Manifest) {
	describe := func(indices []eval.IndexInfo) string {
		var names []string
		for _, i := range indices {
			names = append(names, i.Name)
		}
		return strings.Join(names, ", ")
	}
	d.add("indices behind it", describe(a.Indices), describe(b.Indices))
	for _, is := range b.Indices {
		for _, was := range a.Indices {
			if was.Name != is.Name {
				continue
			}
			d.add("documents in "+is.Name, text.Thousands(was.Documents), text.Thousands(is.Documents))
			if was.UUID != is.UUID && was.UUID != "" && is.UUID != "" {
				d.found = append(d.found, Setting{What: "the index " + is.Name + " was made again"})
			}
		}
	}
}

func number(v *float64) string {
	if v == nil {
		return ""
	}
	return text.Number(*v)
}

func encoded[T any](v *T) json.RawMessage {
	if v == nil {
		return nil
	}
	content, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return content
}

func same(a, b any) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}

// json compares two texts of JSON member by member.
func (d *differing) json(what string, old, new json.RawMessage) {
	if len(old) == 0 || len(new) == 0 {
		d.add(what, compact(old), compact(new))
		return
	}
	a, okA := decoded(old)
	b, okB := decoded(new)
	if !okA || !okB {
		d.add(what, compact(old), compact(new))
		return
	}
	d.value(what, ", ", a, b)
}

// value compares two values of JSON. Objects are compared by their members,
// lists of one length by their items where these are objects or lists.
func (d *differing) value(what, join string, a, b any) {
	if reflect.DeepEqual(a, b) {
		return
	}
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || !overlap(x, y) {
			break
		}
		keys := make(map[string]bool)
		for key := range x {
			keys[key] = true
		}
		for key := range y {
			keys[key] = true
		}
		for _, key := range text.SortedKeys(keys) {
			before, was := x[key]
			after, is := y[key]
			switch {
			case was && is:
				d.value(what+join+key, ".", before, after)
			case was:
				d.add(what+join+key, rendered(before), "")
			default:
				d.add(what+join+key, "", rendered(after))
			}
		}
		return
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) || !slices.ContainsFunc(x, composite) {
			break
		}
		for i := range x {
			d.value(fmt.Sprintf("%s[%d]", what, i), ".", x[i], y[i])
		}
		return
	}
	d.add(what, rendered(a), rendered(b))
}

// overlap says whether two objects have a member in common; those that do not
// are different things, such as a match and a knn.
func overlap(a, b map[string]any) bool {
	for key := range a {
		if _, ok := b[key]; ok {
			return true
		}
	}
	return false
}

func composite(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return true
	}
	return false
}

func decoded(raw json.RawMessage) (v any, ok bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return v, d.Decode(&v) == nil
}

func compact(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return string(raw)
	}
	return b.String()
}

func rendered(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSpace(b.String())
}
