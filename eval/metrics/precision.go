package metrics

// scorePrecision is the share of relevant hits among the top k, divided by k
// also for shorter lists (P_k of trec_eval); without a cutoff it is divided by
// the number of hits (set_P).
func scorePrecision(m Metric, l *List) float64 {
	k := m.cutoff
	if k == 0 {
		k = l.Len
	}
	if k == 0 {
		return 0
	}
	return float64(relevantIn(within(l.Hits, m.cutoff), m.rel)) / float64(k)
}

// scoreRecall is the share of the relevant documents that are among the top k
// (recall_k of trec_eval, set_recall without a cutoff).
func scoreRecall(m Metric, l *List) float64 {
	r := l.Judged.Relevant(m.rel)
	if r == 0 {
		return 0
	}
	return float64(relevantIn(within(l.Hits, m.cutoff), m.rel)) / float64(r)
}

// scoreSuccess is 1 where any of the top k is relevant, else 0.
func scoreSuccess(m Metric, l *List) float64 {
	for _, h := range within(l.Hits, m.cutoff) {
		if h.Grade >= m.rel {
			return 1
		}
	}
	return 0
}

// scoreMRR is 1/rank of the first relevant hit, 0 if there is none among the
// top k (recip_rank of trec_eval, which has no cutoff).
func scoreMRR(m Metric, l *List) float64 {
	for _, h := range within(l.Hits, m.cutoff) {
		if h.Grade >= m.rel {
			return 1 / float64(h.Rank)
		}
	}
	return 0
}

// scoreRPrec is precision at R, the number of relevant documents.
func scoreRPrec(m Metric, l *List) float64 {
	r := l.Judged.Relevant(m.rel)
	if r == 0 {
		return 0
	}
	return float64(relevantIn(within(l.Hits, r), m.rel)) / float64(r)
}

// scoreRelativePrecision is precision over the highest that is possible: the
// relevant hits among the top k over min(k, R) (relative_P_k of trec_eval);
// without a cutoff k is the number of hits (set_relative_P).
func scoreRelativePrecision(m Metric, l *List) float64 {
	k := m.cutoff
	if k == 0 {
		k = l.Len
	}
	possible := min(k, l.Judged.Relevant(m.rel))
	if possible == 0 {
		return 0
	}
	return float64(relevantIn(within(l.Hits, m.cutoff), m.rel)) / float64(possible)
}

// scoreRecallCap is recall over the highest that is possible: the relevant hits
// among the top k over min(k, R), which BEIR reports for TREC-COVID (Thakur et
// al., NeurIPS 2021). A perfect list reaches 1 where recall@k cannot. Without a
// cutoff nothing caps it, and it is recall.
func scoreRecallCap(m Metric, l *List) float64 {
	possible := m.recallCap(l.Judged.Relevant(m.rel))
	if possible == 0 {
		return 0
	}
	return float64(relevantIn(within(l.Hits, m.cutoff), m.rel)) / float64(possible)
}

// recallCap is the highest number of relevant documents among the top k.
func (m Metric) recallCap(relevant int) int {
	if m.cutoff == 0 {
		return relevant
	}
	return min(m.cutoff, relevant)
}

// scoreSetMAP is precision times recall of the whole list (set_map).
func scoreSetMAP(m Metric, l *List) float64 {
	r := l.Judged.Relevant(m.rel)
	if r == 0 || l.Len == 0 {
		return 0
	}
	found := float64(relevantIn(l.Hits, m.rel))
	return found * found / (float64(l.Len) * float64(r))
}

// scoreSetF is the weighted harmonic mean of precision and recall of the whole
// list, (x+1)PR/(xP+R) with x = beta: above 1 recall weighs more (set_F; after
// van Rijsbergen, Information Retrieval, 1979).
func scoreSetF(m Metric, l *List) float64 {
	found := relevantIn(l.Hits, m.rel)
	if found == 0 {
		return 0
	}
	p := float64(found) / float64(l.Len)
	r := float64(found) / float64(l.Judged.Relevant(m.rel))
	return (m.param + 1) * p * r / (m.param*p + r)
}

// scoreJudged is the share of judged hits among the top k, of those returned:
// divided by min(k, n), so that a short list is not taken for an unjudged one.
// It is NaN where nothing was returned.
func scoreJudged(m Metric, l *List) float64 {
	k := l.Len
	if m.cutoff > 0 && m.cutoff < k {
		k = m.cutoff
	}
	return float64(len(within(l.Hits, m.cutoff))) / float64(k)
}
