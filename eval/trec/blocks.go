package trec

import (
	"bytes"
	"fmt"
	"io"
	"sync"
)

// blockSize is how much is read at a time: small enough for a core's own
// cache, large enough that the call does not count.
const blockSize = 256 << 10

// maxBlock is the longest list of one query, in bytes: places within a block
// are kept in 32 bits.
const maxBlock = 1 << 31

var errLongList = fmt.Errorf("the list of one query is longer than %d MiB", maxBlock>>20)

// A block is a part of a run that begins and ends where the query changes.
type block struct {
	buf []byte // data[:n], then padding
	n   int
	seq int // counts from 0
}

// data is the block with its padding.
func (b *block) data() []byte { return b.buf[:b.n+padding] }

// blocks cuts a run into blocks. Several workers may take blocks at the same
// time; whoever takes one reads it.
type blocks struct {
	size  int // of a block, unless one query needs more
	mu    sync.Mutex
	r     io.Reader
	carry []byte // the lines of the query that the last block was cut before
	seq   int
	ended bool
	err   error
}

func newBlocks(r io.Reader, size int) *blocks { return &blocks{r: r, size: size} }

// next fills b with the next block, using its buffer again. It returns io.EOF
// at the end.
func (s *blocks) next(b *block) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	if s.ended && len(s.carry) == 0 {
		return io.EOF
	}
	if want := max(s.size, 2*len(s.carry)) + padding; len(b.buf) < want {
		b.buf = make([]byte, want)
	}
	n := copy(b.buf, s.carry)
	s.carry = s.carry[:0]
	for {
		room := len(b.buf) - padding
		for n < room && !s.ended {
			got, err := s.r.Read(b.buf[n:room])
			n += got
			if err == io.EOF {
				s.ended = true
			} else if err != nil {
				s.err = err
				return err
			}
		}
		if s.seq == 0 && bytes.HasPrefix(b.buf[:n], bom) {
			n = copy(b.buf, b.buf[len(bom):n])
		}
		cut := n
		if !s.ended {
			cut = lastChange(b.buf[:n])
		}
		if cut > 0 || s.ended {
			s.carry = append(s.carry, b.buf[cut:n]...)
			n = cut
			break
		}
		if len(b.buf) > maxBlock/2 {
			s.err = errLongList
			return s.err
		}
		b.buf = append(make([]byte, 0, 2*len(b.buf)), b.buf[:n]...)
		b.buf = b.buf[:cap(b.buf)]
	}
	if n == 0 {
		return io.EOF
	}
	for i := range padding {
		b.buf[n+i] = '\n'
	}
	b.n, b.seq = n, s.seq
	s.seq++
	return nil
}

// lastChange is the start of a line whose query differs from the line before
// it, as far to the end as is found at once; 0 if there is none. The last line
// may be incomplete, and is never looked at.
func lastChange(b []byte) int {
	end := bytes.LastIndexByte(b, '\n') + 1
	if end == 0 {
		return 0
	}
	last := bytes.LastIndexByte(b[:end-1], '\n') + 1
	query, ok := queryAt(b[:end], last)
	if !ok { // the last line is blank or a comment: go by lines
		return changeBefore(b[:end], last, nil)
	}
	first, start, ok := firstQuery(b[:end], 0)
	if !ok || bytes.Equal(first, query) {
		return changeBefore(b[:end], last, query)
	}
	// Between a line of another query and one of this there is a change. Each
	// step halves the bytes between the two.
	low, high := start, last
	for {
		middle := low + (high-low)/2
		at := middle + bytes.IndexByte(b[middle:end], '\n') + 1
		q, start, ok := firstQuery(b[:high], at)
		switch {
		case !ok:
			return changeBetween(b[:end], low, high) // few lines are left
		case bytes.Equal(q, query):
			high = start
		default:
			low = start
		}
	}
}

// changeBetween goes from the line at low to that at high, whose queries
// differ, and returns the last change.
func changeBetween(b []byte, low, high int) int {
	query, _ := queryAt(b, low)
	change := 0
	for i := low; i < high; {
		i += bytes.IndexByte(b[i:], '\n') + 1
		if q, ok := queryAt(b, i); ok && !bytes.Equal(q, query) {
			query, change = q, i
		}
	}
	return change
}

// changeBefore goes back from the line at i, of the given query (nil: not
// known yet), to the last change.
func changeBefore(b []byte, i int, query []byte) int {
	change := i
	for i > 0 {
		before := bytes.LastIndexByte(b[:i-1], '\n') + 1
		if q, ok := queryAt(b, before); ok {
			if query != nil && !bytes.Equal(q, query) {
				return change
			}
			query = q
			change = before
		}
		i = before
	}
	return 0
}

// firstQuery is the query of the first line at or after i that has one.
func firstQuery(b []byte, i int) (query []byte, start int, ok bool) {
	for i < len(b) {
		if q, ok := queryAt(b, i); ok {
			return q, i, true
		}
		next := bytes.IndexByte(b[i:], '\n')
		if next < 0 {
			break
		}
		i += next + 1
	}
	return nil, 0, false
}

// queryAt is the query of the line that starts at i; not ok where the line is
// blank or a comment.
func queryAt(b []byte, i int) (query []byte, ok bool) {
	for i < len(b) && isBlank(b[i]) {
		i++
	}
	end := i
	for end < len(b) && !isSpace(b[end]) {
		end++
	}
	return b[i:end], end > i && b[i] != '#'
}
