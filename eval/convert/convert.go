package convert

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ReadOptions say how a source is read. The zero value is right for most.
type ReadOptions struct {
	// Queries is a file with the texts of the queries, for TREC files: lines
	// of id, tab and text, BEIR's queries.jsonl, or a suite.
	Queries string
	// Split chooses one of the files of BEIR's qrels folder; by default
	// test, or the only one.
	Split string
	// Column says what a table's column of documents holds: "id", "title",
	// or "" to tell by its header and its values.
	Column string
	// Param chooses the scenarios' value that is the query, for Relevance
	// Studio; by default the only one, or text, query or q.
	Param string
}

// WriteOptions say how a collection is written.
type WriteOptions struct {
	// Index is the index that judgments belong to, for formats that name
	// it; by default the suite's, or the collection's name.
	Index string
	// Workspace is the workspace of Relevance Studio's documents, which
	// need one.
	Workspace string
	// Stdout takes the result where the path is "-".
	Stdout io.Writer
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
	case Quepid:
		c, err = readQuepid(ctx, path)
	case RankEval:
		c, err = readRankEval(path)
	case TSV:
		c, err = readTSV(ctx, path, o)
	case Studio:
		c, err = readStudio(path, o)
	case OpenSearch:
		c, err = readOpenSearch(path)
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

// writeFormat writes a collection in a format and returns what the format cannot
// hold. Files appear complete or not at all; a path of "-" is standard
// output.
func writeFormat(ctx context.Context, f Format, path string, c *collection, o WriteOptions) (losses []string, err error) {
	out := &output{path: path, options: o, stdout: o.Stdout}
	if out.stdout == nil {
		out.stdout = io.Discard
	}
	if path == "-" && f == BEIR {
		return nil, fmt.Errorf("a BEIR folder does not fit on standard output; name a folder")
	}
	if f != Qrels && f != TRECRun {
		if err := c.checkUTF8(); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	switch info, err := os.Stat(path); {
	case f == BEIR, f == TRECRun && (err == nil && info.IsDir() || isFolderName(path)):
		out.path, out.folder = filepath.Clean(path), true
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("%s: is a folder; name a file", path)
	}
	defer func() {
		if err != nil {
			out.abort()
		}
	}()
	switch f {
	case Suite:
		err = writeSuite(out, c)
	case Qrels:
		err = writeQrels(ctx, out, c)
	case TRECRun:
		err = writeRuns(ctx, out, c)
	case BEIR:
		err = writeBEIR(ctx, out, c)
	case Quepid:
		err = writeQuepid(out, c)
	case RankEval:
		err = writeRankEval(out, c)
	case TSV:
		err = writeTSV(out, c)
	case Studio:
		err = writeStudio(out, c)
	case OpenSearch:
		err = writeOpenSearch(out, c)
	default:
		_, err = ParseFormat(string(f))
	}
	if err != nil {
		return nil, err
	}
	if err := out.commit(); err != nil {
		return nil, err
	}
	return append(out.losses, out.notes.list()...), nil
}

// baseName is a file's name without folder and endings.
func baseName(path string) string {
	base := strings.TrimSuffix(filepath.Base(path), ".gz")
	if name := strings.TrimSuffix(base, filepath.Ext(base)); name != "" {
		return name
	}
	return base
}

// Job is one conversion from a file or folder to another.
type Job struct {
	// In and Out are the paths; an Out of "-" is standard output.
	In, Out string
	// From and To are the formats; where empty they are told by detect.
	From, To Format
	// Read, Search and Write are the options of the steps. Where Search
	// names documents, judgments are joined with them: for a suite by
	// resolve, for a format that knows ids alone by identify.
	Read   ReadOptions
	Search SearchOptions
	Write  WriteOptions
}

// Result says what a conversion did.
type Result struct {
	From, To Format
	// Queries, Judgments and Rankings count what was read.
	Queries, Judgments, Rankings int
	// Resolution is what joining judgments with documents found; nil where
	// it was not done.
	Resolution *Resolution
	// Losses are what the source did not say clearly and what the target
	// cannot hold, a sentence each.
	Losses []string
}

// Run does the conversion.
func (j Job) Run(ctx context.Context, stdout io.Writer) (*Result, error) {
	r := &Result{From: j.From, To: j.To}
	var err error
	if r.From == "" {
		if r.From, err = detect(j.In); err != nil {
			return nil, err
		}
	}
	if r.To == "" {
		if j.Out == "-" {
			return nil, fmt.Errorf("standard output has no name that tells the format; name it")
		}
		if r.To, err = detect(j.Out); err != nil {
			return nil, err
		}
	}
	if in, err := os.Stat(j.In); err == nil {
		if out, err := os.Stat(j.Out); err == nil && os.SameFile(in, out) {
			return nil, fmt.Errorf("%s: would be written over itself; name another file", j.In)
		}
	}
	c, err := readFormat(ctx, r.From, j.In, j.Read)
	if err != nil {
		return nil, err
	}
	r.Queries, r.Judgments = len(c.Suite.Queries), c.Judged()
	for _, run := range c.Runs {
		r.Rankings += len(run.Queries)
	}
	if err := j.join(ctx, r, c); err != nil {
		return nil, err
	}
	if r.From == Suite && r.To == Suite && hasComments(j.In) {
		r.Losses = append(r.Losses, "the suite's comments, and how its YAML is laid out")
	}
	w := j.Write
	w.Stdout = stdout
	losses, err := writeFormat(ctx, r.To, j.Out, c, w)
	if err != nil {
		return nil, err
	}
	r.Losses = slices.Concat(r.Losses, c.Losses, losses)
	return r, nil
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
	documents := o.Documents
	if documents == "" {
		documents = c.Suite.Search.Documents
	}
	if r.To == Suite {
		if r.From != Suite && r.From != OpenSearch && j.Out != "-" {
			// The others name nothing, and the new file's name says
			// more than the old one's.
			c.Suite.Name = baseName(j.Out)
		}
		// A suite's own judgments are as its author wants them.
		if documents != "" && (r.From != Suite || o.Documents != "") && c.Judged() > 0 {
			o.Documents = documents
			found, err := resolve(ctx, c, o)
			if err != nil {
				return err
			}
			r.Resolution = &found
		}
		return setSearch(c, o)
	}
	if documents != "" && r.To != TSV && c.Judged() > 0 {
		o.Documents = documents
		if err := identify(ctx, c, o); err != nil {
			return err
		}
		c.Suite.Search.Documents = documents
	}
	if len(o.Fields) > 0 || len(c.Suite.Search.Retriever) > 0 {
		return setSearch(c, o)
	}
	if c.Suite.Search.TitleField == "" {
		c.Suite.Search.TitleField = o.TitleField
	}
	return nil
}
