package convert

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// output is what one Write makes: a file or folder, and files beside it. They
// are written under temporary names and get their own at the end.
type output struct {
	path    string
	options WriteOptions
	notes   notes
	losses  []string
	files   []*outputFile
	// stdout takes the main file where the path is "-".
	stdout io.Writer
	folder bool
}

type outputFile struct {
	*bufio.Writer
	name string
	file *os.File
	zip  *gzip.Writer
}

// lose lists something that the format cannot hold.
func (o *output) lose(sentence string) { o.losses = append(o.losses, sentence) }

// name is the path of the file with this ending, or in this folder.
func (o *output) name(part string) string {
	if o.folder && part != "" {
		return filepath.Join(o.path, filepath.FromSlash(part))
	}
	return o.path + part
}

// create starts a file: the main one for "", else one beside it, or in the
// folder. A name that ends in .gz is compressed.
func (o *output) create(part string) (*bufio.Writer, error) {
	if o.path == "-" {
		if part != "" {
			// Standard output holds one file; what would stand
			// beside it is dropped and listed.
			o.notes.add("%d mapping files are not written beside standard output", part)
			return bufio.NewWriter(io.Discard), nil
		}
		f := &outputFile{Writer: bufio.NewWriter(o.stdout), name: "standard output"}
		o.files = append(o.files, f)
		return f.Writer, nil
	}
	name := o.name(part)
	dir := filepath.Dir(name)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, cause(err))
	}
	file, err := os.CreateTemp(dir, ".releval-*")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, cause(err))
	}
	f := &outputFile{name: name, file: file}
	if strings.HasSuffix(name, ".gz") {
		f.zip = gzip.NewWriter(file)
		f.Writer = bufio.NewWriter(f.zip)
	} else {
		f.Writer = bufio.NewWriterSize(file, 64<<10)
	}
	o.files = append(o.files, f)
	return f.Writer, nil
}

// exists says whether there is a file beside the main one already.
func (o *output) exists(part string) bool {
	if o.path == "-" {
		return false
	}
	_, err := os.Stat(o.name(part))
	return err == nil
}

// commit finishes all files and gives them their names.
func (o *output) commit() error {
	for _, f := range o.files {
		if err := f.finish(); err != nil {
			return fmt.Errorf("%s: %w", f.name, cause(err))
		}
	}
	for _, f := range o.files {
		if f.file == nil {
			continue
		}
		if err := os.Rename(f.file.Name(), f.name); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

func (f *outputFile) finish() error {
	if err := f.Flush(); err != nil {
		return err
	}
	if f.zip != nil {
		if err := f.zip.Close(); err != nil {
			return err
		}
	}
	if f.file == nil {
		return nil
	}
	// Temporary files are private; the result is as readable as others.
	if err := f.file.Chmod(0o644); err != nil {
		return err
	}
	return f.file.Close()
}

// abort removes what is not finished.
func (o *output) abort() {
	for _, f := range o.files {
		if f.file != nil {
			f.file.Close()
			os.Remove(f.file.Name())
		}
	}
}
