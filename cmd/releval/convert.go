package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/releval/releval/eval/convert"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// newConvertCommand makes releval convert.
func newConvertCommand(p *program) *cobra.Command {
	var job convert.Job
	var from, to, retriever string
	var columns []string
	var u suspicion
	cmd := &cobra.Command{
		Use:   "convert IN OUT",
		Short: "Turn judgments and runs of other tools into suites, and back",
		Long: `Turn judgments and runs of other tools into suites, and back. The formats are
told by the content and the names, or by --from and --to:

  suite              a suite (.yaml)
  qrels, run         TREC's files (.qrels, .run); several runs become a folder
  beir               a folder with corpus.jsonl, queries.jsonl and qrels
  csv, tsv           a table of query, document and grade, with a header or
                     --columns; also with a column of grades for each rater
  quepid             Quepid's tables, and its books, cases and snapshots in JSON;
                     the CSV that it imports is written (.csv)
  rank_eval          the body of a request to Elasticsearch's _rank_eval (.json)
  relevance-studio   scenarios and judgements of Elastic's Relevance Studio
  opensearch         judgment lists and query sets of OpenSearch
  msmarco, ranklib,  MS MARCO's runs, lists for learning to rank, and RRE's
  rre                ratings: read, not written
  runfile            what releval run --out wrote: read, so that trec_eval and
                     others can check it

What was read is shown on standard error, with samples, and so is what the new
format has no place for. Where judgments would vanish, queries become one, a
value change or an option do nothing, nothing is written and the exit code is
1; --force writes all the same. Titles that have no id get one in TREC files,
and a file beside them maps it back.

With --documents the judgments of a suite are written as titles, and a title
that several documents share keeps its document's id beside it.`,
		Example: `  releval convert run.qrels suite.yaml --queries queries.tsv
  releval convert judgments.tsv suite.yaml --documents corpus.jsonl.gz \
      --fields title,overview,actors --rerank-field overview --window 100
  releval convert suite.yaml request.json
  releval convert scifact/ suite.yaml`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			job.In, job.Out = args[0], args[1]
			for _, f := range []struct {
				flag, name string
				format     *convert.Format
			}{{"--from", from, &job.From}, {"--to", to, &job.To}} {
				if f.name == "" {
					continue
				}
				format, err := convert.ParseFormat(f.name)
				if err != nil {
					return usageError(cmd, "%s: %v", f.flag, err)
				}
				*f.format = format
			}
			var err error
			if job.Read.Columns, err = parseColumns(columns); err != nil {
				return usageError(cmd, "--columns: %v", err)
			}
			if err := u.check(cmd); err != nil {
				return err
			}
			if err := u.places(named{"--queries", job.Read.Queries}, named{"--documents", job.Search.Documents}, named{"--retriever", retriever}); err != nil {
				return err
			}
			if retriever != "" {
				if len(job.Search.Fields) > 0 {
					return usageError(cmd, "--retriever and --fields exclude each other")
				}
				if job.Search.Retriever, err = readRetriever(retriever); err != nil {
					return withExit(exitUsage, err)
				}
			}
			if err := u.convertible(job.In); err != nil {
				return err
			}
			job.Write.Index = job.Search.Index
			u.guard(&job)
			result, err := job.Run(cmd.Context(), p.Stdout)
			if result != nil {
				p.noteConversion(&job, result, err == nil)
			}
			if errors.Is(err, convert.ErrLoss) {
				return withExit(exitGate, fmt.Errorf("nothing is written, because something would be lost; --force writes all the same"))
			}
			return err
		},
	}
	flags := cmd.Flags()
	u.addFlags(flags)
	flags.StringVar(&from, "from", "", "`FORMAT` of IN: "+strings.Join(convert.Formats(), ", "))
	flags.StringVar(&to, "to", "", "`FORMAT` of OUT")
	flags.StringVar(&job.Read.Queries, "queries", "", "`FILE` with the texts of the queries, for sources that know queries by id: lines of id, tab and text, a table with a header, BEIR's queries.jsonl, or a suite")
	flags.StringVar(&job.Read.Split, "split", "", "which of BEIR's qrels: test, dev, train (default test, or the only one)")
	flags.StringVar(&job.Read.Column, "column", "", "what the documents of a table are: id or title (default: as the header and the values say)")
	flags.StringSliceVar(&columns, "columns", nil, "the columns of a table: `ROLE=COLUMN,...`; roles are query, query_id, title, id, document, grade, position and index, a column is its name or number")
	flags.StringVar(&job.Read.Raters, "raters", "", "which grade several raters' grades make: mean, median or max (default median)")
	flags.BoolVar(&job.Force, "force", false, "write although something is lost")
	flags.StringVar(&job.Read.System, "system", "", "the system of a run file whose ranking is taken (default: all)")
	flags.StringVar(&job.Read.Param, "param", "", "which value of a scenario of Relevance Studio, or parameter of a template of _rank_eval, is the query")
	flags.BoolVar(&job.Read.ExcludeQueryDocument, "exclude-query-document", false, "exclude from each query the document with its id, as for ArguAna and Quora, where each query is a document itself")
	flags.StringVar(&job.Search.Documents, "documents", "", "documents `FILE` (as a suite's documents) to join the judgments with")
	flags.StringVar(&job.Search.TitleField, "title-field", "", "the documents' field that judgments name (default title)")
	flags.StringSliceVar(&job.Search.Fields, "fields", nil, "`FIELDS` that the suite's first stage searches, with boosts as in title^2 (default: the title field)")
	flags.StringVar(&retriever, "retriever", "", "`FILE` with the suite's first stage as JSON: {{query}} in it, and {{NAME}} for each parameter that the queries have")
	flags.StringVar(&job.Search.RerankField, "rerank-field", "", "`FIELD` that the suite's reranker reads (default: no reranker)")
	flags.StringVar(&job.Search.InferenceID, "inference-id", "", "the reranker's inference endpoint `ID` (default: the server's)")
	flags.IntVar(&job.Search.Window, "window", 0, "the reranker's rank_window_size (default 100)")
	flags.StringVar(&job.Search.Index, "index", "", "the documents' index (default: made from the name)")
	flags.StringVar(&job.Write.Workspace, "workspace", "", "the workspace's `ID`, for writing Relevance Studio's documents")
	return cmd
}

