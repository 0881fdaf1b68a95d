package metrics

import "math"

// geometricFloor stands for values below it in geometric means, which a single
// 0 would otherwise make 0; trec_eval's value.
const geometricFloor = 0.00001

// A Summary is one number for many queries.
type Summary struct {
	// Value is the aggregate over the defined values; NaN where there are none.
	Value float64
	// N is the number of values that went into it.
	N int
	// Undefined is the number of NaN values, which are left out: they mean that
	// the metric has no value for the query, not that it is 0.
	Undefined int
}

// Aggregate combines the values of all queries: the arithmetic mean, for gm_map
// and gm_bpref the geometric mean (values below 0.00001 count as that), for
// counts the sum. Nothing is left out but undefined values, which are counted.
// Callers pass a 0 for a query that failed or returned nothing.
func (m Metric) Aggregate(values []float64) Summary {
	var s Summary
	sum := 0.0
	geometric := m.isGeometric()
	for _, v := range values {
		switch {
		case math.IsNaN(v):
			s.Undefined++
			continue
		case geometric:
			sum += math.Log(max(v, geometricFloor))
		default:
			sum += v
		}
		s.N++
	}
	switch {
	case m.IsCount():
		s.Value = sum
	case s.N == 0:
		s.Value = math.NaN()
	case geometric:
		s.Value = math.Exp(sum / float64(s.N))
	default:
		s.Value = sum / float64(s.N)
	}
	return s
}

// IsMean tells whether Aggregate is the arithmetic mean, so that the mean of
// the queries' differences is the difference of the aggregates.
func (m Metric) IsMean() bool { return !m.IsCount() && !m.isGeometric() && !m.IsZero() }

func (m Metric) isGeometric() bool { return m.kind == kindGMMAP || m.kind == kindGMBpref }
