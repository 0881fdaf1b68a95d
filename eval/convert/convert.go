package convert

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/releval/releval/judgments"
)

// ReadOptions say how a source is read. The zero value is right for most.
type ReadOptions struct {
	// Queries is a file with the texts of the queries, for sources that know
	// queries by id alone: lines of id, tab and text, BEIR's queries.jsonl, or
	// a suite.
	Queries string
	// Split chooses one of the files of BEIR's qrels folder; by default
	// test, or the only one.
	Split string
	// Columns names a table's columns: by query, query_id, title, id,
	// document, grade, position and index, each a column's name or its number
	// from 1.
	Columns map[string]string
	// Column says what a table's column of documents holds: "id", "title",
	// or "" to tell by its header and its values.
	Column string
	// Raters says which grade several raters' grades make: "mean", "median"
	// or "max"; "" for the median.
	Raters string
	// System is the system of a run file whose ranking is taken; "" for all.
	System string
	// Param chooses the scenarios' value that is the query, for Relevance
	// Studio, and the parameter of templates, for _rank_eval; by default the
	// only one, or text, query or q.
	Param string
	// ExcludeQueryDocument excludes from each query the document that has its
	// id.
	ExcludeQueryDocument bool
}

// WriteOptions say how a collection is written.
type WriteOptions struct {
	// Index is the index that judgments belong to, for formats that name
	// it; by default the suite's, or the collection's name.
	Index string
	// Workspace is the workspace of Relevance Studio's documents, which
	// need one.
	Workspace string
}

// Job is one conversion from a file or folder to another.
type Job struct {
	// In and Out are the paths; an Out of "-" is standard output.
	In, Out string
	// From and To are the formats; where empty they are told by the source's
	// content and the target's name.
	From, To Format
	// Read, Search and Write are the options of the steps. Where Search
	// names documents, judgments are joined with them, so that ids get their
	// titles or titles their ids.
	Read   ReadOptions
	Search SearchOptions
	Write  WriteOptions
	// Check looks at a finished suite; nil looks at nothing.
	Check func(path string, text []byte) error
	// Allow looks at what is written in another format than a suite: the
	// judgments, and how to search; nil looks at nothing.
	Allow func(path string, written *judgments.Suite) error
	// Force writes although something is lost.
	Force bool
}

// Counts are what a file holds.
type Counts struct{ Queries, Judgments, Documents, Rankings int }

// Result says what a conversion did.
type Result struct {
	From, To Format
	// Read counts what was read, and Written what is in the result, which was
	// read again for it.
	Read, Written Counts
	// Samples are the first judgments or hits, one of a query, as they were
	// understood.
	Samples []string
	// Resolution is what joining judgments with documents found; nil where
	// it was not done.
	Resolution *Resolution
	// Notes are what was decided on the way and what the target has no place
	// for; Losses what vanished or changed. A sentence each.
	Notes, Losses []string
}

// ErrLoss is returned, with the result, where something would be lost and Force
// is not set. Nothing is written then.
var ErrLoss = errors.New("something would be lost")

// Run does the conversion. Files appear complete or not at all.
func (j Job) Run(ctx context.Context, stdout io.Writer) (*Result, error) {
	r := &Result{From: j.From, To: j.To}
	if err := j.formats(r); err != nil {
		return nil, err
	}
	c, err := readFormat(ctx, r.From, j.In, j.Read)
	if err != nil {
		return nil, err
	}
	r.Read, r.Samples = c.counts(), c.samples()
	j.ineffective(r, c)
	if j.Read.ExcludeQueryDocument {
		c.excludeQueryDocuments(r.To)
	}
	if err := j.join(ctx, r, c); err != nil {
		return nil, err
	}
	if r.From == Suite && r.To == Suite && hasComments(j.In) {
		c.note("", "the suite's comments, and how its YAML is laid out", "")
	}
	out, err := newOutput(r.To, j.Out, j.Write, stdout)
	if err != nil {
		return nil, err
	}
	defer out.close()
	if err := j.write(ctx, r, out, c); err != nil {
		return nil, err
	}
	r.Notes = slices.Concat(c.notes(), out.notes())
	r.Losses = slices.Concat(c.losses(), out.losses())
	if len(r.Losses) > 0 && !j.Force {
		return r, ErrLoss
	}
	return r, out.commit()
}

// formats tells the formats that the caller does not name.
func (j Job) formats(r *Result) error {
	if ratersRule(j.Read.Raters) == nil {
		return fmt.Errorf("--raters must be mean, median or max, not %q", j.Read.Raters)
	}
	var err error
	if r.From == "" {
		if r.From, err = detect(j.In); err != nil {
			return err
		}
	}
	if r.To == "" {
		if j.Out == "-" {
			return fmt.Errorf("standard output has no name that tells the format; name it")
		}
		if r.To, err = formatOfName(j.Out); err != nil {
			return err
		}
	}
	if in, err := os.Stat(j.In); err == nil {
		if out, err := os.Stat(j.Out); err == nil && os.SameFile(in, out) {
			return fmt.Errorf("%s: would be written over itself; name another file", j.In)
		}
	}
	return nil
}

