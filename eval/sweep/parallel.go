package sweep

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// forQueries calls work for each query from 0 to n-1, on all cores, each with
// a worker of its own, and returns the workers when all is done. Work writes
// to places that belong to its query, or to its worker.
func forQueries[W any](n int, worker func() W, work func(W, int)) []W {
	const chunk = 16
	workers := make([]W, max(1, min(runtime.GOMAXPROCS(0), (n+chunk-1)/chunk)))
	var next atomic.Int64
	var group sync.WaitGroup
	for i := range workers {
		workers[i] = worker()
		group.Go(func() {
			for {
				start := int(next.Add(chunk)) - chunk
				if start >= n {
					return
				}
				for q := start; q < min(start+chunk, n); q++ {
					work(workers[i], q)
				}
			}
		})
	}
	group.Wait()
	return workers
}
