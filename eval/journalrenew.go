package eval

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// RenewJournal goes on with the run file at path, of which the first keep bytes
// were read, without some of the queries that it holds: the run's manifest and
// queries are written anew, and take the old file's place when they are whole.
func RenewJournal(path string, keep int64, run *Run) (*Journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, cannot("go on with", path, err)
	}
	defer file.Close()
	if err := lock(path, file); err != nil {
		return nil, err
	}
	if !strings.HasSuffix(path, ".gz") {
		if err := unchanged(path, file, keep); err != nil {
			return nil, err
		}
	}
	return rewrite(path, func(j *Journal) error {
		err := j.write(run.Manifest)
		for i := 0; i < len(run.Queries) && err == nil; i++ {
			err = j.Query(run.Queries[i])
		}
		return cmp.Or(err, j.sync())
	})
}

// unchanged makes sure that nothing follows a file's first keep bytes but a
// line that breaks off: whole lines there are another process's, which
// finished since the file was read.
func unchanged(path string, file *os.File, keep int64) error {
	info, err := file.Stat()
	if err != nil {
		return cannot("go on with", path, err)
	}
	rest := io.NewSectionReader(file, keep, info.Size()-keep)
	for buffer := make([]byte, 1<<16); ; {
		n, err := rest.Read(buffer)
		if bytes.IndexByte(buffer[:n], '\n') >= 0 {
			return fmt.Errorf("%s has changed since it was read: another process went on with it; see it by releval report %s", path, path)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return cannot("go on with", path, err)
		}
	}
}

// rewrite fills a new file, which replaces the old one at path. Until then the
// old one stays as it is.
func rewrite(path string, fill func(*Journal) error) (*Journal, error) {
	part := path + ".part"
	file, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return nil, cannot("go on with", path, err)
	}
	j := newJournal(path, file)
	err = lock(path, file)
	if err == nil {
		err = fill(j)
	}
	if err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		j.Close()
		os.Remove(part)
		return nil, cannot("go on with", path, err)
	}
	syncFolder(path)
	return j, nil
}

// copy takes over the start of another journal's file.
func (j *Journal) copy(old io.Reader, keep int64) error {
	unzipped, err := gzip.NewReader(old)
	if err != nil {
		return err
	}
	if _, err := io.CopyN(j.zipped, unzipped, keep); err != nil {
		return err
	}
	if err := j.flush(); err != nil {
		return err
	}
	return j.file.Sync()
}
