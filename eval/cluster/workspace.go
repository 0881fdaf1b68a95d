package cluster

import "bytes"

// workspace is the memory in which an answer is read and decoded. The next
// answer is read in it again: at hundreds of answers a second, making it anew
// costs more than decoding.
type workspace struct {
	body    bytes.Buffer
	decoder hitDecoder
	ranks   map[string]int // empty between two answers
}

func newWorkspace() *workspace {
	return &workspace{ranks: make(map[string]int)}
}

// largestPooled is the capacity of the body up to which a workspace is kept
// for the next answer, so that one huge answer does not stay in memory.
const largestPooled = 4 << 20

func (c *Client) recycle(w *workspace) {
	if w.body.Cap() <= largestPooled {
		c.workspaces.Put(w)
	}
}
