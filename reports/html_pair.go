package reports

import (
	"fmt"
	"math"
	"strconv"

	"github.com/releval/releval/eval"
)

// pair shows two rankings side by side with lines between a title's ranks.
func (p *pageQueries) pair(q *eval.Query, query int, x explanation, depth int) pagePair {
	single := len(p.report.Evaluation.Systems) == 1
	pair := pagePair{Left: listOf(x.without, depth, nil)}
	pair.Left.Caption = "without: " + fixed(x.without.value)
	if single {
		pair.Left.Caption = x.metric.String() + ": " + fixed(x.without.value)
	}
	if x.without.failure != "" {
		pair.Left.Caption = "without: failed"
		pair.Notes = append(pair.Notes, "Without: failed: "+clip(clean(x.without.failure), 300))
	}
	if !single {
		was := make(map[eval.Key]int)
		for i, h := range x.without.hits {
			was[h.Key()] = i + 1
		}
		pair.Right = listOf(x.with, depth, was)
		pair.Right.Caption = clipLong(x.with.system) + ": " + fixed(x.with.value) + " (" + signed(x.with.value-x.without.value) + ")"
		if x.with.failure != "" {
			pair.Right.Caption = clipLong(x.with.system) + ": failed"
			pair.Notes = append(pair.Notes, clipLong(x.with.system)+" failed: "+clip(clean(x.with.failure), 300))
		}
		pair.connect(x, len(p.order) <= linesOfAll)
	}
	systems := []string{x.without.system}
	if !single {
		systems = append(systems, x.with.system)
	}
	if text := missing(q, systems); text != "" {
		pair.Notes = append(pair.Notes, text)
	}
	return pair
}

// missing names the relevant documents that no system's answer holds.
func missing(q *eval.Query, systems []string) string {
	var names []string
	found := make([]bool, len(q.Judgments))
	for _, s := range systems {
		for j, at := range ranks(q, s) {
			found[j] = found[j] || at > 0
		}
	}
	for j, judged := range q.Judgments {
		if judged.Grade > 0 && !found[j] {
			names = append(names, clipLong(hitName(judged.Title, judged.ID))+" ("+compact(judged.Grade)+")")
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "Relevant, but not returned: " + list(names, 8) + "."
}

// listOf shows the top of an answer, and the relevant hits below it. With
// earlier ranks given, each rank is shown beside what it was.
func listOf(a answer, depth int, was map[eval.Key]int) *pageList {
	l := &pageList{Last: "adds", places: make(map[eval.Key]int)}
	for i, h := range a.hits {
		relevant := a.grades[i] > 0
		if i >= depth && !relevant {
			continue
		}
		hit := pageHit{Rank: strconv.Itoa(i + 1), Name: clip(clean(hitName(h.Title, h.ID)), longest), Grade: grade(a.grades[i])}
		if was != nil {
			hit.Rank = rank(was[h.Key()]) + "→" + hit.Rank
		}
		switch {
		case relevant:
			hit.Class = "y"
		case !math.IsNaN(a.grades[i]):
			hit.Class = "j"
		}
		if was == nil && a.terms[i] != 0 {
			hit.Adds = fixed(a.terms[i])
		}
		l.places[h.Key()] = len(l.Hits)
		l.Hits = append(l.Hits, hit)
	}
	return l
}

// linesOfAll is up to how many queries lines are drawn for every title; on a
// larger page only for the relevant ones.
const linesOfAll = 200

// connect draws the lines. Two rows stand above the first hit of a list: the
// caption and the head.
func (p *pagePair) connect(x explanation, all bool) {
	p.Rows = max(len(p.Left.Hits), len(p.Right.Hits)) + 2
	p.Height = 2 * p.Rows
	paths := make(map[string]string)
	p.Right.Last = "change"
	var gone []string
	for i := range x.documents {
		d := &x.documents[i]
		left, inLeft := p.Left.places[d.hit.Key()]
		right, inRight := p.Right.places[d.hit.Key()]
		if change := signed(d.difference()); d.difference() != 0 {
			if inRight {
				p.Right.Hits[right].Adds, p.Right.Hits[right].Tone = change, toneClass(toneOf(d.difference()))
			} else if d.after == 0 {
				gone = append(gone, clipLong(hitName(d.hit.Title, d.hit.ID))+" ("+change+")")
			}
		}
		if !inLeft || !inRight {
			continue
		}
		class := "e"
		switch {
		case d.grade > 0:
			switch {
			case d.after < d.before:
				class = "p"
			case d.after > d.before:
				class = "m"
			default:
				class = "z"
			}
		case !all:
			continue
		}
		paths[class] += fmt.Sprintf("M0 %dL2 %d", 2*left+5, 2*right+5)
	}
	if len(gone) > 0 && x.with.failure == "" {
		p.Notes = append(p.Notes, "No longer returned: "+list(gone, 8)+".")
	}
	for _, class := range []string{"e", "z", "m", "p"} {
		if paths[class] != "" {
			p.Lines = append(p.Lines, pageLine{class, paths[class]})
		}
	}
}
