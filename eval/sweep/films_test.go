package sweep_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/load"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/sweep"
	"github.com/releval/releval/judgments"
)

// listwise is a model that looks at the whole list: it prefers the texts that
// share their first letter with most others.
type listwise struct{}

func (listwise) Score(_ string, texts []string) ([]float64, error) {
	counts := make(map[byte]int)
	for _, t := range texts {
		counts[(t + " ")[0]]++
	}
	scores := make([]float64, len(texts))
	for i, t := range texts {
		scores[i] = float64(counts[(t + " ")[0]]) + float64(len(t)%17)/100
	}
	return scores, nil
}

// films opens the sample suite on an engine of its own, with its first queries
// (0 for all).
func films(t testing.TB, queries int) (*cluster.Client, *plan.Plan) {
	t.Helper()
	suite, err := judgments.Load("../evaltest/testdata/films.yaml", judgments.Options{Metric: func(name string) error {
		_, err := metrics.Parse(name)
		return err
	}})
	if err != nil {
		t.Fatal(err)
	}
	if queries > 0 {
		suite.Queries = suite.Queries[:queries]
	}
	engine := embedded.New(embedded.Options{Endpoints: []embedded.Endpoint{
		{ID: "listwise", Service: "test", Model: "listwise", Scorer: listwise{}},
	}})
	client, err := cluster.New(cluster.Config{Transport: engine})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	if _, err := load.Documents(t.Context(), client, suite, true); err != nil {
		t.Fatal(err)
	}
	plan, err := plan.New(suite, plan.Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	return client, plan
}

// On the sample suite what is derived is what a search returns, for every
// query and every window from 1 to 100, scores included.
func TestFilmsDerivedIsMeasured(t *testing.T) {
	const largest = 100
	client, plan := films(t, 0)
	var windows []int
	for w := 1; w <= largest; w += windowStep {
		windows = append(windows, w)
	}
	wide, err := sweep.Plan(plan, windows)
	if err != nil {
		t.Fatal(err)
	}
	queries, err := (&execute.Runner{Cluster: client}).Run(t.Context(), wide, nil)
	if err != nil {
		t.Fatal(err)
	}
	pit, err := client.OpenPIT(t.Context(), plan.Suite.Search.Index, 60e9)
	if err != nil {
		t.Fatal(err)
	}
	defer client.ClosePIT(context.WithoutCancel(t.Context()), pit.ID)
	group, ctx := errgroup.WithContext(t.Context())
	group.SetLimit(runtime.GOMAXPROCS(0))
	reranked := 0
	for _, q := range queries {
		for _, r := range wide.Rerankers {
			if q.Failed(wide.Names()) {
				t.Fatalf("query %q failed", q.ID)
			}
			first, whole := q.Results[eval.FirstStage].Hits, q.Results[r.Name].Hits
			reranked += len(whole)
			group.Go(func() error {
				for _, w := range windows {
					r.Window = w
					body := wide.Body(wide.RerankRequest(wide.Queries[q.Number], r), pit.ID)
					response, err := client.Search(ctx, body, cluster.SearchOptions{Size: w})
					if err != nil {
						return fmt.Errorf("query %q, window %d: %w", q.ID, w, err)
					}
					searched := eval.NewResult(response, plan.Suite.Search.TitleField, false, eval.Order{}).Hits
					if derived := sweep.Derive(first, whole, w); !slices.EqualFunc(searched, derived, eval.Hit.Equal) {
						return fmt.Errorf("query %q, window %d (-searched +derived):\n%s", q.ID, w, cmp.Diff(searched, derived))
					}
				}
				return nil
			})
		}
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if reranked < len(queries)*10 {
		t.Errorf("only %d documents were reranked in %d queries: there was nothing to compare", reranked, len(queries))
	}
}

// The sample suite passes its audit; the same with a reranker that looks at
// the whole list does not, and every window is measured.
func TestFilmsAudit(t *testing.T) {
	for _, test := range []struct {
		endpoint string
		want     sweep.Origin
	}{
		{embedded.BuiltinEndpoint, sweep.Audited},
		{"listwise", sweep.Measured},
	} {
		t.Run(test.endpoint, func(t *testing.T) {
			client, plan := films(t, 40)
			for i := range plan.Rerankers {
				plan.Rerankers[i].InferenceID = test.endpoint
			}
			result, _, err := sweep.Execute(t.Context(), plan, client, sweep.Options{Windows: []int{5, 10, 20, 50}, LatencySamples: -1})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range result.Rerankers {
				if r.Origin != test.want {
					t.Errorf("%s: origin %q, want %q (%v)", r.Name, r.Origin, test.want, r.Audit)
				}
				if exact := strings.HasPrefix(r.Audit.String(), "exact (40 of 40 cells identical"); exact != (test.want == sweep.Audited) {
					t.Errorf("%s: the audit says %q", r.Name, r.Audit)
				}
			}
		})
	}
}
