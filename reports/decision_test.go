package reports

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/judgments"
)

// manySystems draws a run with rerankers over two first stages and a request:
// good and bad ones, some that fail, priced or not, with times that often tie.
func manySystems(t *rapid.T) *eval.Run {
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 5))
	queries := rapid.IntRange(1, 40).Draw(t, "queries")
	rerankers := rapid.IntRange(1, 3).Draw(t, "rerankers")
	run := sample()
	m := &run.Manifest
	m.Metrics, m.Systems, m.QueryCount, m.Concurrency = []string{"ndcg@3"}, nil, queries, rapid.IntRange(0, 4).Draw(t, "concurrency")
	for _, stage := range []string{"bm25", "hybrid"} {
		m.Systems = append(m.Systems, eval.System{Name: stage, Kind: eval.KindRetriever, Depth: 6})
		for i := range rerankers {
			name := fmt.Sprintf("r%d", i)
			m.Systems = append(m.Systems, eval.System{Name: stage + "+" + name, Kind: eval.KindReranked, FirstStage: stage, Reranker: name, Field: "plot", Window: 6, Depth: 6})
		}
	}
	m.Systems = append(m.Systems, eval.System{Name: "app", Kind: eval.KindRequest, Depth: 6})
	quality, failing := make([]float64, len(m.Systems)), make([]float64, len(m.Systems))
	for i := range m.Systems {
		quality[i] = float64(rapid.IntRange(0, 4).Draw(t, "quality")) / 4
		failing[i] = rapid.SampledFrom([]float64{0, 0, 0, 0.1, 0.9}).Draw(t, "failing")
		if price := rapid.IntRange(-1, 3).Draw(t, "price"); price >= 0 {
			m.Systems[i].Prices = []judgments.Price{{USD: float64(price), Per: judgments.PerThousand}}
		}
	}
	run.Queries = nil
	for q := range queries {
		query := eval.Query{Type: "query", Number: q, ID: fmt.Sprint(q), Text: fmt.Sprint(q), Judgments: []judgments.Judgment{{ID: "3", Grade: 1}, {ID: "1", Grade: 0}}, Results: eval.Results{}}
		for i, s := range m.Systems {
			result := &eval.Result{TookMS: int64(random.IntN(3)), WallMS: float64(1 + random.IntN(3))}
			for place, id := range random.Perm(6) {
				result.Hits = append(result.Hits, eval.Hit{Document: &eval.Document{ID: fmt.Sprint(id), Title: fmt.Sprint(id)}, Score: 10 - float64(place)})
			}
			if at := slices.IndexFunc(result.Hits, func(h eval.Hit) bool { return h.ID == "3" }); random.Float64() < quality[i] {
				result.Hits[0].Document, result.Hits[at].Document = result.Hits[at].Document, result.Hits[0].Document
			}
			if random.Float64() < failing[i] {
				result = &eval.Result{Error: "no answer"}
			}
			query.Results[s.Name] = result
		}
		run.Queries = append(run.Queries, query)
	}
	return run
}

// claims reads the sentence as a reader does.
var claims = struct{ best, alike, every, none, cheapest, fastest, open, left *regexp.Regexp }{
	best:     regexp.MustCompile(`^(.+?) (?:has|share) the highest ndcg@3, ([0-9.]+) on (?:the )?(\d+) (?:query|queries|of)`),
	alike:    regexp.MustCompile(`, which (?:does|do) not tell (.+?) apart from (?:it|them)\.`),
	every:    regexp.MustCompile(`, which tells? every other system apart from (?:it|them)\.`),
	none:     regexp.MustCompile(`, which tells? no other system apart from (?:it|them)\.`),
	cheapest: regexp.MustCompile(`Of (?:those two|these \d+), ([^;]+?) (?:is|are) the cheapest(?: of known price)?, at ([0-9.]+) dollars`),
	fastest:  regexp.MustCompile(`(?:Of those two, |Of these \d+, |; )([^;]+?) (?:is|are) the fastest, at ([0-9.]+) ms at the median`),
	open:     regexp.MustCompile(`Judging the unjudged hits could put (.+) before (\S+)\.`),
	left:     regexp.MustCompile(`([^.]+) answered too few queries to be compared\.`),
}

// named splits "a, b and c".
func named(s string) []string {
	var names []string
	for part := range strings.SplitSeq(strings.ReplaceAll(strings.TrimSpace(s), " and ", ", "), ", ") {
		names = append(names, part)
	}
	slices.Sort(names)
	return names
}

