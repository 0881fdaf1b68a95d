package trec

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/eval/metrics"
)

// Measures are what is to be printed as trec_eval prints it.
type Measures struct {
	Metrics []metrics.Metric
	// RunID asks for the line with the run's tag, which is no metric.
	RunID bool
}

// printOrder is the order in which trec_eval prints its measures, whatever the
// order they are asked for in. It is never written to.
var printOrder = [...]string{"num_q", "num_ret", "num_rel", "num_rel_ret", "map", "gm_map", "Rprec", "bpref", "recip_rank",
	"iprec_at_recall", "P", "recall", "infAP", "gm_bpref", "Rprec_mult", "utility", "11pt_avg", "G", "dcg", "ndcg", "Rndcg", "ndcg_cut",
	"map_cut", "relative_P", "success", "set_P", "set_relative_P", "set_recall", "set_map", "set_F", "num_nonrel_judged_ret",
	"rbp", "unj"}

// missing are trec_eval's measures that are not here, with what is nearest.
func missing(name string) (instead string, isMissing bool) {
	switch name {
	case "rbp_resid":
		return "; name rbp_residual(0.9), which is not 0 where all hits are judged", true
	case "binG":
		return "; G is the same where all grades are 0 or 1", true
	case "ndcg_rel", "ideal_dcg", "relstring", "yaap", "qrels_jg", "all_prefs", "prefs":
		return "", true
	}
	return "", strings.HasPrefix(name, "prefs_") || strings.Contains(name, "_avgjg")
}

// cutoffs are the cutoffs of the measures that have several by default.
func cutoffs(measure string) []string {
	switch measure {
	case "P", "recall", "ndcg_cut", "map_cut", "relative_P":
		return []string{"5", "10", "15", "20", "30", "100", "200", "500", "1000"}
	case "success":
		return []string{"1", "5", "10"}
	case "unj":
		return []string{"5", "10", "20"}
	case "Rprec_mult":
		return []string{"0.2", "0.4", "0.6", "0.8", "1.0", "1.2", "1.4", "1.6", "1.8", "2.0"}
	case "iprec_at_recall":
		return []string{"0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1"}
	}
	return nil
}

// groups are trec_eval's names for several measures at once.
func groups(name string) []string {
	switch name {
	case "official":
		return []string{"runid", "num_q", "num_ret", "num_rel", "num_rel_ret", "map", "gm_map", "Rprec", "bpref", "recip_rank",
			"iprec_at_recall", "P"}
	case "set":
		return []string{"runid", "num_q", "num_ret", "num_rel", "num_rel_ret", "utility", "set_P", "set_relative_P", "set_recall", "set_map",
			"set_F"}
	case "all_trec": // which does not have all of its measures
		return append([]string{"runid"}, slices.DeleteFunc(slices.Clone(printOrder[:]), func(name string) bool {
			return name == "dcg" || name == "rbp" || name == "unj"
		})...)
	}
	return nil
}

// ParseMeasures reads names of metrics, as metrics.Parse does, and besides
// them trec_eval's names for several at once: its groups official, set and
// all_trec (of which only what metrics has), a measure with cutoffs without
// any (P, ndcg_cut: its default cutoffs) or with several (P.5,10), and runid.
// What is named twice is taken once.
//
// Where trecNames is true the names of trec_eval mean what they mean there: rbp
// is metrics.ParseTrec's, recall and success have their default cutoffs, and
// measures that are not here are an error of their own. Else recall and success
// alone are metrics over the whole list, as everywhere in this project.
func ParseMeasures(names []string, trecNames bool) (Measures, error) {
	var ms Measures
	parse := metrics.Parse
	if trecNames {
		parse = parseTrec
	}
	for _, name := range names {
		name = strings.TrimSpace(name)
		members := groups(name)
		for _, member := range members {
			if err := ms.add(parse, member, cutoffs(member)); err != nil {
				return Measures{}, err
			}
		}
		if members != nil {
			continue
		}
		ks := cutoffs(name)
		if !trecNames && (name == "recall" || name == "success") {
			ks = nil
		}
		base, list, several := strings.Cut(name, ".")
		if several = several && cutoffs(base) != nil; several {
			ks = strings.Split(list, ",")
		} else {
			base = name
		}
		if err := ms.add(parse, base, ks); err != nil {
			if several {
				err = fmt.Errorf("measure %q: %w", name, err)
			}
			return Measures{}, err
		}
	}
	return ms, nil
}

// A parser reads the name of one metric.
type parser func(name string) (metrics.Metric, error)

// add adds one measure, at each of the cutoffs where there are any.
func (ms *Measures) add(parse parser, name string, cutoffs []string) error {
	if name == "runid" {
		ms.RunID = true
		return nil
	}
	if cutoffs == nil {
		return ms.addOne(parse, name)
	}
	for _, k := range cutoffs {
		if err := ms.addOne(parse, name+"_"+k); err != nil {
			return err
		}
	}
	return nil
}

// parseTrec is metrics.ParseTrec without what trec_eval has and metrics has not.
func parseTrec(name string) (metrics.Metric, error) {
	if instead, isMissing := missing(name); isMissing {
		return metrics.Metric{}, fmt.Errorf("the measure %s of trec_eval is not computed here%s", name, instead)
	}
	return metrics.ParseTrec(name)
}

func (ms *Measures) addOne(parse parser, name string) error {
	m, err := parse(name)
	if err != nil {
		return err
	}
	if !slices.Contains(ms.Metrics, m) {
		ms.Metrics = append(ms.Metrics, m)
	}
	return nil
}

// Sort puts the metrics in the order in which trec_eval prints them. Metrics
// that it does not have follow in the order they had.
func (ms *Measures) Sort() {
	type place struct{ family, cutoff int }
	placeOf := func(m metrics.Metric) place {
		name := m.TrecName()
		if i := slices.Index(printOrder[:], name); i >= 0 {
			return place{i, 0}
		}
		if i := strings.LastIndexByte(name, '_'); i >= 0 {
			if f := slices.Index(printOrder[:], name[:i]); f >= 0 {
				return place{f, m.Cutoff()}
			}
		}
		return place{len(printOrder), 0}
	}
	slices.SortStableFunc(ms.Metrics, func(a, b metrics.Metric) int {
		x, y := placeOf(a), placeOf(b)
		return cmp.Or(cmp.Compare(x.family, y.family), cmp.Compare(x.cutoff, y.cutoff), compareLevels(a, b))
	})
}

// compareLevels orders recall levels, which are printed with two decimals.
func compareLevels(a, b metrics.Metric) int {
	x, y := a.TrecName(), b.TrecName()
	for _, family := range []string{"iprec", "Rprec_mult"} {
		if strings.HasPrefix(x, family) && strings.HasPrefix(y, family) {
			return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y))
		}
	}
	return 0
}
