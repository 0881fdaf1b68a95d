// Package unpack opens what may be compressed: documents, suites' tables,
// TREC files and run files are read through it, so that all of them take the
// same kinds of files.
//
// It tells a compressed file by its first bytes, never by its name: a download
// keeps its contents and loses its ending. It refuses nothing: what is not
// compressed is read as it stands.
package unpack

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

// gzipMagic is what gzip begins with (RFC 1952, section 2.3.1).
var gzipMagic = []byte{0x1f, 0x8b}

// bufferSize is how many bytes are read at once to look at the first ones.
const bufferSize = 64 << 10

// NewReader gives the data of r, unpacked where it is compressed. Data that
// breaks off within the first bytes of gzip, or within its header, is an error
// that is io.ErrUnexpectedEOF.
func NewReader(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, bufferSize)
	start, err := b.Peek(len(gzipMagic))
	if err != nil && err != io.EOF {
		return nil, err
	}
	if len(start) == 0 || !bytes.HasPrefix(gzipMagic, start) {
		return b, nil
	}
	unzipped, err := gzip.NewReader(b)
	if err != nil {
		return nil, fmt.Errorf("damaged gzip: %w", err)
	}
	return unzipped, nil
}

// ErrTrailing says that something follows the end of compressed data that must
// stand alone.
var ErrTrailing = errors.New("something follows the end of the compressed data: the file is damaged, or two were joined")

// NewSingleReader is NewReader for files that are written as one: where
// anything follows the compressed data, reading to its end gives ErrTrailing.
func NewSingleReader(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, bufferSize)
	unpacked, err := NewReader(b)
	if z, ok := unpacked.(*gzip.Reader); ok {
		z.Multistream(false)
		return &single{z, b}, nil
	}
	return unpacked, err
}

// single is compressed data that nothing may follow.
type single struct {
	*gzip.Reader
	source *bufio.Reader
}

func (s *single) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err == io.EOF {
		if _, more := s.source.Peek(1); more == nil {
			err = ErrTrailing
		}
	}
	return n, err
}
