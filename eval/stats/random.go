package stats

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
)

// purpose keeps the random numbers of different uses of one seed apart.
type purpose uint64

const (
	forSignFlips purpose = iota + 1
	forResamples
	forFolds
	forKappa
)

// stream returns the generator of one chunk of work. Work is cut into chunks
// of a fixed size, each with its own stream, so that the result depends
// neither on how many goroutines share the chunks nor on their order.
func stream(seed uint64, use purpose, chunk int) *rand.PCG {
	// Neighbouring seeds and chunks are hashed apart, because streams of one
	// linear congruential generator that start close to each other are
	// related.
	key := mix(mix(seed^mix(uint64(use))) + uint64(chunk))
	return rand.NewPCG(key, mix(key))
}

// mix is the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): a
// bijection on 64 bits in which each input bit moves about half the output.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// serialBelow is the number of elementary steps below which starting
// goroutines costs more than it saves.
const serialBelow = 1 << 20

// forChunks calls work for each chunk from 0 to chunks-1 and returns when all
// are done. Steps is the total of elementary steps, which decides whether the
// work is shared among the cores.
func forChunks(chunks, steps int, work func(chunk int)) {
	workers := min(runtime.GOMAXPROCS(0), chunks)
	if steps < serialBelow || workers < 2 {
		for chunk := range chunks {
			work(chunk)
		}
		return
	}
	var next atomic.Int64
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for {
				chunk := int(next.Add(1)) - 1
				if chunk >= chunks {
					return
				}
				work(chunk)
			}
		})
	}
	group.Wait()
}
