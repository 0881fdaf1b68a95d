package trec

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/releval/releval/eval/text"
)

// powers are the powers of ten that float64 holds exactly. Never written to.
var powers = [23]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
	1e19, 1e20, 1e21, 1e22}

// parseScore reads a number in any form that C's strtod knows: decimal with
// or without exponent, hexadecimal, infinity. Beyond float64's range it is an
// infinity or 0, as there. NaN cannot be ranked and is an error.
func parseScore(b []byte) (float64, error) {
	// Digits with one point, as nearly all scores are: where they make a whole
	// number below 2^53, one division by an exact power of ten rounds right.
	i, negative := 0, false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		negative = b[0] == '-'
		i = 1
	}
	if len(b)-i > 17 { // more than 16 digits and a point could overflow whole
		return parseScoreSlowly(b)
	}
	first, whole, decimals := i, uint64(0), 0
	for ; i < len(b) && b[i]-'0' <= 9; i++ {
		whole = whole*10 + uint64(b[i]-'0')
	}
	digits := i - first
	if i < len(b) && b[i] == '.' {
		i++
		first = i
		for ; i < len(b) && b[i]-'0' <= 9; i++ {
			whole = whole*10 + uint64(b[i]-'0')
		}
		decimals = i - first
	}
	if i < len(b) || digits+decimals == 0 || whole >= 1<<53 {
		return parseScoreSlowly(b)
	}
	x := float64(whole) / powers[decimals]
	if negative {
		x = -x
	}
	return x, nil
}

func parseScoreSlowly(b []byte) (float64, error) {
	// Underscores are Go's, not C's. Hexadecimal without an exponent is C's,
	// not Go's.
	if bytes.IndexByte(b, '_') >= 0 {
		return 0, errors.New("is not a number")
	}
	x, err := strconv.ParseFloat(string(b), 64)
	if errors.Is(err, strconv.ErrSyntax) && bytes.ContainsAny(b, "xX") {
		x, err = strconv.ParseFloat(string(b)+"p0", 64)
	}
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, errors.New("is not a number")
	}
	if math.IsNaN(x) {
		return 0, errors.New("cannot be ranked")
	}
	return x, nil
}

// maxGrade bounds grades; it leaves room for sums.
const maxGrade = 1_000_000_000

// parseGrade reads a grade, a whole number unless it may be fractional.
// trec_eval would take 1.7 for 1.
func parseGrade(b []byte, fractional bool) (float64, error) {
	n, err := strconv.ParseInt(string(b), 10, 64)
	grade := float64(n)
	if fractional && errors.Is(err, strconv.ErrSyntax) {
		if grade, err = parseScore(b); err != nil {
			return 0, fmt.Errorf("the grade %s is not a number", text.Quote(b))
		}
	}
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange):
		return 0, fmt.Errorf("the grade %s is not a whole number", text.Quote(b))
	case err != nil || grade > maxGrade || grade < -maxGrade:
		return 0, fmt.Errorf("the grade %s is out of range: at most %d", text.Quote(b), maxGrade)
	}
	return grade, nil
}
