package execute_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/cluster/faults"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/evaltest"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/load"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/judgments"
)

// The tests in this file run the sample suite's first queries through a proxy
// that spoils answers. The bar: whatever a run claims to have succeeded in is
// identical to the fault-free run, and whatever it lacks is listed with the
// reason. `go test -v -run Reliability ./eval` prints the tables that stand
// in ARCHITECTURE.md.

const (
	reliabilityQueries = 8
	searchesOfARun     = reliabilityQueries * 3 // three systems
)

// faultBench is a search server with the sample suite's documents, and the
// fault-free run to compare with.
type faultBench struct {
	base     string            // the server's address
	upstream http.RoundTripper // carries requests there; nil for the network
	plan     *plan.Plan
	want     map[string]string // query lines by id, without times
	scores   []score.SystemScores
}

// newFaultBench takes the embedded engine as the server.
func newFaultBench(t *testing.T) *faultBench {
	t.Helper()
	return newFaultBenchAt(t, "http://embedded", embedded.New(embedded.Options{}), 0)
}

// newFaultBenchAt loads the documents into a server, and runs the first
// queries of the sample suite without faults. The window replaces that of the
// suite's rerankers where it is not 0.
func newFaultBenchAt(t *testing.T, base string, upstream http.RoundTripper, window int) *faultBench {
	t.Helper()
	suite, err := judgments.Load("../evaltest/testdata/films.yaml", judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	suite.Queries = suite.Queries[:reliabilityQueries]
	plan, err := plan.New(suite, plan.Overrides{Window: window})
	if err != nil {
		t.Fatal(err)
	}
	b := &faultBench{base: base, upstream: upstream, plan: plan}
	client, err := cluster.New(cluster.Config{URL: base, Transport: upstream})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := load.Documents(t.Context(), client, suite, true); err != nil {
		t.Fatal(err)
	}
	b.want = b.faultFree(t, client, plan)
	return b
}

// faultFree runs a plan without faults, and gives its lines by query.
func (b *faultBench) faultFree(t *testing.T, client *cluster.Client, plan *plan.Plan) map[string]string {
	t.Helper()
	run, err := execute.Execute(t.Context(), client, plan, execute.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if run.Failed() > 0 {
		t.Fatalf("%d queries fail without faults", run.Failed())
	}
	want := make(map[string]string)
	for i := range run.Queries {
		want[run.Queries[i].ID] = evaltest.Timeless(t, &run.Queries[i], "")
	}
	b.scores = scores(t, run)
	return want
}

// scores are what every report is made of.
func scores(t *testing.T, run *eval.Run) []score.SystemScores {
	t.Helper()
	e, err := score.Evaluate(run, nil)
	if err != nil {
		t.Fatal(err)
	}
	return e.Systems
}

// outcome is what a run under faults came to.
type outcome struct {
	run      *eval.Run
	err      error
	injected map[faults.Kind]int
	searches int
}

// execute runs the plan through a proxy with the schedule, with so many
// retries a search.
func (b *faultBench) execute(ctx context.Context, t *testing.T, s faults.Schedule, retries int) outcome {
	t.Helper()
	proxy, err := faults.New(b.base, b.upstream, s)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(proxy)
	defer server.Close()
	defer proxy.Close()
	client, err := cluster.New(cluster.Config{
		URL:         server.URL,
		Concurrency: 4,
		Timeout:     time.Second,
		Retries:     retries,
		Backoff:     cluster.Backoff{Base: time.Millisecond, Cap: 4 * time.Millisecond},
		Outage:      2 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	run, err := execute.Execute(ctx, client, b.plan, execute.Settings{})
	return outcome{run: run, err: err, injected: proxy.Injected(), searches: proxy.Searches()}
}

// tally counts what became of the answers of runs under faults.
type tally struct {
	runs, injected           int
	survived, failed         int // queries answered in full; listed as failed
	lost, wrong, unexplained int // must stay 0
}

// count holds one outcome against the fault-free run.
func (b *faultBench) count(t *testing.T, n *tally, o outcome) {
	t.Helper()
	n.runs++
	for _, c := range o.injected {
		n.injected += c
	}
	if o.err != nil {
		// a run that gave up says so; what it has must be right all the same
		if _, ok := errors.AsType[*cluster.Error](o.err); !ok {
			t.Errorf("the run gave up without a cluster's error: %v", o.err)
		}
	} else if len(o.run.Queries) != len(b.want) {
		n.lost += len(b.want) - len(o.run.Queries)
	}
	if o.run == nil {
		return
	}
	if o.err == nil && o.run.Failed() == 0 {
		if diff := gocmp.Diff(b.scores, scores(t, o.run), cmpopts.EquateNaNs(), cmpopts.IgnoreUnexported(score.SystemScores{})); diff != "" {
			n.wrong++
			t.Errorf("the run claims success, and its metrics are not those of the fault-free run:\n%s", diff)
		}
	}
	for i := range o.run.Queries {
		q := &o.run.Queries[i]
		whole := true
		for system, r := range q.Results {
			switch {
			case r.Failed():
				whole = false
				if r.Error == "" || len(r.Hits) > 0 {
					n.unexplained++
				}
			case !strings.Contains(b.want[q.ID], strings.Trim(evaltest.Timeless(t, q, system), "{}")):
				n.wrong++
				t.Errorf("query %q: the answer of %s is not that of the fault-free run", q.ID, system)
			}
		}
		if whole {
			n.survived++
		} else {
			n.failed++
		}
	}
}

func (n *tally) check(t *testing.T) {
	t.Helper()
	if n.lost != 0 || n.wrong != 0 || n.unexplained != 0 {
		t.Errorf("%d queries lost, %d answers wrong, %d failures without a reason: the bar is none", n.lost, n.wrong, n.unexplained)
	}
}

// How often a search is tried again: often enough that faults in a row are no
// matter, and seldom enough that some searches fail.
const (
	manyRetries = 10
	fewRetries  = 6
)

// faultPeriods are how far apart the faults of one kind come.
var faultPeriods = []int{4, 5, 7, 9}

// inject runs the plan several times, with one kind of fault in every so many
// searches. Retries must get every query through.
func (b *faultBench) inject(t *testing.T, n *tally, kind faults.Kind) {
	t.Helper()
	for _, period := range faultPeriods {
		before := n.injected
		o := b.execute(t.Context(), t, faults.Every(period, faults.Fault{Kind: kind, Delay: 2 * time.Millisecond}), manyRetries)
		b.count(t, n, o)
		if o.err != nil || n.failed > 0 {
			t.Errorf("%s: %d queries failed (%v): one fault in %d searches should be survived", kind, n.failed, o.err, period)
		}
		if got := n.injected - before; got < searchesOfARun/period {
			t.Errorf("%s: only %d faults were injected", kind, got)
		}
	}
	n.check(t)
}

// TestReliabilityOfEachFault injects one kind of fault after the other.
func TestReliabilityOfEachFault(t *testing.T) {
	b := newFaultBench(t)
	table := make(map[faults.Kind]*tally)
	var mu sync.Mutex
	t.Run("kinds", func(t *testing.T) {
		for _, kind := range faults.Kinds() {
			t.Run(string(kind), func(t *testing.T) {
				t.Parallel()
				n := &tally{}
				b.inject(t, n, kind)
				mu.Lock()
				defer mu.Unlock()
				table[kind] = n
			})
		}
	})
	t.Logf("| fault | injected | lost | wrong | survived |")
	for _, kind := range slices.Sorted(maps.Keys(table)) {
		n := table[kind]
		t.Logf("| %s | %d | %d | %d | %d of %d queries |", kind, n.injected, n.lost, n.wrong, n.survived, n.survived+n.failed)
	}
}

// TestReliabilityOfMixtures runs random mixtures of all faults, from rare to
// every second search.
func TestReliabilityOfMixtures(t *testing.T) {
	const schedules = 500
	b := newFaultBench(t)
	total := &tally{}
	var mu sync.Mutex
	gaveUp := 0
	t.Run("schedules", func(t *testing.T) {
		const workers = 8
		for w := range workers {
			t.Run(fmt.Sprint(w), func(t *testing.T) {
				t.Parallel()
				mine := &tally{}
				ended := 0
				for seed := w; seed < schedules; seed += workers {
					kinds := mixtureKinds(seed)
					share := []float64{0.05, 0.2, 0.5}[seed%3]
					o := b.execute(t.Context(), t, faults.Mixture(uint64(seed), share, kinds), fewRetries)
					b.count(t, mine, o)
					if o.err != nil {
						ended++
					}
				}
				mu.Lock()
				defer mu.Unlock()
				total.runs += mine.runs
				total.injected += mine.injected
				total.survived += mine.survived
				total.failed += mine.failed
				total.lost += mine.lost
				total.wrong += mine.wrong
				total.unexplained += mine.unexplained
				gaveUp += ended
			})
		}
	})
	total.check(t)
	if total.runs != schedules {
		t.Errorf("%d schedules ran, want %d", total.runs, schedules)
	}
	t.Logf("%d schedules, %d faults injected: %d queries survived, %d listed as failed, %d runs gave up and said so; %d lost, %d wrong",
		total.runs, total.injected, total.survived, total.failed, gaveUp, total.lost, total.wrong)
}

// mixtureKinds leaves the half-open connections, each of which costs a whole
// timeout, to every tenth schedule.
func mixtureKinds(seed int) []faults.Kind {
	kinds := faults.Kinds()
	if seed%10 != 0 {
		kinds = slices.DeleteFunc(kinds, func(k faults.Kind) bool { return k == faults.HalfOpen })
	}
	slices.SortFunc(kinds, func(a, b faults.Kind) int { return cmp.Compare(a, b) })
	return kinds
}

// TestSearchesAreCounted asserts what a run costs: for each query one search a
// system and not one more, beside the preflight, whose searches do not grow
// with the suite.
func TestSearchesAreCounted(t *testing.T) {
	b := newFaultBench(t)
	o := b.execute(t.Context(), t, faults.Never, 0)
	if o.err != nil {
		t.Fatal(o.err)
	}
	// two for the judged titles, of which one counts the index's documents, and
	// one for the ids; one each to fetch the title field and the reranked field,
	// and one each to count documents without them
	const preflight = 7
	if want := searchesOfARun + preflight; o.searches > want || o.searches < searchesOfARun {
		t.Errorf("%d searches, want at most %d", o.searches, want)
	}
}
