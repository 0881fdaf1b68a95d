package metrics

import "math"

// scoreMAP is average precision: precision at each relevant hit of the top k,
// summed and divided by the number R of relevant documents, also where R is
// above k (map and map_cut_k of trec_eval).
func scoreMAP(m Metric, l *List) float64 {
	r := l.Judged.Relevant(m.rel)
	if r == 0 {
		return 0
	}
	found, sum := 0, 0.0
	for _, h := range within(l.Hits, m.cutoff) {
		if h.Grade >= m.rel {
			found++
			sum += float64(found) / float64(h.Rank)
		}
	}
	return sum / float64(r)
}

// scoreIPrec is interpolated precision at a recall level: the highest
// precision at any rank where at least that share of the relevant documents
// has been found. The share is turned into a number of documents by
// truncating level·R + 0.9, as trec_eval did up to 9.0.8 and as published
// numbers have it; RoundedRecall is the rule of 10.0.
func scoreIPrec(m Metric, l *List) float64 {
	return interpolated(m, m.param, l)
}

// score11pt is the mean of interpolated precision at recall 0, 0.1, … 1.
func score11pt(m Metric, l *List) float64 {
	sum := 0.0
	// From the top level down and with decimal literals, so that the levels and
	// the rounding of the sum are those of trec_eval.
	for _, level := range [11]float64{1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0} {
		sum += interpolated(m, level, l)
	}
	return sum / 11
}

func interpolated(m Metric, level float64, l *List) float64 {
	share := level * float64(l.Judged.Relevant(m.rel))
	need := int(share + 0.9)
	if m.rounded {
		need = int(math.Round(share))
	}
	found, best := 0, 0.0
	for _, h := range l.Hits {
		if h.Grade >= m.rel {
			found++
			if found >= need {
				best = max(best, float64(found)/float64(h.Rank))
			}
		}
	}
	return best
}
