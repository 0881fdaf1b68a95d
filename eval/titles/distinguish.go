package titles

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/releval/releval/eval/cluster"
)

const (
	// maxFields is how many fields are looked at, maxDocuments of how many
	// documents.
	maxFields    = 40
	maxDocuments = 5000
	// maxValue is the longest value that is shown.
	maxValue = 40
)

// Distinguished are documents that share their titles, with the one field
// that tells them apart best.
type Distinguished struct {
	// Field is the field's name, "" where none tells any of them apart.
	Field  string
	values map[Document]string // by key
}

// Value gives the value of a document, "" where there is none.
func (d Distinguished) Value(of Document) string { return d.values[of.key()] }

// Distinguish finds the field that tells the documents of each group apart:
// short values, one a document, different within a group, and that in as many
// groups as possible. What the credentials may not see makes it find none.
func Distinguish(ctx context.Context, c Cluster, where Place, groups [][]Document) (Distinguished, error) {
	fields, err := shortFields(ctx, c, where)
	if len(groups) == 0 || len(fields) == 0 || err != nil {
		return Distinguished{}, err
	}
	var ids []string
	for _, g := range groups {
		for _, d := range g[:min(len(g), 20)] {
			if len(ids) < maxDocuments {
				ids = append(ids, d.ID)
			}
		}
	}
	fetched, err := Fetch(ctx, c, where, ids, fields...)
	if err != nil {
		return Distinguished{}, err
	}
	byKey := make(map[Document]Fetched, len(fetched))
	for _, f := range fetched {
		byKey[f.key()] = f
	}
	best, most, cost := "", 0, 0
	for _, field := range fields {
		told, length := 0, 0
		for _, g := range groups {
			if n, ok := tells(g, byKey, field); ok {
				told++
				length += n
			}
		}
		// Of equals the one whose name says more, then the shorter one: a
		// year before a date, and that before a rating.
		c := min(telling(field), unnamed)*1_000_000 + length
		if told > most || told == most && told > 0 && c < cost {
			best, most, cost = field, told, c
		}
	}
	d := Distinguished{Field: best, values: make(map[Document]string)}
	if best == "" {
		return d, nil
	}
	for key, f := range byKey {
		if v := f.Values[best]; len(v) > 0 {
			d.values[key] = strings.Join(v, ", ")
		}
	}
	return d, nil
}

// tells says whether a field has one short value for each document of a
// group, different ones, and how long they are in all.
func tells(group []Document, byKey map[Document]Fetched, field string) (length int, ok bool) {
	seen := make(map[string]bool, len(group))
	for _, d := range group {
		values := byKey[d.key()].Values[field]
		if len(values) != 1 || seen[values[0]] || values[0] == d.ID || utf8.RuneCountInString(values[0]) > maxValue {
			return 0, false
		}
		seen[values[0]] = true
		length += utf8.RuneCountInString(values[0])
	}
	return length, true
}

// shortFields are the fields whose values may be short: no texts, no
// vectors, and not the title itself.
func shortFields(ctx context.Context, c Cluster, where Place) ([]string, error) {
	caps, err := c.FieldCaps(ctx, where.Index, "*")
	switch cluster.KindOf(err) {
	case cluster.KindForbidden, cluster.KindUnsupported, cluster.KindInvalidRequest:
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	kinds := []string{"keyword", "integer", "short", "byte", "long", "date", "float", "double", "half_float", "boolean", "constant_keyword", "ip", "version"}
	var fields []string
	for _, name := range slices.Sorted(maps.Keys(caps.Fields)) {
		if name == where.Field || strings.HasPrefix(name, where.Field+".") || strings.HasPrefix(name, "_") {
			continue
		}
		if slices.ContainsFunc(caps.Fields[name], func(t cluster.FieldType) bool { return slices.Contains(kinds, t.Type) }) {
			fields = append(fields, name)
		}
	}
	// Names that say when or what come first where there are many.
	slices.SortStableFunc(fields, func(a, b string) int { return cmp.Compare(telling(a), telling(b)) })
	return fields[:min(len(fields), maxFields)], nil
}

// unnamed is from where telling says nothing.
const unnamed = 100

// telling ranks the names of fields by how much they tell a reader.
func telling(name string) int {
	name = strings.ToLower(name)
	for i, part := range []string{"year", "date", "released", "edition", "version", "author", "director", "brand", "type", "category"} {
		if strings.Contains(name, part) {
			return i
		}
	}
	return len(name) + unnamed
}
