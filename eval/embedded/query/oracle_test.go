package query

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/releval/releval/eval/embedded/analysis"
	"github.com/releval/releval/eval/embedded/index"
)

// oracle scores one document at a time from the definitions, in float64, with
// none of the code that Search uses.
type oracle struct{ docs []*index.Document }

func (o oracle) terms(doc int, field string) []string {
	v := o.docs[doc].Values(field)
	if v == nil {
		return nil
	}
	if v.Kind == index.Keyword {
		return v.Strings
	}
	var out []string
	for _, s := range v.Strings {
		out = append(out, strings.Fields(s)...)
	}
	return out
}

// bm25 scores freq occurrences of something with this idf.
func (o oracle) bm25(doc int, field string, idf, freq float64) float64 {
	docs, sum := 0, 0
	for d := range o.docs {
		if n := len(o.terms(d, field)); n > 0 {
			docs, sum = docs+1, sum+n
		}
	}
	length := float64(len(o.terms(doc, field)))
	return 2.2 * idf * freq / (freq + 1.2*(0.25+0.75*length/(float64(sum)/float64(docs))))
}

func (o oracle) idf(field, term string) float64 {
	docs, with := 0.0, 0.0
	for d := range o.docs {
		terms := o.terms(d, field)
		if len(terms) > 0 {
			docs++
		}
		if strings.Contains(" "+strings.Join(terms, " ")+" ", " "+term+" ") {
			with++
		}
	}
	return math.Log(1 + (docs-with+0.5)/(with+0.5))
}

// score gives a document's score and whether it matches.
func (o oracle) score(q Query, doc int) (float64, bool) {
	switch q := q.(type) {
	case matchAll:
		return 1, true
	case matchNone:
		return 0, false
	case term:
		return o.phrase(doc, q.field, q.term)
	case phrase:
		return o.phrase(doc, q.field, q.terms...)
	case boosted:
		s, ok := o.score(q.inner, doc)
		return s * float64(q.boost), ok
	case constant:
		_, ok := o.score(q.inner, doc)
		return 1, ok
	case exists:
		return 1, len(o.terms(doc, q.fields[0])) > 0
	case disMax:
		best, sum, any := 0.0, 0.0, false
		for _, sub := range q.queries {
			if s, ok := o.score(sub, doc); ok {
				best, sum, any = max(best, s), sum+s, true
			}
		}
		return best + float64(q.tie)*(sum-best), any
	case boolean:
		return o.boolean(q, doc)
	case nearest:
		return o.nearest(q, doc)
	}
	panic(fmt.Sprintf("no oracle for %T", q))
}

// nearest scores by the squared distance to the nearer of a document's vectors,
// and counts the documents that are ahead.
func (o oracle) nearest(q nearest, doc int) (float64, bool) {
	score := func(d int) (float64, bool) {
		v := o.docs[d].Values("v")
		for _, f := range q.filter {
			if _, ok := o.score(f, d); !ok {
				return 0, false
			}
		}
		if v == nil {
			return 0, false
		}
		best := 0.0
		for _, one := range v.Vectors {
			x, y := float64(one[0]-q.vector[0]), float64(one[1]-q.vector[1])
			best = max(best, 1/(1+x*x+y*y))
		}
		return best, float32(best) >= q.least
	}
	mine, ok := score(doc)
	if !ok {
		return 0, false
	}
	ahead := 0
	for d := range o.docs {
		if s, ok := score(d); ok && (s > mine || s == mine && d < doc) {
			ahead++
		}
	}
	return mine, ahead < q.k
}

func (o oracle) phrase(doc int, field string, terms ...string) (float64, bool) {
	have := o.terms(doc, field)
	freq := 0.0
	for i := 0; i+len(terms) <= len(have); i++ {
		if strings.Join(have[i:i+len(terms)], " ") == strings.Join(terms, " ") {
			freq++
		}
	}
	if freq == 0 {
		return 0, false
	}
	idf := 0.0
	for _, t := range terms {
		idf += o.idf(field, t)
	}
	return o.bm25(doc, field, idf, freq), true
}

func (o oracle) boolean(q boolean, doc int) (float64, bool) {
	sum, optional := 0.0, 0
	for _, c := range q.must {
		s, ok := o.score(c, doc)
		if !ok {
			return 0, false
		}
		sum += s
	}
	for _, c := range q.filter {
		if _, ok := o.score(c, doc); !ok {
			return 0, false
		}
	}
	for _, c := range q.mustNot {
		if _, ok := o.score(c, doc); ok {
			return 0, false
		}
	}
	for _, c := range q.should {
		if s, ok := o.score(c, doc); ok {
			sum, optional = sum+s, optional+1
		}
	}
	least := q.minShould
	if len(q.must)+len(q.filter) == 0 {
		least = max(least, 1)
	}
	return sum, optional >= least
}

var words = []string{"a", "b", "c", "d"}

