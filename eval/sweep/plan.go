package sweep

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/judgments"
)

// Plan gives the plan of a sweep's pass: every reranker at the largest window.
// Of rerankers over one first stage that differ in nothing but their window the
// first one stays. It is an error where a first stage has a smaller window of its
// own, or where there is no reranker.
func Plan(plan *plan.Plan, windows []int) (*plan.Plan, error) {
	if err := checkWindows(windows); err != nil {
		return nil, err
	}
	if len(plan.Rerankers) == 0 {
		return nil, errors.New("the suite has no reranker, so there is no window to sweep: give it one under search.rerankers")
	}
	if len(plan.Metrics) == 0 {
		return nil, errors.New("there is no metric to sweep: name one with --metric, or in the suite's metrics")
	}
	if err := checkMetrics(plan.Metrics); err != nil {
		return nil, err
	}
	largest := windows[len(windows)-1]
	widened := plan.Reranking()
	stages := widened.FirstStages()
	for _, stage := range stages {
		if err := checkFirstStage(stage.Path, stage.Retriever, largest); err != nil {
			return nil, err
		}
	}
	widened.Rerankers = nil
	for _, r := range plan.Rerankers {
		r.Window = largest
		if !slices.ContainsFunc(widened.Rerankers, func(kept judgments.Reranker) bool { return sameButForName(kept, r) }) {
			widened.Rerankers = append(widened.Rerankers, r)
		}
	}
	widened.Depth = max(plan.Depth, largest)
	return widened, nil
}

// checkMetrics refuses a lead metric that no window can be recommended by.
func checkMetrics(all []metrics.Metric) error {
	if len(all) > 0 && all[0].IsUnbounded() {
		return fmt.Errorf("%s has no greatest value, and a window is recommended by a share of what can be lost: put %s first, in metrics or with --metric", all[0], strings.Replace(all[0].String(), "dcg", "ndcg", 1))
	}
	return nil
}

// presentWindows are the windows that the plan's rerankers have.
func presentWindows(plan *plan.Plan) map[string]int {
	windows := make(map[string]int, len(plan.Rerankers))
	for _, r := range plan.Rerankers {
		windows[r.Name] = r.Window
	}
	return windows
}

// sameButForName says whether two rerankers are one at equal windows.
func sameButForName(a, b judgments.Reranker) bool {
	equalScores := a.MinScore == b.MinScore || a.MinScore != nil && b.MinScore != nil && *a.MinScore == *b.MinScore
	return slices.Equal(a.Over, b.Over) && a.Field == b.Field && a.InferenceID == b.InferenceID && equalScores && reflect.DeepEqual(a.API, b.API) &&
		maps.EqualFunc(a.Extra, b.Extra, func(x, y json.RawMessage) bool { return bytes.Equal(x, y) })
}

// leftOut says which rerankers of the plan a sweep of the wide one covers by
// another.
func leftOut(plan, wide *plan.Plan) []string {
	var notes []string
	for _, r := range plan.Rerankers {
		for _, kept := range wide.Rerankers {
			if kept.Name != r.Name && sameButForName(kept, r) {
				notes = append(notes, fmt.Sprintf("the reranker %s is %s at window %d, and is not swept again", r.Name, kept.Name, r.Window))
			}
		}
	}
	return notes
}
