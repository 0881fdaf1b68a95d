package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/releval/releval/eval/convert"
	"github.com/releval/releval/eval/text"
)

// newConvertCommand makes releval convert.
func newConvertCommand(p *program) *cobra.Command {
	var job convert.Job
	var from, to string
	cmd := &cobra.Command{
		Use:   "convert IN OUT",
		Short: "Turn judgments and runs of other tools into suites, and back",
		Long: `Turn judgments and runs of other tools into suites, and back. The formats are
told by the names, or by --from and --to:

  suite              a suite (.yaml)
  qrels              TREC's qrels (.qrels)
  run                a TREC run (.run)
  beir               a folder with corpus.jsonl, queries.jsonl and qrels/*.tsv
  quepid             Quepid's CSV export (.csv)
  rank_eval          the body of a request to Elasticsearch's _rank_eval (.json)
  tsv                a table of query, document and grade (.tsv)
  relevance-studio   scenarios and judgements of Elastic's Relevance Studio
  opensearch         a judgment list of OpenSearch's search relevance plugin

What the new format cannot hold is listed on standard error. Titles that have
no id get one in TREC files, and a file beside them maps it back.

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
			job.Write.Index = job.Search.Index
			result, err := job.Run(cmd.Context(), p.Stdout)
			if err != nil {
				return err
			}
			p.noteConversion(&job, result)
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&from, "from", "", "`FORMAT` of IN: "+strings.Join(convert.Formats(), ", "))
	flags.StringVar(&to, "to", "", "`FORMAT` of OUT")
	flags.StringVar(&job.Read.Queries, "queries", "", "`FILE` with the texts of the queries, for TREC files: lines of id, tab and text, or BEIR's queries.jsonl, or a suite")
	flags.StringVar(&job.Read.Split, "split", "", "which of BEIR's qrels: test, dev, train (default test, or the only one)")
	flags.StringVar(&job.Read.Column, "column", "", "what the documents of a table are: id or title (default: as the header and the values say)")
	flags.StringVar(&job.Read.Param, "param", "", "which of a scenario's values is the query, for Relevance Studio")
	flags.StringVar(&job.Search.Documents, "documents", "", "documents `FILE` (NDJSON, .gz allowed) to join the judgments with")
	flags.StringVar(&job.Search.TitleField, "title-field", "", "the documents' field that judgments name (default title)")
	flags.StringSliceVar(&job.Search.Fields, "fields", nil, "`FIELDS` that the suite's first stage searches, with boosts as in title^2 (default: the title field)")
	flags.StringVar(&job.Search.RerankField, "rerank-field", "", "`FIELD` that the suite's reranker reads (default: no reranker)")
	flags.StringVar(&job.Search.InferenceID, "inference-id", "", "the reranker's inference endpoint `ID` (default: the server's)")
	flags.IntVar(&job.Search.Window, "window", 100, "the reranker's rank_window_size")
	flags.StringVar(&job.Search.Index, "index", "", "the documents' index (default: made from the name)")
	flags.StringVar(&job.Write.Workspace, "workspace", "", "the workspace's `ID`, for writing Relevance Studio's documents")
	return cmd
}

// noteConversion says what was converted, and what got lost.
func (p *program) noteConversion(job *convert.Job, r *convert.Result) {
	p.note("%s (%s) to %s (%s): %s, %s, %s", job.In, r.From, job.Out, r.To,
		text.Count(r.Queries, "query"), text.Count(r.Judgments, "judgment"), text.Count(r.Rankings, "ranking"))
	if r.Resolution != nil {
		p.note("%s", r.Resolution)
	}
	for _, loss := range r.Losses {
		p.note("not carried over: %s", text.Clean(loss))
	}
}
