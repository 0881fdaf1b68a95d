package judgments

import (
	"slices"

	"github.com/releval/releval/judgments/spelling"
)

// finish completes a suite whose parts are sound, and checks it as a whole.
func (w *walker) finish(s *Suite) {
	if !w.unread {
		w.checkReferences(s)
		w.checkParams(s)
	}
	if len(w.problems) > 0 {
		return
	}
	w.checkFirstStages(s)
	w.checkPrices(s)
	DeriveIDs(s.Queries)
	w.warn(s)
	if w.options.Gate == nil {
		return
	}
	for _, g := range s.Gates {
		for _, p := range w.options.Gate(g, s) {
			if p.Line == 0 {
				p.Position = g.Position
			}
			w.problems = append(w.problems, p)
		}
	}
}

// Tags are all tags of a suite's queries, in the order of their first use.
func (s *Suite) Tags() []string {
	var tags []string
	seen := map[string]bool{}
	for i := range s.Queries {
		for _, t := range s.Queries[i].Tags {
			if !seen[t] {
				seen[t] = true
				tags = append(tags, t)
			}
		}
	}
	return tags
}

// checkReferences reports names that nothing has.
func (w *walker) checkReferences(s *Suite) {
	known := map[string][]string{"system": w.systems, "tag": s.Tags(), "retriever, reranker or request": w.priced(s)}
	set := map[string]map[string]bool{}
	for kind, names := range known {
		set[kind] = make(map[string]bool, len(names))
		for _, n := range names {
			set[kind][n] = true
		}
	}
	for _, r := range w.refs {
		if w.full() {
			return
		}
		if set[r.kind][r.name] {
			continue
		}
		if r.kind == "versus" {
			if !set["system"][r.name] && r.name != FirstStage && r.name != "baseline" && r.name != "" {
				words := slices.Concat([]string{FirstStage, "baseline"}, known["system"])
				w.failAt(r.Position, "versus must be first-stage, baseline or a system, not %s%s", quote(r.name), nearOnly(r.name, words...))
			}
			continue
		}
		if r.kind == "tag" && len(known["tag"]) == 0 {
			w.failAt(r.Position, "no query has the tag %s", quote(r.name))
			continue
		}
		w.failAt(r.Position, "unknown %s %s%s", r.kind, quote(r.name), didYouMean(r.name, known[r.kind]))
	}
}

// checkFirstStages reports gates that compare a system which reranks none with
// its first stage.
func (w *walker) checkFirstStages(s *Suite) {
	reranked := make(map[string]bool)
	for _, system := range s.Search.Systems() {
		if system.Reranker != nil {
			reranked[system.Name], reranked[""] = true, true
		}
	}
	for _, g := range s.Gates {
		switch {
		case g.Versus != FirstStage || reranked[g.System] || g.System == FirstStage:
		case g.System != "":
			w.failAt(g.Position, "%s reranks nothing, so it has no first stage to be compared with; name a system as versus", quote(g.System))
		case s.Search.Retriever == nil:
			w.failAt(g.Position, "the suite has no reranker to compare with its first stage; name systems as system and versus")
		}
	}
}

// checkPrices reports gates on a cost that is not known.
func (w *walker) checkPrices(s *Suite) {
	systems := s.Search.Systems()
	anyReranked := slices.ContainsFunc(systems, func(s System) bool { return s.Reranker != nil })
	for _, g := range s.Gates {
		if g.Metric != Cost {
			continue
		}
		for i := range systems {
			system := &systems[i]
			if g.System != "" && system.Name != g.System || g.System == "" && anyReranked && system.Reranker == nil {
				continue
			}
			if _, known := s.PricesOf(system); !known {
				w.failAt(g.Position, "the price of %s is not known; give %s one under prices, 0 where it costs nothing", system.Name, quote(system.Paid()))
			}
		}
	}
}

// priced are the names that a price may have.
func (w *walker) priced(s *Suite) []string {
	var names []string
	if s.Search.Retriever != nil {
		names = append(names, FirstStage)
	}
	for _, n := range w.named {
		names = append(names, n.name)
	}
	return names
}

// checkQuery reports a query that stands twice, and titles that are judged
// twice for it. It runs as each query is read, so that a file of nothing but
// repetitions is refused before it is read to its end.
func (w *walker) checkQuery(q *Query) {
	if q.ID != "" {
		if line, ok := w.ids[q.ID]; ok {
			w.failAt(q.Position, "the query id %s stands twice, first on line %d; give each query its own", quote(q.ID), line)
		} else {
			w.ids[q.ID] = q.Line
		}
	}
	if q.Text != "" && q.ID == "" {
		// Two queries may search for the same if their ids tell them apart,
		// or if the reranker is asked something else.
		key := FoldTitle(q.Text)
		if q.InferenceText != q.Text {
			key += "\x00" + FoldTitle(q.InferenceText)
		}
		for _, p := range q.Params {
			key += "\x00" + p.Name + "\x00" + string(p.Value)
		}
		if line, ok := w.texts[key]; ok {
			w.failAt(q.Position, "the query %s stands twice, first on line %d; put their judgments together, or give each an id", quote(q.Text), line)
		} else {
			w.texts[key] = q.Line
		}
	}
	w.checkJudgments(q)
	w.checkExcluded(q)
}

