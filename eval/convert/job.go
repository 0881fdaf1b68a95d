package convert

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
)

// Job is one conversion from a file or folder to another.
type Job struct {
	// In and Out are the paths; an Out of "-" is standard output.
	In, Out string
	// From and To are the formats; where empty they are told by Detect.
	From, To Format
	// Read, Search and Write are the options of the steps. Where Search
	// names documents, judgments are joined with them: for a suite by
	// Resolve, for a format that knows ids alone by Identify.
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
		if r.From, err = Detect(j.In); err != nil {
			return nil, err
		}
	}
	if r.To == "" {
		if j.Out == "-" {
			return nil, fmt.Errorf("standard output has no name that tells the format; name it")
		}
		if r.To, err = Detect(j.Out); err != nil {
			return nil, err
		}
	}
	if in, err := os.Stat(j.In); err == nil {
		if out, err := os.Stat(j.Out); err == nil && os.SameFile(in, out) {
			return nil, fmt.Errorf("%s: would be written over itself; name another file", j.In)
		}
	}
	c, err := Read(ctx, r.From, j.In, j.Read)
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
	losses, err := Write(ctx, r.To, j.Out, c, w)
	if err != nil {
		return nil, err
	}
	r.Losses = slices.Concat(r.Losses, c.Losses, losses)
	return r, nil
}

// join brings in the documents and how to search.
func (j Job) join(ctx context.Context, r *Result, c *Collection) error {
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
			found, err := Resolve(ctx, c, o)
			if err != nil {
				return err
			}
			r.Resolution = &found
		}
		return SetSearch(c, o)
	}
	if documents != "" && r.To != TSV && c.Judged() > 0 {
		o.Documents = documents
		if err := Identify(ctx, c, o); err != nil {
			return err
		}
		c.Suite.Search.Documents = documents
	}
	if len(o.Fields) > 0 || len(c.Suite.Search.Retriever) > 0 {
		return SetSearch(c, o)
	}
	if c.Suite.Search.TitleField == "" {
		c.Suite.Search.TitleField = o.TitleField
	}
	return nil
}
