package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/releval/releval/eval/text"
)

// program is the command with everything of the process that it touches.
// Each subcommand is made by a function newXxxCommand(p) in a file of its
// own: it declares its flags, and its RunE does no more than hand plain
// values on to the packages.
type program struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string

	verbose, quiet bool
	noProgress     bool
	color          string

	commands io.Writer // standard error for annotations: see quieten
	orderly  order
}

// main runs the command line and returns the exit code.
func (p *program) main(ctx context.Context, args []string) int {
	root := p.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err != nil {
		p.printError(err)
	}
	return exitCode(err)
}

// root puts the subcommands together.
func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "releval",
		Short: "Tell whether a semantic reranker is worth it",
		Long: `releval searches judged queries on Elasticsearch with and without the
semantic reranker (text_similarity_reranker), computes nDCG, MRR and other
metrics, and says whether the reranker helps, how sure that is, how deep it
should rerank, and whether today's change broke anything.

Exit codes: 0 all gates hold; 1 a gate failed; 2 the command line or a suite
is wrong; 3 the cluster could not answer or the run is incomplete.`,
		SuggestionsMinimumDistance: 2,
		SilenceErrors:              true,
		SilenceUsage:               true,
		DisableAutoGenTag:          true,
		Args:                       cobra.ArbitraryArgs,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			_, err := p.colored()
			return err
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		},
	}
	root.SetIn(p.Stdin)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	root.SetFlagErrorFunc(flagError)
	root.Version = versionLine()
	root.SetVersionTemplate("{{.Version}}\n")
	flags := root.PersistentFlags()
	flags.BoolVarP(&p.verbose, "verbose", "v", false, "say more on standard error: retries, warm-up, requests")
	flags.BoolVarP(&p.quiet, "quiet", "q", false, "say nothing on standard error but errors")
	flags.BoolVar(&p.noProgress, "no-progress", false, "show no progress")
	flags.StringVar(&p.color, "color", "auto", "colour on the terminal: auto, always or never")
	root.AddCommand(
		newRunCommand(p),
		newSweepCommand(p),
		newCompareCommand(p),
		newReportCommand(p),
		newCheckCommand(p),
		newInitCommand(p),
		newEndpointsCommand(p),
		newPoolCommand(p),
		newJudgeCommand(p),
		newAgreeCommand(p),
		newConvertCommand(p),
		newEvalCommand(p),
		newLoadCommand(p),
		newServeCommand(p),
		newSchemaCommand(p),
		newManCommand(p),
		newVersionCommand(p),
		newSystemsTopic(),
	)
	ownArguments(root)
	strictHelp(root)
	return root
}

// logger writes what --verbose asks for to standard error.
func (p *program) logger() *slog.Logger {
	level := slog.LevelWarn
	switch {
	case p.quiet:
		level = slog.LevelError
	case p.verbose:
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(p.Stderr, &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				a.Value = slog.StringValue(a.Value.Time().Format(time.TimeOnly))
			}
			return a
		},
	}))
}

// logHTTP sends what net/http says by itself, such as that a server spoke
// unasked, through the program's log and without the client's secrets. It
// repeats what a server sent, and so is for --verbose.
func (p *program) logHTTP(clients ...redactor) {
	log.SetFlags(0)
	log.SetOutput(httpLog{clients, p.logger()})
}

// redactor blacks out the secrets that it knows.
type redactor interface{ Redact(text string) string }

// httpLog takes the lines of the standard library's log.
type httpLog struct {
	clients []redactor
	log     *slog.Logger
}

// Write takes one line.
func (h httpLog) Write(line []byte) (int, error) {
	said := string(line)
	for _, c := range h.clients {
		said = c.Redact(said)
	}
	h.log.Debug("http", "said", text.Clip(text.Clean(said), 600))
	return len(line), nil
}

// note tells the user something on standard error, unless --quiet.
func (p *program) note(format string, args ...any) {
	if !p.quiet {
		fmt.Fprintf(p.Stderr, "releval: "+format+"\n", args...)
	}
}
