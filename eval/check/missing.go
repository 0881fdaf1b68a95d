package check

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/preflight"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/eval/titles"
	"github.com/releval/releval/judgments"
)

// shownProposals is how many titles a message proposes.
const shownProposals = 3

// verdict is what is known of a missing title.
type verdict struct {
	proposals []Proposal
	rename    *Rename
	// gone are the ids of the documents that had the title, where none of
	// them exists any more.
	gone []string
}

// missing reports the uses whose title no document has.
func (k *online) missing(ctx context.Context, uses []use) error {
	if len(uses) == 0 {
		return nil
	}
	wanted := make(map[string]string) // titles by their folded form
	for _, u := range uses {
		wanted[judgments.FoldTitle(u.title)] = u.title
	}
	verdicts, err := k.judge(ctx, wanted)
	if err != nil {
		return err
	}
	for _, u := range uses {
		v := verdicts[judgments.FoldTitle(u.title)]
		rename := v.rename
		note := ""
		if rename != nil {
			if line := k.judgedAs(u, rename.To, v.proposals[0].ID); line > 0 {
				rename, note = nil, fmt.Sprintf(", which is judged for the query already, on line %d? Then keep one", line)
			}
		}
		message := v.message(u.title)
		if note != "" {
			message = strings.TrimSuffix(message, "?") + note
		}
		f := k.add(u, preflight.SeverityError, KindMissing, "%s", message)
		f.Proposals = v.proposals
		if rename != nil {
			f.Rename = &Rename{From: u.title, To: rename.To, Certain: rename.Certain, use: u}
		}
	}
	return nil
}

// judgedAs gives the line where a query judges the document of a new title
// already, 0 where it does not.
func (k *online) judgedAs(u use, to, id string) int {
	if u.judgment < 0 {
		return 0
	}
	for i, j := range k.suite.Queries[u.query].Relevant {
		if i != u.judgment && (j.ID == id && id != "" || j.ID == "" && judgments.FoldTitle(j.Title) == judgments.FoldTitle(to)) {
			return j.Line
		}
	}
	return 0
}

// message says what is known, in one sentence.
func (v *verdict) message(title string) string {
	said := fmt.Sprintf("no document has the title %q", title)
	if len(v.gone) > 0 {
		said += fmt.Sprintf(", and %s, which had it, is gone", text.And(text.Quoted(v.gone[:min(3, len(v.gone))])))
	}
	if len(v.proposals) == 0 {
		if len(v.gone) > 0 {
			return said + "; remove the judgment"
		}
		return said + ", nor any like it; correct it, or remove the judgment"
	}
	seen := make(map[string]bool)
	var names []string
	for _, p := range v.proposals {
		if name := fmt.Sprintf("%q", p.Title); !seen[name] && len(names) < shownProposals {
			seen[name] = true
			names = append(names, name)
		}
	}
	if len(v.gone) > 0 {
		return said + "; the nearest is " + strings.Join(names, " or ")
	}
	said += "; did you mean " + strings.Join(names, " or ")
	if p := v.proposals[0]; v.rename != nil && v.rename.Certain {
		said += fmt.Sprintf(" (%s)", p.Reason)
	}
	return said + "?"
}

// judge finds out about missing titles, by their folded form.
func (k *online) judge(ctx context.Context, wanted map[string]string) (map[string]*verdict, error) {
	known, err := k.known(ctx, wanted)
	if err != nil {
		return nil, err
	}
	verdicts := make(map[string]*verdict, len(wanted))
	all, err := k.all(ctx, len(wanted))
	if err != nil {
		return nil, err
	}
	var whole *shelf
	if all != nil {
		whole = newShelf(all)
	}
	var mu sync.Mutex
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, k.concurrency()))
	for _, folded := range slices.Sorted(maps.Keys(wanted)) {
		title := wanted[folded]
		group.Go(func() error {
			near := whole
			if near == nil {
				documents, err := titles.Candidates(groupCtx, k.cluster, k.where, title)
				if err != nil {
					return err
				}
				near = newShelf(documents)
			}
			v := decide(title, known[folded], near, k.named)
			mu.Lock()
			defer mu.Unlock()
			verdicts[folded] = v
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return verdicts, nil
}

const (
	// maxRead is the largest index that is read whole for its titles.
	maxRead = 500_000
	// readsPerSearch is how many titles are read in the time of one look for
	// near ones: measured, in round numbers.
	readsPerSearch = 3000
)

// all reads every title of the index, where that costs less than a look for
// titles near each of the missing ones; nil where it does not.
func (k *online) all(ctx context.Context, missing int) ([]titles.Document, error) {
	if k.index.All != nil {
		return k.index.All, nil
	}
	limit := min(maxRead, missing*readsPerSearch)
	total, err := titles.Count(ctx, k.cluster, k.where, limit)
	if err != nil || total >= limit {
		return nil, err
	}
	all, err := titles.All(ctx, k.cluster, k.where, total)
	if errors.Is(err, titles.ErrTooManyDocuments) || cluster.KindOf(err) == cluster.KindInvalidRequest || cluster.KindOf(err) == cluster.KindForbidden {
		return nil, nil // such as a server without slices
	}
	return all, err
}

// named says whether the suite has a judgment or an expectation of a title
// that the index holds: such a title is seldom another one's new form.
func (k *online) named(title string) bool {
	return len(k.index.Documents[judgments.FoldTitle(title)]) > 0
}

func (k *online) concurrency() int {
	if k.options.Concurrency > 0 {
		return k.options.Concurrency
	}
	return 4
}
