package check

import (
	"fmt"
	"slices"

	"github.com/releval/releval/eval/titles"
)

// decide weighs what is known of a missing title: the documents that had it,
// those whose id spells it, and those near it. The first that leaves exactly
// one document makes the rename certain. Named says whether a title has a
// document and a judgment of its own.
func decide(title string, was history, on *shelf, named func(title string) bool) *verdict {
	near := on.catalogue.Nearest(title, 10)
	v := &verdict{}
	if len(was.documents) == 0 {
		v.gone = was.gone
	}
	add := func(d titles.Document, reason string) {
		if !slices.ContainsFunc(v.proposals, func(p Proposal) bool { return p.ID == d.ID }) {
			v.proposals = append(v.proposals, Proposal{Title: d.Title, ID: d.ID, Reason: reason})
		}
	}
	for _, d := range was.documents {
		add(d, fmt.Sprintf("the new title of the document %q", d.ID))
	}
	if len(v.proposals) == 0 && len(v.gone) == 0 {
		for _, d := range on.spelling(title) {
			add(d, fmt.Sprintf("the title of the document %q, whose id spells the old one", d.ID))
		}
	}
	if len(v.proposals) == 0 && len(v.gone) == 0 {
		for _, n := range near {
			if n.Nearness == titles.SameLetters {
				add(n.Document, reasons[n.Nearness])
			}
		}
	}
	// Where one of two documents of the title is gone, the judgment may have
	// meant that one.
	certain := len(v.proposals) == 1 && len(was.gone) == 0
	if certain {
		v.rename = &Rename{From: title, To: v.proposals[0].Title, Certain: was.alone || on.unique(v.proposals[0])}
	}
	for i, n := range near {
		// What is much farther than the nearest is no help beside it.
		if len(v.proposals) >= 5 || n.Nearness > near[0].Nearness && len(v.proposals) > 0 {
			break
		}
		add(n.Document, reasons[n.Nearness])
		likely := n.Nearness <= titles.Contained && !named(n.Title) && (len(near) == 1 || near[1].Nearness > n.Nearness)
		if i == 0 && likely && v.rename == nil && len(v.gone) == 0 && len(v.proposals) == 1 {
			v.rename = &Rename{From: title, To: n.Title}
		}
	}
	if certain {
		v.proposals = v.proposals[:1]
	}
	return v
}

var reasons = map[titles.Nearness]string{
	titles.SameLetters: "the same letters",
	titles.FewEdits:    "a few letters differ",
	titles.Contained:   "words in front or behind",
	titles.SharedWords: "some words are the same",
	titles.OtherNumber: "another number",
}
