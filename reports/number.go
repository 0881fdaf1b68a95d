package reports

import (
	"math"
	"strconv"

	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// absent is the rank of a document that was not returned.
const absent = "–"

// grade prints a grade, and a dash where nobody judged the hit.
func grade(g float64) string {
	if math.IsNaN(g) {
		return absent
	}
	return grid.Compact(g)
}

// pValue prints a p-value as a table's cell.
func pValue(p float64) string {
	switch {
	case math.IsNaN(p):
		return text.Undefined
	case p < 0.001:
		return "<0.001"
	}
	return grid.Fixed(p)
}

// pSaid prints a p-value for prose.
func pSaid(p float64) string {
	if !math.IsNaN(p) && p < 0.001 {
		return "p < 0.001"
	}
	return "p = " + pValue(p)
}

// pCorrected prints the p that a verdict was made with, and for how many
// comparisons it was corrected.
func pCorrected(d *score.Difference) string {
	said := pSaid(corrected(d))
	if d.Primary && d.Family > 1 && !math.IsNaN(d.PCorrected) {
		said += ", corrected for " + text.Thousands(d.Family) + " comparisons"
	}
	return said
}

// coverage prints a confidence as "95 %"; 0 stands for 0.95.
func coverage(confidence float64) string {
	if confidence == 0 {
		confidence = 0.95
	}
	return text.Percent(confidence)
}

// ranksMoved prints a rank before and after.
func ranksMoved(before, after int) string { return rank(before) + " → " + rank(after) }

func rank(r int) string {
	if r == 0 {
		return absent
	}
	return strconv.Itoa(r)
}
