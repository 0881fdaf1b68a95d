package metrics

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// maxCutoff bounds cutoffs: no ranking is longer.
const maxCutoff = math.MaxInt32

// Parse reads the name of a metric, without regard to case:
//
//	name    = family [ "(" param { "," param } ")" ] [ "@" cutoff ]
//	        | trecfamily ( "_" | "." ) cutoff
//	param   = key "=" value | value
//
// The family is a canonical name (ndcg, precision), one of trec_eval
// (recip_rank, Rprec) or of ir_measures (nDCG, RR). Keys are rel, the smallest
// grade that is relevant; p of rbp and
// its relatives; max, the highest grade, of err; beta of
// set_f; dcg of ndcg, 'log2' or 'exp-log2'; levels of iprec and 11pt_avg, 'up'
// or 'rounded'. An unknown family is an *UnknownError; every error names the
// name it is about.
func Parse(name string) (Metric, error) {
	text := strings.ToLower(strings.TrimSpace(name))
	if m, ok, err := parseTrecCut(text); ok {
		if err != nil {
			return Metric{}, fmt.Errorf("metric %q: %w", name, err)
		}
		return m, nil
	}
	base, cutoff, hasCutoff := strings.Cut(text, "@")
	base, params, hasParams := strings.Cut(base, "(")
	k := lookup(strings.TrimSpace(base))
	if k == kindNone {
		return Metric{}, unknown(name, text, base)
	}
	m := newMetric(k)
	if hasParams {
		inner, rest, closed := strings.Cut(params, ")")
		if !closed || strings.TrimSpace(rest) != "" {
			return Metric{}, fmt.Errorf("metric %q: the parameters must end with ) before the @", name)
		}
		if err := m.setParams(inner); err != nil {
			return Metric{}, fmt.Errorf("metric %q: %w", name, err)
		}
	}
	f := &families[m.kind]
	switch {
	case hasCutoff && f.level:
		if err := m.setParam(f.param, cutoff); err != nil {
			return Metric{}, fmt.Errorf("metric %q: %w", name, err)
		}
	case f.level:
		return Metric{}, fmt.Errorf("metric %q: the level is missing: write %s@0.5", name, f.name)
	case hasCutoff && !f.cut:
		return Metric{}, fmt.Errorf("metric %q: %s looks at the whole list and takes no cutoff", name, f.name)
	case hasCutoff:
		if err := m.setCutoff(cutoff); err != nil {
			return Metric{}, fmt.Errorf("metric %q: %w", name, err)
		}
	}
	return m, nil
}

// ParseTrec is Parse, but that a name of trec_eval means what trec_eval means
// by it: rbp is graded there, with a persistence of 0.9.
func ParseTrec(name string) (Metric, error) {
	for k := range families {
		if f := &families[k]; f.trec != "" && f.trec == strings.TrimSpace(name) {
			return newMetric(kind(k)), nil
		}
	}
	return Parse(name)
}

func newMetric(k kind) Metric {
	f := &families[k]
	m := Metric{kind: k, param: f.paramDefault}
	if f.rel {
		m.rel = 1
	}
	return m
}

// lookup finds the family of a name in lower case.
func lookup(base string) kind {
	if base == "" {
		return kindNone
	}
	for k := range families {
		f := &families[k]
		if base == f.name || base == strings.ToLower(f.trec) {
			return kind(k)
		}
		for _, a := range f.aliases {
			if base == a {
				return kind(k)
			}
		}
	}
	return kindNone
}

// parseTrecCut reads trec_eval's names with a cutoff at the end (P_10, P.10,
// iprec_at_recall_0.10); ok tells whether text is one, valid or not.
func parseTrecCut(text string) (m Metric, ok bool, err error) {
	for k := range families {
		f := &families[k]
		if f.trecCut == "" {
			continue
		}
		rest, found := strings.CutPrefix(text, strings.ToLower(f.trecCut))
		if !found || rest == "" || rest[0] != '_' && rest[0] != '.' {
			continue
		}
		if rest = rest[1:]; rest == "" || rest[0] != '.' && (rest[0] < '0' || rest[0] > '9') {
			continue
		}
		m = newMetric(kind(k))
		if f.level {
			return m, true, m.setParam(f.param, rest)
		}
		return m, true, m.setCutoff(rest)
	}
	return Metric{}, false, nil
}