// ineffective finds options that do nothing for these formats: whoever gave one
// expects something that does not happen.
func (j Job) ineffective(r *Result, c *collection) {
	table := r.From == TSV || r.From == CSV || r.From == Quepid
	search := r.To == Suite || r.To == RankEval && (len(c.Suite.Search.Retriever) == 0 || len(j.Search.Fields) > 0)
	for _, o := range []struct {
		name      string
		given, ok bool
	}{
		{"--queries", j.Read.Queries != "", c.idsOnly},
		{"--split", j.Read.Split != "", r.From == BEIR},
		{"--columns", len(j.Read.Columns) > 0, table},
		{"--column", j.Read.Column != "", table && c.eitherUsed},
		{"--raters", j.Read.Raters != "", len(c.raters) > 0},
		{"--param", j.Read.Param != "", r.From == Studio || r.From == RankEval || r.From == RRE},
		{"--exclude-query-document", j.Read.ExcludeQueryDocument, c.queryIDs() && (r.To == Suite || len(c.Runs) > 0)},
		{"--system", j.Read.System != "", r.From == RunFile},
		{"--documents", j.Search.Documents != "", r.Read.Judgments > 0},
		{"--title-field", j.Search.TitleField != "", search || j.Search.Documents != "" || c.Suite.Search.Documents != "" || len(c.fields) > 0},
		{"--fields", len(j.Search.Fields) > 0, search && len(c.Suite.Search.Retriever) == 0},
		{"--retriever", len(j.Search.Retriever) > 0, search && len(c.Suite.Search.Retriever) == 0},
		{"--rerank-field", j.Search.RerankField != "", r.To == Suite && len(c.Suite.Search.Rerankers) == 0},
		{"--inference-id", j.Search.InferenceID != "", r.To == Suite && j.Search.RerankField != "" && len(c.Suite.Search.Rerankers) == 0},
		{"--window", j.Search.Window != 0, r.To == Suite && len(c.Suite.Search.Rerankers) == 0 && (j.Search.RerankField != "" || r.From == BEIR)},
		{"--index", j.Search.Index != "" || j.Write.Index != "", r.To == Suite || r.To == RankEval || r.To == Studio},
		{"--workspace", j.Write.Workspace != "", r.To == Studio},
	} {
		if o.given && !o.ok {
			c.lose("", fmt.Sprintf("%s has no effect on %s to %s", o.name, r.From, r.To), "")
		}
	}
}

// readFormat reads a source in a format. The context ends long reads.
func readFormat(ctx context.Context, f Format, path string, o ReadOptions) (*collection, error) {
	var c *collection
	var err error
	switch f {
	case Suite:
		c, err = readSuite(path)
	case Qrels:
		c, err = readQrels(ctx, path, o)
	case TRECRun:
		c, err = readRun(ctx, path, o)
	case BEIR:
		c, err = readBEIR(ctx, path, o)
	case CSV, TSV:
		c, err = readTable(ctx, path, o)
	case Quepid:
		if head, headErr := beginning(path); headErr == nil && isJSON(head) {
			c, err = readQuepid(path, o)
		} else {
			c, err = readTable(ctx, path, o)
		}
	case RankEval:
		c, err = readRankEval(path, o)
	case Studio:
		c, err = readStudio(path, o)
	case OpenSearch:
		c, err = readOpenSearch(path)
	case RunFile:
		c, err = readRunFile(path, o)
	case RRE:
		c, err = readRRE(path, o)
	case MSMARCO:
		c, err = readMSMARCO(ctx, path, o)
	case RankLib:
		c, err = readRankLib(ctx, path, o)
	default:
		_, err = ParseFormat(string(f))
	}
	if err != nil {
		return nil, err
	}
	if len(c.Suite.Queries) == 0 {
		return nil, fmt.Errorf("%s: no query in it", path)
	}
	return c, nil
}

