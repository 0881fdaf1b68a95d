package query

import (
	"strconv"
	"strings"
)

// minShouldMatch computes how many of n optional clauses a specification asks
// for: "2", "-1", "75%", "-25%", or conditions such as "2<-25% 9<-3".
func minShouldMatch(n int, spec string) (int, *Error) {
	bad := illegal("failed to parse [minimum_should_match] [%s]", spec)
	spec = strings.TrimSpace(spec)
	if strings.Contains(spec, "<") {
		result := n
		for strings.Contains(spec, " <") || strings.Contains(spec, "< ") {
			spec = strings.ReplaceAll(strings.ReplaceAll(spec, " <", "<"), "< ", "<")
		}
		for _, part := range strings.Fields(spec) {
			bound, rest, ok := strings.Cut(part, "<")
			limit, err := strconv.Atoi(bound)
			if !ok || err != nil || strings.Contains(rest, "<") {
				return 0, bad
			}
			if n <= limit {
				return result, nil
			}
			var e *Error
			if result, e = minShouldMatch(n, rest); e != nil {
				return 0, e
			}
		}
		return result, nil
	}
	var calc int
	if percent, ok := strings.CutSuffix(spec, "%"); ok {
		v, err := strconv.ParseFloat(percent, 32)
		if err != nil {
			return 0, bad
		}
		calc = int(float32(n) * float32(v) / 100)
	} else {
		v, err := strconv.Atoi(spec)
		if err != nil {
			return 0, bad
		}
		calc = v
	}
	if calc < 0 || strings.HasPrefix(spec, "-") {
		calc += n
	}
	return max(calc, 0), nil
}