// readRetriever reads a retriever, whose JSON may not be longer than a suite.
func readRetriever(path string) (json.RawMessage, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var retriever map[string]json.RawMessage
	if err := json.Unmarshal(raw, &retriever); err != nil {
		return nil, fmt.Errorf("%s: not a retriever in JSON: %w", path, err)
	}
	if len(retriever) != 1 {
		return nil, fmt.Errorf("%s: a retriever has one key, its type such as standard or rrf; this has %d", path, len(retriever))
	}
	return raw, nil
}

// parseColumns reads --columns: a role, an equals sign, and a column's name.
func parseColumns(pairs []string) (map[string]string, error) {
	columns := make(map[string]string, len(pairs))
	for _, pair := range pairs {
		role, name, ok := strings.Cut(pair, "=")
		if !ok || role == "" || name == "" {
			return nil, fmt.Errorf("%q is not ROLE=COLUMN, such as query=search_term", pair)
		}
		columns[role] = name
	}
	return columns, nil
}

// checkOffline looks at a suite as releval check --offline does.
func checkOffline(path string, suite []byte) error {
	_, err := judgments.Parse(path, suite, judgments.Options{Metric: checkMetric, Gate: checkGate})
	return err
}

// noteConversion says what was read, what was written, and what got lost.
func (p *program) noteConversion(job *convert.Job, r *convert.Result, written bool) {
	p.note("%s (%s): %s", job.In, r.From, countsOf(r.Read))
	for _, sample := range r.Samples {
		p.note("  %s", text.Clean(sample))
	}
	if r.Resolution != nil {
		p.note("%s", r.Resolution)
	}
	for _, note := range r.Notes {
		p.note("note: %s", text.Clean(note))
	}
	for _, loss := range r.Losses {
		p.note("lost: %s", text.Clean(loss))
	}
	if written {
		p.note("%s (%s): %s", job.Out, r.To, countsOf(r.Written))
	}
}

// countsOf says what a file holds.
func countsOf(n convert.Counts) string {
	all := []string{text.Count(n.Queries, "query")}
	if n.Judgments > 0 || n.Rankings == 0 {
		all = append(all, text.Count(n.Judgments, "judgment"))
	}
	if n.Rankings > 0 {
		all = append(all, text.Count(n.Rankings, "ranking"))
	}
	return strings.Join(append(all, text.Count(n.Documents, "document")), ", ")
}
