package metrics

// scoreNumQ is 1: the sum over the queries is their number.
func scoreNumQ(Metric, *List) float64 { return 1 }

// scoreNumRet is the number of hits.
func scoreNumRet(_ Metric, l *List) float64 { return float64(l.Len) }

// scoreNumRel is the number of relevant documents, returned or not.
func scoreNumRel(m Metric, l *List) float64 { return float64(l.Judged.Relevant(m.rel)) }

// scoreNumRelRet is the number of relevant hits.
func scoreNumRelRet(m Metric, l *List) float64 { return float64(relevantIn(l.Hits, m.rel)) }

// scoreNumNonrelJudgedRet is the number of hits judged non-relevant; negative
// grades are not counted.
func scoreNumNonrelJudgedRet(m Metric, l *List) float64 {
	return float64(relevantIn(l.Hits, 0) - relevantIn(l.Hits, m.rel))
}
