package index

import (
	"math"
	"testing"

	"github.com/releval/releval/eval/embedded/analysis"
)

func textDocument(id string, values ...string) Op {
	return Op{ID: id, Document: &Document{ID: id, Fields: []Values{{Field: "t", Kind: Text, Analyzer: analysis.Standard(), Strings: values}}}}
}

// Three documents of 2, 4 and 3 terms, so avgdl is 3; "love" is in two of them.
//
//	idf = ln(1 + (3-2+0.5)/(2+0.5)) = ln 1.6 = 0.4700036
//	tf  = f/(f + 1.2*(0.25 + 0.75*dl/3))
//	a: f=1, dl=2: 1/(1+0.9) = 0.5263158; b: f=2, dl=4: 2/(2+1.5) = 0.5714286
//	score = 2.2 * idf * tf
func TestScoreByHand(t *testing.T) {
	s := (*Segment)(nil).Apply([]Op{
		textDocument("a", "love story"), textDocument("b", "love and love again"), textDocument("c", "nothing of it"),
	})
	f := s.Field("t")
	if f.DocCount != 3 || f.SumTermFreq != 9 {
		t.Fatalf("%d documents with %d terms, want 3 with 9", f.DocCount, f.SumTermFreq)
	}
	p := f.Postings("love")
	idf := f.IDF(len(p.Docs))
	if want := math.Log(1.6); math.Abs(float64(idf)-want) > 1e-7 {
		t.Errorf("idf %v, want %v", idf, want)
	}
	scorer := f.Scorer(1, idf)
	got := make([]float32, len(p.Docs))
	scorer.ScoreAll(p, got)
	for i, want := range []float64{2.2 * math.Log(1.6) / 1.9, 2.2 * math.Log(1.6) * 2 / 3.5} {
		if math.Abs(float64(got[i])-want) > 1e-6 {
			t.Errorf("document %d scores %v, want %v", p.Docs[i], got[i], want)
		}
		if one := scorer.Score(p.Docs[i], float32(p.Freqs[i])); one != got[i] {
			t.Errorf("document %d: Score gives %v, ScoreAll %v", p.Docs[i], one, got[i])
		}
	}
}

// A keyword has no lengths: every document counts as one term long, and as
// having the term once.
//
//	score = 2.2 * ln(1 + (2-1+0.5)/(1+0.5)) / (1 + 1.2*(0.25+0.75*1/1)) = ln 2
func TestKeywordScoreByHand(t *testing.T) {
	keyword := func(id, value string) Op {
		return Op{ID: id, Document: &Document{ID: id, Fields: []Values{{Field: "k", Kind: Keyword, Strings: []string{value}}}}}
	}
	f := (*Segment)(nil).Apply([]Op{keyword("a", "x"), keyword("b", "y")}).Field("k")
	p := f.Postings("x")
	s := f.Scorer(1, f.IDF(len(p.Docs)))
	if got := s.Score(p.Docs[0], 1); math.Abs(float64(got)-math.Ln2) > 1e-6 {
		t.Errorf("score %v, want %v", got, math.Ln2)
	}
}
