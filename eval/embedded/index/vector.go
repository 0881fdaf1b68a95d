package index

import "math"

// Metric says by what two vectors are compared.
type Metric uint8

// The metrics, by Elasticsearch's names: cosine, dot_product, l2_norm and
// max_inner_product.
const (
	Cosine Metric = iota
	DotProduct
	L2Norm
	MaxInnerProduct
)

// Similarity makes a score of two vectors by Elasticsearch's formulas, which
// are never negative and rise with nearness. Sums are taken in float64, in
// which every product of two float32 is exact, and rounded once: every machine
// gives the same score, which a server's may leave in the last bit.
type Similarity struct {
	Metric Metric
	// Bytes says that the numbers are whole and within -128..127.
	Bytes bool
}

// unitTolerance is how far the squared length of a vector may be from 1 for
// the vector to count as one of length 1.
const unitTolerance = 1e-3

// IsUnit says whether a vector has the length 1, about.
func IsUnit(v []float32) bool { return math.Abs(float64(dot(v, v)-1)) <= unitTolerance }

// IsZero says whether a vector has the length 0.
func IsZero(v []float32) bool { return dot(v, v) == 0 }

// Normalized says whether vectors are scaled to length 1 before they are
// compared, so that their dot product is their cosine.
func (s Similarity) Normalized() bool { return s.Metric == Cosine && !s.Bytes }

// Normalize gives a vector in the form in which it is compared. One that has
// about the length 1 stays as it is, as on a server.
func (s Similarity) Normalize(v []float32) []float32 {
	if !s.Normalized() || IsUnit(v) {
		return v
	}
	length := float32(math.Sqrt(float64(dot(v, v))))
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = x / length
	}
	return out
}

// Score compares two normalized vectors of the same length.
func (s Similarity) Score(a, b []float32) float32 {
	switch {
	case s.Metric == L2Norm:
		return s.score(squaredDistance(a, b), len(a))
	case s.Metric == Cosine && s.Bytes:
		return s.score(float32(float64(dot(a, b))/math.Sqrt(float64(dot(a, a))*float64(dot(b, b)))), len(a))
	}
	return s.score(dot(a, b), len(a))
}

// Least is the score of two vectors whose similarity is t: the cosine, the dot
// product or, for l2_norm, the distance.
func (s Similarity) Least(t float32, dims int) float32 {
	if s.Metric == L2Norm {
		t = float32(t * t)
	}
	return s.score(t, dims)
}

// score turns a raw value, for l2_norm the squared distance, into a score.
func (s Similarity) score(raw float32, dims int) float32 {
	switch {
	case s.Metric == L2Norm:
		return 1 / (1 + raw)
	case s.Metric == MaxInnerProduct && raw < 0:
		return 1 / (1 - raw)
	case s.Metric == MaxInnerProduct:
		return raw + 1
	case s.Metric == DotProduct && s.Bytes:
		return 0.5 + raw/float32(dims<<15)
	}
	return max((1+raw)/2, 0)
}

// dot is the sum of products. Four sums keep a processor busy; their order is
// fixed.
func dot(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += float64(a[i]) * float64(b[i])
		s1 += float64(a[i+1]) * float64(b[i+1])
		s2 += float64(a[i+2]) * float64(b[i+2])
		s3 += float64(a[i+3]) * float64(b[i+3])
	}
	for ; i < len(a); i++ {
		s0 += float64(a[i]) * float64(b[i])
	}
	return float32(s0 + s1 + s2 + s3)
}

func squaredDistance(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1 float64
	i := 0
	for ; i+2 <= len(a); i += 2 {
		x, y := float64(a[i]-b[i]), float64(a[i+1]-b[i+1])
		s0 += x * x
		s1 += y * y
	}
	if i < len(a) {
		x := float64(a[i] - b[i])
		s0 += x * x
	}
	return float32(s0 + s1)
}

// vectors are those of a Vector field: of the i-th document that has any, the
// numbers from starts[i] to starts[i+1].
type vectors struct {
	docs    []int32
	starts  []int
	numbers []float32
}

func (v *vectors) add(doc int32, all ...[]float32) {
	if len(all) == 0 {
		return
	}
	v.docs = append(v.docs, doc)
	for _, one := range all {
		v.numbers = append(v.numbers, one...)
	}
	v.starts = append(v.starts, len(v.numbers))
}

// of gives the numbers of the i-th document.
func (v *vectors) of(i int) []float32 {
	from := 0
	if i > 0 {
		from = v.starts[i-1]
	}
	return v.numbers[from:v.starts[i]]
}

// WithVectors gives the documents that have a vector in the field, ascending.
func (f *Field) WithVectors() []int32 {
	if f == nil {
		return nil
	}
	return f.vectors.docs
}

// Vectors gives the vectors of the i-th document of WithVectors, one behind
// the other.
func (f *Field) Vectors(i int) []float32 { return f.vectors.of(i) }
