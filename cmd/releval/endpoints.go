package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/releval/releval/judgments"
	"github.com/releval/releval/reports"
)

func newEndpointsCommand(p *program) *cobra.Command {
	var f connection
	var format string
	cmd := &cobra.Command{
		Use:   "endpoints",
		Short: "List the cluster's inference endpoints for reranking",
		Long: `List the cluster's inference endpoints for reranking: what a suite calls
inference_id, the service and the model behind it, and top_n, the most results
that it returns, which a reranker's rank_window_size must not exceed.`,
		Example: `  releval endpoints
  releval endpoints --format json | jq '.endpoints[].inference_id'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format != "table" && format != "json" {
				return usageError(cmd, "--format is table or json, not %q", format)
			}
			client, err := f.open(cmd.Context(), p, &judgments.Suite{}, 1, 1)
			if err != nil {
				return err
			}
			defer client.Close()
			found, err := client.Endpoints(cmd.Context())
			if err != nil {
				return err
			}
			if len(found) == 0 {
				p.note("the cluster has no inference endpoint for reranking; PUT _inference/rerank/NAME makes one")
			}
			if format == "json" {
				err = reports.WriteEndpointsJSON(p.Stdout, found)
			} else {
				err = reports.WriteEndpoints(p.Stdout, found, reports.Options{Width: p.width(p.Stdout)})
			}
			if err != nil {
				return fmt.Errorf("cannot write to standard output: %w", err)
			}
			return nil
		},
	}
	f.addFlags(cmd.Flags())
	cmd.Flags().StringVar(&format, "format", "table", "what standard output gets: table or json")
	return cmd
}
