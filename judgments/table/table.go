// Package table splits tables into rows: text separated by tabs, commas,
// semicolons or whatever else, with the quotes of RFC 4180. Tables of documents
// and tables of judgments are read by it.
//
// It refuses a quote that is not closed, and text behind a closing quote. What
// the columns mean is the caller's.
//
//  1. NewReader takes a stream, which it never holds whole.
//  2. Read gives one row and the line that it begins on; a row with quoted line
//     ends may go over several.
package table

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxRow is the longest row, in bytes.
const maxRow = 16 << 20

// A Reader reads rows one after the other.
type Reader struct {
	source    *bufio.Reader
	delimiter byte
	width     int      // of the first row; 0 before it
	ahead     [][]byte // lines that are read and not used
	line      int      // of the next line, from 1
}

// NewReader reads the table of r, which is UTF-8 without a byte order mark.
func NewReader(r io.Reader, delimiter byte) *Reader {
	return &Reader{source: bufio.NewReader(r), delimiter: delimiter, line: 1}
}

// Read gives the next row that is not a blank line, and the line that it begins
// on, from 1; io.EOF after the last. Another error says what is wrong on that
// line.
//
// A quote that begins a field is that of RFC 4180, and may hold the delimiter
// and line ends. Tables separated by tabs often have quotes that mean nothing:
// there a line that is a whole row by itself is taken as it stands where its
// quotes do not close on it.
func (r *Reader) Read() (fields []string, line int, err error) {
	var first []byte
	for len(first) == 0 {
		line = r.line
		if first, err = r.next(); err != nil {
			return nil, line, err
		}
		first = bytes.TrimRight(first, "\r\n")
	}
	fields, err = r.row(first)
	if err == nil && r.width == 0 {
		r.width = len(fields)
	}
	return fields, line, err
}

var (
	errOpen = errors.New("a quote is opened in this row and not closed")
	errTail = errors.New("text follows a closing quote; write a quote within quotes twice")
)

// row reads the row that begins with a line.
func (r *Reader) row(first []byte) ([]string, error) {
	literal := func() []string { return strings.Split(string(first), "\t") }
	if !r.open(first, false) {
		fields, err := split(first, r.delimiter)
		if err != nil && r.delimiter == '\t' {
			return literal(), nil
		}
		return fields, err
	}
	if r.delimiter == '\t' && r.width > 0 && len(literal()) == r.width {
		return literal(), nil
	}
	// The row goes on until the quote is closed.
	var lines [][]byte
	size := len(first)
	for open := true; open; {
		next, err := r.next()
		switch {
		case err == io.EOF || err == nil && size+len(next) > maxRow:
			if err == nil {
				lines = append(lines, next)
			}
			if r.delimiter != '\t' {
				return nil, errOpen
			}
			r.again(lines)
			return literal(), nil
		case err != nil:
			return nil, err
		}
		lines = append(lines, next)
		size += len(next) + 1
		open = r.open(next, open)
	}
	whole := append(bytes.Clone(first), '\n')
	whole = append(whole, bytes.Join(lines, nil)...)
	fields, err := split(bytes.TrimRight(whole, "\r\n"), r.delimiter)
	if err != nil && r.delimiter == '\t' {
		r.again(lines)
		return literal(), nil
	}
	return fields, err
}

// again puts lines back, to be read as rows of their own.
func (r *Reader) again(lines [][]byte) {
	r.ahead = append(lines, r.ahead...)
	r.line -= len(lines)
}

// next gives a line with its end.
func (r *Reader) next() ([]byte, error) {
	if len(r.ahead) > 0 {
		line := r.ahead[0]
		r.ahead = r.ahead[1:]
		r.line++
		return line, nil
	}
	var line []byte
	for {
		part, err := r.source.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == bufio.ErrBufferFull && len(line) <= maxRow:
			continue
		case err == bufio.ErrBufferFull:
			return nil, fmt.Errorf("the row is longer than %d MiB", maxRow>>20)
		case err == io.EOF && len(line) > 0, err == nil:
			r.line++
			return line, nil
		}
		return nil, err
	}
}

// open reports whether a quote is open at the end of a line, which begins
// within quotes or not.
func (r *Reader) open(line []byte, within bool) bool {
	line = bytes.TrimRight(line, "\r\n")
	for at := 0; ; {
		if !within {
			if at >= len(line) || line[at] != '"' {
				i := bytes.IndexByte(line[min(at, len(line)):], r.delimiter)
				if i < 0 {
					return false
				}
				at += i + 1
				continue
			}
			at++
		}
		i := bytes.IndexByte(line[at:], '"')
		if i < 0 {
			return true
		}
		at += i + 1
		within = at < len(line) && line[at] == '"' // doubled: one quote
		if within {
			at++
		}
		if !within {
			i := bytes.IndexByte(line[at:], r.delimiter)
			if i < 0 {
				return false
			}
			at += i + 1
		}
	}
}

// split takes a row apart.
func split(row []byte, delimiter byte) (fields []string, err error) {
	for at := 0; ; at++ { // over the delimiter
		var field []byte
		if at < len(row) && row[at] == '"' {
			at++
			for {
				i := bytes.IndexByte(row[at:], '"')
				if i < 0 {
					return nil, errOpen
				}
				field = append(field, row[at:at+i]...)
				at += i + 1
				if at >= len(row) || row[at] != '"' {
					break
				}
				field = append(field, '"') // doubled: one quote
				at++
			}
			if at < len(row) && row[at] != delimiter {
				return nil, errTail
			}
		} else {
			end := bytes.IndexByte(row[at:], delimiter)
			if end < 0 {
				end = len(row) - at
			}
			field = row[at : at+end]
			at += end
		}
		fields = append(fields, string(field))
		if at >= len(row) {
			return fields, nil
		}
	}
}
