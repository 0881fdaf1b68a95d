package sweep

import (
	"math"
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

// table makes rows of zeros.
func table(rows, columns int) [][]float64 {
	cells := make([]float64, rows*columns)
	made := make([][]float64, rows)
	for i := range made {
		made[i] = cells[i*columns : (i+1)*columns : (i+1)*columns]
	}
	return made
}

// cube makes tables of zeros.
func cube(tables, rows, columns int) [][][]float64 {
	made := make([][][]float64, tables)
	for i := range made {
		made[i] = table(rows, columns)
	}
	return made
}

// mean averages the values but for undefined ones; NaN where there are none.
func mean(values []float64) float64 {
	sum, n := 0.0, 0
	for _, v := range values {
		if !math.IsNaN(v) {
			sum += v
			n++
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return sum / float64(n)
}
