package execute_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/execute"
	"github.com/releval/releval/eval/runfile"
)

// refusing is a cluster that refuses the reranked searches of some texts, and
// counts all searches of the runner.
type refusing struct {
	execute.Cluster
	texts    [][]byte
	searches atomic.Int32
}

func (r *refusing) Search(ctx context.Context, body []byte, o cluster.SearchOptions) (cluster.Response, error) {
	if o.Index == "" {
		r.searches.Add(1)
	}
	for _, text := range r.texts {
		if bytes.Contains(body, text) && bytes.Contains(body, []byte("text_similarity_reranker")) {
			return cluster.Response{}, &cluster.Error{Kind: cluster.KindInvalidRequest, What: "refused"}
		}
	}
	return r.Cluster.Search(ctx, body, o)
}

// A run with failed queries is gone on with by searching these again, and no
// other, whether it came to its end or not; then it is that of a run in which
// nothing failed.
func TestResumeSearchesWhatFailedAgain(t *testing.T) {
	b := newFaultBench(t)
	client, err := cluster.New(cluster.Config{URL: b.base, Transport: b.loaded(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	systems := len(b.plan.Systems())
	for _, test := range []struct {
		name, file string
		cut        bool // break the file off after its first lines
	}{
		{"complete", "run.jsonl", false},
		{"compressed", "run.jsonl.gz", false},
		{"cut short", "run.jsonl", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), test.file)
			trouble := &refusing{Cluster: client}
			for _, q := range b.plan.Queries[2:4] {
				trouble.texts = append(trouble.texts, []byte(`"inference_text":"`+q.InferenceText+`"`))
			}
			first, err := execute.Execute(t.Context(), trouble, b.plan, execute.Settings{Out: path, Concurrency: 1})
			if err != nil || first.Failed() != 2 {
				t.Fatal(first.Failed(), err)
			}
			missing := 2
			if test.cut {
				whole, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				lines := bytes.SplitAfter(whole, []byte("\n"))
				if err := os.WriteFile(path, bytes.Join(lines[:5], nil), 0o644); err != nil {
					t.Fatal(err)
				}
				missing = reliabilityQueries - 2 // of four queries two were answered
			}
			stored, err := runfile.Read(path)
			if err != nil {
				t.Fatal(err)
			}
			healed := &refusing{Cluster: client}
			settings := execute.Settings{Resume: stored, ResumePath: path}
			if _, err := execute.Execute(t.Context(), healed, b.plan, settings); err != nil {
				t.Fatal(err)
			}
			if got, want := int(healed.searches.Load()), missing*systems; got != want {
				t.Errorf("%d searches, want %d", got, want)
			}
			again, err := runfile.Read(path)
			if err != nil {
				t.Fatal(err)
			}
			if again.Complete == nil || again.Failed() != 0 || len(again.Queries) != reliabilityQueries {
				t.Fatalf("%d queries, %d failed, complete: %v", len(again.Queries), again.Failed(), again.Complete)
			}
			if wrong := b.check(t, again.Queries); wrong > 0 {
				t.Errorf("%d answers differ from a run without faults", wrong)
			}
			if left, err := filepath.Glob(path + ".*"); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
			settings.Resume = again
			if _, err := execute.Execute(t.Context(), healed, b.plan, settings); err == nil {
				t.Error("a run in which nothing failed was gone on with")
			}
		})
	}
}

// failing is a cluster that answers no search of the runner.
type failing struct {
	execute.Cluster
	err error
}

func (f *failing) Search(ctx context.Context, body []byte, o cluster.SearchOptions) (cluster.Response, error) {
	if o.Index == "" {
		return cluster.Response{}, f.err
	}
	return f.Cluster.Search(ctx, body, o)
}

// What failed stays in a run that is resumed in vain.
func TestResumeInVainLosesNothing(t *testing.T) {
	b := newFaultBench(t)
	client, err := cluster.New(cluster.Config{URL: b.base, Transport: b.loaded(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	path := filepath.Join(t.TempDir(), "run.jsonl")
	q := b.plan.Queries[2]
	trouble := &refusing{Cluster: client, texts: [][]byte{[]byte(`"inference_text":"` + q.InferenceText + `"`)}}
	if first, err := execute.Execute(t.Context(), trouble, b.plan, execute.Settings{Out: path}); err != nil || first.Failed() != 1 {
		t.Fatal(first.Failed(), err)
	}
	stored, err := runfile.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	away := &failing{client, &cluster.Error{Kind: cluster.KindUnauthorized, What: "no key"}}
	run, err := execute.Execute(t.Context(), away, b.plan, execute.Settings{Resume: stored, ResumePath: path})
	if err == nil || run.Failed() != 1 || len(run.Queries) != reliabilityQueries {
		t.Fatalf("%v, with %d failed of %d", err, run.Failed(), len(run.Queries))
	}
	again, err := runfile.Read(path)
	if err != nil || again.Complete != nil || again.Failed() != 1 || len(again.Queries) != reliabilityQueries {
		t.Fatalf("%v; the file has %d failed of %d", err, again.Failed(), len(again.Queries))
	}
	if run, err = execute.Execute(t.Context(), client, b.plan, execute.Settings{Resume: again, ResumePath: path}); err != nil || run.Failed() != 0 || run.Retryable() != 0 {
		t.Fatalf("%v, with %d failed", err, run.Failed())
	}
}
