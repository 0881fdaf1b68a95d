package runfile

import (
	"bytes"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments/unpack"
)

// Create starts a run file at path with the manifest; gzip where the
// name ends in .gz. A file that is already there is an error, because it may
// be a run that was paid for; only one that breaks off within its manifest,
// as where a process was killed at the start, is taken over.
func Create(path string, m eval.Manifest) (*Journal, error) {
	file, err := create(path)
	if err != nil {
		return nil, err
	}
	j := NewJournal(path, file)
	err = j.manifest(m)
	if err == nil {
		err = j.sync()
	}
	if err != nil {
		j.Close()
		os.Remove(path)
		return nil, err
	}
	syncFolder(path)
	return j, nil
}

// create makes the file at path, or takes over an abandoned one, and locks it.
func create(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return takeOver(path)
	}
	if err != nil {
		return nil, cannot("start", path, err)
	}
	if err := lock(path, file); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// takeOver opens a file that holds nothing worth keeping, and refuses any
// other.
func takeOver(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err == nil && abandoned(file) {
		if err = lock(path, file); err != nil {
			file.Close()
			return nil, err
		}
		// now that nobody else writes: look again
		if abandoned(file) && file.Truncate(0) == nil {
			return file, nil
		}
	}
	if err == nil {
		file.Close()
	}
	return nil, Taken(path)
}

// Taken says why a new run cannot be written to a path at which there is
// something.
func Taken(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder; name a file in it, such as %s", path, filepath.Join(path, "run.jsonl"))
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s already exists, and is no run file; choose another file", path)
	}
	if run, err := IsRun(path); err == nil && !run {
		return fmt.Errorf("%s already exists, and is no run file; choose another file", path)
	}
	return fmt.Errorf("%s already exists; continue it with --resume %s, or choose another file", path, text.ShellWord(path))
}

// abandoned says whether a file breaks off within its first line, the
// manifest, or before it. It leaves the file at its start.
func abandoned(file *os.File) bool {
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxLine {
		return false
	}
	text, err := io.ReadAll(io.NewSectionReader(file, 0, info.Size()))
	if err != nil {
		return false
	}
	unpacked, err := unpack.NewReader(bytes.NewReader(text))
	if err != nil {
		return errors.Is(err, io.ErrUnexpectedEOF)
	}
	// A compressed file may break off, which ends what can be read of it.
	start, _ := io.ReadAll(io.LimitReader(unpacked, maxLine))
	return bytes.IndexByte(start, '\n') < 0 && beginsRun(start)
}

// Append resumes the run file at path after its first keep bytes:
// what comes after them is the truncated last line of a run that was cut
// short. A compressed file is written again up to there, and takes the old
// one's place when it is whole; keep counts the bytes of the run, not those
// of the file.
func Append(path string, s *Stored) (*Journal, error) {
	if err := s.resumable(path); err != nil {
		return nil, err
	}
	keep := s.Kept
	file, err := reopen(path, keep)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(path, ".gz") {
		defer file.Close()
		return rewrite(path, func(j *Journal) error { return j.copy(file, keep) })
	}
	if err := cutOff(path, file, keep); err != nil {
		file.Close()
		return nil, err
	}
	j := NewJournal(path, file)
	if sum, err := s.sum.(hash.Cloner).Clone(); err == nil { // SHA-256 can
		j.sum = sum
	}
	return j, nil
}

// resumable refuses a file of an older format.
func (s *Stored) resumable(path string) error {
	if s.Format == Format {
		return nil
	}
	return fmt.Errorf("cannot resume %s: it has format %d, and releval now writes format %d; start the run again with --out", path, s.Format, Format)
}

// cutOff ends a file after its first keep bytes.
func cutOff(path string, file *os.File, keep int64) error {
	if err := file.Truncate(keep); err != nil {
		return cannot("drop the truncated last line of", path, err)
	}
	if _, err := file.Seek(keep, io.SeekStart); err != nil {
		return cannot("resume", path, err)
	}
	return nil
}

// checkFile finds out, before anything is sent, whether the run file can be
// written: not where it exists already, or its folder does not take files.
func CheckFile(path string) error {
	if _, err := os.Lstat(path); err == nil {
		file, err := takeOver(path)
		if err != nil {
			return err
		}
		return file.Close()
	}
	probe, err := os.CreateTemp(filepath.Dir(path), ".releval-*")
	if err != nil {
		return cannot("start", path, err)
	}
	probe.Close()
	return os.Remove(probe.Name())
}

// cannot makes the error of a run file that something failed on, with what to
// do where that is known.
func cannot(do, path string, err error) error {
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		err = failed.Err // the path is said already
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return fmt.Errorf("cannot %s the run file %s: %w; free some room", do, path, err)
	}
	return fmt.Errorf("cannot %s the run file %s: %w", do, path, err)
}

// syncFolder forces the file's name to the disk. Not every system can: the
// file itself has been forced there in any case.
func syncFolder(path string) {
	if folder, err := os.Open(filepath.Dir(path)); err == nil {
		_ = folder.Sync()
		folder.Close()
	}
}
