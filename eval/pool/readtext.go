package pool

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// ReadText reads a pool file or suite of at most limit bytes as it stands. It
// stops early at bytes that no text holds, so that a device or an archive
// named by mistake is not read to its end.
func ReadText(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: no such file; name a suite, or a file made by releval pool", path)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, cause(err))
	}
	defer f.Close()
	var b bytes.Buffer
	block := make([]byte, 64<<10)
	for {
		n, err := f.Read(block)
		switch {
		case bytes.IndexByte(block[:n], 0) >= 0:
			return nil, fmt.Errorf("%s: not a text file; a suite or pool file is YAML in UTF-8", path)
		case int64(b.Len()+n) > limit:
			return nil, fmt.Errorf("%s: larger than %d MiB, the most that is read", path, limit>>20)
		}
		b.Write(block[:n])
		if err == io.EOF {
			return b.Bytes(), nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, cause(err))
		}
	}
}

// cause is a file system's error without the path, which the message gives.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
