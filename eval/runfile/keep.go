package runfile

import (
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/releval/releval/eval"
)

// maxKept is how many bytes a kept run has at most.
const maxKept = 256 << 20

// Keep writes a run that is at hand to a file of its own, compressed, which the
// user alone may read. What stood there before is replaced as a whole, or, on
// an error, left. It may be lost with the machine: nothing is forced to the
// disk.
func Keep(path string, run *eval.Run) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".releval-*") // of mode 0600
	if err != nil {
		return cannot("keep", path, err)
	}
	defer func() {
		if err != nil {
			os.Remove(file.Name())
		}
	}()
	storage := &kept{file: file}
	storage.zipped, err = gzip.NewWriterLevel(storage.limited(), gzip.BestSpeed)
	if err != nil {
		return err
	}
	j := NewJournal(strings.TrimSuffix(path, ".gz"), storage) // storage compresses
	err = j.manifest(run.Manifest)
	for i := range run.Queries {
		if err == nil {
			err = j.Query(run.Queries[i])
		}
	}
	if err == nil && run.Complete != nil {
		err = j.Complete(*run.Complete)
	}
	if err = errors.Join(err, j.Close()); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return cannot("keep", path, err)
	}
	return nil
}

// kept is a journal's storage that compresses as a whole.
type kept struct {
	file   *os.File
	zipped *gzip.Writer
	size   int
}

// limited counts what reaches the file.
func (k *kept) limited() writer {
	return func(p []byte) (int, error) {
		if k.size += len(p); k.size > maxKept {
			return 0, fmt.Errorf("it is larger than %d MB", maxKept>>20)
		}
		return k.file.Write(p)
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

func (k *kept) Write(p []byte) (int, error) { return k.zipped.Write(p) }

func (k *kept) Sync() error { return nil }

func (k *kept) Close() error { return errors.Join(k.zipped.Close(), k.file.Close()) }
