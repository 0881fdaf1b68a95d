package execute

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/judgments"
)

// mostRefusals is how many queries in a row may be refused for one reason.
const mostRefusals = 3

// Probed is what a probe saw.
type Probed struct {
	// Searches is how many were sent.
	Searches int
	// Query is the first query, with what was answered.
	Query eval.Query
}

// Probe sends one search for each system of a plan, and a second one where the
// first is refused. Its error is [judgments.Problems], with the place in the
// suite, where a server refuses the searches of a system for good.
func Probe(ctx context.Context, c Searcher, p *plan.Plan) (Probed, error) {
	r := &Runner{Cluster: c}
	s := newSession(r, p)
	s.snapshot = NewSnapshot(c, p.Suite.Search.Index).Routed(p.Suite.Search.Request)
	defer s.snapshot.Close(ctx)
	all := make([]int, len(p.Queries))
	for i := range all {
		all[i] = i
	}
	err := s.probe(ctx, all)
	probed := Probed{Searches: s.snapshot.Searches()}
	if len(all) > 0 {
		probed.Query = eval.NewQuery(0, p.Queries[0])
		probed.Query.Results = s.known(0).results
	}
	return probed, err
}

// probe asks every system the first of the queries left. Where a server
// refuses the body it is asked a second one of other text: the text of one
// query may be what it cannot parse. A system that refuses both alike is
// wrong in the suite, and no other query need be sent. The answers are kept. In
// a resumed run, of which other queries were answered, a refusal is the query's.
func (s *session) probe(ctx context.Context, left []int) error {
	if len(left) == 0 {
		return nil
	}
	firstStages := make(map[string]string)
	for _, system := range s.plan.Systems() {
		firstStages[system.Name] = system.FirstStage
	}
	var problems judgments.Problems
	wrong := make(map[string]bool)
	q := s.plan.Queries[left[0]]
	for _, request := range s.plan.Requests(q) {
		if plain, _, apart := strings.Cut(request.System, "/"); apart && wrong[plain] {
			wrong[request.System] = true // it is the same, with a filter
			continue
		}
		if wrong[firstStages[request.System]] {
			continue // what is inside it is refused
		}
		if request.Reranker != nil && s.Rerankers == nil {
			continue // a probe of the cluster alone
		}
		result, err := s.send(ctx, request, s.known(left[0]))
		failure, ok := errors.AsType[*cluster.Error](err)
		if ok && failure.RefusesBody() && !s.resumed {
			again, err := s.probeAgain(ctx, left, request.System)
			if err != nil {
				return err
			}
			if again != nil && again.Refusal() == failure.Refusal() {
				wrong[request.System] = true
				if failure.Elsewhere() {
					return fails(s.plan, request.System, "both queries that were tried", failure)
				}
				problems = append(problems, refused(s.plan, request.System, "both queries that were tried", failure))
				continue
			}
		}
		if result, err = s.account(ctx, q, request.System, result, err); err != nil {
			return s.ended(ctx, err)
		}
		s.keep(left[0], request.System, result)
	}
	return problems.ErrorOrNil()
}

// probeAgain asks a system a query of other text than the first, and returns
// the server's refusal; nil where it does not refuse.
func (s *session) probeAgain(ctx context.Context, left []int, system string) (*cluster.Error, error) {
	q, place := s.otherText(left)
	known := newAnswers()
	if place >= 0 {
		known = s.known(place)
	}
	below := "" // whose hits are scored outside of Elasticsearch
	for _, r := range s.plan.Rerankers {
		if r.Name == system && r.Outside() {
			below = s.plan.FirstStageBelow(system)
		}
	}
	for _, request := range s.plan.Requests(q) {
		if request.System == below && known.texts[system] == nil {
			first, err := s.send(ctx, request, known)
			if err != nil {
				return nil, nil // the first failure stands
			}
			known.results[request.System] = first
		}
		if request.System != system {
			continue
		}
		result, err := s.send(ctx, request, known)
		failure, ok := errors.AsType[*cluster.Error](err)
		if !ok || !failure.RefusesBody() {
			failure = nil
		}
		if result, err = s.account(ctx, q, system, result, err); err != nil && failure == nil {
			return nil, s.ended(ctx, err)
		}
		if place >= 0 && result != nil {
			s.keep(place, system, result)
		}
		return failure, nil
	}
	return nil, nil
}

// ended is the error of a search that ends the run.
func (s *session) ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// known is what the query at a place of the plan was answered.
func (s *session) known(place int) *answers {
	if s.probed[place] == nil {
		s.probed[place] = newAnswers()
	}
	return s.probed[place]
}

func (s *session) keep(place int, system string, result *eval.Result) {
	s.known(place).results[system] = result
}

// otherText finds a query with another text than the first one that is left,
// and its place in the plan: one that is left, else one of the suite, else
// one of no suite; -1 where its answer is of no use.
func (s *session) otherText(left []int) (judgments.Query, int) {
	first := s.plan.Queries[left[0]]
	for _, i := range left[1:] {
		if s.plan.Queries[i].Text != first.Text {
			return s.plan.Queries[i], i
		}
	}
	for _, q := range s.plan.Suite.Queries {
		if q.Text != first.Text {
			return q, -1
		}
	}
	first.Text, first.InferenceText = "word", "word"
	return first, -1
}

// refused is the problem of a suite of which a server refuses a system, and for
// which queries.
func refused(p *plan.Plan, system, queries string, failure *cluster.Error) judgments.Problem {
	at, what := p.Place(system)
	message := fmt.Sprintf("%s is refused for %s: %s", what, queries, strings.TrimPrefix(failure.Error(), failure.Op+": "))
	if strings.Contains(failure.Reason, "unknown retriever [query]") {
		message += "; a query is no retriever: write standard: {query: …}"
	}
	return judgments.Problem{Position: at, Message: message}
}

// fails is the error of a system that another server than Elasticsearch fails:
// it need not be the suite that is wrong.
func fails(p *plan.Plan, system, queries string, failure *cluster.Error) error {
	at, what := p.Place(system)
	return fmt.Errorf("%s: %s fails for %s: %w", at, what, queries, failure)
}

// refusals count how many queries in a row a server refused for one reason.
type refusals struct {
	mu       sync.Mutex
	bySystem map[string]streak
}

// streak is the same refusal of one query after the other.
type streak struct {
	reason  string
	queries []string // their ids
}

// add counts a refusal, whose reason may quote the query's text, and returns
// the queries in a row that have met it.
func (r *refusals) add(system string, q judgments.Query, failure *cluster.Error) []string {
	reason := failure.Refusal()
	for _, quoted := range []string{q.Text, q.InferenceText} {
		if quoted != "" {
			reason = strings.ReplaceAll(reason, quoted, "")
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	last := r.bySystem[system]
	switch {
	case last.reason != reason:
		last = streak{reason, []string{q.ID}}
	case last.queries[len(last.queries)-1] != q.ID:
		last.queries = append(slices.Clone(last.queries), q.ID)
	}
	if r.bySystem == nil {
		r.bySystem = make(map[string]streak)
	}
	r.bySystem[system] = last
	return last.queries
}

// cause is the system that is refused where another is: its first stage, which
// is a part of it, where that was not answered either.
func (r *refusals) cause(system, firstStage string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.bySystem[firstStage].queries) >= mostRefusals-1 { // the last query may not have asked it yet
		return firstStage
	}
	return system
}

// answered ends a streak.
func (r *refusals) answered(system string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.bySystem, system)
}
