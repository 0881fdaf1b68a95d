package metrics

import "math"

// Limits are the least and the most that the metric can be for a query with
// these judgments, whatever is returned: what an answer that is not known may
// have scored. The most is the value of an ideal ranking, the relevant
// documents by falling grade and nothing else; for rbp_residual, judged and
// unjudged it is 1, and for num_ret, which judgments do not bound, positive
// infinity. The least is 0 but for utility, which falls without end. Of the
// zero Metric both are NaN.
func (m Metric) Limits(j *Judged) (least, most float64) {
	switch m.kind {
	case kindNone:
		return math.NaN(), math.NaN()
	case kindNumQ, kindNumRel:
		most = m.Score(Ranking{Judged: j})
		return most, most
	case kindNumRet:
		return 0, math.Inf(1)
	case kindNumNonrelJudgedRet:
		return 0, float64(j.NonRelevant(m.rel))
	case kindJudged, kindUnjudged, kindRBPResidual:
		return 0, 1
	case kindUtility:
		return math.Inf(-1), float64(j.Relevant(m.rel))
	}
	var ideal []float64
	if j != nil {
		for _, g := range j.grades {
			if g > 0 && g >= m.rel { // rel is 0 where there is no threshold
				ideal = append(ideal, g)
			}
		}
	}
	return 0, m.Score(Ranking{Grades: ideal, Judged: j})
}
