package convert

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
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

// Read reads a source in a format. The context ends long reads.
func Read(ctx context.Context, f Format, path string, o ReadOptions) (*Collection, error) {
	var c *Collection
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

// Write writes a collection in a format and returns what the format cannot
// hold. Files appear complete or not at all; a path of "-" is standard
// output.
func Write(ctx context.Context, f Format, path string, c *Collection, o WriteOptions) (losses []string, err error) {
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

// lostOfSuite lists what of a suite is no query or judgment. Where search is
// true the format has no place for how to search.
func (o *output) lostOfSuite(c *Collection, search bool) {
	s := &c.Suite
	if search && len(s.Search.Retriever) > 0 {
		o.lose("search: the retriever and the rerankers")
	}
	if len(s.Gates) > 0 {
		o.lose(fmt.Sprintf("%d gates", len(s.Gates)))
	}
	inference, expect, tags, quarantine := 0, 0, 0, 0
	for i := range s.Queries {
		q := &s.Queries[i]
		if q.InferenceText != q.Text && q.InferenceText != "" {
			inference++
		}
		expect += len(q.Expect)
		if len(q.Tags) > 0 {
			tags++
		}
		if q.Quarantine != nil {
			quarantine++
		}
	}
	for _, part := range []struct {
		count int
		what  string
	}{
		{inference, "%d queries' inference_text"},
		{expect, "%d expectations"},
		{tags, "%d queries' tags"},
		{quarantine, "%d queries' quarantine"},
	} {
		if part.count > 0 {
			o.lose(fmt.Sprintf(part.what, part.count))
		}
	}
}

// lostRuns lists rankings for formats that have none.
func (o *output) lostRuns(c *Collection) {
	if len(c.Runs) > 0 {
		o.lose(fmt.Sprintf("%d runs: the format holds judgments alone", len(c.Runs)))
	}
}

// baseName is a file's name without folder and endings.
func baseName(path string) string {
	base := strings.TrimSuffix(filepath.Base(path), ".gz")
	if name := strings.TrimSuffix(base, filepath.Ext(base)); name != "" {
		return name
	}
	return base
}
