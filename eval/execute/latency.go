package execute

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/text"
)

// samples times searches one at a time: some of the queries that every system
// answered, each with all systems in a random order, so that what changes in
// the course of time touches all of them alike. The run has just asked the same,
// so that no cache is cold for one system alone. A search that fails gives no
// time; an error of samples itself means that every other one would fail too.
func (s Settings) samples(ctx context.Context, runner *Runner, p *plan.Plan, run *eval.Run) (*eval.Samples, error) {
	if s.LatencySamples <= 0 {
		return s.oldSamples(), nil
	}
	random := rand.New(rand.NewPCG(run.Manifest.Seed, 0x74696d65)) // a stream of its own
	chosen := answeredByAll(p, run)
	random.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
	chosen = chosen[:min(s.LatencySamples, len(chosen))]
	if len(chosen) == 0 {
		s.note("no latency was measured after the run: no query was answered by every system")
		return nil, nil
	}
	names := p.Names()
	s.note("measuring latencies: %s × %s, one search at a time, in random order (seed %d)", text.Count(len(chosen), "query"), text.Count(len(names), "system"), run.Manifest.Seed)
	session := newSession(runner, p)
	measured := &eval.Samples{Times: make(map[string][]eval.Time, len(names))}
	for _, place := range chosen {
		q := p.Queries[place]
		measured.Queries = append(measured.Queries, q.ID)
		requests := p.Requests(q)
		random.Shuffle(len(requests), func(i, j int) { requests[i], requests[j] = requests[j], requests[i] })
		slices.SortStableFunc(requests, func(a, b plan.Request) int { return order(a) - order(b) })
		known := newAnswers()
		for _, request := range requests {
			time, err := session.time(ctx, request, known)
			if err != nil {
				return nil, fmt.Errorf("measuring the latency of %s on query %q: %w", request.System, q.ID, err)
			}
			measured.Times[request.System] = append(measured.Times[request.System], time)
		}
	}
	return measured, nil
}

// time times one search. What is scored outside of Elasticsearch takes its first
// stage's time and that of the call that was paid for, which is not sent again.
func (s *session) time(ctx context.Context, request plan.Request, known *answers) (eval.Time, error) {
	result, err := s.send(ctx, request, known)
	switch {
	case err == nil && result.Error != "":
		return eval.Time{Error: result.Error}, nil
	case err == nil && result.Untimed:
		return eval.Time{Untimed: true}, nil
	case err == nil:
		known.results[request.System] = result
		return eval.Time{TookMS: result.TookMS, WallMS: result.WallMS}, nil
	case ctx.Err() != nil:
		return eval.Time{}, context.Cause(ctx)
	case hopeless(err):
		return eval.Time{}, err
	}
	return eval.Time{Error: err.Error()}, nil
}

// oldSamples are those of the run that is resumed, where it has any.
func (s Settings) oldSamples() *eval.Samples {
	if s.Resume == nil || s.Resume.Complete == nil {
		return nil
	}
	return s.Resume.Complete.Latency
}

// answeredByAll are the places in the plan of the queries that every system
// answered.
func answeredByAll(p *plan.Plan, run *eval.Run) []int {
	answered := make(map[string]bool, len(run.Queries))
	names := run.Manifest.Names()
	for i := range run.Queries {
		answered[run.Queries[i].ID] = !run.Queries[i].Failed(names)
	}
	var places []int
	for place := range p.Queries {
		if answered[p.Queries[place].ID] {
			places = append(places, place)
		}
	}
	return places
}
