package sweep

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/eval/plan"
)

// checkFirstStage refuses a first stage that has a window of its own, anywhere
// inside it, smaller than the largest window: there the server would refuse
// the search, or answer with fewer documents, or change the fused scores. The
// error names each such setting by its path in the suite; plan.SmallWindows
// says which settings these are.
func checkFirstStage(path string, retriever json.RawMessage, largest int) error {
	small := plan.SmallWindows(path, retriever, largest)
	if len(small) == 0 {
		return nil
	}
	return &smallWindowError{Largest: largest, Settings: small}
}

// DefaultWindowsOf are the default windows as far as the windows of the first
// stages' own allow, and a note where they do not allow all.
func DefaultWindowsOf(p *plan.Plan) (windows []int, note string) {
	windows = DefaultWindows()
	limit := slices.Max(windows)
	for _, stage := range p.Reranking().FirstStages() {
		for _, s := range plan.SmallWindows(stage.Path, stage.Retriever, limit) {
			if s.Value >= limit {
				continue
			}
			limit = s.Value
			note = fmt.Sprintf("%s is %s, and so no window above it is swept; raise it, or leave that first stage out by --system", s.Path, s.Said())
		}
	}
	return slices.DeleteFunc(windows, func(w int) bool { return w > limit }), note
}

// smallWindowError says that a first stage's own windows are smaller than the
// largest window.
type smallWindowError struct {
	Largest  int
	Settings []plan.SmallWindow
}

func (e *smallWindowError) Error() string {
	var settings []string
	smallest := e.Largest
	for _, s := range e.Settings {
		text := fmt.Sprintf("%s is %d", s.Path, s.Value)
		if s.Missing {
			text = fmt.Sprintf("%s is missing, which means %d", s.Path, s.Value)
		}
		settings = append(settings, text)
		smallest = min(smallest, s.Value)
	}
	return fmt.Sprintf("the first stage has a window of its own below the largest window %d: %s; raise it to %d or more, or sweep windows up to %d",
		e.Largest, strings.Join(settings, ", and "), e.Largest, smallest)
}
