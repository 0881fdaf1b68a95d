package execute

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/judgments"
)

const (
	// keepAlive is how long the point in time outlives the last search.
	keepAlive = 10 * time.Minute
	// mostReopened is how often one search may find its point in time lost: a
	// cluster whose nodes are restarted one after the other loses several.
	mostReopened = 5
	// closing is how long an interrupted run waits for its point in time to be
	// freed.
	closing = 5 * time.Second
)

// Snapshot holds an index still: every search through it sees one point in
// time, so that nothing that differs can come from a document indexed in
// between. A point in time that was lost, as by a restart of the cluster, is
// replaced by another, once for all the searches that miss it. Its methods may
// be called at the same time.
type Snapshot struct {
	cluster  Searcher
	index    string
	request  judgments.RequestOptions
	pit      atomic.Pointer[string] // the newest id: the server may change it; nil until Open
	mu       sync.Mutex             // to open and to replace
	searches atomic.Int64
	replaced atomic.Bool
}

// NewSnapshot prepares a snapshot of an index, an alias, or several separated
// by commas. Nothing is sent before Open.
func NewSnapshot(c Searcher, index string) *Snapshot { return &Snapshot{cluster: c, index: index} }

// Routed gives the routing and the preference of a suite's searches to the
// points in time that the snapshot opens, and returns it.
func (s *Snapshot) Routed(o judgments.RequestOptions) *Snapshot {
	s.request = o
	return s
}

// routedOpener opens points in time with routing and preference.
type routedOpener interface {
	OpenRoutedPIT(ctx context.Context, index string, keepAlive time.Duration, routing, preference string) (cluster.PIT, error)
}

// open opens a point in time.
func (s *Snapshot) open(ctx context.Context) (cluster.PIT, error) {
	if s.request.Routing == "" && s.request.Preference == "" {
		return s.cluster.OpenPIT(ctx, s.index, keepAlive)
	}
	opener, ok := s.cluster.(routedOpener)
	if !ok {
		return cluster.PIT{}, &cluster.Error{Op: "open a point in time", Kind: cluster.KindUnsupported, What: "the cluster takes no routing and no preference"}
	}
	return opener.OpenRoutedPIT(ctx, s.index, keepAlive, s.request.Routing, s.request.Preference)
}

// Open opens the point in time, where it is not open yet.
func (s *Snapshot) Open(ctx context.Context) error { return s.replace(ctx, nil) }

// replace opens a point in time in the place of a lost one, unless another
// search has done so.
func (s *Snapshot) replace(ctx context.Context, lost *string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pit.Load() != lost {
		return nil
	}
	pit, err := s.open(ctx)
	if err != nil {
		return err
	}
	s.pit.Store(&pit.ID)
	if lost != nil {
		s.replaced.Store(true)
	}
	return nil
}

// Close frees the point in time, even where the context has ended. That it
// could not be closed costs nothing but its keep-alive.
func (s *Snapshot) Close(ctx context.Context) {
	pit := s.pit.Swap(nil)
	if pit == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	_ = s.cluster.ClosePIT(ctx, *pit)
}

// Searches is how many searches were sent, those that found the point in time
// lost among them.
func (s *Snapshot) Searches() int { return int(s.searches.Load()) }

// Replaced says whether the point in time was lost on the way, so that the
// index may have changed in between.
func (s *Snapshot) Replaced() bool { return s.replaced.Load() }

// Search sends a search that body gives for a point in time. Where that was
// lost it opens another and asks again; replaced says so. An error of opening
// another is a replaceError.
func (s *Snapshot) Search(ctx context.Context, body func(pit string) []byte, o cluster.SearchOptions) (response cluster.Response, replaced bool, err error) {
	if err := s.Open(ctx); err != nil {
		return cluster.Response{}, false, replaceError{err}
	}
	for attempt := 0; ; attempt++ {
		pit := s.pit.Load()
		s.searches.Add(1)
		response, err = s.cluster.Search(ctx, body(*pit), o)
		if err == nil {
			if newest := response.PIT; newest != "" && newest != *pit {
				s.pit.CompareAndSwap(pit, &newest)
			}
			return response, attempt > 0, nil
		}
		if cluster.KindOf(err) != cluster.KindLostPIT || attempt == mostReopened {
			return response, attempt > 0, err
		}
		if err := s.replace(ctx, pit); err != nil {
			return response, true, replaceError{err}
		}
	}
}

// replaceError says that no point in time could be opened: every other search
// would meet the same.
type replaceError struct{ error }

func (e replaceError) Unwrap() error { return e.error }
