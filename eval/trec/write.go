package trec

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/releval/releval/eval/metrics"
)

// WriteOptions change what WriteTrecEval prints. The zero value prints as
// trec_eval -c does.
type WriteOptions struct {
	// RunID prints the run's tag before the means.
	RunID bool
	// PerQuery prints the values of each query before the means, as -q.
	PerQuery bool
	// OmitMissing leaves queries without any hit out of what PerQuery prints,
	// as trec_eval did up to 9.0.8. They count in the means all the same.
	OmitMissing bool
}

// WriteTrecEval prints a result as trec_eval does: a line of measure, query
// and value for each, the queries sorted by id as strings, the means under the
// name all. Measures are printed in the order of r.Metrics, which Measures.Sort
// makes trec_eval's, under its names; those it does not have under their own.
func WriteTrecEval(w io.Writer, r *Result, o WriteOptions) error {
	p := &trecPrinter{w: bufio.NewWriterSize(w, 1<<16)}
	names := make([]string, len(r.Metrics))
	for i, m := range r.Metrics {
		if names[i] = m.TrecName(); names[i] == "" {
			names[i] = m.String()
			if names[i] == "rbp" { // which is another measure there
				names[i] = "rbp(0.8)"
			}
		}
		names[i] = fmt.Sprintf("%-22s", names[i])
	}
	if o.PerQuery {
		for q, id := range r.Queries {
			if o.OmitMissing && r.Hits[q] == 0 {
				continue
			}
			for i, m := range r.Metrics {
				switch m.TrecName() {
				case "num_q", "gm_map", "gm_bpref": // of all queries only
				default:
					p.line(names[i], id, m, r.Values[i][q])
				}
			}
		}
	}
	if o.RunID {
		fmt.Fprintf(p.w, "%-22s\tall\t%s\n", "runid", r.RunID)
	}
	for i, m := range r.Metrics {
		p.line(names[i], "all", m, r.Summaries[i].Value)
	}
	return p.w.Flush()
}

// A trecPrinter keeps its scratch space; errors of the writer come with Flush.
type trecPrinter struct {
	w   *bufio.Writer
	buf []byte
}

func (p *trecPrinter) line(name, query string, m metrics.Metric, value float64) {
	b := append(p.buf[:0], name...)
	b = append(b, '\t')
	b = append(b, query...)
	b = append(b, '\t')
	switch {
	case math.IsNaN(value):
		b = append(b, "   nan"...)
	case m.IsCount():
		b = strconv.AppendInt(b, int64(value), 10)
	default:
		b = strconv.AppendFloat(b, value, 'f', 4, 64)
	}
	p.buf = append(b, '\n')
	p.w.Write(p.buf)
}
