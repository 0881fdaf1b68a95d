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