// TestDecisionSentenceIsRightByTheTable reads each claim of the sentence, and
// checks it by the systems of the JSON report, which are the table.
func TestDecisionSentenceIsRightByTheTable(t *testing.T) {
	seen := make(map[string]int)
	rapid.Check(t, func(t *rapid.T) {
		e, err := score.Evaluate(manySystems(t), nil)
		if err != nil {
			t.Fatal(err)
		}
		r, err := New(e, stats.Options{Permutations: 400})
		if err != nil {
			t.Fatal(err)
		}
		content, err := render(JSON, r, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var table jsonReport
		if err := json.Unmarshal(content, &table); err != nil {
			t.Fatal(err)
		}
		if table.Decision == nil {
			for _, s := range table.Systems {
				if s.Metrics[0].Mean != nil {
					t.Fatalf("%s has a mean, and there is no decision", s.Name)
				}
			}
			return
		}
		checkClaims(t, table.Decision.Sentence, table.Systems, table.Comparisons, seen)
		if rapid.IntRange(0, 9).Draw(t, "formats") > 0 {
			return
		}
		// the sentence is the same wherever it stands
		for _, format := range []Format{Table, Markdown, HTML} {
			content, err := render(format, r, Options{Width: 10000})
			if err != nil {
				t.Fatal(err)
			}
			plain := strings.NewReplacer("&#43;", "+", "\\", "").Replace(string(content))
			if !strings.Contains(plain, table.Decision.Sentence) {
				t.Fatalf("the %s report lacks %q", format, table.Decision.Sentence)
			}
		}
	})
	for _, claim := range []string{"alike", "every", "none", "cheapest", "fastest", "open", "left", "shared"} {
		if seen[claim] == 0 {
			t.Errorf("no sentence claimed %q", claim)
		}
	}
}

func checkClaims(t *rapid.T, sentence string, systems []jsonSystem, comparisons []jsonComparison, seen map[string]int) {
	fail := func(format string, args ...any) { t.Fatalf("%s: %q", fmt.Sprintf(format, args...), sentence) }
	match := claims.best.FindStringSubmatch(sentence)
	if match == nil {
		fail("it names no best")
	}
	shared := named(match[1])
	best := ""
	mean := func(s *jsonSystem) *float64 { return s.Metrics[0].Mean }
	var alike, below, left, group []string
	byName := make(map[string]*jsonSystem)
	for i := range systems {
		byName[systems[i].Name] = &systems[i]
	}
	for i := range systems { // in the run's order
		if best == "" && slices.Contains(shared, systems[i].Name) {
			best = systems[i].Name
		}
	}
	top := byName[best]
	if fmt.Sprintf("%.3f", *mean(top)) != match[2] || strconv.Itoa(top.Queries) != match[3] {
		fail("the mean is %v on %d queries", *mean(top), top.Queries)
	}
	group = append(group, best)
	for i := range systems {
		s := &systems[i]
		switch {
		case mean(s) == nil:
			left = append(left, s.Name)
			continue
		case *mean(s) > *mean(top)+1e-9:
			fail("%s has a higher mean, %v", s.Name, *mean(s))
		case math.Abs(*mean(s)-*mean(top)) <= 1e-12 != slices.Contains(shared, s.Name):
			fail("%s has %v of %v", s.Name, *mean(s), *mean(top))
		case s.Name == best:
			continue
		case slices.Contains(shared, s.Name):
			seen["shared"]++
			group = append(group, s.Name)
		case *s.Distinguishable:
			below = append(below, s.Name)
		default:
			alike, group = append(alike, s.Name), append(group, s.Name)
		}
		// told apart only by a comparison that says so
		said := slices.ContainsFunc(comparisons, func(c jsonComparison) bool {
			return c.Kind == "difference" && c.Primary && (c.Base == best && c.System == s.Name && c.Says == stats.Lowers || c.Base == s.Name && c.System == best && c.Says == stats.Raises)
		})
		if said != *s.Distinguishable {
			fail("%s is distinguishable: %v, and its comparison says so: %v", s.Name, *s.Distinguishable, said)
		}
	}
	if match := claims.alike.FindStringSubmatch(sentence); match != nil {
		seen["alike"]++
		slices.Sort(alike)
		if !slices.Equal(named(match[1]), alike) || len(below) == 0 {
			fail("not told apart are %v", alike)
		}
	}
	if claims.every.MatchString(sentence) {
		if seen["every"]++; len(alike) > 0 || len(below) == 0 {
			fail("not told apart are %v", alike)
		}
	}
	if claims.none.MatchString(sentence) {
		if seen["none"]++; len(below) > 0 || len(alike) == 0 {
			fail("told apart are %v", below)
		}
	}
	least := func(what string, match []string, of func(*jsonSystem) *float64, digits string) {
		if match == nil {
			return
		}
		seen[what]++
		lowest := *of(byName[named(match[1])[0]])
		var holders []string
		for _, name := range group {
			switch v := of(byName[name]); {
			case v == nil:
			case *v < lowest:
				fail("%s of %s is %v", what, name, *v)
			case *v == lowest:
				holders = append(holders, name)
			}
		}
		slices.Sort(holders)
		if !slices.Equal(holders, named(match[1])) || fmt.Sprintf(digits, lowest) != match[2] {
			fail("%s are %v with %v", what, holders, lowest)
		}
	}
	least("cheapest", claims.cheapest.FindStringSubmatch(sentence), func(s *jsonSystem) *float64 { return s.USDPer1000 }, "%.2f")
	least("fastest", claims.fastest.FindStringSubmatch(sentence), func(s *jsonSystem) *float64 { return s.Latency.WallMS.P50 }, "%g")
	if strings.Contains(sentence, "the fastest") != (claims.fastest.FindStringSubmatch(sentence) != nil) {
		fail("a claim of the fastest was not read")
	}
	if match := claims.open.FindStringSubmatch(sentence); match != nil {
		seen["open"]++
		if match[2] != best {
			fail("it names two best")
		}
		for _, name := range named(match[1]) {
			if strings.HasSuffix(name, " more") {
				continue
			}
			if !slices.ContainsFunc(comparisons, func(c jsonComparison) bool {
				return c.Kind == "difference" && c.IfJudged != nil && (c.Base == best && c.System == name && *c.IfJudged.High > 0 || c.System == best && c.Base == name && *c.IfJudged.Low < 0)
			}) {
				fail("judging cannot put %s before", name)
			}
		}
	}
	match = claims.left.FindStringSubmatch(sentence)
	if (match != nil) != (len(left) > 0) {
		fail("not compared are %v", left)
	}
	if match != nil {
		seen["left"]++
		slices.Sort(left)
		if !slices.Equal(named(match[1]), left) {
			fail("not compared are %v", left)
		}
	}
}
