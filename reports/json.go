package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/stats"
	"github.com/releval/releval/eval/sweep"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// jsonFormat is the version of the JSON report, in its key "format". A key is
// never taken away or changed in meaning within a version; new ones may come.
const jsonFormat = 2

// The structs below are the JSON report; report.schema.json says what each
// key means. A value that is undefined is null.
type (
	jsonReport struct {
		Format      int              `json:"format"`
		Run         jsonRun          `json:"run"`
		LeadMetric  string           `json:"lead_metric"`
		Verdicts    []jsonVerdict    `json:"verdicts"`
		Systems     []jsonSystem     `json:"systems"`
		Comparisons []jsonComparison `json:"comparisons"`
		Decision    *jsonDecision    `json:"decision,omitempty"`
		Tags        []jsonTag        `json:"tags,omitempty"`
		Sweeps      []jsonSweep      `json:"sweeps,omitempty"`
		BestWindows *jsonBestWindows `json:"best_windows,omitempty"`
		Baseline    *jsonBaseline    `json:"baseline,omitempty"`
		Gates       []jsonGate       `json:"gates,omitempty"`
		Queries     []jsonQuery      `json:"queries"`
		Rows        []jsonRow        `json:"rows"`
		Hits        []jsonHit        `json:"hits"`
		Findings    []jsonFinding    `json:"findings"`
	}
	jsonRun struct {
		Suite     string           `json:"suite"`
		File      string           `json:"file,omitempty"`
		Tool      string           `json:"tool,omitempty"`
		Started   string           `json:"started,omitempty"`
		Seed      uint64           `json:"seed"`
		Cluster   eval.ClusterInfo `json:"cluster"`
		StandIn   bool             `json:"stand_in_reranker"`
		Index     string           `json:"index"`
		Documents int64            `json:"documents"`
		Queries   int              `json:"queries"`
		Failed    int              `json:"failed"`
		Complete  bool             `json:"complete"`
		Depth     int              `json:"depth"`
		Hashes    eval.Hashes      `json:"hashes"`
	}
	jsonVerdict struct {
		System   string     `json:"system"`
		Base     string     `json:"base"`
		Says     stats.Says `json:"says"`
		Sentence string     `json:"sentence"`
		Counts   string     `json:"counts,omitempty"`
		Judged   string     `json:"judged,omitempty"`
		Power    string     `json:"power,omitempty"`
	}
	jsonSystem struct {
		Name        string    `json:"name"`
		Field       string    `json:"field,omitempty"`
		InferenceID string    `json:"inference_id,omitempty"`
		Window      int       `json:"window,omitempty"`
		MinScore    *float64  `json:"min_score,omitempty"`
		Service     string    `json:"service,omitempty"`
		Model       string    `json:"model,omitempty"`
		Kind        eval.Kind `json:"kind"`
		FirstStage  string    `json:"first_stage,omitempty"`
		Reranker    string    `json:"reranker,omitempty"`
		Queries     int       `json:"queries"`
		Failed      int       `json:"failed"`
		Empty       int       `json:"empty"`
		Tied        int       `json:"tied_queries"`
		// Distinguishable says whether the family tells the system from the
		// best; null where it is not compared.
		Distinguishable *bool    `json:"distinguishable_from_best"`
		JudgedAt10      *float64 `json:"judged_share_at_10"`
		// Interval is that of the lead metric's mean, Ceiling the mean of a
		// perfect reranker on the same window.
		Interval        jsonInterval `json:"interval"`
		Ceiling         *float64     `json:"ceiling"`
		Latency         jsonLatency  `json:"latency"`
		DocumentsScored *float64     `json:"documents_scored"`
		USDPer1000      *float64     `json:"usd_per_1000"`
		Metrics         []jsonMetric `json:"metrics"`
	}
	jsonInterval struct {
		Low  *float64 `json:"low"`
		High *float64 `json:"high"`
	}
	jsonLatency struct {
		// Source is run, or samples where searches were timed one at a time.
		Source      string          `json:"source"`
		Samples     int             `json:"samples"`
		Concurrency *int            `json:"concurrency"`
		TookMS      jsonPercentiles `json:"took_ms"`
		WallMS      jsonPercentiles `json:"wall_ms"`
	}
	jsonPercentiles struct {
		P50 *float64 `json:"p50"`
		P95 *float64 `json:"p95"`
	}
	// jsonBestWindows is the choice that a sweep of several rerankers ends in.
	jsonBestWindows struct {
		Decision *jsonDecision     `json:"decision"`
		Family   int               `json:"family"`
		Systems  []jsonDecisionRow `json:"systems"`
	}
	jsonDecisionRow struct {
		Name            string       `json:"name"`
		FirstStage      string       `json:"first_stage,omitempty"`
		Window          int          `json:"window,omitempty"`
		Mean            *float64     `json:"mean"`
		Interval        jsonInterval `json:"interval"`
		Gain            *float64     `json:"gain"`
		GainInterval    jsonInterval `json:"gain_interval"`
		Says            stats.Says   `json:"says,omitempty"`
		Distinguishable *bool        `json:"distinguishable_from_best"`
		Ceiling         *float64     `json:"ceiling"`
		Latency         jsonLatency  `json:"latency"`
		DocumentsScored *float64     `json:"documents_scored"`
		USDPer1000      *float64     `json:"usd_per_1000"`
	}
	jsonDecision struct {
		Metric     string  `json:"metric"`
		Queries    int     `json:"queries"`
		Confidence float64 `json:"confidence"`
		Best       string  `json:"best"`
		// Highest are all that share the highest mean, Best the first of them.
		Highest []string `json:"highest"`
		// NotDistinguishable, Cheapest and Fastest are as in the sentence.
		NotDistinguishable []string `json:"not_distinguishable"`
		Cheapest           []string `json:"cheapest"`
		Fastest            []string `json:"fastest"`
		// Front are the systems that none beats in both the metric and the
		// median wall time, Open those that judging could put before the best.
		Front    []string `json:"pareto_front"`
		Open     []string `json:"open_by_judging"`
		Order    []string `json:"order"`
		Sentence string   `json:"sentence"`
	}
	jsonMetric struct {
		Metric    string   `json:"metric"`
		Queries   int      `json:"queries"`
		Mean      *float64 `json:"mean"`
		AsRanked  *float64 `json:"as_ranked"`
		Low       *float64 `json:"low"`
		High      *float64 `json:"high"`
		Undefined int      `json:"undefined"`
	}
	jsonJudged struct {
		Low  *float64 `json:"low"`
		High *float64 `json:"high"`
		// Open says that judging could change the sign; Documents are few
		// whose judging could settle it.
		Open      bool               `json:"open"`
		Documents []jsonHoleDocument `json:"documents,omitempty"`
	}
	jsonHoleDocument struct {
		Query string `json:"query"`
		Index string `json:"index,omitempty"`
		ID    string `json:"id"`
		Title string `json:"title"`
	}
	jsonComparison struct {
		Base         string      `json:"base"`
		System       string      `json:"system"`
		Kind         string      `json:"kind"`
		Metric       string      `json:"metric"`
		Primary      bool        `json:"primary"`
		Says         stats.Says  `json:"says"`
		Queries      int         `json:"queries"`
		Unanswered   int         `json:"unanswered"`
		Undefined    int         `json:"undefined"`
		Changed      int         `json:"changed"`
		BaseMean     *float64    `json:"base_mean"`
		Mean         *float64    `json:"mean"`
		BaseAsRanked *float64    `json:"base_as_ranked"`
		AsRanked     *float64    `json:"as_ranked"`
		Difference   *float64    `json:"difference"`
		SD           *float64    `json:"sd"`
		Confidence   float64     `json:"confidence"`
		Low          *float64    `json:"low"`
		High         *float64    `json:"high"`
		Lower        *float64    `json:"lower"`
		Upper        *float64    `json:"upper"`
		P            *float64    `json:"p"`
		PCorrected   *float64    `json:"p_corrected"`
		Family       int         `json:"family"`
		Exact        bool        `json:"exact"`
		Permutations int         `json:"permutations"`
		Seed         uint64      `json:"seed"`
		Won          int         `json:"won"`
		Lost         int         `json:"lost"`
		Tied         int         `json:"tied"`
		Detectable   *float64    `json:"detectable"`
		IfJudged     *jsonJudged `json:"if_judged"`
	}
	jsonTag struct {
		Tag     string          `json:"tag"`
		Queries int             `json:"queries"`
		Failed  int             `json:"failed"`
		Systems []jsonTagSystem `json:"systems"`
	}
	jsonTagSystem struct {
		System string          `json:"system"`
		Means  []jsonTagMetric `json:"metrics"`
		Won    int             `json:"won"`
		Lost   int             `json:"lost"`
		Tied   int             `json:"tied"`
	}
	jsonTagMetric struct {
		Metric string   `json:"metric"`
		Mean   *float64 `json:"mean"`
	}
	jsonQuery struct {
		ID            string               `json:"id"`
		Text          string               `json:"query"`
		InferenceText string               `json:"inference_text,omitempty"`
		Tags          []string             `json:"tags"`
		Line          int                  `json:"line,omitempty"`
		Quarantined   string               `json:"quarantined_until,omitempty"`
		Judgments     []judgments.Judgment `json:"judgments"`
		Failures      map[string]string    `json:"failures,omitempty"`
	}
	jsonRow struct {
		Query      string   `json:"query"`
		System     string   `json:"system"`
		Metric     string   `json:"metric"`
		Value      *float64 `json:"value"`
		Low        *float64 `json:"low"`
		High       *float64 `json:"high"`
		Difference *float64 `json:"difference"`
	}
	jsonHit struct {
		Query        string   `json:"query"`
		System       string   `json:"system"`
		Rank         int      `json:"rank"`
		Index        string   `json:"index,omitempty"`
		ID           string   `json:"id"`
		Title        string   `json:"title"`
		Score        *float64 `json:"score"`
		Grade        *float64 `json:"grade"`
		Contribution *float64 `json:"contribution"`
	}
	jsonFinding struct {
		Serious bool     `json:"serious"`
		Text    string   `json:"text"`
		Items   []string `json:"items"`
	}
	jsonGate struct {
		Source   string   `json:"source"`
		Place    string   `json:"place,omitempty"`
		Query    string   `json:"query,omitempty"`
		System   string   `json:"system,omitempty"`
		Metric   string   `json:"metric,omitempty"`
		Expected string   `json:"expected"`
		Actual   string   `json:"actual"`
		Margin   *float64 `json:"margin"`
		Outcome  string   `json:"outcome"`
		Reason   string   `json:"reason,omitempty"`
	}
	jsonBaseline struct {
		Name           string           `json:"name"`
		Started        string           `json:"started,omitempty"`
		Changes        []string         `json:"changes"`
		Meaningless    []string         `json:"meaningless"`
		Comparisons    []jsonComparison `json:"comparisons"`
		OnlyInBaseline []string         `json:"only_in_baseline"`
		OnlyHere       []string         `json:"only_here"`
		Regraded       []string         `json:"regraded"`
		Reworded       []string         `json:"reworded"`
	}
	jsonSweep struct {
		Reranker   string   `json:"reranker"`
		Metric     string   `json:"metric"`
		Queries    int      `json:"queries"`
		FirstStage *float64 `json:"first_stage"`
		Confidence float64  `json:"confidence"`
		// Decision is the answer, against the suite's present window.
		Decision sweep.Decision `json:"decision"`
		// Delta is the gain given up for a smaller window, 0 for none; Answered
		// is how many queries the numbers are over.
		Delta       float64     `json:"delta"`
		Answered    int         `json:"answered"`
		Points      []jsonPoint `json:"points"`
		Recommended int         `json:"recommended,omitempty"`
		Enough      int         `json:"enough,omitempty"`
		Notes       []string    `json:"notes"`
		Sentences   []string    `json:"sentences,omitempty"`
		// Detail is everything that the sweep found out.
		Detail *sweep.Reranker `json:"detail,omitempty"`
	}
	jsonPoint struct {
		Window    int      `json:"window"`
		Value     *float64 `json:"value"`
		Gain      *float64 `json:"gain"`
		GainLow   *float64 `json:"gain_low"`
		GainHigh  *float64 `json:"gain_high"`
		Ceiling   *float64 `json:"ceiling"`
		Recall    *float64 `json:"recall"`
		Captured  *float64 `json:"captured"`
		P50       *float64 `json:"p50_ms"`
		P95       *float64 `json:"p95_ms"`
		Documents *float64 `json:"documents"`
		Loss      *float64 `json:"loss"`
		AtMost    *float64 `json:"at_most"`
		Present   bool     `json:"present"`
	}
)

