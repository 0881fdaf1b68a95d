package preflight

import (
	"context"
	"fmt"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/judgments"
)

func (f *Preflight) windows(_ context.Context, _ Inspector, p *plan.Plan) error {
	for _, stage := range p.FirstStages() {
		at, _ := p.Place(stage.Name)
		f.firstStage(at, stage)
	}
	for _, r := range p.Rerankers {
		for _, m := range p.Metrics {
			if m.Cutoff() > r.Window {
				f.addAt(r.Position, SeverityNote, fmt.Sprintf("%s looks deeper than the window %d of %s", m, r.Window, r.Name), "the reranked list ends at the window, which limits the metric", "")
			}
		}
	}
	return nil
}

// Deep is a system that asks for more hits than an index gives, and where in the
// suite it stands.
type Deep struct {
	judgments.Position
	System string
	Depth  int
}

// TooDeep are the systems of a plan that ask for more hits than
// index.max_result_window allows; none where that is 0, which means not known.
// A first stage that is searched deeply for a reranker's window alone is not
// listed beside it.
func TooDeep(p *plan.Plan, maxResultWindow int) []Deep {
	if maxResultWindow == 0 {
		return nil
	}
	systems := p.Systems()
	byReranker := make(map[string]bool)
	for _, s := range systems {
		if s.Depth > maxResultWindow && s.FirstStage != "" {
			byReranker[s.FirstStage] = true
		}
	}
	var deep []Deep
	for _, s := range systems {
		if s.Depth > maxResultWindow && !byReranker[s.Name] {
			at, _ := p.Place(s.Name)
			deep = append(deep, Deep{Position: at, System: s.Name, Depth: s.Depth})
		}
	}
	return deep
}

// chunks refuses chunk_rescorer where the server would.
func (f *Preflight) chunks(_ context.Context, _ Inspector, p *plan.Plan) error {
	for _, r := range p.Rerankers {
		if _, given := r.Extra["chunk_rescorer"]; given && f.Info.Known && before(f.Info, 9, 2) {
			f.addAt(r.Position, SeverityError, fmt.Sprintf("the reranker %s has chunk_rescorer, which Elasticsearch %s does not know", r.Name, f.Info.Version),
				"the server refuses such a search", "remove it, or search 9.2 or later")
		}
	}
	return nil
}

// firstStage compares a first stage's own windows with how deep it is searched.
func (f *Preflight) firstStage(at judgments.Position, stage plan.FirstStage) {
	if stage.Depth < stage.Wanted {
		f.addAt(at, SeverityWarning, fmt.Sprintf("%s is searched %d deep, and not %d, because its own rank_window_size is no larger", stage.Path, stage.Depth, stage.Wanted),
			"a metric that looks deeper finds nothing there", "raise it, or lower the metrics' cutoffs")
	}
	for _, s := range plan.SmallWindows(stage.Path, stage.Retriever, stage.Depth) {
		if s.Refused {
			f.addAt(at, SeverityError, fmt.Sprintf("%s is %s, below the depth %d of the searches", s.Path, s.Said(), stage.Depth), "the server refuses such a search", "raise it, or lower the rerankers' windows and the metrics' cutoffs")
		} else {
			f.addAt(at, SeverityNote, fmt.Sprintf("%s is %s, below the depth %d of the searches", s.Path, s.Said(), stage.Depth), "the first stage finds at most that many documents through it, so that a window may stay unfilled", "raise it where the window should be full")
		}
	}
}

func (f *Preflight) endpoints(ctx context.Context, c Inspector, p *plan.Plan) error {
	for _, r := range p.Rerankers {
		if _, known := f.Endpoints[r.InferenceID]; known || !r.OnCluster() {
			continue
		}
		e, err := c.Endpoint(ctx, r.InferenceID)
		switch cluster.KindOf(err) {
		case cluster.KindMissingEndpoint, cluster.KindMissing, cluster.KindInvalidRequest:
			f.add(SeverityError, err.Error(), "", "")
			continue
		case cluster.KindForbidden, cluster.KindUnauthorized, cluster.KindUnsupported:
			f.add(SeverityNote, "the inference endpoint of "+r.Name+" is not visible to these credentials", "its service and model are not known", "grant the cluster privilege monitor_inference to see them")
			continue
		}
		if err != nil {
			return err
		}
		f.Endpoints[r.InferenceID] = e
		if e.Listwise() {
			f.add(SeverityWarning, fmt.Sprintf("the model %s of %s is listwise", e.Model, r.Name), "it scores a document differently in another window, so that no window can be derived from a larger one", "")
		}
		if e.MinAllocations == 0 {
			f.add(SeverityNote, "the endpoint "+e.ID+" may scale to zero allocations", "the first search then waits for the model to start", "")
		}
	}
	for _, r := range p.Rerankers {
		if e := f.Endpoints[r.InferenceID]; r.OnCluster() && e.TopN > 0 && e.TopN < r.Window {
			f.add(SeverityError, fmt.Sprintf("the endpoint %s returns the top %d results, and the window of %s is %d", e.ID, e.TopN, r.Name, r.Window), "the server refuses such a search", "lower rank_window_size, or raise the endpoint's top_n")
		}
	}
	return nil
}
