package text

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// sortedKeys gives a map's keys in order, so that nothing printed depends on
// the order of a map.
func SortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}

// count gives "1 document" or "2 documents".
func Count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// countOf gives "3 of 4".
func CountOf(part, whole int) string {
	return fmt.Sprintf("%d of %d", part, whole)
}
