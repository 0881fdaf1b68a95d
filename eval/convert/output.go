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

// output is what one conversion makes: a file or folder, and files beside it.
// They are written into a folder of their own and get their places at the end,
// all of them or none.
type output struct {
	ledger
	path    string
	options WriteOptions
	stage   string
	files   []*outputFile
	// stream says that the main file goes to stdout, because the path is "-",
	// or into a device or pipe, which no other file may replace.
	stream bool
	stdout io.Writer
	folder bool
}

type outputFile struct {
	*bufio.Writer
	// staged is where it is written, name where it belongs.
	staged, name string
	file         *os.File
	zip          *gzip.Writer
}

// newOutput makes the folder that files are written into: near their place, so
// that they can be moved there at once.
func newOutput(f Format, path string, o WriteOptions, stdout io.Writer) (*output, error) {
	out := &output{path: path, options: o, stdout: stdout, stream: path == "-"}
	switch info, err := os.Stat(path); {
	case path == "-" && f == BEIR:
		return nil, fmt.Errorf("a BEIR folder does not fit on standard output; name a folder")
	case f == BEIR, f == TRECRun && (err == nil && info.IsDir() || isFolderName(path)):
		out.path, out.folder = filepath.Clean(path), true
	case path != "-" && err == nil && info.IsDir():
		return nil, fmt.Errorf("%s is a folder; name a file", path)
	case path != "-" && err == nil:
		out.stream = !info.Mode().IsRegular()
	}
	parent := ""
	if !out.stream {
		parent = filepath.Dir(out.path)
		for {
			if info, err := os.Stat(parent); err == nil && info.IsDir() || parent == filepath.Dir(parent) {
				break
			}
			parent = filepath.Dir(parent)
		}
	}
	stage, err := os.MkdirTemp(parent, ".releval-*")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, cause(err))
	}
	out.stage = stage
	return out, nil
}

// main is where the main file, or the folder, is written.
func (o *output) main() string {
	switch {
	case o.stream:
		return filepath.Join(o.stage, "standard output")
	case o.folder:
		return filepath.Join(o.stage, "folder")
	}
	return filepath.Join(o.stage, filepath.Base(o.path))
}

// part gives where a part of the output is written and where it belongs: the
// main file for "", a file in the folder, or one beside the main file whose
// name has the part as a further ending.
func (o *output) part(part string) (staged, name string) {
	if o.folder {
		part = filepath.FromSlash(part)
		return filepath.Join(o.main(), part), filepath.Join(o.path, part)
	}
	return o.main() + part, o.path + part
}

// name is the path of a part of the output.
func (o *output) name(part string) string {
	_, name := o.part(part)
	return name
}

// create starts a part of the output. A name that ends in .gz is compressed.
func (o *output) create(part string) (*bufio.Writer, error) {
	staged, name := o.part(part)
	return o.createFile(staged, name)
}

// sibling starts a file of the given name beside the main one.
func (o *output) sibling(base string) (*bufio.Writer, error) {
	return o.createFile(filepath.Join(o.stage, base), filepath.Join(filepath.Dir(o.path), base))
}

func (o *output) createFile(staged, name string) (*bufio.Writer, error) {
	if o.stream && staged != o.main() {
		o.note("file", "not written, because a stream holds one", strings.TrimPrefix(filepath.Base(name), "-"))
	}
	if err := os.MkdirAll(filepath.Dir(staged), 0o777); err != nil {
		return nil, fmt.Errorf("%s: %w", name, cause(err))
	}
	file, err := os.Create(staged)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, cause(err))
	}
	f := &outputFile{staged: staged, name: name, file: file}
	if strings.HasSuffix(name, ".gz") {
		f.zip = gzip.NewWriter(file)
		f.Writer = bufio.NewWriter(f.zip)
	} else {
		f.Writer = bufio.NewWriterSize(file, 64<<10)
	}
	o.files = append(o.files, f)
	return f.Writer, nil
}

// exists says whether there is a file of this part already.
func (o *output) exists(part string) bool {
	_, err := os.Stat(o.name(part))
	return err == nil && !o.stream
}

// finish completes all files where they are written.
func (o *output) finish() error {
	for _, f := range o.files {
		err := f.Flush()
		if f.zip != nil && err == nil {
			err = f.zip.Close()
		}
		if closing := f.file.Close(); err == nil {
			err = closing
		}
		f.file = nil
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, cause(err))
		}
	}
	return nil
}

// commit moves the finished files to their places.
func (o *output) commit() error {
	if o.stream {
		return o.copyTo()
	}
	for _, f := range o.files {
		if err := os.MkdirAll(filepath.Dir(f.name), 0o777); err != nil {
			return fmt.Errorf("%s: %w", f.name, cause(err))
		}
		if err := os.Rename(f.staged, f.name); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

// copyTo copies the main file to standard output or into the device.
func (o *output) copyTo() error {
	main, err := os.Open(o.main())
	if err != nil {
		return err
	}
	defer main.Close()
	name, to := "standard output", o.stdout
	if o.path != "-" {
		device, err := os.OpenFile(o.path, os.O_WRONLY, 0)
		if err != nil {
			return fmt.Errorf("%s: %w", o.path, cause(err))
		}
		defer device.Close()
		name, to = o.path, device
	}
	if _, err := io.Copy(to, main); err != nil {
		return fmt.Errorf("%s: %w", name, cause(err))
	}
	return nil
}

// close removes what is not in its place.
func (o *output) close() {
	for _, f := range o.files {
		if f.file != nil {
			f.file.Close()
		}
	}
	os.RemoveAll(o.stage)
}
