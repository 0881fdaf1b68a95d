package convert

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/trec"
	"github.com/releval/releval/judgments"
)

// readQrels reads TREC's qrels. Files beside it, as writeQrels writes them,
// give the texts of the queries and the titles behind surrogate ids.
func readQrels(ctx context.Context, path string, o ReadOptions) (*collection, error) {
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
	c := b.collection(baseName(path))
	c.idsOnly = true
	return c, nil
}

// writeQrels writes the judgments as qrels, and beside them the texts of the
// queries (.queries.tsv) and the titles behind surrogate ids (.titles.tsv).
func writeQrels(ctx context.Context, out *output, c *collection) error {
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
			if j.Grade != math.Trunc(j.Grade) {
				out.note("grade", "not a whole number, as trec_eval needs it; releval eval --grades fractional reads it", fmt.Sprintf("%g", j.Grade))
			}
			w.WriteString(id)
			w.WriteString(" 0 ")
			w.WriteString(s.document(j.ID, j.Title))
			w.WriteString(" ")
			w.WriteString(strconv.FormatFloat(j.Grade, 'f', -1, 64))
			w.WriteString("\n")
		}
		if len(q.Relevant) == 0 {
			out.lose("query", "without judgments, which qrels have no line for", q.ID)
		}
	}
	out.noteSuite(c, true)
	return s.write(out, c, "")
}

// readRun reads a TREC run, ranked as trec_eval ranks it.
func readRun(ctx context.Context, path string, o ReadOptions) (*collection, error) {
	beside, err := readBeside(ctx, path, o)
	if err != nil {
		return nil, err
	}
	read, err := trec.ReadRun(ctx, trec.Input{Path: path}, trec.Options{})
	if err != nil {
		return nil, err
	}
	queries := newBuilder()
	one := run{Tag: read.Tag}
	for _, r := range read.Rankings {
		queries.query(r.Query, beside.texts[r.Query])
		ranking := ranking{Query: r.Query, Hits: make([]hit, len(r.Hits))}
		for i, h := range r.Hits {
			ranking.Hits[i] = hit{ID: h.Document, Score: h.Score}
			if title, ok := beside.titles[h.Document]; ok {
				ranking.Hits[i].ID, ranking.Hits[i].Title = "", title
			}
		}
		one.Queries = append(one.Queries, ranking)
	}
	c := queries.collection(baseName(path))
	c.idsOnly = true
	c.Runs = []run{one}
	return c, nil
}

// runBuilder puts rankings together row by row, of tables that give positions.
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
	hit
	rank int
}

// count is how many hits a query has so far.
func (b *runBuilder) count(tag, query string) int {
	if t := b.byTag[tag]; t != nil {
		return len(t.hits[query])
	}
	return 0
}

func newRunBuilder() *runBuilder { return &runBuilder{byTag: map[string]*tagged{}} }

func (b *runBuilder) add(tag, query string, rank int, h hit) error {
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
		return fmt.Errorf("the document %q is ranked twice for query %q", cmp.Or(h.ID, h.Title), query)
	}
	t.seen[key] = true
	if _, ok := t.hits[query]; !ok {
		t.order = append(t.order, query)
	}
	t.hits[query] = append(t.hits[query], rankedHit{h, rank})
	return nil
}

// runs orders the hits by their positions.
func (b *runBuilder) runs() []run {
	var runs []run
	for _, tag := range b.tags {
		t := b.byTag[tag]
		run := run{Tag: tag}
		for _, query := range t.order {
			hits := t.hits[query]
			slices.SortStableFunc(hits, func(a, b rankedHit) int { return cmp.Compare(a.rank, b.rank) })
			r := ranking{Query: query}
			for _, h := range hits {
				r.Hits = append(r.Hits, h.hit)
			}
			run.Queries = append(run.Queries, r)
		}
		runs = append(runs, run)
	}
	return runs
}

// writeRuns writes the rankings as TREC runs: one run as a file, several as a
// folder with a file for each, because a reader takes a file for one run.
func writeRuns(ctx context.Context, out *output, c *collection) error {
	switch {
	case len(c.Runs) == 0:
		return fmt.Errorf("%s: the source holds no rankings, and a run is nothing else", out.path)
	case len(c.Runs) > 1 && !out.folder:
		return fmt.Errorf("%s: the source holds %d runs, and a file holds one; name a folder for them, as %s/", out.path, len(c.Runs), baseName(out.path))
	}
	names := map[string]bool{}
	for _, run := range c.Runs {
		if len(run.Queries) == 0 {
			out.lose("run", "without any hit, left out", run.Tag)
			continue
		}
		tag := word(run.Tag, "run")
		name := ""
		if out.folder {
			name = uniqueName(strings.NewReplacer("/", "-", "\\", "-").Replace(strings.TrimLeft(tag, ".")), names) + ".run"
		}
		if err := writeRun(ctx, out, c, run, name, tag); err != nil {
			return err
		}
	}
	ranked := map[string]bool{}
	for _, run := range c.Runs {
		for _, r := range run.Queries {
			ranked[r.Query] = true
		}
	}
	for i := range c.Suite.Queries {
		if id := c.Suite.Queries[i].ID; !ranked[id] {
			out.note("query", "without hits, which a run has no line for", id)
		}
	}
	out.noteMany(c.counts().Judgments, "judgment", "left out, because a run holds rankings alone")
	out.noteSuite(c, false)
	return nil
}

// uniqueName gives a name that is not among the given ones yet, and adds it.
func uniqueName(name string, taken map[string]bool) string {
	unique := name
	for n := 2; taken[strings.ToLower(unique)] || unique == ""; n++ {
		unique = fmt.Sprintf("%s-%d", name, n)
	}
	taken[strings.ToLower(unique)] = true
	return unique
}

// writeRun writes one run. Readers rank by score, and equal scores by document
// id. Where that is not the order of the hits, 1/rank stands for the scores,
// so that the file is ranked as the source was.
func writeRun(ctx context.Context, out *output, c *collection, run run, name, tag string) error {
	s := newSurrogates(c)
	w, err := out.create(name)
	if err != nil {
		return err
	}
	ids := make(map[string]string, len(c.Suite.Queries))
	for i := range c.Suite.Queries {
		q := &c.Suite.Queries[i]
		ids[q.ID] = s.query(q)
	}
	for _, r := range run.Queries {
		if err := ctx.Err(); err != nil {
			return err
		}
		hits := make([]trec.Hit, len(r.Hits))
		for i, h := range r.Hits {
			hits[i] = trec.Hit{Document: s.document(h.ID, h.Title), Score: h.Score}
		}
		if !trec.Ranked(hits) {
			out.note("ranking", "not in the order of the scores, which 1/rank replaces", r.Query)
			for i := range hits {
				hits[i].Score = 1 / float64(i+1)
			}
		}
		for i, h := range hits {
			fmt.Fprintf(w, "%s Q0 %s %d %s %s\n", cmp.Or(ids[r.Query], r.Query), h.Document, i+1, strconv.FormatFloat(h.Score, 'g', -1, 64), tag)
		}
	}
	return s.write(out, c, name)
}
