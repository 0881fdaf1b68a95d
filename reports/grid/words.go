package grid

import (
	"strconv"
	"strings"
)

// Plural gives "1 query" or "2 queries".
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Thousands(n) + " " + many
}

// Queries gives "1 query" or "2 queries".
func Queries(n int) string { return Plural(n, "query", "queries") }

// List joins names as prose does, and counts those beyond the limit.
func List(names []string, limit int) string {
	if len(names) > limit {
		names = append(names[:limit:limit], Thousands(len(names)-limit)+" more")
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// Thousands prints a whole number with commas.
func Thousands[N int | int64](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}
