package query

import "strings"

// Hint proposes the known names that are near an unknown one, as a server does.
func Hint(name string, known []string) string {
	var near []string
	for _, k := range known {
		if 2*distance(name, k) < max(len(name), len(k)) {
			near = append(near, k)
		}
	}
	switch len(near) {
	case 0:
		return ""
	case 1:
		return " did you mean [" + near[0] + "]?"
	}
	return " did you mean any of [" + strings.Join(near, ", ") + "]?"
}

// distance is the edit distance of two names.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := before
			if a[i-1] != b[j-1] {
				change++
			}
			before = row[j]
			row[j] = min(change, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