// writeJSON renders the report as JSON.
func writeJSON(w io.Writer, r *Report, o Options) error {
	e := r.Evaluation
	m := &e.Run.Manifest
	report := jsonReport{
		Format: jsonFormat,
		Run: jsonRun{
			Suite: m.Suite, File: m.File, Tool: m.Tool, Started: stamp(m.Started), Seed: m.Seed,
			Cluster: m.Cluster, StandIn: m.Cluster.Embedded(), Index: m.Index,
			Queries: len(e.Run.Queries), Failed: e.Run.Failed(), Complete: e.Run.Complete != nil, Depth: m.Depth(), Hashes: m.Hashes,
		},
		LeadMetric:  r.leadMetric().String(),
		Verdicts:    []jsonVerdict{},
		Systems:     []jsonSystem{},
		Comparisons: comparisons(append(slices.Clone(r.Compared.Differences), r.Compared.Gains...)),
		Queries:     []jsonQuery{},
		Rows:        []jsonRow{},
		Hits:        []jsonHit{},
		Findings:    []jsonFinding{},
	}
	for _, i := range m.Indices {
		report.Run.Documents += i.Documents
	}
	for _, v := range r.verdicts() {
		report.Verdicts = append(report.Verdicts, jsonVerdict{v.System, v.Base, v.Says, v.Sentence, v.Counts, v.Judged, v.Power})
	}
	for s := range e.Systems {
		report.Systems = append(report.Systems, r.jsonSystem(s))
	}
	for _, f := range r.findings() {
		report.Findings = append(report.Findings, jsonFinding{f.Serious, f.Text, orEmpty(f.Items)})
	}
	for i := range e.Run.Queries {
		if o.Query == "" || e.Run.Queries[i].ID == o.Query {
			r.addQuery(&report, i)
		}
	}
	if r.Sweep == nil { // a sweep's run is at the largest window, which nobody need take
		report.Decision = newJSONDecision(r.Decision, decisionSaid(r.Decision))
	}
	if b := r.bestWindows(); b != nil {
		report.BestWindows = newJSONBestWindows(b)
	}
	r.addViews(&report)
	content, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return fmt.Errorf("cannot encode the report as JSON: %w", err)
	}
	_, err = w.Write(append(escapeInvisible(content), '\n'))
	return err
}

