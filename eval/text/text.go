package text

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// SortedKeys gives a map's keys in order, so that nothing printed depends on
// the order of a map.
func SortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}

// Count writes a count with its noun, one whose plural is regular:
// "1 document", "2 queries", "6,980 searches".
func Count[N int | int64](n N, noun string) string {
	many := noun + "s"
	if stem, y := strings.CutSuffix(noun, "y"); y {
		many = stem + "ies"
	} else if strings.HasSuffix(noun, "ch") {
		many = noun + "es"
	}
	return Plural(n, noun, many)
}

// Plural writes a count with what belongs to one and to many: "1 query finds",
// "2 queries find".
func Plural[N int | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Thousands(n) + " " + many
}

// And joins names as prose does: "a, b and c".
func And(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// List joins the first names as prose does, at most so many, and counts the
// others: "a, b and 3 more". A single name beyond the limit is named.
func List(names []string, most int) string {
	if len(names) > most+1 {
		names = append(slices.Clone(names[:most]), Thousands(len(names)-most)+" more")
	}
	return And(names)
}

// Quoted puts each name in quotes.
func Quoted(names []string) []string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = Quote(name)
	}
	return quoted
}
