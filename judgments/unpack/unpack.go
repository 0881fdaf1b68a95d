// Package unpack opens what may be compressed: documents, suites' tables,
// TREC files and run files are read through it, so that all of them take the
// same kinds of files.
//
// It tells gzip and zstd by their first bytes, never by a name: a download
// keeps its contents and loses its ending. What is not compressed is read as it
// stands. NewTextReader also brings text to UTF-8, as which every reader of
// text here takes it.
package unpack

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// What compressed data begins with (RFC 1952, section 2.3.1; RFC 8878, section
// 3.1.1).
var (
	gzipMagic = []byte{0x1f, 0x8b}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// utf8Mark is the byte order mark in UTF-8, where it orders nothing.
var utf8Mark = []byte("\ufeff")

const (
	// bufferSize is how many bytes are read at once to look at the first ones.
	bufferSize = 64 << 10
	// maxWindow bounds the memory that a zstd file may ask for; zstd itself
	// unpacks no more without being told to.
	maxWindow = 128 << 20
)

// NewReader gives the data of r, unpacked where it is compressed. Data that
// breaks off within the first bytes of a compressed file, or within the header
// of gzip, is an error that is io.ErrUnexpectedEOF.
func NewReader(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, bufferSize)
	start, err := b.Peek(len(zstdMagic))
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case begins(start, gzipMagic):
		unzipped, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("damaged gzip: %w", err)
		}
		return unzipped, nil
	case len(start) > 1 && begins(start, zstdMagic): // the first byte alone is a parenthesis
		if len(start) < len(zstdMagic) {
			return nil, fmt.Errorf("damaged zstd: %w", io.ErrUnexpectedEOF)
		}
		// One at a time, it decodes in the reader's own goroutine, and has
		// nothing to close.
		unpacked, err := zstd.NewReader(b, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, fmt.Errorf("damaged zstd: %w", err)
		}
		return unpacked, nil
	}
	return b, nil
}

// begins reports whether data that starts so is compressed: with the magic, or
// cut off within it.
func begins(start, magic []byte) bool {
	return bytes.HasPrefix(start, magic) || len(start) > 0 && bytes.HasPrefix(magic, start)
}

// NewTextReader is NewReader for text, which it gives as UTF-8 without a byte
// order mark: UTF-16 is told by its mark, or where there is none by a zero byte
// beside the first letter. Text that is not UTF-8 in another encoding is left to
// the reader to refuse.
func NewTextReader(r io.Reader) (io.Reader, error) {
	unpacked, err := NewReader(r)
	if err != nil {
		return nil, err
	}
	b := bufio.NewReaderSize(unpacked, bufferSize)
	start, err := b.Peek(len(utf8Mark))
	if err != nil && err != io.EOF && len(start) == 0 {
		return nil, err
	}
	utf16 := func(order unicode.Endianness) (io.Reader, error) {
		return transform.NewReader(b, unicode.UTF16(order, unicode.UseBOM).NewDecoder()), nil
	}
	switch {
	case bytes.HasPrefix(start, utf8Mark):
		_, err := b.Discard(len(utf8Mark))
		return b, err
	case len(start) < 2:
	case start[0] == 0 && start[1] != 0, start[0] == 0xfe && start[1] == 0xff:
		return utf16(unicode.BigEndian)
	case start[0] != 0 && start[1] == 0, start[0] == 0xff && start[1] == 0xfe:
		return utf16(unicode.LittleEndian)
	}
	return b, nil
}

// ErrTrailing says that something follows the end of compressed data that must
// stand alone.
var ErrTrailing = errors.New("something follows the end of the compressed data: the file is damaged, or two were joined")

// NewSingleReader is NewReader for files that are written as one: where
// anything follows data that gzip compressed, reading to its end gives
// ErrTrailing.
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
