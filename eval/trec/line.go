package trec

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"

	"github.com/releval/releval/eval/text"
)

// A line is the places of the fields of a run's line that count.
type line struct {
	query, queryEnd int
	doc, docEnd     int
	key, keyEnd     int // the column that ranks
	scoreEnd        int
	tag, tagEnd     int
	next            int // where the next line begins
	// sameQuery tells that the query is that of the line before. It may be
	// false where it is.
	sameQuery bool
}

// split finds the fields of the line whose first field is at i. It returns
// false where there are fewer than six. l is what it was for a line before in
// the same bytes, or zero: most lines begin and end as the one before, and are
// looked at only between.
func (l *line) split(b []byte, i int, order Order) bool {
	if n := l.doc - l.query; n > 0 && i+n < len(b) && string(b[i:i+n]) == string(b[l.query:l.doc]) && !isSpace(b[i+n]) {
		l.sameQuery = true
		l.query, l.queryEnd, l.doc = i, i+l.queryEnd-l.query, i+n
	} else {
		l.sameQuery = false
		l.query, l.queryEnd = i, fieldEnd(b, i)
		if i = nextField(b, l.queryEnd); b[i] == '\n' {
			return false
		}
		if i = nextField(b, fieldEnd(b, i)); b[i] == '\n' {
			return false
		}
		l.doc = i
	}
	l.docEnd = fieldEnd(b, l.doc)
	rank := nextField(b, l.docEnd)
	if b[rank] == '\n' {
		return false
	}
	rankEnd := fieldEnd(b, rank)
	score := nextField(b, rankEnd)
	if b[score] == '\n' {
		return false
	}
	end := fieldEnd(b, score)
	if order == ByRank {
		l.key, l.keyEnd = rank, rankEnd
	} else {
		l.key, l.keyEnd = score, end
	}
	if n := l.next - l.scoreEnd; n > 0 && end+n <= len(b) && string(b[end:end+n]) == string(b[l.scoreEnd:l.next]) {
		move := end - l.scoreEnd
		l.tag, l.tagEnd, l.next, l.scoreEnd = l.tag+move, l.tagEnd+move, l.next+move, end
		return true
	}
	if i = nextField(b, end); b[i] == '\n' {
		return false
	}
	l.scoreEnd, l.tag, l.tagEnd = end, i, fieldEnd(b, i)
	l.next = lineEnd(b, l.tagEnd) + 1
	return true
}

// parseKey reads the column that ranks into a number of which more is better.
// The message is empty where that went well.
func parseKey(b []byte, o *Options) (key float64, message string) {
	key, err := parseScore(b)
	if o.Order == ByRank {
		if err != nil {
			return 0, "the rank " + text.Quote(b) + " " + err.Error()
		}
		return -key, ""
	}
	if err != nil {
		return 0, "the score " + text.Quote(b) + " " + err.Error()
	}
	if o.Float32 {
		key = float64(float32(key))
	}
	return key, ""
}

// padding is how many bytes beyond its end a scanned buffer must hold, all
// line ends, so that eight bytes can be looked at from any place in it.
const padding = 16

// isSpace is what separates fields, as C's isspace.
func isSpace(c byte) bool { return c == ' ' || c-'\t' < 5 }

// isBlank is what separates fields within a line.
func isBlank(c byte) bool { return c != '\n' && isSpace(c) }

// fieldEnd is the index of the first white space at or after i. It looks at
// eight bytes at a time: the high bit of a byte of (x - 0x21…) &^ x is set
// where the byte is below 0x21, and the lowest such bit is never wrong.
func fieldEnd(b []byte, i int) int {
	for {
		x := binary.LittleEndian.Uint64(b[i:])
		low := (x - 0x2121212121212121) &^ x & 0x8080808080808080
		if low == 0 {
			i += 8
			continue
		}
		i += bits.TrailingZeros64(low) >> 3
		if isSpace(b[i]) {
			return i
		}
		i++ // a control byte within a field
	}
}

// nextField is the index of the first byte after the blanks at i, which is a
// line end where the line has no further field.
func nextField(b []byte, i int) int {
	for isBlank(b[i]) {
		i++
	}
	return i
}

// lineEnd is the index of the next line end at or after i.
func lineEnd(b []byte, i int) int { return i + bytes.IndexByte(b[i:], '\n') }

// fieldsOf splits one line, for messages and other rare needs.
func fieldsOf(line []byte) [][]byte {
	return bytes.FieldsFunc(line, func(r rune) bool { return r < 0x80 && isSpace(byte(r)) })
}

// shortLine is the message for the line at i.
func shortLine(b []byte, i int, want int, format string) string {
	n := len(fieldsOf(b[i:lineEnd(b, i)]))
	s := "s"
	if n == 1 {
		s = ""
	}
	return fmt.Sprintf("%d field%s, want %d: %s", n, s, want, format)
}

// bom is the byte order mark that some editors put before UTF-8.
var bom = []byte("\xef\xbb\xbf")

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
		hint := ""
		if _, err := parseScore(b); err == nil {
			hint = "; --grades fractional takes it"
		}
		return 0, fmt.Errorf("the grade %s is not a whole number%s", text.Quote(b), hint)
	case err != nil || grade > maxGrade || grade < -maxGrade:
		return 0, fmt.Errorf("the grade %s is out of range: at most %d", text.Quote(b), maxGrade)
	}
	return grade, nil
}

// A LineError says what is wrong with a line of a qrels or run file.
type LineError struct {
	File    string // the name of the Input
	Line    int    // counts from 1
	Message string
}

func (e *LineError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message) }
