package metrics

// scoreBpref is the share of judged non-relevant documents that stand below
// the relevant ones: unjudged hits do not matter. With N judged non-relevant
// and R relevant documents each relevant hit adds 1 - min(above, R)/min(N, R),
// and the sum is divided by R. Buckley and Voorhees (SIGIR 2004), as
// trec_eval's bpref.
func scoreBpref(m Metric, l *List) float64 {
	r := l.Judged.Relevant(m.rel)
	if r == 0 {
		return 0
	}
	limit := min(l.Judged.NonRelevant(m.rel), r)
	above, sum := 0, 0.0
	for _, h := range l.Hits {
		switch {
		case h.Grade < 0:
			// In the pool but not judged.
		case h.Grade < m.rel:
			above++
		case above == 0:
			sum++
		default:
			sum += 1 - float64(min(above, r))/float64(limit)
		}
	}
	return sum / float64(r)
}

// infAPEpsilon smooths the estimate where nothing above has been judged.
const infAPEpsilon = 0.00001

// scoreInfAP is average precision estimated from a pool of which only a sample
// was judged; a negative grade means in the pool but not in the sample.
// Yilmaz and Aslam (CIKM 2006), as trec_eval's infAP.
func scoreInfAP(m Metric, l *List) float64 {
	r := l.Judged.Relevant(m.rel)
	if r == 0 {
		return 0
	}
	relevant, nonRelevant, pooled, sum := 0, 0, 0, 0.0
	for _, h := range l.Hits {
		switch {
		case h.Grade < 0:
			pooled++
		case h.Grade < m.rel:
			nonRelevant++
		default:
			if above := float64(h.Rank - 1); above == 0 {
				sum++
			} else {
				inPool := float64(relevant+nonRelevant+pooled) / above
				precision := (float64(relevant) + infAPEpsilon) / (float64(relevant+nonRelevant) + 2*infAPEpsilon)
				sum += 1/(above+1) + above/(above+1)*inPool*precision
			}
			relevant++
		}
	}
	return sum / float64(r)
}