// write writes the collection where the output is staged, and reads it again:
// what it holds then is what was kept.
func (j Job) write(ctx context.Context, r *Result, out *output, c *collection) error {
	if err := writeFormat(ctx, r.To, out, c); err != nil {
		return err
	}
	if err := out.finish(); err != nil {
		return err
	}
	again, err := readAgain(ctx, r.To, out)
	if err != nil && len(out.losses()) > 0 && !j.Force {
		return nil // nothing is left, and why is known
	}
	if err != nil {
		return fmt.Errorf("%s: the result cannot be read again: %w", out.path, err)
	}
	r.Written = again.counts()
	expected, judged := c.counts(), r.Written.Judgments
	if r.To == TRECRun {
		expected.Judgments, judged = expected.Rankings, r.Written.Rankings
	}
	if known := len(out.losses()) + len(c.losses()); judged < expected.Judgments && known == 0 {
		out.add(true, expected.Judgments-judged, "judgment", "not in the result", "")
	}
	if r.To != Suite {
		if j.Allow == nil {
			return nil
		}
		return j.Allow(out.path, &c.Suite)
	}
	if j.Check == nil {
		return nil
	}
	text, err := os.ReadFile(out.main())
	if err != nil {
		return err
	}
	if err := j.Check(out.path, text); err != nil {
		return fmt.Errorf("the suite would be wrong: %w", err)
	}
	return nil
}

// readAgain reads what is staged. A folder of runs is read run by run.
func readAgain(ctx context.Context, f Format, out *output) (*collection, error) {
	if f != TRECRun || !out.folder {
		return readFormat(ctx, f, out.main(), ReadOptions{})
	}
	all := &collection{}
	seen := map[string]bool{}
	for _, file := range out.files {
		if !strings.HasSuffix(file.name, ".run") {
			continue
		}
		one, err := readFormat(ctx, f, file.staged, ReadOptions{})
		if err != nil {
			return nil, err
		}
		all.Runs = append(all.Runs, one.Runs...)
		for _, q := range one.Suite.Queries {
			if !seen[q.ID] {
				seen[q.ID] = true
				all.Suite.Queries = append(all.Suite.Queries, q)
			}
		}
	}
	return all, nil
}

// writeFormat writes a collection in a format.
func writeFormat(ctx context.Context, f Format, out *output, c *collection) error {
	if f != Qrels && f != TRECRun {
		if err := c.checkUTF8(); err != nil {
			return fmt.Errorf("%s: %w", out.path, err)
		}
	}
	switch f {
	case Qrels, BEIR, Quepid, TSV, CSV, OpenSearch:
		c = out.withoutIndexes(c)
	}
	switch f {
	case Suite:
		return writeSuite(out, c)
	case Qrels:
		return writeQrels(ctx, out, c)
	case TRECRun:
		return writeRuns(ctx, out, c)
	case BEIR:
		return writeBEIR(ctx, out, c)
	case Quepid:
		return writeQuepid(out, c)
	case RankEval:
		return writeRankEval(out, c)
	case TSV:
		return writeTable(out, c, '\t')
	case CSV:
		return writeTable(out, c, ',')
	case Studio:
		return writeStudio(out, c)
	case OpenSearch:
		return writeOpenSearch(out, c)
	}
	if _, err := ParseFormat(string(f)); err != nil {
		return err
	}
	return fmt.Errorf("%s: the format %s is read and not written", out.path, f)
}

// join brings in the documents and how to search.
func (j Job) join(ctx context.Context, r *Result, c *collection) error {
	o := j.Search
	if r.From == BEIR {
		// These are the names that BEIR itself gives.
		if o.TitleField == "" {
			o.TitleField = "title"
		}
		if len(o.Fields) == 0 {
			o.Fields = []string{"title", "text"}
		}
		if o.RerankField == "" {
			o.RerankField = "text"
		}
	}
	if c.searchUnknown != "" && len(o.Fields) == 0 && len(o.Retriever) == 0 && r.To == Suite {
		c.lose("", "how to search, because "+c.searchUnknown+"; name the fields to search by --fields, or give a retriever by --retriever", "")
	}
	source := c.source(o.Documents)
	if r.To == Suite {
		if r.From != Suite && r.From != OpenSearch && j.Out != "-" {
			// The others name nothing, and the new file's name says
			// more than the old one's.
			c.Suite.Name = baseName(j.Out)
		}
		// A suite's own judgments are as its author wants them.
		if source != nil && (r.From != Suite || o.Documents != "") && c.counts().Judgments > 0 {
			found, err := resolve(ctx, c, source, o)
			if err != nil {
				return err
			}
			r.Resolution = &found
		}
		return setSearch(c, o)
	}
	if source != nil && r.To != TSV && r.To != CSV && c.counts().Judgments > 0 {
		if err := identify(ctx, c, source, o); err != nil {
			return err
		}
		if o.Documents != "" {
			c.Suite.Search.Documents = o.Documents
		}
	}
	if len(o.Fields) > 0 || len(o.Retriever) > 0 || len(c.Suite.Search.Retriever) > 0 {
		return setSearch(c, o)
	}
	if c.Suite.Search.TitleField == "" {
		c.Suite.Search.TitleField = o.TitleField
	}
	return nil
}

// baseName is a file's name without folder and endings.
func baseName(path string) string {
	base := strings.TrimSuffix(filepath.Base(path), ".gz")
	if name := strings.TrimSuffix(base, filepath.Ext(base)); name != "" {
		return name
	}
	return base
}
