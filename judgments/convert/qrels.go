package convert

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/releval/releval/judgments"
)

// readQrels reads TREC's qrels: four columns separated by white space, of
// which the second is not used. Files beside it, as writeQrels writes them,
// give the texts of the queries and the titles behind surrogate ids.
func readQrels(ctx context.Context, path string, o ReadOptions) (*Collection, error) {
	beside, err := readBeside(ctx, path, o)
	if err != nil {
		return nil, err
	}
	b := newBuilder()
	err = fileLines(ctx, path, func(_ int, text string) error {
		columns := strings.Fields(text)
		if len(columns) != 4 {
			return fmt.Errorf("a line of qrels has 4 columns (query, iteration, document, grade), not %d", len(columns))
		}
		grade, err := parseGrade(columns[3])
		if err != nil {
			return err
		}
		q := b.query(columns[0], beside.texts[columns[0]])
		j := judgments.Judgment{ID: columns[2], Grade: grade}
		if title, ok := beside.titles[columns[2]]; ok {
			j.ID, j.Title = "", title
		}
		b.judge(q, j)
		return nil
	})
	if err != nil {
		return nil, err
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
	return s.write(out, c)
}
