package unpack

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"
)

func zipped(t interface{ Fatal(...any) }, text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zstandard(t interface{ Fatal(...any) }, text string) []byte {
	var b bytes.Buffer
	z, err := zstd.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Text is the same in UTF-8 and UTF-16, with a byte order mark and without one,
// compressed or not.
func TestNewTextReader(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// A mark tells any text; the first letter only ASCII.
		text := "[" + rapid.StringMatching(`[ -~é一😀\n]*`).Draw(t, "text")
		encoded := []string{text, "\ufeff" + text}
		for _, order := range []unicode.Endianness{unicode.BigEndian, unicode.LittleEndian} {
			for _, mark := range []unicode.BOMPolicy{unicode.UseBOM, unicode.IgnoreBOM} {
				other, err := unicode.UTF16(order, mark).NewEncoder().String(text)
				if err != nil {
					t.Fatal(err)
				}
				encoded = append(encoded, other)
			}
		}
		for _, e := range encoded {
			for _, data := range [][]byte{[]byte(e), zipped(t, e), zstandard(t, e)} {
				r, err := NewTextReader(iotest.HalfReader(bytes.NewReader(data)))
				if err != nil {
					t.Fatal(err)
				}
				if got, err := io.ReadAll(r); err != nil || string(got) != text {
					t.Fatalf("%q as %q is read as %q, %v", text, data, got, err)
				}
			}
		}
	})
}

// Compressed or not, and however the bytes come, the text is the same.
func TestNewReader(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ -~\n]*`).Draw(t, "text")
		for _, data := range [][]byte{[]byte(text), zipped(t, text), zstandard(t, text)} {
			for _, r := range []io.Reader{bytes.NewReader(data), iotest.OneByteReader(bytes.NewReader(data))} {
				unpacked, err := NewReader(r)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := io.ReadAll(unpacked); err != nil || string(got) != text {
					t.Fatalf("%q is read as %q, %v", text, got, err)
				}
			}
		}
	})
}

func TestBrokenOff(t *testing.T) {
	whole := zipped(t, "a text")
	for n := 1; n < 10; n++ { // the header of gzip has 10 bytes
		if _, err := NewReader(bytes.NewReader(whole[:n])); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("after %d bytes: %v, want an unexpected end", n, err)
		}
	}
	if _, err := NewReader(strings.NewReader("\x1f\x8b is no gzip at all")); err == nil || !strings.Contains(err.Error(), "damaged gzip") {
		t.Errorf("got %v, want damaged gzip", err)
	}
	packed := zstandard(t, "a text that is long enough to be cut")
	for _, n := range []int{2, 3, len(packed) - 5} {
		r, err := NewReader(bytes.NewReader(packed[:n]))
		if err == nil {
			_, err = io.ReadAll(r)
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("zstd after %d bytes: %v, want an unexpected end", n, err)
		}
	}
	if r, err := NewReader(strings.NewReader("(")); err != nil {
		t.Errorf("a parenthesis: %v", err)
	} else if got, err := io.ReadAll(r); err != nil || string(got) != "(" {
		t.Errorf("a parenthesis is read as %q, %v", got, err)
	}
	away := errors.New("away")
	if _, err := NewReader(iotest.ErrReader(away)); !errors.Is(err, away) {
		t.Errorf("got %v, want the reader's error", err)
	}
}

// What follows the end of compressed data is refused where the data must stand
// alone, and read where it need not.
func TestSingle(t *testing.T) {
	whole := zipped(t, "one line\n")
	for name, test := range map[string]struct {
		data []byte
		want error
	}{
		"alone":          {whole, nil},
		"not compressed": {[]byte("one line\n"), nil},
		"garbage":        {append(bytes.Clone(whole), "garbage"...), ErrTrailing},
		"another member": {append(bytes.Clone(whole), whole...), ErrTrailing},
		"broken off":     {whole[:len(whole)-3], io.ErrUnexpectedEOF},
	} {
		r, err := NewSingleReader(bytes.NewReader(test.data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		text, err := io.ReadAll(r)
		if !errors.Is(err, test.want) || string(text) != "one line\n" {
			t.Errorf("%s: %q, %v, want %v", name, text, err, test.want)
		}
	}
}