func (m *Metric) setCutoff(text string) error {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 32)
	if err != nil || n == 0 || n > maxCutoff {
		return fmt.Errorf("the cutoff is %q, but must be a whole number from 1", text)
	}
	m.cutoff = int(n)
	return nil
}

// setParams reads what stands between the parentheses.
func (m *Metric) setParams(inner string) error {
	seen := map[string]bool{}
	for part := range strings.SplitSeq(inner, ",") {
		key, value, hasKey := strings.Cut(part, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if !hasKey {
			f := &families[m.kind]
			if key == "" {
				return fmt.Errorf("a parameter is empty")
			}
			if !f.bare {
				return fmt.Errorf("%q is no parameter: write key=value%s", key, m.keys())
			}
			key, value = f.param, key
		}
		if seen[key] {
			return fmt.Errorf("the parameter %s is given twice", key)
		}
		seen[key] = true
		if families[m.kind].level && key == families[m.kind].param {
			return fmt.Errorf("the level stands after the @")
		}
		if err := m.setParam(key, value); err != nil {
			return err
		}
	}
	return nil
}

func (m *Metric) setParam(key, value string) error {
	f := &families[m.kind]
	value = strings.Trim(strings.TrimSpace(value), `'"`)
	switch {
	case key == "dcg" && (m.kind == kindNDCG || m.kind == kindNDCGExp):
		switch value {
		case "log2":
			m.kind = kindNDCG
		case "exp-log2":
			m.kind = kindNDCGExp
		default:
			return fmt.Errorf("dcg is %q, but must be 'log2' or 'exp-log2'", value)
		}
		return nil
	case key == "levels" && (m.kind == kindIPrec || m.kind == kind11pt):
		switch value {
		case "up":
			m.rounded = false
		case "rounded":
			m.rounded = true
		default:
			return fmt.Errorf("levels is %q, but must be 'up' or 'rounded'", value)
		}
		return nil
	case key == "rel" && m.kind == kindNumRet:
		// ir_measures writes num_rel_ret as NumRet(rel=1).
		*m = newMetric(kindNumRelRet)
		return m.setParam(key, value)
	case key == "rel" && f.rel:
		x, err := strconv.ParseFloat(value, 64)
		if err != nil || !(x > 0) || math.IsInf(x, 0) {
			return fmt.Errorf("rel is %q, but must be a grade above 0", value)
		}
		m.rel = x
		return nil
	case key == f.param && f.param != "":
		x, err := strconv.ParseFloat(value, 64)
		out := !(x >= f.paramLow && x <= f.paramHigh)
		if f.paramOpen {
			out = !(x > f.paramLow && x < f.paramHigh)
		}
		if err != nil || out {
			between := "from %g to %g"
			if f.paramOpen {
				between = "above %g and below %g"
			}
			return fmt.Errorf("%s is %q, but must be a number "+between, key, value, f.paramLow, f.paramHigh)
		}
		m.param = x + 0 // -0 is 0: equal metrics have one name
		return nil
	}
	return fmt.Errorf("%s has no parameter %q%s", f.name, key, m.keys())
}

// keys lists the parameters that the family takes, for messages.
func (m *Metric) keys() string {
	f := &families[m.kind]
	var keys []string
	if f.param != "" && !f.level {
		keys = append(keys, f.param)
	}
	if f.rel {
		keys = append(keys, "rel")
	}
	if m.kind == kindNDCG || m.kind == kindNDCGExp {
		keys = append(keys, "dcg")
	}
	if m.kind == kindIPrec || m.kind == kind11pt {
		keys = append(keys, "levels")
	}
	if len(keys) == 0 {
		return "; it takes none"
	}
	return "; it takes " + strings.Join(keys, " and ")
}
