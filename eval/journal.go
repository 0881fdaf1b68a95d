package eval

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// syncInterval is how long a finished query may wait to be forced to the
// disk. It is written to the operating system at once, so that the death of
// the process loses nothing; only the death of the machine can cost this
// much.
const syncInterval = time.Second

// Journal writes a run file while the run happens: a line for the manifest,
// one for each finished query, and a last one that says it is complete. It is
// safe for several goroutines at once.
type Journal struct {
	path string

	mu     sync.Mutex
	file   *os.File
	buffer *bufio.Writer
	zipped *gzip.Writer
	synced time.Time
	err    error
}

// CreateJournal starts a run file at path with the manifest; gzip where the
// name ends in .gz. A file that is already there is an error, because it may
// be a run that was paid for.
func CreateJournal(path string, m Manifest) (*Journal, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("%s exists already: go on with it by --resume %s, or name another file or remove it", path, path)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot start the run file: %w", err)
	}
	j := newJournal(path, file)
	m.Type, m.Format = "manifest", Format
	if err := j.write(m); err != nil {
		j.Close()
		return nil, err
	}
	return j, nil
}

// AppendJournal goes on with the run file at path after its first keep bytes:
// what comes after them is the truncated last line of a run that was cut
// short.
func AppendJournal(path string, keep int64) (*Journal, error) {
	if strings.HasSuffix(path, ".gz") {
		return nil, fmt.Errorf("%s is compressed, and only a plain run file can be gone on with: unpack it first", path)
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("cannot go on with the run file: %w", err)
	}
	if err := file.Truncate(keep); err != nil {
		file.Close()
		return nil, fmt.Errorf("cannot drop the truncated last line of %s: %w", path, err)
	}
	if _, err := file.Seek(keep, io.SeekStart); err != nil {
		file.Close()
		return nil, fmt.Errorf("cannot go on with the run file: %w", err)
	}
	return newJournal(path, file), nil
}

func newJournal(path string, file *os.File) *Journal {
	j := &Journal{path: path, file: file, synced: time.Now()}
	if strings.HasSuffix(path, ".gz") {
		j.zipped = gzip.NewWriter(file)
		j.buffer = bufio.NewWriterSize(j.zipped, 1<<16)
	} else {
		j.buffer = bufio.NewWriterSize(file, 1<<16)
	}
	return j
}

// Query writes a finished query. After an error every further call returns
// the same error: what was written before is safe.
func (j *Journal) Query(q Query) error {
	q.Type = "query"
	return j.write(q)
}

// Complete writes the last line.
func (j *Journal) Complete(c Complete) error {
	c.Type = "complete"
	return j.write(c)
}

func (j *Journal) write(line any) error {
	encoded, err := json.Marshal(line)
	if err != nil {
		return fmt.Errorf("cannot encode a line of the run file: %w", err)
	}
	encoded = append(encoded, '\n')

	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return j.err
	}
	if err := j.put(encoded); err != nil {
		j.err = fmt.Errorf("cannot write the run file %s: %w (what it holds so far is safe: free some room, then go on with --resume %s)", j.path, err, j.path)
	}
	return j.err
}

// put hands the line to the operating system, and from time to time to the
// disk. A compressed file is handed on when it is closed: flushing it at each
// line would undo the compression.
func (j *Journal) put(line []byte) error {
	if _, err := j.buffer.Write(line); err != nil {
		return err
	}
	if j.zipped != nil {
		return nil
	}
	if err := j.buffer.Flush(); err != nil {
		return err
	}
	if time.Since(j.synced) < syncInterval {
		return nil
	}
	j.synced = time.Now()
	return j.file.Sync()
}

// Close forces everything to the disk and closes the file. It returns the
// first error that the journal met.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	err := errors.Join(j.buffer.Flush())
	if j.zipped != nil {
		err = errors.Join(err, j.zipped.Close())
	}
	err = errors.Join(err, j.file.Sync(), j.file.Close())
	if j.err != nil {
		return j.err
	}
	if err != nil {
		return fmt.Errorf("cannot finish the run file %s: %w", j.path, err)
	}
	return nil
}
