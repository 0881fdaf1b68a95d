package index

import "math/bits"

// bitset is a set of document numbers.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (b bitset) set(d int32)      { b[d>>6] |= 1 << (d & 63) }
func (b bitset) has(d int32) bool { return b[d>>6]&(1<<(d&63)) != 0 }

func (b bitset) count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

func (b bitset) list() []int32 {
	docs := make([]int32, 0, b.count())
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			docs = append(docs, int32(i<<6+bits.TrailingZeros64(w)))
		}
	}
	return docs
}
