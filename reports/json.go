package reports

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/sweep"
	"github.com/releval/releval/judgments"
)

// JSONFormat is the version of the JSON report, in its key "format". A key is
// never taken away or changed in meaning within a version; new ones may come.
const JSONFormat = 1

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
		Tags        []jsonTag        `json:"tags,omitempty"`
		Sweeps      []jsonSweep      `json:"sweeps,omitempty"`
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
		System    string `json:"system"`
		Direction string `json:"direction"`
		Sentence  string `json:"sentence"`
		Power     string `json:"power,omitempty"`
	}
	jsonSystem struct {
		Name        string       `json:"name"`
		Field       string       `json:"field,omitempty"`
		InferenceID string       `json:"inference_id,omitempty"`
		Window      int          `json:"window,omitempty"`
		MinScore    *float64     `json:"min_score,omitempty"`
		Service     string       `json:"service,omitempty"`
		Model       string       `json:"model,omitempty"`
		Failed      int          `json:"failed"`
		Empty       int          `json:"empty"`
		JudgedAt10  *float64     `json:"judged_share_at_10"`
		Metrics     []jsonMetric `json:"metrics"`
	}
	jsonMetric struct {
		Metric    string   `json:"metric"`
		Mean      *float64 `json:"mean"`
		Low       *float64 `json:"low"`
		High      *float64 `json:"high"`
		Undefined int      `json:"undefined"`
	}
	jsonComparison struct {
		Metric        string   `json:"metric"`
		Base          string   `json:"base"`
		System        string   `json:"system"`
		Direction     string   `json:"direction"`
		Queries       int      `json:"queries"`
		Undefined     int      `json:"undefined"`
		BaseMean      *float64 `json:"base_mean"`
		Mean          *float64 `json:"mean"`
		Difference    *float64 `json:"difference"`
		SD            *float64 `json:"sd"`
		Confidence    float64  `json:"confidence"`
		Low           *float64 `json:"low"`
		High          *float64 `json:"high"`
		P             *float64 `json:"p"`
		Exact         bool     `json:"exact"`
		AdjustedP     *float64 `json:"p_holm"`
		T             *float64 `json:"t"`
		PT            *float64 `json:"p_t"`
		EffectSize    *float64 `json:"effect_size"`
		Won           int      `json:"won"`
		Lost          int      `json:"lost"`
		Tied          int      `json:"tied"`
		Detectable    *float64 `json:"detectable"`
		QueriesNeeded int      `json:"queries_needed"`
		Seed          uint64   `json:"seed"`
		Resamples     int      `json:"resamples"`
		Permutations  int      `json:"permutations"`
		Warnings      []string `json:"warnings"`
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
	}
	jsonSweep struct {
		Reranker    string      `json:"reranker"`
		Metric      string      `json:"metric"`
		Queries     int         `json:"queries"`
		FirstStage  *float64    `json:"first_stage"`
		Confidence  float64     `json:"confidence"`
		Points      []jsonPoint `json:"points"`
		Shape       string      `json:"shape,omitempty"`
		Recommended int         `json:"recommended,omitempty"`
		Reason      string      `json:"reason,omitempty"`
		Enough      int         `json:"enough,omitempty"`
		Audit       string      `json:"audit,omitempty"`
		Latency     string      `json:"latency,omitempty"`
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
	}
)

// writeJSON renders the report as JSON.
func writeJSON(w io.Writer, r *Report, o Options) error {
	e := r.Evaluation
	m := &e.Run.Manifest
	report := jsonReport{
		Format: JSONFormat,
		Run: jsonRun{
			Suite: m.Suite, File: m.File, Tool: m.Tool, Started: stamp(m.Started), Seed: m.Seed,
			Cluster: m.Cluster, StandIn: m.Cluster.Embedded(), Index: m.Index,
			Queries: len(e.Run.Queries), Failed: e.Run.Failed(), Complete: e.Run.Complete != nil, Depth: m.Depth(), Hashes: m.Hashes,
		},
		LeadMetric:  r.LeadMetric().String(),
		Verdicts:    []jsonVerdict{},
		Systems:     []jsonSystem{},
		Comparisons: comparisons(r.Differences),
		Queries:     []jsonQuery{},
		Rows:        []jsonRow{},
		Hits:        []jsonHit{},
		Findings:    []jsonFinding{},
	}
	for _, i := range m.Indices {
		report.Run.Documents += i.Documents
	}
	for _, v := range r.Verdicts() {
		report.Verdicts = append(report.Verdicts, jsonVerdict{v.System, string(v.Direction), v.Sentence, v.Power})
	}
	for s := range e.Systems {
		report.Systems = append(report.Systems, r.jsonSystem(s))
	}
	for _, f := range r.Findings() {
		report.Findings = append(report.Findings, jsonFinding{f.Serious, f.Text, orEmpty(f.Items)})
	}
	for i := range e.Run.Queries {
		if o.Query == "" || e.Run.Queries[i].ID == o.Query {
			r.addQuery(&report, i)
		}
	}
	r.addViews(&report)
	content, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return fmt.Errorf("cannot encode the report as JSON: %w", err)
	}
	_, err = w.Write(append(escapeInvisible(content), '\n'))
	return err
}
