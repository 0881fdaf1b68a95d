package titles

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/releval/releval/eval/cluster"
)

const (
	// maxSlices is index.max_slices_per_pit where nobody changed it.
	maxSlices = 1024
	// keepAlive is how long a point in time outlives its last search.
	keepAlive = 2 * time.Minute
)

// ErrTooManyDocuments says that an index cannot be read whole.
var ErrTooManyDocuments = errors.New("the index holds too many documents to be read whole")

// pointInTime is a cluster that can hold an index still, which reading it in
// slices needs.
type pointInTime interface {
	OpenPIT(ctx context.Context, index string, keepAlive time.Duration) (cluster.PIT, error)
	ClosePIT(ctx context.Context, id string) error
}

var matchAll = json.RawMessage(`{"match_all":{}}`)

// Count gives the number of documents of an index, at most limit.
func Count(ctx context.Context, c Cluster, where Place, limit int) (int, error) {
	body, err := json.Marshal(map[string]any{"size": 0, "track_total_hits": limit, "query": matchAll})
	if err != nil {
		return 0, fmt.Errorf("cannot count the documents: %w", err)
	}
	counted, err := c.Search(ctx, body, cluster.SearchOptions{Index: where.Index})
	return int(min(counted.Total, int64(limit))), err
}

// All reads every document of an index that holds about total. Where one
// answer does not hold them, it reads the index in slices of a point in time.
// The error is ErrTooManyDocuments where that is not possible.
func All(ctx context.Context, c Cluster, where Place, total int) ([]Document, error) {
	return within(where, func(where Place) ([]Document, error) { return all(ctx, c, where, total) })
}

func all(ctx context.Context, c Cluster, where Place, total int) ([]Document, error) {
	if total < where.most() {
		response, err := search(ctx, c, where, matchAll, []string{where.Field}, where.most())
		if err != nil {
			return nil, err
		}
		if len(response.Hits) < where.most() {
			return appendDocuments(nil, response, where.Field), nil
		}
	}
	p, ok := c.(pointInTime)
	if !ok {
		return nil, ErrTooManyDocuments
	}
	pit, err := p.OpenPIT(ctx, where.Index, keepAlive)
	if err != nil {
		return nil, err
	}
	defer func() {
		// That it could not be closed costs nothing but its keep-alive.
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = p.ClosePIT(closing, pit.ID)
	}()
	perSlice := max(1, where.most()*3/4) // slices are not all of one size
	for slices := max(2, (total+perSlice-1)/perSlice); slices <= maxSlices; slices *= 2 {
		all, whole, err := readSlices(ctx, c, where, pit.ID, slices)
		if err != nil || whole {
			return all, err
		}
	}
	return nil, ErrTooManyDocuments
}

// readSlices reads an index in so many slices, and says whether each fitted
// in one answer.
func readSlices(ctx context.Context, c Cluster, where Place, pit string, slices int) (all []Document, whole bool, err error) {
	for i := range slices {
		body, err := json.Marshal(map[string]any{
			"size": where.most(), "from": 0, "track_total_hits": false, "_source": false, "fields": []string{where.Field}, "query": matchAll,
			"slice": map[string]int{"id": i, "max": slices},
			"pit":   map[string]string{"id": pit, "keep_alive": fmt.Sprintf("%ds", int(keepAlive.Seconds()))},
		})
		if err != nil {
			return nil, false, fmt.Errorf("cannot read the titles: %w", err)
		}
		response, err := c.Search(ctx, body, cluster.SearchOptions{Size: where.most()})
		if err != nil {
			return nil, false, err
		}
		if response.PIT != "" {
			pit = response.PIT
		}
		if len(response.Hits) == where.most() {
			return nil, false, nil
		}
		all = appendDocuments(all, response, where.Field)
	}
	return all, true, nil
}

func appendDocuments(all []Document, response cluster.Response, field string) []Document {
	for _, h := range response.Hits {
		all = append(all, documents(h, field)...)
	}
	return all
}
