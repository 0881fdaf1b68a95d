package runfile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/releval/releval/eval"
)

// syncInterval is how long a finished query may wait to be forced to the
// disk. It is written to the operating system at once, so that the death of
// the process loses nothing; only the death of the machine can cost this
// much.
const syncInterval = 250 * time.Millisecond

// Journal writes a run file while the run happens: a line for the manifest,
// one for each finished query, and a last one that says it is complete. It is
// safe for several goroutines at once, and keeps other processes from writing
// to the same file, where the system has such locks.
type Journal struct {
	path string
	// stop ends the goroutine that forces the file to the disk; stopped is
	// closed when it has ended.
	stop, stopped chan struct{}

	mu     sync.Mutex
	file   storage
	zipped *gzip.Writer // nil for a plain file
	buffer *bufio.Writer
	dirty  bool // written since the last sync
	err    error
	// sum is over all that was written, for the last line.
	sum hash.Hash
	// encoded is what the last query was encoded in, and the next one will be.
	encoded []byte
}

// storage is what a Journal needs of a file.
type storage interface {
	io.Writer
	Sync() error
	Close() error
}

// NewJournal writes to a storage that is open and empty.
func NewJournal(path string, file storage) *Journal {
	j := &Journal{path: path, file: file, sum: sha256.New(), stop: make(chan struct{}), stopped: make(chan struct{})}
	j.buffer = bufio.NewWriterSize(file, 1<<16)
	if strings.HasSuffix(path, ".gz") {
		j.zipped = gzip.NewWriter(j.buffer)
	}
	go j.syncNowAndThen()
	return j
}

// Query writes a finished query. After an error every further call returns
// the same error: what was written before is safe.
func (j *Journal) Query(q eval.Query) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	encoded, err := appendQuery(j.encoded[:0], q)
	if err != nil {
		return fmt.Errorf("cannot encode a line of the run file: %w", err)
	}
	j.encoded = append(encoded, '\n')
	return j.line(j.encoded, checkShape(encoded))
}

// Complete writes the last line.
func (j *Journal) Complete(c eval.Complete) error {
	j.mu.Lock()
	sum := hex.EncodeToString(j.sum.Sum(nil))
	j.mu.Unlock()
	encoded, err := json.Marshal(completeLine{
		Type: "complete", Queries: c.Queries, Failed: c.Failed, SHA256: sum,
		Finished: c.Finished, Indices: c.Indices, Warnings: c.Warnings, Dropped: c.Dropped, Usage: c.Usage, Texts: c.Texts, Latency: c.Latency,
	})
	if err != nil {
		return fmt.Errorf("cannot encode a line of the run file: %w", err)
	}
	encoded = bytes.TrimSuffix(encoded, []byte("}"))
	return j.write(append(fmt.Appendf(encoded, "%s%s", lineMember, hexSum(encoded)), `"}`...))
}

// manifest writes the first line.
func (j *Journal) manifest(m eval.Manifest) error {
	m.Type, m.Format = "manifest", Format
	encoded, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("cannot encode a line of the run file: %w", err)
	}
	return j.write(encoded)
}

func (j *Journal) write(encoded []byte) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.line(append(encoded, '\n'), checkShape(encoded))
}

// line writes an encoded line, unless its shape is wrong, or its length. It is
// called with the lock held.
func (j *Journal) line(encoded []byte, shape error) error {
	err := shape
	if len(encoded) > maxLine {
		err = fmt.Errorf("longer than %d MB", maxLine>>20)
	}
	if err != nil {
		return fmt.Errorf("this query's results exceed the limits for one line of a run file (%w); search with fewer repeats, or smaller windows", err)
	}
	if j.err != nil {
		return j.err
	}
	if err := j.put(encoded); err != nil {
		j.err = cannot("write", j.path, err)
		return j.err
	}
	j.sum.Write(encoded)
	j.dirty = true
	return nil
}

// put hands the line to the operating system. A compressed file is flushed at
// each line as well: it grows by a few bytes, and loses nothing.
func (j *Journal) put(line []byte) error {
	var to io.Writer = j.buffer
	if j.zipped != nil {
		to = j.zipped
	}
	if _, err := to.Write(line); err != nil {
		return err
	}
	return j.flush()
}

func (j *Journal) flush() error {
	if j.zipped != nil {
		if err := j.zipped.Flush(); err != nil {
			return err
		}
	}
	return j.buffer.Flush()
}

// syncNowAndThen forces what was written to the disk at each interval, until
// Close.
func (j *Journal) syncNowAndThen() {
	defer close(j.stopped)
	ticker := time.NewTicker(syncInterval)
	defer ticker.Stop()
	for {
		select {
		case <-j.stop:
			return
		case <-ticker.C:
			_ = j.sync() // the next write, or Close, returns the error
		}
	}
}

// sync forces what was written to the disk. Writers do not wait for it.
func (j *Journal) sync() error {
	j.mu.Lock()
	dirty := j.dirty && j.err == nil
	j.dirty = false
	j.mu.Unlock()
	if !dirty {
		return nil
	}
	if err := j.file.Sync(); err != nil {
		j.mu.Lock()
		defer j.mu.Unlock()
		if j.err == nil {
			j.err = cannot("write", j.path, err)
		}
		return j.err
	}
	return nil
}

// Close forces everything to the disk and closes the file. It returns the
// first error that the journal met.
func (j *Journal) Close() error {
	close(j.stop)
	<-j.stopped
	j.mu.Lock()
	defer j.mu.Unlock()
	var err error
	if j.zipped != nil && j.err == nil {
		err = j.zipped.Close()
	}
	if j.err == nil {
		err = errors.Join(err, j.buffer.Flush(), j.file.Sync())
	}
	err = errors.Join(err, j.file.Close())
	if j.err == nil && err != nil {
		j.err = cannot("finish", j.path, err)
	}
	return j.err
}