func (r *Report) jsonSystem(system int) jsonSystem {
	e := r.Evaluation
	s := e.Systems[system]
	j := jsonSystem{Name: s.System, Failed: s.Failed, Empty: s.Empty, Tied: s.Tied, Queries: len(r.Compared.Common[r.Lead])}
	if k := e.Run.Manifest.System(s.System); k != nil {
		j.Kind, j.FirstStage, j.Reranker = k.Kind, k.FirstStage, k.Reranker
	}
	if r.Compared.Best != "" && r.Compared.Compared[system] {
		j.Distinguishable = &r.Compared.Apart[system]
	}
	for _, k := range e.Run.Manifest.Reranked() {
		if k.Name == s.System {
			j.Field, j.InferenceID, j.Window, j.MinScore, j.Service, j.Model = k.Field, k.InferenceID, k.Window, k.MinScore, k.Service, k.Model
		}
	}
	if row := r.Decision.Row(s.System); row != nil {
		j.Interval, j.Ceiling = jsonInterval{finite(row.Low), finite(row.High)}, finite(row.Ceiling)
		j.Latency, j.DocumentsScored, j.USDPer1000 = newJSONLatency(row.Latency), finite(row.Documents), finite(row.USD)
	}
	if i := r.Integrity.Systems[system]; i.Shown > 0 {
		j.JudgedAt10 = finite(float64(i.Judged) / float64(i.Shown))
	}
	for m, metric := range e.Metrics {
		undefined := 0
		for q, value := range s.Values[m] {
			if math.IsNaN(value) && s.Unanswered(m, q) == "" {
				undefined++
			}
		}
		mean := func(values []float64) *float64 { return finite(r.systemMean(system, m, values)) }
		j.Metrics = append(j.Metrics, jsonMetric{metric.String(), len(r.Compared.Common[m]), mean(s.Values[m]), mean(s.AsRanked[m]), mean(s.Low[m]), mean(s.High[m]), undefined})
	}
	return j
}

