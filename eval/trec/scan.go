package trec

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
)

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
