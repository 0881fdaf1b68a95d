package pool

import (
	"slices"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/metrics"
)

// Settling is what judging could do to one primary comparison of a run.
type Settling struct {
	// Base and System are compared by the lead metric, on the queries that
	// both answered.
	Base, System string
	// Difference is system minus base as things stand; Low and High are its
	// bounds over every way of grading the unjudged hits.
	Difference, Low, High float64
	// Documents is how many documents could settle its sign: where none of
	// them is relevant, no grading of the others turns it. 0 where the sign is
	// open and no few documents do.
	Documents int
}

// document is a document of a query of the run.
type document struct {
	query int
	key   eval.Key
}

// primary are the comparisons whose sign matters: each reranked system with
// its own first stage, and rerankers over one first stage with each other.
func primary(m *eval.Manifest) [][2]string {
	var pairs [][2]string
	reranked := m.Reranked()
	for i, r := range reranked {
		pairs = append(pairs, [2]string{m.FirstStageOf(r.Name), r.Name})
		for _, other := range reranked[:i] {
			if m.FirstStageOf(other.Name) == m.FirstStageOf(r.Name) {
				pairs = append(pairs, [2]string{other.Name, r.Name})
			}
		}
	}
	return pairs
}

// settle finds the primary comparisons whose sign judging could turn, and the
// documents that could settle them: by document, its place in the order in
// which they do most, from 1, the first over all comparisons.
func settle(run *eval.Run, lead metrics.Metric, highest float64) (open []Settling, places map[document]int) {
	places = make(map[document]int)
	for _, pair := range primary(&run.Manifest) {
		settler := metrics.NewSettler(lead, 0, 1)
		var holes []*metrics.Holes
		var documents [][]document
		for i := range run.Queries {
			q := &run.Queries[i]
			if q.Results[pair[0]].Failed() || q.Results[pair[1]].Failed() {
				continue
			}
			h, keys := holesOf(q, i, pair, highest)
			settler.Add(h)
			holes, documents = append(holes, h), append(documents, keys)
		}
		s := settler.Settle(func(i int) *metrics.Holes { return holes[i] })
		if !s.Open {
			continue
		}
		for at, d := range s.Documents {
			key := documents[d.Query][d.Document]
			if place := places[key]; place == 0 || at+1 < place {
				places[key] = at + 1
			}
		}
		open = append(open, Settling{pair[0], pair[1], s.Mean, s.Low, s.High, len(s.Documents)})
	}
	return open, places
}

// holesOf are the unjudged hits of two systems for a query, and which document
// each number stands for. A hit that no suite can judge, because another
// document of its title is judged, is as good as non-relevant.
func holesOf(q *eval.Query, number int, pair [2]string, highest float64) (*metrics.Holes, []document) {
	h := &metrics.Holes{Judged: q.Judged(), MaxGrade: highest}
	judged := judgedTitles(q)
	numbers := make(map[eval.Key]int)
	var documents []document
	for _, system := range pair {
		hits := q.Answer(system).Hits
		list := metrics.HoleList{Grades: slices.Clone(q.Grades(hits)), Documents: make([]int, len(hits))}
		for i, hit := range hits {
			if !metrics.IsUnjudged(list.Grades[i]) {
				continue
			}
			if judgedByTitle(judged, hit.Document) {
				list.Grades[i] = 0
				continue
			}
			n, known := numbers[hit.Key()]
			if !known {
				n = len(documents)
				numbers[hit.Key()] = n
				documents = append(documents, document{number, hit.Key()})
			}
			list.Documents[i] = n
		}
		h.Lists = append(h.Lists, list)
	}
	return h, documents
}
