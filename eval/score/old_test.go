package score_test

import (
	"encoding/csv"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/load"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/judgments"
)

// An old suite gives each query the value that it gave. films.values.csv was
// written by the command as of commit 1e19307:
//
//	releval run films.yaml --format csv
//
// with a row for each query and system. As the server ranked its hits, every
// value is the same; the values that count are so too where no hit within the
// metric's depth shares its place with another. What commit 1e19307 took for an
// answer and is none any more, a reranked list of one score, has no value.
func TestOldSuiteKeepsItsValues(t *testing.T) {
	suite, err := judgments.Load("../evaltest/testdata/films.yaml", judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	client, err := cluster.New(cluster.Config{Transport: embedded.New(embedded.Options{})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	if _, err := load.Documents(t.Context(), client, suite, true); err != nil {
		t.Fatal(err)
	}
	p, err := plan.New(suite, plan.Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	run, err := execute.Execute(t.Context(), client, p, execute.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := score.Evaluate(run, p.Metrics)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open("../evaltest/testdata/films.values.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	table, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if want := len(run.Queries) * len(e.Systems); len(table) != 1+want {
		t.Fatalf("%d rows, want %d", len(table)-1, want)
	}
	compared, tied, unanswered := 0, 0, 0
	for _, row := range table[1:] {
		q := slices.IndexFunc(run.Queries, func(q eval.Query) bool { return q.ID == row[0] })
		system := e.System(row[1])
		if q < 0 || system == nil {
			t.Fatalf("the run has no query %s of %s", row[0], row[1])
		}
		for k, m := range e.Metrics {
			if m.String() != table[0][2+k] {
				t.Fatalf("the metric %d is %s, was %s", k, m, table[0][2+k])
			}
			was := math.NaN()
			if row[2+k] != "" {
				if was, err = strconv.ParseFloat(row[2+k], 64); err != nil {
					t.Fatal(err)
				}
			}
			if system.Unanswered(k, q) != "" {
				unanswered++
				continue
			}
			if is := system.AsRanked[k][q]; !same(is, was) {
				t.Errorf("%s of %s for %s is %v as ranked, was %v", m, row[1], row[0], is, was)
			}
			if ties(m, run.Queries[q].Results[row[1]]) {
				tied++
				continue
			}
			compared++
			if is := system.Values[k][q]; !same(is, was) {
				t.Errorf("%s of %s for %s is %v, was %v", m, row[1], row[0], is, was)
			}
		}
	}
	t.Logf("%d values compared, %d with ties, %d without an answer", compared, tied, unanswered)
	// Ties and lists without order are the exception that they are said to be.
	if all := compared + tied + unanswered; compared < all*2/3 || unanswered > all/50 {
		t.Errorf("%d values compared, %d with ties, %d without an answer", compared, tied, unanswered)
	}
}

// same allows what the order of a sum may change.
func same(a, b float64) bool {
	return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 1e-12
}

// ties says that the metric sees hits whose order the server did not decide.
func ties(m metrics.Metric, r *eval.Result) bool {
	return slices.ContainsFunc(r.Ties, func(t [2]int) bool { return m.Cutoff() == 0 || t[0] <= m.Cutoff() })
}