func drawQuery(t *rapid.T, depth int) Query {
	field := rapid.SampledFrom([]string{"t", "u"})
	word := rapid.SampledFrom(append(words, "absent"))
	kind := rapid.IntRange(0, 11).Draw(t, "kind")
	if depth == 3 {
		kind %= 5
	}
	several := func(name string, least int) []Query {
		var qs []Query
		for range rapid.IntRange(least, 3).Draw(t, name) {
			qs = append(qs, drawQuery(t, depth+1))
		}
		return qs
	}
	switch kind {
	case 0, 1, 2:
		return term{field.Draw(t, "field"), word.Draw(t, "term")}
	case 3:
		q := phrase{field: field.Draw(t, "field"), terms: rapid.SliceOfN(word, 2, 3).Draw(t, "phrase")}
		for i := range q.terms {
			q.positions = append(q.positions, int32(i))
		}
		return q
	case 4:
		return rapid.SampledFrom([]Query{matchAll{}, matchNone{}, exists{[]string{"t"}}}).Draw(t, "constant")
	case 5:
		return boosted{drawQuery(t, depth+1), rapid.SampledFrom([]float32{0.5, 2, 3}).Draw(t, "boost")}
	case 6:
		return constant{drawQuery(t, depth+1)}
	case 7:
		return disMax{several("queries", 1), rapid.SampledFrom([]float32{0, 0.25, 1}).Draw(t, "tie")}
	}
	if kind == 10 {
		coordinate := rapid.SampledFrom([]float32{0, 1, 2})
		return nearest{
			field: "v", vector: []float32{coordinate.Draw(t, "x"), coordinate.Draw(t, "y")}, similarity: index.Similarity{Metric: index.L2Norm},
			k: rapid.IntRange(1, 20).Draw(t, "k"), least: rapid.SampledFrom([]float32{0, 0.3, 0.5}).Draw(t, "least"), filter: several("filter", 0),
		}
	}
	return boolean{
		must: several("must", 0), should: several("should", 0),
		minShould: rapid.IntRange(0, 2).Draw(t, "minimum"),
	}
}

// withConditions gives a Boolean query filters and prohibitions as well.
func withConditions(t *rapid.T, q Query) Query {
	if !rapid.Bool().Draw(t, "conditions") {
		return q
	}
	return boolean{must: []Query{q}, filter: []Query{drawQuery(t, 2)}, mustNot: []Query{drawQuery(t, 2)}}
}

func TestSearchEqualsTheDefinitions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var o oracle
		var ops []index.Op
		text := rapid.Map(rapid.SliceOfN(rapid.SampledFrom(words), 0, 8), func(w []string) string { return strings.Join(w, " ") })
		for i := range rapid.IntRange(1, 70).Draw(t, "documents") {
			d := &index.Document{ID: fmt.Sprint(i)}
			for _, f := range []string{"t", "u"} {
				if s := text.Draw(t, f); s != "" {
					d.Fields = append(d.Fields, index.Values{Field: f, Kind: index.Text, Analyzer: analysis.Standard(), Strings: []string{s}})
				}
			}
			coordinate := rapid.SampledFrom([]float32{0, 1, 2})
			if n := rapid.IntRange(0, 2).Draw(t, "vectors"); n > 0 {
				v := index.Values{Field: "v", Kind: index.Vector, Similarity: index.Similarity{Metric: index.L2Norm}}
				for range n {
					v.Vectors = append(v.Vectors, []float32{coordinate.Draw(t, "x"), coordinate.Draw(t, "y")})
				}
				d.Fields = append(d.Fields, v)
			}
			o.docs = append(o.docs, d)
			ops = append(ops, index.Op{ID: d.ID, Document: d})
		}
		seg := (*index.Segment)(nil).Apply(ops)
		q := withConditions(t, drawQuery(t, 0))
		size := rapid.IntRange(0, 80).Draw(t, "size")
		var sr Searcher
		got, err := sr.Search(t.Context(), seg, q, Options{Size: size})
		if err != nil {
			t.Fatal(err)
		}
		total := 0
		scores := map[int32]float64{}
		for d := range o.docs {
			if s, ok := o.score(q, d); ok {
				total++
				scores[int32(d)] = s
			}
		}
		if got.Total != total || len(got.Hits) != min(size, total) {
			t.Fatalf("%d hits of %d, want %d of %d", len(got.Hits), got.Total, min(size, total), total)
		}
		n, err := sr.Matching(t.Context(), seg, q)
		if err != nil || n != total {
			t.Fatalf("Matching gives %d, %v; want %d", n, err, total)
		}
		worst := math.Inf(1)
		for i, h := range got.Hits {
			want, ok := scores[h.Doc]
			if !ok || math.Abs(float64(h.Score)-want) > 1e-5*max(1, want) {
				t.Fatalf("document %d scores %v, want %v, %v", h.Doc, h.Score, want, ok)
			}
			if i > 0 && byScore(got.Hits[i-1], h) >= 0 {
				t.Fatalf("hits %d and %d are out of order", i-1, i)
			}
			worst = min(worst, want)
			delete(scores, h.Doc)
		}
		for d, s := range scores {
			if len(got.Hits) == size && size > 0 && s > worst+1e-5*max(1, worst) {
				t.Fatalf("document %d with %v was left out, though %v was not", d, s, worst)
			}
		}
	})
}
