package trec

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/metrics"
)

// reference evaluates a run in the plainest way: it splits by strings.Fields,
// sorts every list in full and scores whole rankings. What it cannot read is
// not ok. It has nothing in common with Evaluate but the metrics.
func reference(qrels, run string, ms []metrics.Metric, o Options) (values map[string][]float64, ok bool) {
	type judged map[string]float64
	queries := map[string]judged{}
	for _, line := range content(qrels) {
		f := strings.Fields(line)
		if len(f) != 4 {
			return nil, false
		}
		grade, err := strconv.ParseInt(f[3], 10, 64)
		if err != nil {
			return nil, false
		}
		if queries[f[0]] == nil {
			queries[f[0]] = judged{}
		}
		if _, twice := queries[f[0]][f[2]]; twice {
			return nil, false
		}
		queries[f[0]][f[2]] = float64(grade)
	}
	type hit struct {
		doc string
		key float64
	}
	lists := map[string][]hit{}
	for _, line := range content(run) {
		f := strings.Fields(line)
		if len(f) < 6 {
			return nil, false
		}
		column := f[4]
		if o.Order == ByRank {
			column = f[3]
		}
		key, err := strconv.ParseFloat(column, 64)
		if err != nil || key != key {
			return nil, false
		}
		if o.Order == ByRank {
			key = -key
		} else if o.Float32 {
			key = float64(float32(key))
		}
		lists[f[0]] = append(lists[f[0]], hit{f[2], key})
	}
	values = map[string][]float64{}
	for q, grades := range queries {
		list := lists[q]
		slices.SortFunc(list, func(a, b hit) int { return cmp.Or(cmp.Compare(b.key, a.key), cmp.Compare(b.doc, a.doc)) })
		r := metrics.Ranking{}
		seen := map[string]bool{}
		for _, h := range list {
			if seen[h.doc] {
				return nil, false
			}
			seen[h.doc] = true
			g, known := grades[h.doc]
			if !known {
				g = metrics.Unjudged()
			}
			r.Grades = append(r.Grades, g)
		}
		all := make([]float64, 0, len(grades))
		for _, g := range grades {
			all = append(all, g)
		}
		r.Judged = metrics.NewJudged(all)
		for _, m := range ms {
			values[q] = append(values[q], m.Score(r))
		}
	}
	return values, true
}

// content is the lines that say something.
func content(text string) []string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if t := strings.TrimLeft(line, " \t\r\v\f"); t != "" && t[0] != '#' {
			lines = append(lines, line)
		}
	}
	return lines
}
