package sweep

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/judgments"
)

// Audit is the check of derived rankings against searched ones.
type Audit struct {
	// Cells is how many were chosen: a query at a window each.
	Cells int `json:"cells"`
	// Identical counts those where both rankings are the same list, Swapped
	// those where only documents of equal score stand in another order, Tied
	// those where the window ends among documents of equal first-stage score,
	// of which the server took others, Different the rest, and Failed those
	// that could not be searched.
	Identical int `json:"identical"`
	Swapped   int `json:"swapped"`
	Tied      int `json:"tied"`
	Different int `json:"different"`
	Failed    int `json:"failed"`
	// Moved counts the cells where the order is the same but a score is not:
	// a model that is not quite pointwise.
	Moved int `json:"moved,omitempty"`
	// Seed is what the cells were drawn with.
	Seed uint64 `json:"seed"`
	// Findings are the cells that are different or failed, by window, then in
	// the order of the suite.
	Findings []Cell `json:"findings,omitempty"`
}

// Cell is a query at a window.
type Cell struct {
	Query  string `json:"query"`
	Window int    `json:"window"`
	// Reason says what differs, or why it could not be searched.
	Reason string `json:"reason"`
	// Failed says that it could not be searched.
	Failed bool `json:"failed,omitempty"`
}

// Passed says whether every cell that could be searched was the same, and at
// least one was.
func (a *Audit) Passed() bool { return a.Different == 0 && a.Identical+a.Swapped+a.Tied > 0 }

// String says how the audit ended: "exact (40 of 40 cells identical)".
func (a *Audit) String() string {
	text := fmt.Sprintf("%d of %d cells identical", a.Identical, a.Cells)
	if a.Swapped > 0 {
		text += fmt.Sprintf(", %d but for the order of equal scores", a.Swapped)
	}
	if a.Tied > 0 {
		text += fmt.Sprintf(", %d but for which documents of equal first-stage score are in the window", a.Tied)
	}
	if a.Failed > 0 {
		text += fmt.Sprintf(", %d could not be searched", a.Failed)
	}
	switch {
	case a.Different > 0:
		return fmt.Sprintf("not exact (%s, %d different)", text, a.Different)
	case a.Passed() && a.Tied > 0:
		return fmt.Sprintf("exact but for ties (%s)", text)
	case a.Passed():
		return fmt.Sprintf("exact (%s)", text)
	default:
		return fmt.Sprintf("not known (%s)", text)
	}
}

// Causes says why windows can differ, for the reader of a failed audit.
func (a *Audit) Causes() string {
	return "the reranker may look at the whole list (a listwise model), the first stage may have a window of its own that moves, or two replicas of a shard may disagree"
}

// mostFailures is how many searches of a sample may fail before the rest of
// it is given up: each has been tried again by the client.
const mostFailures = 3

// cell is one to be audited: indices of a query and of a window.
type cell struct{ query, window int }

// chooseCells draws n cells without repetition, in turn from each window but
// the largest, whose ranking is the one that was searched. Cells whose window
// does not cut the first stage's list say nothing and are taken only where
// there are no others.
func chooseCells(run *eval.Run, system string, windows []int, n int, seed uint64) []cell {
	candidates := windows
	if len(windows) > 1 {
		candidates = windows[:len(windows)-1]
	}
	byWindow := make([][]int, len(candidates))
	collect := func(cuts bool) (total int) {
		for q := range run.Queries {
			first, reranked := run.Queries[q].Results[run.Manifest.FirstStageOf(system)], run.Queries[q].Results[system]
			if first.Failed() || reranked.Failed() || len(first.Hits) == 0 {
				continue
			}
			for i, w := range candidates {
				if !cuts || w < len(first.Hits) {
					byWindow[i] = append(byWindow[i], q)
					total++
				}
			}
		}
		return total
	}
	if collect(true) == 0 {
		collect(false)
	}
	random := rand.New(rand.NewPCG(seed, 0x61756469)) // a stream of its own: no other part of the sweep draws from it
	for _, queries := range byWindow {
		random.Shuffle(len(queries), func(i, j int) { queries[i], queries[j] = queries[j], queries[i] })
	}
	order := random.Perm(len(candidates))
	var cells []cell
	for round, grown := 0, true; grown; round++ {
		grown = false
		for _, i := range order {
			if round < len(byWindow[i]) && len(cells) < n {
				cells = append(cells, cell{byWindow[i][round], i})
				grown = true
			}
		}
	}
	slices.SortFunc(cells, func(a, b cell) int {
		return cmp.Or(cmp.Compare(a.window, b.window), cmp.Compare(a.query, b.query))
	})
	return cells
}

// audit searches the cells and compares each with the derived ranking.
func (s *sweeper) audit(ctx context.Context, reranker judgments.Reranker) (*Audit, error) {
	cells := chooseCells(s.run, reranker.Name, s.windows, s.Audit, s.Seed)
	if len(cells) == 0 {
		return nil, nil
	}
	s.notify(Step{Name: "audit", Reranker: reranker.Name, Searches: len(cells)})
	outcomes := make([]outcome, len(cells))
	failures := make(chan struct{}, mostFailures)
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(s.concurrency())
	for i, c := range cells {
		group.Go(func() error {
			if len(failures) == cap(failures) {
				outcomes[i] = outcome{failed: true, reason: "not searched, after other searches had failed"}
				return nil
			}
			outcomes[i] = s.auditCell(groupCtx, reranker, c)
			if outcomes[i].failed {
				select {
				case failures <- struct{}{}:
				default:
				}
			}
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, context.Cause(ctx)
	}
	a := &Audit{Cells: len(cells), Seed: s.Seed}
	for i, o := range outcomes {
		s.cost.AuditDocuments += o.documents
		c := Cell{Query: s.run.Queries[cells[i].query].ID, Window: s.windows[cells[i].window], Reason: o.reason, Failed: o.failed}
		switch {
		case o.failed:
			a.Failed++
			a.Findings = append(a.Findings, c)
		case o.alike == different:
			a.Different++
			a.Findings = append(a.Findings, c)
		case o.alike == swapped:
			a.Swapped++
		case o.alike == tied:
			a.Tied++
		default:
			a.Identical++
		}
		if o.moved && o.alike != different {
			a.Moved++
		}
	}
	s.cost.Audit += s.taken()
	return a, nil
}

// outcome is what came of one cell.
type outcome struct {
	alike     likeness
	moved     bool
	failed    bool
	reason    string
	documents int
}

func (s *sweeper) auditCell(ctx context.Context, reranker judgments.Reranker, c cell) outcome {
	window, query := s.windows[c.window], &s.run.Queries[c.query]
	searched, err := s.searchReranked(ctx, s.plan.Queries[c.query], reranker, window)
	if err != nil {
		return outcome{failed: true, reason: err.Error()}
	}
	first := query.Results[s.first(reranker)].Hits
	derived := Derive(first, query.Results[reranker.Name].Hits, window)
	o := outcome{documents: min(window, len(first))}
	o.alike, o.reason = compareLists(first, derived, searched.Hits, window)
	o.moved = scoresMoved(derived, searched.Hits) > 0
	return o
}
