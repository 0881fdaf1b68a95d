package embedded

import (
	"sync"
	"time"

	"github.com/releval/releval/eval/embedded/index"
	"github.com/releval/releval/eval/embedded/jsontree"
	"github.com/releval/releval/eval/embedded/mapping"
)

// refreshInterval is after how long a write becomes visible by itself.
const refreshInterval = time.Second

// maxResultWindow is a server's default of index.max_result_window.
const maxResultWindow = 10000

// indexState is one index: what is visible, and the writes that are not yet.
type indexState struct {
	name      string
	uuid      string
	created   time.Time
	settings  map[string]string // as the index was created with, dotted
	maxWindow int

	mu      sync.RWMutex
	mapping *mapping.Mapping
	current map[string]*index.Document // by id, with the invisible writes
	seqNo   int64
	segment *index.Segment
	// pending are the writes since segment was made; the first visible of
	// them have been refreshed, and are applied at the next search.
	pending []index.Op
	visible int
	// since is when the first write after the last refresh came.
	since time.Time
}

func newIndexState(name string, m *mapping.Mapping, settings map[string]string) *indexState {
	return &indexState{
		name: name, uuid: newID(16), created: time.Now(), settings: settings, maxWindow: maxResultWindow,
		mapping: m, current: make(map[string]*index.Document),
	}
}

// shard is what a search sees of an index; it never changes.
type shard struct {
	index   *indexState
	segment *index.Segment
	mapping *mapping.Mapping
}

// shard gives the visible documents.
func (s *indexState) shard() shard {
	s.mu.RLock()
	ready := s.visible == 0 && (len(s.pending) == 0 || time.Since(s.since) < refreshInterval)
	sh := shard{s, s.segment, s.mapping}
	s.mu.RUnlock()
	if ready {
		return sh
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.pending) > s.visible && time.Since(s.since) >= refreshInterval {
		s.visible = len(s.pending)
	}
	if s.visible > 0 {
		s.segment = s.segment.Apply(s.pending[:s.visible])
		s.pending = append([]index.Op(nil), s.pending[s.visible:]...)
		s.visible = 0
	}
	return shard{s, s.segment, s.mapping}
}

// refresh makes all writes visible. The work is done by the next search, so
// that many small writes with a refresh each stay cheap.
func (s *indexState) refresh() {
	s.mu.Lock()
	s.visible = len(s.pending)
	s.mu.Unlock()
}

// written says what became of a write.
type written struct {
	version, seqNo int64
	existed        bool
}

// put adds or replaces a document; with create it must not exist.
func (s *indexState) put(id string, source []byte, create bool) (written, error) {
	src, err := jsontree.Parse(source)
	if err != nil {
		return written{}, unreadable(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.current[id]
	if old != nil && create {
		f := fail(409, "version_conflict_engine_exception",
			"[%s]: version conflict, document already exists (current version [%d])", id, old.Version)
		f.extra = map[string]any{"index_uuid": s.uuid, "shard": "0", "index": s.name}
		return written{}, f
	}
	fields, next, err := s.mapping.Document(id, source, src)
	if err != nil {
		return written{}, asFailure(err)
	}
	s.mapping = next
	doc := &index.Document{ID: id, Source: source, Version: 1, SeqNo: s.seqNo, Fields: fields}
	if old != nil {
		doc.Version = old.Version + 1
	}
	s.current[id] = doc
	s.write(index.Op{ID: id, Document: doc})
	return written{version: doc.Version, seqNo: doc.SeqNo, existed: old != nil}, nil
}

// remove deletes a document.
func (s *indexState) remove(id string) written {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := written{version: 1, seqNo: s.seqNo}
	if old := s.current[id]; old != nil {
		w.version, w.existed = old.Version+1, true
		delete(s.current, id)
		s.write(index.Op{ID: id})
	} else {
		s.seqNo++
	}
	return w
}

func (s *indexState) write(op index.Op) {
	if len(s.pending) == s.visible {
		s.since = time.Now()
	}
	s.seqNo++
	s.pending = append(s.pending, op)
}

// get finds a document, whether or not it is visible to searches yet.
func (s *indexState) get(id string) *index.Document {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.current[id]
}

// unreadable is a document that is not JSON.
func unreadable(err error) error {
	f := asFailure(err)
	return &failure{status: f.status, cause: cause{
		typ: "document_parsing_exception", reason: "failed to parse: " + f.reason, cause: &f.cause,
	}}
}
