package convert

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"unicode/utf8"

	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/unpack"
)

const (
	// maxLine bounds a line of a text format.
	maxLine = 16 << 20
	// maxJSON bounds a JSON file that is read as a whole.
	maxJSON = 256 << 20
	// maxProblems is how many wrong lines are listed before the rest of a
	// file is left unread.
	maxProblems = 20
)

// input is an open file, decompressed.
type input struct {
	io.Reader
	file *os.File
}

func (i *input) Close() error {
	if i.file == nil {
		return nil
	}
	return i.file.Close()
}

// openInput opens a file for reading, decompressed and as UTF-8.
func openInput(path string) (*input, error) {
	f, err := os.Open(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: no such file", path)
		}
		return nil, fmt.Errorf("%s: %w", path, cause(err))
	}
	r, err := unpack.NewTextReader(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, cause(err))
	}
	return &input{r, f}, nil
}

// cause is a file system's error without the path, which the message gives.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// lines calls f for each line that is not blank, without its line break. What
// f returns as an error belongs to the line; reading goes on to collect
// further ones, up to maxProblems.
func lines(ctx context.Context, name string, r io.Reader, f func(line int, text string) error) error {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 64<<10), maxLine)
	var problems judgments.Problems
	line := 0
	for s.Scan() {
		line++
		if line%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		text := s.Bytes()
		if line == 1 {
			text = bytes.TrimPrefix(text, []byte("\ufeff"))
		}
		text = bytes.TrimRight(text, "\r")
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		var err error
		if utf8.Valid(text) {
			err = f(line, string(text))
		} else {
			err = errors.New("not UTF-8")
		}
		if err != nil {
			problems = append(problems, judgments.Problem{Position: judgments.Position{File: name, Line: line, Column: 1}, Message: err.Error()})
			if len(problems) == maxProblems {
				problems = append(problems, judgments.Problem{Position: judgments.Position{File: name, Line: line, Column: 1}, Message: "too many problems: the rest of the file is not read"})
				return problems
			}
		}
	}
	switch err := s.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		problems = append(problems, judgments.Problem{Position: judgments.Position{File: name, Line: line + 1, Column: 1}, Message: fmt.Sprintf("the line is longer than %d MiB", maxLine>>20)})
	case err != nil:
		return fmt.Errorf("%s: after line %d: %w", name, line, cause(err))
	}
	return problems.ErrorOrNil()
}

// fileLines is lines for a path.
func fileLines(ctx context.Context, path string, f func(line int, text string) error) error {
	in, err := openInput(path)
	if err != nil {
		return err
	}
	defer in.Close()
	return lines(ctx, path, in, f)
}

// readText reads a whole file of at most maxJSON bytes.
func readText(path string) ([]byte, error) {
	in, err := openInput(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, maxJSON+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, cause(err))
	}
	if len(data) > maxJSON {
		return nil, fmt.Errorf("%s: larger than %d MiB, the most that is read", path, maxJSON>>20)
	}
	// Macs of old ended lines by a carriage return alone.
	if !bytes.Contains(data, []byte("\n")) {
		data = bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
	}
	return data, nil
}