func newJSONLatency(l score.Latency) jsonLatency {
	j := jsonLatency{
		Source: "run", Samples: l.Searches,
		TookMS: jsonPercentiles{finite(l.Took.P50), finite(l.Took.P95)}, WallMS: jsonPercentiles{finite(l.Wall.P50), finite(l.Wall.P95)},
	}
	if l.Sampled {
		j.Source = "samples"
	}
	if l.Concurrency > 0 {
		j.Concurrency = &l.Concurrency
	}
	return j
}

// newJSONDecision is nil where there is nothing to choose from.
func newJSONDecision(d *score.Decision, sentence string) *jsonDecision {
	if d.Best == "" || len(d.Rows) < 2 {
		return nil
	}
	j := &jsonDecision{
		Metric: d.Lead.String(), Queries: d.Queries, Confidence: d.Confidence, Best: d.Best, Highest: orEmpty(d.Highest),
		NotDistinguishable: orEmpty(d.Alike), Cheapest: orEmpty(d.Cheapest), Fastest: orEmpty(d.Fastest), Front: []string{}, Open: orEmpty(d.Open), Order: []string{},
		Sentence: text.Clean(sentence),
	}
	for i := range d.Rows {
		j.Order = append(j.Order, d.Rows[i].Name)
		if d.Rows[i].Front {
			j.Front = append(j.Front, d.Rows[i].Name)
		}
	}
	return j
}

