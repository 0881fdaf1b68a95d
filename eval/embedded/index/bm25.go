package index

import "math"

// BM25 in the arithmetic of Lucene 9 and of Elasticsearch above it: float32
// throughout, the logarithm and sums in float64. Explicit conversions keep the
// compiler from fusing a product with a sum, which would round differently on
// some processors.

// k1 and b are Elasticsearch's defaults: term saturation and length
// normalisation.
const (
	k1 float32 = 1.2
	b  float32 = 0.75
)

// keywordLength is the length that a field without norms is taken to have.
const keywordLength = 1

// lengthFactors is 1/(k1*(1-b+b*dl/avgdl)) for every encoded length dl.
func lengthFactors(sumTermFreq int64, docCount int) []float32 {
	average := float32(float64(sumTermFreq) / float64(docCount))
	factors := make([]float32, 256)
	for code := range factors {
		length := float32(DecodeLength(byte(code)))
		relative := float32(float32(b*length) / average)
		factors[code] = 1 / float32(k1*float32((1-b)+relative))
	}
	return factors
}

// IDF is ln(1+(N-n+0.5)/(n+0.5)) with N the documents that have the field and
// n those that have the term.
func (f *Field) IDF(docFreq int) float32 {
	return float32(math.Log(1 + (float64(f.DocCount-docFreq)+0.5)/(float64(docFreq)+0.5)))
}

// Scorer scores occurrences of a term or phrase in one field.
type Scorer struct {
	weight  float32
	inverse []float32
	norms   []byte
}

// Scorer gives the scorer of a term with this idf (for a phrase, the sum of its
// terms'). Elasticsearch keeps the factor k1+1 of the original formula.
func (f *Field) Scorer(boost, idf float32) Scorer {
	return Scorer{weight: float32(boost*(1+k1)) * idf, inverse: f.inverse, norms: f.Norms}
}

// Score is the score of a document in which the term occurs freq times; for a
// sloppy phrase freq is a fraction.
func (s *Scorer) Score(doc int32, freq float32) float32 {
	code := byte(keywordLength)
	if s.norms != nil {
		code = s.norms[doc]
	}
	// freq/(freq+norm) as 1-1/(1+freq/norm), which stays monotonic when rounded.
	return s.weight - s.weight/(1+float32(freq*s.inverse[code]))
}

// ScoreAll scores a term's postings into out, which has their length.
func (s *Scorer) ScoreAll(p Postings, out []float32) {
	if s.norms == nil || p.Freqs == nil {
		for i, d := range p.Docs {
			out[i] = s.Score(d, 1)
		}
		return
	}
	weight, inverse, norms := s.weight, (*[256]float32)(s.inverse), s.norms
	for i, d := range p.Docs {
		out[i] = weight - weight/(1+float32(float32(p.Freqs[i])*inverse[norms[d]]))
	}
}
