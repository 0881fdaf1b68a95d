package execute

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// session is one Run at work.
type session struct {
	*Runner
	plan     *plan.Plan
	snapshot *Snapshot
	orders   map[string]eval.Order // by system
	probed   map[int]*answers      // what the probe was answered, by the query's place in the plan
	refusals refusals
	resumed  bool // other queries of the run were answered before
	// answers are *cluster.Response that were taken over: the next ones come
	// in their place.
	answers sync.Pool
}

func newSession(r *Runner, p *plan.Plan) *session {
	s := &session{Runner: r, plan: p, snapshot: r.Snapshot, orders: make(map[string]eval.Order), probed: make(map[int]*answers)}
	for _, system := range p.Systems() {
		s.orders[system.Name] = system.Order()
	}
	return s
}

// query searches one query with every system.
func (s *session) query(ctx context.Context, place int) (*eval.Query, error) {
	number, q := s.plan.Numbers[place], s.plan.Queries[place]
	record := eval.NewQuery(number, q)
	record.Concurrency = s.Unlike
	for repeat := range max(1, s.Repeat) {
		known := s.probed[place]
		if known == nil || repeat > 0 {
			known = newAnswers()
			known.fresh = repeat > 0
		}
		results, err := s.search(ctx, number+repeat, q, known)
		if err != nil {
			return nil, err
		}
		if repeat == 0 {
			record.Results = results
		} else {
			record.Repeats = append(record.Repeats, results)
		}
	}
	return &record, nil
}

// answers are what the systems answered to one query so far.
type answers struct {
	results eval.Results
	// texts are what rerankers outside of Elasticsearch are sent, by their
	// system: for each hit of the first stage, empty where it has none.
	texts map[string][]string
	// fresh asks those rerankers again for what they scored before.
	fresh bool
}

func newAnswers() *answers {
	return &answers{results: make(eval.Results), texts: make(map[string][]string)}
}

// search asks every system once that has not been probed with the query. Turn
// decides which goes first; what is scored outside of Elasticsearch waits for
// its first stage.
func (s *session) search(ctx context.Context, turn int, q judgments.Query, known *answers) (eval.Results, error) {
	requests := s.plan.Requests(q)
	if turn%2 == 1 {
		slices.Reverse(requests)
	}
	slices.SortStableFunc(requests, func(a, b plan.Request) int { return order(a) - order(b) })
	for _, request := range requests {
		if known.results[request.System] != nil {
			continue
		}
		result, err := s.ask(ctx, q, request, known)
		if err != nil {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			return nil, err
		}
		known.results[request.System] = result
	}
	return known.results, nil
}

// order puts what is scored outside of Elasticsearch last.
func order(r plan.Request) int {
	if r.Reranker != nil {
		return 1
	}
	return 0
}

// lostWarning is what a search says of its answer.
const lostWarning = "the point in time was lost, and another one opened: the index may have changed in between"

// ask sends one search. Its error is one that every other query would meet
// too.
func (s *session) ask(ctx context.Context, q judgments.Query, request plan.Request, known *answers) (*eval.Result, error) {
	result, err := s.send(ctx, request, known)
	return s.account(ctx, q, request.System, result, err)
}

// account makes a failure part of the run, unless every other query would meet
// it too.
func (s *session) account(ctx context.Context, q judgments.Query, system string, result *eval.Result, err error) (*eval.Result, error) {
	if err == nil {
		s.refusals.answered(system)
		return result, nil
	}
	if ctx.Err() != nil {
		return nil, err
	}
	if problems, ok := errors.AsType[judgments.Problems](err); ok {
		return nil, problems
	}
	if hopeless(err) {
		return nil, fmt.Errorf("query %q, %s: %w", q.ID, system, err)
	}
	failed := &eval.Result{Error: err.Error()}
	failure, ok := errors.AsType[*cluster.Error](err)
	if !ok {
		return failed, nil
	}
	failed.Refused = failure.RefusesBody()
	if failure.Attempts > 1 {
		failed.Attempts = failure.Attempts
	}
	if failed.Refused && !s.resumed {
		if met := s.refusals.add(system, q, failure); len(met) == mostRefusals {
			queries := "three queries in a row, " + text.And(quotedAll(met))
			if failure.Elsewhere() {
				return nil, fails(s.plan, system, queries, failure)
			}
			cause := s.refusals.cause(system, s.plan.FirstStageBelow(system))
			return nil, judgments.Problems{refused(s.plan, cause, queries, failure)}
		}
	}
	return failed, nil
}

func quotedAll(names []string) []string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = text.Quote(name)
	}
	return quoted
}

// send sends one search.
func (s *session) send(ctx context.Context, request plan.Request, known *answers) (*eval.Result, error) {
	if request.Reranker != nil {
		return rescore(ctx, s.Rerankers, request, known)
	}
	answer, _ := s.answers.Get().(*cluster.Response)
	if answer == nil {
		answer = new(cluster.Response)
	}
	defer s.answers.Put(answer)
	response, replaced, err := s.searched(ctx, request, answer)
	if err != nil {
		return nil, err
	}
	*answer = response
	result := eval.NewResult(response, s.plan.Suite.Search.TitleField, s.SeveralIndices, s.orders[request.System])
	if replaced {
		result.Warnings = append([]string{lostWarning}, result.Warnings...)
	}
	for _, r := range s.plan.Rerankers {
		if r.Outside() && s.plan.FirstStageBelow(r.Name) == request.System {
			known.texts[r.Name] = textsOf(r, response.Hits)
		}
	}
	return result, nil
}

// hopeless says whether every other query would meet the same error.
func hopeless(err error) bool {
	if _, ok := errors.AsType[replaceError](err); ok {
		return true
	}
	switch cluster.KindOf(err) {
	case cluster.KindConfig, cluster.KindTLS, cluster.KindNotElasticsearch,
		cluster.KindUnauthorized, cluster.KindForbidden, cluster.KindLicence,
		cluster.KindMissingIndex, cluster.KindMissingEndpoint, cluster.KindUnsupported,
		cluster.KindProvider, cluster.KindUnreachable:
		return true
	case cluster.KindConnection, cluster.KindUnavailable, cluster.KindTimeout:
		// The client heals these by waiting, and says that it will not any
		// more where the cluster stayed away for too long.
		failure, ok := errors.AsType[*cluster.Error](err)
		return ok && !failure.Temporary()
	}
	return false
}

// record keeps the answered queries, on the disk first, while the next ones
// are searched already. It goes on until there are no more, and stops the
// search where the disk refuses one.
func (s *session) record(answered <-chan *eval.Query, stop context.CancelCauseFunc, finished *[]eval.Query) error {
	var failed error
	var documents eval.Documents
	for q := range answered {
		if failed != nil {
			continue
		}
		if s.Journal != nil {
			if failed = s.Journal.Query(*q); failed != nil {
				stop(failed)
				continue
			}
		}
		for _, results := range append([]eval.Results{q.Results}, q.Repeats...) {
			for _, r := range results {
				documents.Share(r.Hits)
			}
		}
		*finished = append(*finished, *q)
		if s.Observer != nil {
			s.Observer.QueryDone(q)
		}
	}
	return failed
}