func newJSONBestWindows(b *sweep.BestWindows) *jsonBestWindows {
	j := &jsonBestWindows{Decision: newJSONDecision(&b.Decision, bestWindowsSaid(b)), Family: b.Family}
	for i := range b.Rows {
		row := &b.Rows[i]
		one := jsonDecisionRow{
			Name: row.Name, FirstStage: row.FirstStage, Window: row.Window, Mean: finite(row.Mean), Interval: jsonInterval{finite(row.Low), finite(row.High)},
			Ceiling: finite(row.Ceiling), Latency: newJSONLatency(row.Latency), DocumentsScored: finite(row.Documents), USDPer1000: finite(row.USD),
		}
		if row.Compared {
			one.Distinguishable = &row.Apart
		}
		if g := row.Gain; g != nil {
			one.Gain, one.GainInterval, one.Says = finite(g.Mean), jsonInterval{finite(g.Low), finite(g.High)}, g.Says
		}
		j.Systems = append(j.Systems, one)
	}
	return j
}

// addQuery adds a query with its rows and hits.
func (r *Report) addQuery(report *jsonReport, query int) {
	e := r.Evaluation
	q := &e.Run.Queries[query]
	j := jsonQuery{ID: q.ID, Text: q.Text, InferenceText: q.InferenceText, Tags: orEmpty(q.Tags), Line: q.Line, Judgments: orEmpty(q.Judgments)}
	if q.Quarantine != nil {
		j.Quarantined = q.Quarantine.Until.Format(time.DateOnly)
	}
	for s, system := range e.Systems {
		for m, metric := range e.Metrics {
			row := jsonRow{q.ID, system.System, metric.String(), finite(system.Values[m][query]), finite(system.Low[m][query]), finite(system.High[m][query]), nil}
			if r.baseOf(s) != s {
				row.Difference = finite(system.Values[m][query] - e.Systems[r.baseOf(s)].Values[m][query])
			}
			report.Rows = append(report.Rows, row)
		}
		a := r.answer(query, s)
		if a.failure != "" {
			if j.Failures == nil {
				j.Failures = make(map[string]string)
			}
			j.Failures[system.System] = a.failure
		}
		for i, h := range a.hits {
			report.Hits = append(report.Hits, jsonHit{q.ID, system.System, i + 1, h.Index, h.ID, h.Title, finite(h.Score), finite(a.grades[i]), finite(a.terms[i])})
		}
	}
	report.Queries = append(report.Queries, j)
}

// addViews adds what the report may have besides.
func (r *Report) addViews(report *jsonReport) {
	for _, s := range score.ByTag(r.Evaluation) {
		report.Tags = append(report.Tags, r.jsonTag(s))
	}
	for _, g := range r.Gates {
		report.Gates = append(report.Gates, jsonGate{g.Source, g.Position.String(), g.Query, g.System, g.Metric, g.Expected, g.Actual, finite(g.Margin), string(g.Verdict), g.Reason})
	}
	if b := r.Baseline; b != nil {
		report.Baseline = &jsonBaseline{b.Name, stamp(b.Started), orEmpty(b.changes()), orEmpty(b.Meaningless), comparisons(b.Differences), orEmpty(b.LeftOut.Removed), orEmpty(b.LeftOut.Added), orEmpty(b.LeftOut.Regraded), orEmpty(b.LeftOut.Reworded)}
	}
	for i := range r.swept() {
		report.Sweeps = append(report.Sweeps, newJSONSweep(r.Sweep, &r.Sweep.Rerankers[i]))
	}
}