func (w *walker) checkJudgments(q *Query) {
	byID := make(map[string]*Judgment)    // by id alone, of an index or not
	byPlace := make(map[string]*Judgment) // by index and id
	byTitle := make(map[string]*Judgment, len(q.Relevant))
	for i := range q.Relevant {
		if w.full() {
			return
		}
		j := &q.Relevant[i]
		key := FoldTitle(j.Title)
		var first *Judgment
		if j.ID != "" {
			place := j.Index + "\x00" + j.ID
			first = byPlace[place]
			if other := byID[j.ID]; first == nil && other != nil && (j.Index == "" || other.Index == "") {
				w.failAt(j.Position, "the document %s is judged twice for the query %s, once with an index and once without (line %d); give both an index", quote(j.ID), quote(q.Text), other.Line)
			}
			if byID[j.ID] == nil {
				byID[j.ID] = j
			}
			if first == nil {
				byPlace[place] = j
			}
		}
		if first == nil && j.Title != "" {
			// A title with an id and the same title without one:
			// the latter stands for the former's document too. Two
			// ids under one title are two documents.
			switch other := byTitle[key]; {
			case other == nil || j.ID == "" && other.ID == "":
				first = other
				if other == nil {
					byTitle[key] = j
				}
			case j.ID == "" || other.ID == "":
				w.failAt(j.Position, "the title %s is judged twice for the query %s, once with an id and once without (line %d); give both an id", quote(j.Title), quote(q.Text), other.Line)
			}
		}
		switch {
		case first == nil:
		case first.Grade != j.Grade:
			w.failAt(j.Position, "%s is judged twice for the query %s, with grade %g here and %g on line %d; keep one", j.name(), quote(q.Text), j.Grade, first.Grade, first.Line)
		default:
			w.failAt(j.Position, "%s is judged twice for the query %s, first on line %d; remove one", j.name(), quote(q.Text), first.Line)
		}
	}
}

// checkExcluded reports documents that are judged or expected and excluded, or
// excluded twice: one of the two is a mistake.
func (w *walker) checkExcluded(q *Query) {
	seen := make(map[string]Position, len(q.Exclude))
	for i := range q.Exclude {
		x := &q.Exclude[i]
		if x.ID == "" && x.Title == "" {
			continue // wrong in itself
		}
		key := x.Index + "\x00" + x.ID
		if x.ID == "" {
			key = FoldTitle(x.Title)
		}
		if first, twice := seen[key]; twice {
			w.failAt(x.Position, "%s is excluded twice from the query %s, first on line %d; remove one", x.name(), quote(q.Text), first.Line)
		}
		seen[key] = x.Position
	}
	for i := range q.Relevant {
		j := &q.Relevant[i]
		key := j.Index + "\x00" + j.ID
		if j.ID == "" {
			key = FoldTitle(j.Title)
		}
		if at, excluded := seen[key]; excluded && j.Grade > 0 {
			w.failAt(at, "%s is excluded from the query %s, and judged relevant on line %d; remove one", j.name(), quote(q.Text), j.Line)
		}
	}
	for i := range q.Expect {
		e := &q.Expect[i]
		x := Excluded{Title: e.Title, ID: e.ID}
		key := "\x00" + e.ID
		if e.ID == "" {
			key = FoldTitle(e.Title)
		}
		if at, excluded := seen[key]; excluded && key != "" {
			w.failAt(e.Position, "%s is excluded from the query %s on line %d, so that no system returns it and the expectation says nothing; remove one", x.name(), quote(q.Text), at.Line)
		}
	}
}

func (x *Excluded) name() string {
	return (&Judgment{Title: x.Title, ID: x.ID, Index: x.Index}).name()
}

func (j *Judgment) name() string {
	if j.Index != "" {
		return "the document " + quote(j.ID) + " of the index " + quote(j.Index)
	}
	if j.ID != "" {
		return "the document " + quote(j.ID)
	}
	return "the title " + quote(j.Title)
}

// quoted warns of a text whose quotes are letters of it.
func (w *walker) quoted(s *Suite, at Position, what, text string) {
	if spelling.Unquoted(text) != text {
		s.Warnings = append(s.Warnings, Problem{at, what + " " + text + " stands between typographic quotes, which YAML takes for letters of it"})
	}
}

// warn lists what is allowed but seldom meant.
func (w *walker) warn(s *Suite) {
	if len(s.Search.Rerankers) == 0 && len(s.Search.Systems()) == 1 {
		alone := "no rerankers: the first stage is measured alone"
		if len(s.Search.Requests) == 1 {
			alone = "one request and nothing beside it: it is measured alone"
		}
		s.Warnings = append(s.Warnings, Problem{s.Search.Position, alone})
	}
	for i := range s.Queries {
		q := &s.Queries[i]
		relevant := false
		w.quoted(s, q.Position, "the query", q.Text)
		for _, j := range q.Relevant {
			relevant = relevant || j.Grade > 0
			w.quoted(s, j.Position, "the title", j.Title)
		}
		if !relevant && len(q.Expect) == 0 {
			s.Warnings = append(s.Warnings, Problem{q.Position, "the query " + quote(q.Text) + " has no relevant title, so that most metrics are 0 for it whatever is found"})
		}
	}
}
