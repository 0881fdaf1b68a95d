package trec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/releval/releval/judgments/unpack"
)

// An Input is a qrels or run file. Data that begins as gzip does is read as
// gzip, whatever it is called.
type Input struct {
	// Name stands in messages; empty means Path.
	Name string
	// Path is the file to open where Reader is nil.
	Path string
	// Reader is read instead of a file, as standard input. It is not closed. A
	// run that comes from a Reader that cannot seek is copied to a temporary
	// file on the way, in case it has to be read twice.
	Reader io.Reader
}

func (in Input) name() string {
	if in.Name == "" {
		return in.Path
	}
	return in.Name
}

// A source is an open Input: its bytes, unpacked, from the start as often as
// is asked.
type source struct {
	name  string
	raw   io.ReadSeeker // nil until a pipe has been spooled
	start int64         // where in raw the data begins
	first io.Reader     // what the first reading gets where it is not raw itself
	close []func() error
}

// open opens the input. again tells whether the data may be asked for twice.
func (in Input) open(again bool) (*source, error) {
	s := &source{name: in.name()}
	if in.Reader == nil {
		f, err := os.Open(in.Path)
		if err != nil {
			return nil, err
		}
		s.close = append(s.close, f.Close)
		in.Reader = f
	}
	if f, ok := in.Reader.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.IsDir() {
			s.Close()
			return nil, fmt.Errorf("%s is a directory, not a file", s.name)
		}
	}
	if seeker, ok := in.Reader.(io.ReadSeeker); ok {
		if at, err := seeker.Seek(0, io.SeekCurrent); err == nil {
			s.raw, s.start = seeker, at
			return s, nil
		}
	}
	s.first = in.Reader
	if again {
		spool, err := os.CreateTemp("", "releval-run-*")
		if err != nil {
			s.Close()
			return nil, fmt.Errorf("%s must be read twice, and cannot be kept for that: %w; give it as a file", s.name, err)
		}
		s.close = append(s.close, func() error { return errors.Join(spool.Close(), os.Remove(spool.Name())) })
		s.raw, s.first = spool, io.TeeReader(in.Reader, spool)
	}
	return s, nil
}

// Close closes and removes what open opened and made.
func (s *source) Close() error {
	var errs []error
	for _, c := range s.close {
		errs = append(errs, c())
	}
	s.close = nil
	return errors.Join(errs...)
}

// read is the data from its start. A second call ends what the first gave; of
// a pipe it may be made only after the first has been read to its end.
func (s *source) read() (io.Reader, error) {
	r := s.first
	if r == nil {
		if _, err := s.raw.Seek(s.start, io.SeekStart); err != nil {
			return nil, err
		}
		r = s.raw
	}
	s.first = nil
	r, err := unpack.NewReader(r)
	if err != nil {
		return nil, err
	}
	return &shortLines{r: r}, nil
}

// maxLine is the longest line, in bytes: some thousand times what ids need.
const maxLine = 1 << 20

var errLongLine = fmt.Errorf("a line is longer than %d MiB, so this is neither a qrels nor a run file", maxLine>>20)

// shortLines refuses data whose lines never end, before it fills the memory.
type shortLines struct {
	r    io.Reader
	open int // bytes since the last line end
}

func (s *shortLines) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	if last := bytes.LastIndexByte(b[:n], '\n'); last >= 0 {
		s.open = n - last - 1
	} else {
		s.open += n
	}
	if s.open > maxLine {
		return n, errLongLine
	}
	return n, err
}