// newJSONSweep gives the sweep of a reranker: its curve in short, and all of it
// as detail.
func newJSONSweep(r *sweep.Result, one *sweep.Reranker) jsonSweep {
	number := func(n sweep.Number) *float64 { return finite(float64(n)) }
	j := jsonSweep{
		Reranker: one.Name, Metric: r.Lead(), Queries: r.Queries, FirstStage: finite(without(r, one)), Confidence: confidenceOf(r.Confidence),
		Decision: one.Recommendation.Decision, Delta: r.Delta, Answered: one.Answered,
		Points: []jsonPoint{}, Recommended: recommended(one), Enough: one.Recommendation.Enough.Window,
		Notes: []string{}, Sentences: sweepSays(r, one), Detail: one,
	}
	for _, p := range one.Points {
		p50, p95 := wall(&p)
		j.Points = append(j.Points, jsonPoint{
			Window: p.Window, Value: number(p.Values[0]), Gain: number(p.Gain.Mean), GainLow: number(p.Gain.Low), GainHigh: number(p.Gain.High),
			Ceiling: number(p.Ceilings[0]), Recall: number(p.Recall), Captured: number(p.Captured), P50: finite(p50), P95: finite(p95), Documents: finite(p.Documents),
			Loss: number(p.Loss), AtMost: number(p.AtMost), Present: p.Present,
		})
	}
	return j
}

// jsonTag gives what the queries of a tag say.
func (r *Report) jsonTag(s score.TagScores) jsonTag {
	tag := jsonTag{Tag: s.Tag, Queries: s.Queries, Failed: s.Failed}
	for i, system := range r.Evaluation.Systems {
		one := jsonTagSystem{System: system.System, Won: s.Wins[i], Lost: s.Losses[i], Tied: s.Ties[i]}
		for m, metric := range r.Evaluation.Metrics {
			one.Means = append(one.Means, jsonTagMetric{metric.String(), finite(s.Means[i][m])})
		}
		tag.Systems = append(tag.Systems, one)
	}
	return tag
}

func comparisons(differences []score.Difference) []jsonComparison {
	all := []jsonComparison{}
	for _, d := range differences {
		c := jsonComparison{
			Base: d.Base, System: d.System, Kind: "difference", Metric: d.Metric.String(), Primary: d.Primary, Says: d.Says,
			Queries: d.N, Unanswered: d.Total - d.N - d.Undefined, Undefined: d.Undefined, Changed: d.Changed,
			BaseMean: finite(d.BaseMean), Mean: finite(d.NextMean), BaseAsRanked: finite(d.BaseAsRanked), AsRanked: finite(d.NextAsRanked),
			Difference: finite(d.Mean), SD: finite(d.SD),
			Confidence: confidenceOf(d.Confidence), Low: finite(d.Low), High: finite(d.High), Lower: finite(d.Lower), Upper: finite(d.Upper),
			P: finite(d.P), PCorrected: finite(d.PCorrected), Family: d.Family, Exact: d.Exact, Permutations: d.Permutations, Seed: d.Seed,
			Won: d.Wins, Lost: d.Losses, Tied: d.Ties, Detectable: finite(stats.ShownDifference(d.SD, d.N, max(1, d.Family))),
		}
		if d.OfGains {
			c.Kind = "gain_difference"
		}
		if j := d.IfJudged; !math.IsNaN(j.Low) {
			c.IfJudged = &jsonJudged{Low: finite(j.Low), High: finite(j.High), Open: j.Open}
			for _, h := range d.JudgeFirst {
				c.IfJudged.Documents = append(c.IfJudged.Documents, jsonHoleDocument{h.Query, h.Index, h.ID, h.Title})
			}
		}
		all = append(all, c)
	}
	return all
}

// finite is the value, nil where JSON has no number for it.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func confidenceOf(c float64) float64 {
	if c == 0 {
		return 0.95
	}
	return c
}

// orEmpty makes a null an empty list.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// stamp prints a time, empty where it is unknown.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// escapeInvisible writes the characters that steer a terminal or turn text
// around as \u escapes, which mean the same to a JSON reader: nothing is
// lost, and printing the report does nothing. They can stand inside strings
// alone.
func escapeInvisible(content []byte) []byte {
	var b bytes.Buffer
	b.Grow(len(content))
	for _, r := range string(content) {
		switch {
		case r == '\n' || r >= ' ' && r < 0x7f || text.Visible(r):
			b.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			b.WriteString(`\u` + strconv.FormatInt(int64(0xd800+r>>10), 16))
			b.WriteString(`\u` + strconv.FormatInt(int64(0xdc00+r&0x3ff), 16))
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}
