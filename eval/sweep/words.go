package sweep

import (
	"fmt"
	"strconv"
)

// percent writes a share: "95 %".
func percent(share float64) string {
	return strconv.FormatFloat(share*100, 'g', 4, 64) + " %"
}

// amount writes a difference of a metric, signed with its sign.
func amount(x float64) string { return fmt.Sprintf("%.4f", x+0) }
func signed(x float64) string { return fmt.Sprintf("%+.4f", x+0) }

// counted writes "1 query" or "2 queries".
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
