package runfile

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/judgments/unpack"
)

// Renew resumes the run file at path, of which the first keep bytes
// were read, without some of the queries that it holds: the run's manifest and
// queries are written again, and take the old file's place when they are whole.
func Renew(path string, s *Stored, run *eval.Run) (*Journal, error) {
	if err := s.resumable(path); err != nil {
		return nil, err
	}
	file, err := reopen(path, s.Kept)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return rewrite(path, func(j *Journal) error {
		err := j.manifest(run.Manifest)
		for i := 0; i < len(run.Queries) && err == nil; i++ {
			err = j.Query(run.Queries[i])
		}
		return cmp.Or(err, j.sync())
	})
}

// reopen opens and locks a run file of which the first keep bytes of the run
// were read, and makes sure that nobody else has resumed it since.
func reopen(path string, keep int64) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, cannot("resume", path, err)
	}
	if err = lock(path, file); err == nil {
		err = unchanged(path, file, keep)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// unchanged makes sure that nothing follows the first keep bytes of a run but a
// line that breaks off. Whole lines there are another process's, which finished
// since the file was read; and where there is less, or another file has taken
// its place, one has written it again. It leaves the file at its start.
func unchanged(path string, file *os.File, keep int64) error {
	info, err := file.Stat()
	if err != nil {
		return cannot("resume", path, err)
	}
	changed := fmt.Errorf("%s has changed since it was read, because another process resumed it; see it with releval report %s", path, path)
	if now, err := os.Stat(path); err != nil || !os.SameFile(info, now) {
		return changed
	}
	var run io.Reader = io.NewSectionReader(file, 0, info.Size())
	if strings.HasSuffix(path, ".gz") {
		if run, err = unpack.NewReader(run); err == nil {
			_, err = io.CopyN(io.Discard, run, keep)
		}
	} else if info.Size() < keep {
		err = io.EOF
	} else {
		run = io.NewSectionReader(file, keep, info.Size()-keep)
	}
	if endsEarly(err) {
		return changed
	}
	for buffer := make([]byte, 1<<16); err == nil; {
		var n int
		n, err = run.Read(buffer)
		if bytes.IndexByte(buffer[:n], '\n') >= 0 {
			return changed
		}
	}
	if !endsEarly(err) {
		return cannot("resume", path, err)
	}
	return nil
}

// endsEarly says whether a reader came to the end of its file, or to where a
// compressed one breaks off.
func endsEarly(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// rewrite fills a new file, which replaces the old one at path. Until then the
// old one stays as it is.
func rewrite(path string, fill func(*Journal) error) (*Journal, error) {
	part := path + ".part"
	file, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return nil, cannot("resume", path, err)
	}
	j := NewJournal(path, file)
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
		return nil, cannot("resume", path, err)
	}
	syncFolder(path)
	return j, nil
}

// copy takes over the start of another journal's file.
func (j *Journal) copy(old io.Reader, keep int64) error {
	unzipped, err := unpack.NewReader(old)
	if err != nil {
		return err
	}
	if _, err := io.CopyN(io.MultiWriter(j.zipped, j.sum), unzipped, keep); err != nil {
		return err
	}
	if err := j.flush(); err != nil {
		return err
	}
	return j.file.Sync()
}
