package main

import (
	"runtime"
	"runtime/debug"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/plan"
)

// collectLess lets the heap of a run of ordinary size grow to five times what
// is in use before garbage is collected: the run keeps its hits, and looking
// through them again and again took a tenth of its time. A large run keeps to
// the default, and the runtime's own variables come first.
func (p *program) collectLess(plan *plan.Plan) {
	const ordinary = 1_000_000 // hits, of some 100 bytes
	hits := len(plan.Queries) * len(plan.Names()) * plan.Depth
	if hits <= ordinary && p.Getenv("GOGC") == "" && p.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(400)
	}
}

// holdOneCore keeps the harness to one core while a few queries at a time are
// searched over the network, of which it needs a part. On more, the runtime's
// threads look for work between any two answers, and take that time from what
// else runs there, such as the cluster that is measured. The engine within
// this process gets all cores. The function returned ends it.
func (p *program) holdOneCore(c *cluster.Client, concurrency int) (release func()) {
	const few = 8
	if !c.Remote() || concurrency > few || p.Getenv("GOMAXPROCS") != "" {
		return func() {}
	}
	runtime.GOMAXPROCS(1)
	return runtime.SetDefaultGOMAXPROCS
}
