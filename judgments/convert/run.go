package convert

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// readRun reads a TREC run: query, Q0, document, rank, score, tag. The order
// of a query's hits is that of their scores, of equal scores that of the
// ranks; a file may hold several tags, which become several runs.
func readRun(ctx context.Context, path string, o ReadOptions) (*Collection, error) {
	beside, err := readBeside(ctx, path, o)
	if err != nil {
		return nil, err
	}
	b := newRunBuilder()
	queries := newBuilder()
	err = fileLines(ctx, path, func(line int, text string) error {
		columns := strings.Fields(text)
		if len(columns) != 6 {
			return fmt.Errorf("a line of a run has 6 columns (query, Q0, document, rank, score, tag), not %d", len(columns))
		}
		rank, err := strconv.Atoi(columns[3])
		if err != nil {
			return fmt.Errorf("the rank %q is no whole number", columns[3])
		}
		score, err := strconv.ParseFloat(columns[4], 64)
		if err != nil || math.IsNaN(score) || math.IsInf(score, 0) {
			return fmt.Errorf("the score %q is no number", columns[4])
		}
		queries.query(columns[0], beside.texts[columns[0]])
		hit := Hit{ID: columns[2], Score: score}
		if title, ok := beside.titles[columns[2]]; ok {
			hit.ID, hit.Title = "", title
		}
		return b.add(columns[5], columns[0], rank, hit)
	})
	if err != nil {
		return nil, err
	}
	c := queries.collection(baseName(path))
	c.Runs = b.runs(true)
	return c, nil
}

// runBuilder puts rankings together line by line.
type runBuilder struct {
	tags  []string
	byTag map[string]*tagged
}

type tagged struct {
	order []string
	hits  map[string][]rankedHit
	seen  map[[2]string]bool
}

type rankedHit struct {
	Hit
	rank int
}

func newRunBuilder() *runBuilder { return &runBuilder{byTag: map[string]*tagged{}} }

func (b *runBuilder) add(tag, query string, rank int, h Hit) error {
	t := b.byTag[tag]
	if t == nil {
		t = &tagged{hits: map[string][]rankedHit{}, seen: map[[2]string]bool{}}
		b.byTag[tag] = t
		b.tags = append(b.tags, tag)
	}
	key := [2]string{query, "id:" + h.ID}
	if h.ID == "" {
		key[1] = "title:" + h.Title
	}
	if t.seen[key] {
		return fmt.Errorf("the document %q stands twice in the ranking of query %q", cmp.Or(h.ID, h.Title), query)
	}
	t.seen[key] = true
	if _, ok := t.hits[query]; !ok {
		t.order = append(t.order, query)
	}
	t.hits[query] = append(t.hits[query], rankedHit{h, rank})
	return nil
}

// runs orders the hits, by score and then rank or by rank alone.
func (b *runBuilder) runs(byScore bool) []Run {
	var runs []Run
	for _, tag := range b.tags {
		t := b.byTag[tag]
		run := Run{Tag: tag}
		for _, query := range t.order {
			hits := t.hits[query]
			slices.SortStableFunc(hits, func(a, b rankedHit) int {
				if byScore && a.Score != b.Score {
					return cmp.Compare(b.Score, a.Score)
				}
				return cmp.Compare(a.rank, b.rank)
			})
			r := Ranking{Query: query}
			for _, h := range hits {
				r.Hits = append(r.Hits, h.Hit)
			}
			run.Queries = append(run.Queries, r)
		}
		runs = append(runs, run)
	}
	return runs
}

// writeRun writes the rankings as a TREC run. Its readers order by score
// alone, so where the scores do not fall with the rank, they are replaced by
// 1/rank.
func writeRun(ctx context.Context, out *output, c *Collection) error {
	if len(c.Runs) == 0 {
		return fmt.Errorf("%s: the source holds no rankings, and a run is nothing else", out.path)
	}
	s := newSurrogates(c)
	w, err := out.create("")
	if err != nil {
		return err
	}
	ids := make(map[string]string, len(c.Suite.Queries))
	for i := range c.Suite.Queries {
		q := &c.Suite.Queries[i]
		ids[q.ID] = s.query(q)
	}
	for _, run := range c.Runs {
		tag := strings.Join(strings.Fields(run.Tag), "-")
		if tag == "" {
			tag = "run"
		}
		for _, r := range run.Queries {
			if err := ctx.Err(); err != nil {
				return err
			}
			falling := true
			for i := 1; i < len(r.Hits); i++ {
				falling = falling && r.Hits[i].Score < r.Hits[i-1].Score
			}
			if !falling {
				out.notes.add("%d rankings have scores that do not fall with the rank, and get 1/rank instead", r.Query)
			}
			for i, h := range r.Hits {
				score := h.Score
				if !falling {
					score = 1 / float64(i+1)
				}
				fmt.Fprintf(w, "%s Q0 %s %d %s %s\n", cmp.Or(ids[r.Query], r.Query), s.document(h.ID, h.Title), i+1, strconv.FormatFloat(score, 'g', -1, 64), tag)
			}
		}
	}
	if n := c.Judged(); n > 0 {
		out.lose(fmt.Sprintf("%d judgments: a run holds rankings alone", n))
	}
	out.lostOfSuite(c, false)
	return s.write(out, c)
}
