package execute

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/releval/releval/eval/cluster"
)

// losing is a cluster that loses its points in time.
type losing struct {
	mu      sync.Mutex
	opened  int
	lost    int // how many of those it opened first are lost
	refuses error
}

func (l *losing) OpenPIT(context.Context, string, time.Duration) (cluster.PIT, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.opened > 0 && l.refuses != nil {
		return cluster.PIT{}, l.refuses
	}
	l.opened++
	return cluster.PIT{ID: fmt.Sprint(l.opened)}, nil
}

func (l *losing) ClosePIT(context.Context, string) error { return nil }

func (l *losing) Search(_ context.Context, body []byte, _ cluster.SearchOptions) (cluster.Response, error) {
	var pit int
	if _, err := fmt.Sscan(string(body), &pit); err != nil {
		return cluster.Response{}, err
	}
	if pit <= l.lost {
		return cluster.Response{}, &cluster.Error{Kind: cluster.KindLostPIT}
	}
	return cluster.Response{PIT: string(body)}, nil
}

func pitOf(pit string) []byte { return []byte(pit) }

// However many searches miss a point in time, one other takes its place.
func TestSnapshotIsReplacedOnce(t *testing.T) {
	c := &losing{lost: 2}
	s := NewSnapshot(c, "films")
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			if response, _, err := s.Search(t.Context(), pitOf, cluster.SearchOptions{}); err != nil || response.PIT != "3" {
				t.Errorf("answered by point in time %q, %v", response.PIT, err)
			}
		})
	}
	group.Wait()
	if c.opened != 3 || !s.Replaced() || s.Searches() < 18 {
		t.Errorf("%d opened, replaced %v, %d searches; want 3, and at least 16 answers and 2 losses", c.opened, s.Replaced(), s.Searches())
	}
}

// A cluster that loses every point in time, or opens no other, ends a search.
func TestSnapshotGivesUp(t *testing.T) {
	c := &losing{lost: 100}
	if _, replaced, err := NewSnapshot(c, "films").Search(t.Context(), pitOf, cluster.SearchOptions{}); cluster.KindOf(err) != cluster.KindLostPIT || !replaced || hopeless(err) {
		t.Errorf("replaced %v, %v; want an error of this search alone", replaced, err)
	}
	if c.opened != 1+mostReopened {
		t.Errorf("%d opened, want %d", c.opened, 1+mostReopened)
	}
	away := errors.New("away")
	if _, _, err := NewSnapshot(&losing{lost: 1, refuses: away}, "films").Search(t.Context(), pitOf, cluster.SearchOptions{}); !errors.Is(err, away) || !hopeless(err) {
		t.Errorf("%v, want an error that every search would meet", err)
	}
}
