package metrics

import (
	"strconv"
	"strings"
)

// A Metric is one measure with its parameters: ndcg@10, err(max=3)@20. It is a
// comparable value, so it serves as a map key, and its String reads back with
// Parse. The zero Metric is no measure: its name is empty and its score NaN.
type Metric struct {
	kind   kind
	cutoff int
	// rel is the smallest grade that counts as relevant; 0 where the family
	// has no threshold.
	rel float64
	// param is the persistence of rbp, the highest grade of err, the weight of
	// recall in set_f, the recall level of iprec; else 0.
	param float64
	// rounded is the other rule of iprec and 11pt_avg: see RoundedRecall.
	rounded bool
}

// Cutoff is the number of hits that the metric looks at, 0 for the whole list.
func (m Metric) Cutoff() int { return m.cutoff }

// Relevance is the smallest grade that counts as relevant, 1 unless the name
// says otherwise, and 0 for metrics that have no such threshold.
func (m Metric) Relevance() float64 { return m.rel }

// RoundedRecall is the variant of iprec and 11pt_avg that turns a recall level
// into a number of documents by rounding, as trec_eval 10.0 does, where the
// usual rule rounds up: with three relevant documents, recall 0.4 is then
// reached by one. Its name is iprec(levels=rounded)@0.4. Other metrics are
// returned as they are.
func (m Metric) RoundedRecall() Metric {
	if m.kind == kindIPrec || m.kind == kind11pt {
		m.rounded = true
	}
	return m
}

// IsCount tells whether the values are whole numbers (num_rel and the like),
// which are summed over the queries and printed without decimals.
func (m Metric) IsCount() bool {
	switch m.kind {
	case kindNumQ, kindNumRet, kindNumRel, kindNumRelRet, kindNumNonrelJudgedRet:
		return true
	}
	return false
}

// IsUnbounded tells whether values have no greatest one that holds for all
// queries: dcg and utility. Limits has that of a query. All others but the
// counts lie between 0 and 1.
func (m Metric) IsUnbounded() bool {
	return m.kind == kindDCG || m.kind == kindDCGExp || m.kind == kindUtility
}

// IsCoverage tells whether the values say how much of a list was judged, and
// not how good it is: judged, unjudged and rbp_residual.
func (m Metric) IsCoverage() bool {
	return m.kind == kindJudged || m.kind == kindUnjudged || m.kind == kindRBPResidual
}

// IsZero tells whether m is the zero Metric, which measures nothing.
func (m Metric) IsZero() bool { return m.kind == kindNone }

// String is the canonical name. Parameters appear only where they differ from
// the default.
func (m Metric) String() string {
	if m.kind == kindNone {
		return ""
	}
	f := &families[m.kind]
	var b strings.Builder
	b.WriteString(f.name)
	param := f.param != "" && !f.level && m.param != f.paramDefault
	rel := f.rel && m.rel != 1
	var params []string
	switch {
	case param && !rel && f.bare:
		params = append(params, number(m.param))
	case param:
		params = append(params, f.param+"="+number(m.param))
	}
	if m.rounded {
		params = append(params, "levels=rounded")
	}
	if rel {
		params = append(params, "rel="+number(m.rel))
	}
	if len(params) > 0 {
		b.WriteString("(" + strings.Join(params, ",") + ")")
	}
	switch {
	case f.level:
		b.WriteString("@" + number(m.param))
	case m.cutoff > 0:
		b.WriteString("@" + strconv.Itoa(m.cutoff))
	}
	return b.String()
}

// TrecName is the name under which trec_eval prints this measure, such as
// "ndcg_cut_10" for ndcg@10, and empty where trec_eval has no such measure or
// cannot be told it in one name (a relevance threshold other than 1).
func (m Metric) TrecName() string {
	f := &families[m.kind]
	switch {
	case f.rel && m.rel != 1:
		return ""
	case f.level && f.trecCut != "":
		return f.trecCut + "_" + strconv.FormatFloat(m.param, 'f', 2, 64)
	case f.param != "" && m.param != f.paramDefault:
		return ""
	case m.cutoff > 0 && f.trecCut != "":
		return f.trecCut + "_" + strconv.Itoa(m.cutoff)
	case m.cutoff > 0:
		return ""
	}
	return f.trec
}

// MarshalText gives the canonical name, so that a Metric is a string in JSON.
func (m Metric) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads any name that Parse accepts.
func (m *Metric) UnmarshalText(text []byte) error {
	p, err := Parse(string(text))
	if err != nil {
		return err
	}
	*m = p
	return nil
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
