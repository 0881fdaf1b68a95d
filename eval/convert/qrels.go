package convert

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"github.com/releval/releval/eval/trec"
	"github.com/releval/releval/judgments"
)

// readQrels reads TREC's qrels. Files beside it, as writeQrels writes them,
// give the texts of the queries and the titles behind surrogate ids.
func readQrels(ctx context.Context, path string, o ReadOptions) (*Collection, error) {
	beside, err := readBeside(ctx, path, o)
	if err != nil {
		return nil, err
	}
	qrels, err := trec.ReadQrels(ctx, trec.Input{Path: path}, trec.QrelsOptions{Fractional: true})
	if err != nil {
		return nil, err
	}
	b := newBuilder()
	for _, line := range qrels.Judgments() {
		j := judgments.Judgment{ID: line.Document, Grade: line.Grade}
		if title, ok := beside.titles[line.Document]; ok {
			j.ID, j.Title = "", title
		}
		b.judge(b.query(line.Query, beside.texts[line.Query]), j)
	}
	return b.collection(baseName(path)), nil
}

// writeQrels writes the judgments as qrels, and beside them the texts of the
// queries (.queries.tsv) and the titles behind surrogate ids (.titles.tsv).
func writeQrels(ctx context.Context, out *output, c *Collection) error {
	s := newSurrogates(c)
	w, err := out.create("")
	if err != nil {
		return err
	}
	for i := range c.Suite.Queries {
		if err := ctx.Err(); err != nil {
			return err
		}
		q := &c.Suite.Queries[i]
		id := s.query(q)
		for _, j := range q.Relevant {
			grade := math.Round(j.Grade)
			if grade != j.Grade {
				out.notes.add("%d grades are no whole numbers, as trec_eval needs them, and are rounded", fmt.Sprintf("%g to %g", j.Grade, grade))
			}
			w.WriteString(id)
			w.WriteString(" 0 ")
			w.WriteString(s.document(j.ID, j.Title))
			w.WriteString(" ")
			w.WriteString(strconv.FormatFloat(grade, 'f', -1, 64))
			w.WriteString("\n")
		}
		if len(q.Relevant) == 0 {
			out.notes.add("%d queries have no judgments, and do not occur in qrels", q.ID)
		}
	}
	out.lostOfSuite(c, true)
	return s.write(out, c, "")
}
