package trec

import (
	"bytes"
	"cmp"
	"hash/maphash"
	"math"
	"slices"

	"github.com/releval/releval/eval/metrics"
)

// A hit is one line of a run: a document of the query in hand, as a place in
// the group's bytes, and the number that orders it.
type hit struct {
	score    float64
	off, len uint32
}

// A group collects the hits of one query and finds the ranks of the judged
// ones. It is used again from query to query.
type group struct {
	query *judgedQuery // nil: nobody judged the query, nothing is kept
	seed  maphash.Seed
	buf   []byte // what the hits are places in
	hits  []hit
	found []found // the judged hits, in the order of the lines
	// ordered is true while every score is at most the one before it.
	ordered bool
	last    float64

	// slots is a hash table of documents, a power of two long: the upper half
	// of a slot is a part of the hash, the lower half says whose it is: 0 for
	// nobody, n for the hit n-1, unseen+n for the judged document n, which no
	// line has returned yet.
	slots []uint64
	used  int

	ranked []metrics.Hit
	counts []int32
}

// found is a judged hit: its place among the hits, and its grade.
type found struct {
	hit   int32
	grade float64
}

const unseen = 1 << 31

// start begins a query; buf holds the bytes of its lines.
func (g *group) start(query *judgedQuery, buf []byte) {
	g.query, g.buf = query, buf
	g.hits, g.found = g.hits[:0], g.found[:0]
	g.ordered, g.last = true, math.Inf(1)
	if query == nil {
		return
	}
	if need := 2*len(query.docs) + 64; len(g.slots) < need {
		g.slots = make([]uint64, 1<<bitsFor(need))
	} else {
		clear(g.slots)
	}
	g.used = len(query.docs)
	for i, d := range query.docs {
		g.put(d.hash&^math.MaxUint32 | unseen | uint64(i))
	}
}

func bitsFor(n int) int {
	b := 0
	for 1<<b < n {
		b++
	}
	return b
}

// put stores a slot at the first free place for its hash.
func (g *group) put(slot uint64) {
	mask := uint64(len(g.slots) - 1)
	i := slot >> 32 & mask
	for g.slots[i] != 0 {
		i = (i + 1) & mask
	}
	g.slots[i] = slot
}

// add takes the hit at the given place. The result is -1, or which earlier hit
// is the same document.
func (g *group) add(off, end int, score float64) (same int) {
	doc := g.buf[off:end]
	upper := maphash.Bytes(g.seed, doc) &^ math.MaxUint32
	mask := uint64(len(g.slots) - 1)
	n := len(g.hits)
	for i := upper >> 32 & mask; ; i = (i + 1) & mask {
		slot := g.slots[i]
		if slot == 0 {
			g.slots[i] = upper | uint64(n+1)
			g.used++
			break
		}
		if slot&^math.MaxUint32 != upper {
			continue
		}
		if who := uint32(slot); who&unseen != 0 {
			if d := &g.query.docs[who&^unseen]; d.id == string(doc) {
				g.slots[i] = upper | uint64(n+1)
				g.found = append(g.found, found{int32(n), d.grade})
				break
			}
		} else if h := g.hits[who-1]; bytes.Equal(g.buf[h.off:h.off+h.len], doc) {
			return int(who - 1)
		}
	}
	if score > g.last {
		g.ordered = false
	}
	g.last = score
	g.hits = append(g.hits, hit{score, uint32(off), uint32(end - off)})
	if 2*g.used > len(g.slots) {
		g.grow()
	}
	return -1
}

func (g *group) grow() {
	old := g.slots
	g.slots = make([]uint64, 2*len(old))
	for _, slot := range old {
		if slot != 0 {
			g.put(slot)
		}
	}
}

// list is the ranking, reduced to its judged hits. It is valid until the next
// start.
func (g *group) list() metrics.List {
	g.ranked = g.ranked[:0]
	if !g.ordered {
		g.rank(g.found, 0, len(g.hits))
	} else {
		for i := 0; i < len(g.found); {
			// The hits of one score stand together: only they can change places.
			at := int(g.found[i].hit)
			score := g.hits[at].score
			from, to := at, at+1
			for from > 0 && g.hits[from-1].score == score {
				from--
			}
			for to < len(g.hits) && g.hits[to].score == score {
				to++
			}
			j := i + 1
			for j < len(g.found) && int(g.found[j].hit) < to {
				j++
			}
			if to-from == 1 {
				g.ranked = append(g.ranked, metrics.Hit{Rank: at + 1, Grade: g.found[i].grade})
			} else {
				g.rank(g.found[i:j], from, to)
			}
			i = j
		}
	}
	l := metrics.List{Len: len(g.hits), Hits: g.ranked}
	if g.query != nil {
		l.Judged = g.query.judged
	}
	return l
}

// ties are the ranges of ranks that share a score.
func (g *group) ties() []metrics.Tie {
	scores := make([]float64, len(g.hits))
	for i, h := range g.hits {
		scores[i] = h.score
	}
	slices.SortFunc(scores, func(a, b float64) int { return cmp.Compare(b, a) })
	var ties []metrics.Tie
	for from, to := 0, 0; from < len(scores); from = to {
		for to = from + 1; to < len(scores) && scores[to] == scores[from]; {
			to++
		}
		if to-from > 1 {
			ties = append(ties, metrics.Tie{First: from + 1, Last: to})
		}
	}
	return ties
}

// rank appends the judged hits among hits[from:to], which all others come
// before or after, by rank. The judged ones are put in order; then each of the
// other hits is counted at the first judged one that it beats.
func (g *group) rank(judged []found, from, to int) {
	if len(judged) == 0 {
		return
	}
	slices.SortFunc(judged, func(a, b found) int { return g.compare(a.hit, b.hit) })
	g.counts = append(g.counts[:0], make([]int32, len(judged)+1)...)
	for i := from; i < to; i++ {
		low, high := 0, len(judged)
		for low < high {
			middle := (low + high) / 2
			if g.compare(int32(i), judged[middle].hit) < 0 {
				high = middle
			} else {
				low = middle + 1
			}
		}
		g.counts[low]++
	}
	rank := from + 1
	for i, f := range judged {
		rank += int(g.counts[i])
		g.ranked = append(g.ranked, metrics.Hit{Rank: rank, Grade: f.grade})
	}
}

// compare is below 0 where hit a comes before hit b: by the higher score, then
// by the greater document id.
func (g *group) compare(a, b int32) int {
	x, y := &g.hits[a], &g.hits[b]
	if c := cmp.Compare(y.score, x.score); c != 0 {
		return c
	}
	return bytes.Compare(g.buf[y.off:y.off+y.len], g.buf[x.off:x.off+x.len])
}

// equalKeys finds two hits of one score: b is the first in the order of the
// lines that repeats an earlier one, a. Without such a pair b is -1.
func (g *group) equalKeys() (a, b int) {
	if g.ordered {
		for i := 1; i < len(g.hits); i++ {
			if g.hits[i-1].score == g.hits[i].score {
				return i - 1, i
			}
		}
		return -1, -1
	}
	seen := make(map[float64]int, len(g.hits))
	for i, h := range g.hits {
		if earlier, ok := seen[h.score]; ok {
			return earlier, i
		}
		seen[h.score] = i
	}
	return -1, -1
}
