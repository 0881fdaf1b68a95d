package sweep

import (
	"time"

	"github.com/releval/releval/eval"
)

// Origin says where the rankings of the windows come from.
type Origin string

// The origins.
const (
	// Audited: derived from the largest window, and the audit found every
	// cell of its sample identical.
	Audited Origin = "derived and audited"
	// Unaudited: derived, and not checked.
	Unaudited Origin = "derived, not audited"
	// Measured: every window was searched, because the audit found that they
	// cannot be derived.
	Measured Origin = "measured"
	// Approximated: derived although the audit found differences.
	Approximated Origin = "an approximation"
)

// Result is everything that a sweep found out: a plain value that can be
// printed and saved as JSON. Numbers that are undefined are null there.
type Result struct {
	// Suite is the suite's name, File its path.
	Suite string `json:"suite"`
	File  string `json:"file,omitempty"`
	// Tool is the program and its version; Started is when the first search
	// was sent.
	Tool    string           `json:"tool,omitempty"`
	Started time.Time        `json:"started"`
	Cluster eval.ClusterInfo `json:"cluster"`
	// Saved says that a saved run was swept: without an audit and without
	// latencies.
	Saved bool `json:"saved"`
	// Queries is how many queries were searched.
	Queries int `json:"queries"`
	// Metrics are the canonical names; the first is the lead metric, which
	// gains, ceilings and recommendations go by.
	Metrics []string `json:"metrics"`
	// Windows are all windows, ascending.
	Windows []int `json:"windows"`
	// Seed is what every random choice derives from.
	Seed uint64 `json:"seed"`
	// Confidence is the coverage of the intervals, and of each bound in the
	// recommendations.
	Confidence float64 `json:"confidence"`
	// Delta is the gain of a larger window that is given up for a smaller one;
	// 0 where there are too few queries for any.
	Delta float64 `json:"delta"`
	// FirstStage is the ranking without a reranker: that of the first one, where
	// the rerankers are over several.
	FirstStage FirstStage `json:"first_stage"`
	// Rerankers are in the suite's order.
	Rerankers []Reranker `json:"rerankers"`
	// Best is the choice among all first stages and all rerankers, each at its
	// best window; nil where there are no two rerankers.
	Best *BestWindows `json:"-"`
	// Cost is what the sweep asked of the cluster.
	Cost Cost `json:"cost"`
	// Notes are what a reader of the numbers should know.
	Notes []string `json:"notes,omitempty"`
}

// Lead is the name of the lead metric.
func (r *Result) Lead() string { return r.Metrics[0] }

// FirstStage is what the first stage alone reaches.
type FirstStage struct {
	// Values are the metrics' means over the queries that it answered.
	Values []Number `json:"values"`
	// Failed are the ids of the queries without a usable answer, which are left
	// out.
	Failed []string `json:"failed,omitempty"`
}

// Reranker is the sweep of one reranker.
type Reranker struct {
	// Name is the system's name, FirstStage that of the one whose hits it ranks.
	Name       string `json:"name"`
	FirstStage string `json:"first_stage,omitempty"`
	// Field and InferenceID are the reranker's, Service and Model what its
	// endpoint says of itself.
	Field       string `json:"field,omitempty"`
	InferenceID string `json:"inference_id,omitempty"`
	Service     string `json:"service,omitempty"`
	Model       string `json:"model,omitempty"`
	// Largest is the window that was searched.
	Largest int `json:"largest"`
	// Origin says where the numbers of the other windows come from.
	Origin Origin `json:"origin"`
	// Audit is nil where none was made.
	Audit *Audit `json:"audit,omitempty"`
	// Answered is how many queries both systems answered at every window: all
	// numbers of the reranker are over these. Without are the metrics' means
	// without the reranker over the same.
	Answered int      `json:"answered"`
	Without  []Number `json:"without"`
	// Points are by rising window.
	Points []Point `json:"points"`
	// Latency is nil where none was measured.
	Latency *Latency `json:"latency,omitempty"`
	// Recommendation says which window to take.
	Recommendation Recommendation `json:"recommendation"`
	// Shape is what the curve of the lead metric does.
	Shape Curve `json:"shape"`
	// Settings are estimates of other settings; nil where none could be made.
	Settings *Settings `json:"settings,omitempty"`
	// Failed are the ids of the queries without a usable answer, which are left
	// out at every window.
	Failed []string `json:"failed,omitempty"`
	// Dropped counts the documents that the reranker left out of its answers
	// at the largest window.
	Dropped int `json:"dropped,omitempty"`
	// Notes are what a reader of this reranker's numbers should know.
	Notes []string `json:"notes,omitempty"`

	curve *curve
}

// Point is one window.
type Point struct {
	// Window is rank_window_size.
	Window int `json:"window"`
	// Present says that it is the suite's own window.
	Present bool `json:"present,omitempty"`
	// Values are the metrics' means, Gains these minus the first stage's.
	Values []Number `json:"values"`
	Gains  []Number `json:"gains"`
	// Gain is the lead metric's gain over no reranker with its interval.
	Gain Interval `json:"gain"`
	// Loss is the lead metric's loss against the largest window on these
	// queries, negative for a gain. AtMost is what any larger window gains over
	// this one at most: each holds with the confidence, not all together, and
	// no delta may be picked from them.
	Loss   Number `json:"loss"`
	AtMost Number `json:"at_most"`
	// Limited says that the lead metric looks further down than the window,
	// beyond which the server returns nothing.
	Limited bool `json:"limited,omitempty"`
	// Ceilings are the means that a perfect reranker would reach with the
	// documents of the window.
	Ceilings []Number `json:"ceilings"`
	// Recall is the share of the relevant documents that the window holds.
	Recall Number `json:"recall"`
	// Captured is the lead metric's gain as a share of the ceiling's gain;
	// undefined where the ceiling is not above the first stage.
	Captured Number `json:"captured"`
	// Documents is how many documents the reranker scores for a query, on
	// average.
	Documents float64 `json:"documents"`
	// Losses say what became of the relevant documents.
	Losses Losses `json:"losses"`
	// Latency is nil where none was measured.
	Latency *Times `json:"latency,omitempty"`
}

// Losses count relevant judgments over all queries by what became of them at
// one window. Together they are all relevant judgments.
type Losses struct {
	// Found rank within the lead metric's cutoff.
	Found int `json:"found"`
	// Below were delivered by the first stage, but are ranked below the
	// cutoff.
	Below int `json:"below"`
	// Dropped were delivered by the first stage, but left out by the
	// reranker, for a reason that a sweep does not look up.
	Dropped int `json:"dropped"`
	// Undelivered were not among the first w of the first stage.
	Undelivered int `json:"undelivered"`
	// NotInIndex match no document at all. 0 where nobody looked: then they
	// are among Undelivered.
	NotInIndex int `json:"not_in_index"`
	// Unanswered belong to queries that failed.
	Unanswered int `json:"unanswered"`
}

func (l *Losses) add(m Losses) {
	l.Found += m.Found
	l.Below += m.Below
	l.Dropped += m.Dropped
	l.Undelivered += m.Undelivered
	l.NotInIndex += m.NotInIndex
	l.Unanswered += m.Unanswered
}

// Cost counts what was asked of the cluster, retries left aside.
type Cost struct {
	// Pass are the searches of the pass: one a query for the first stage and
	// one for each reranker. PassDocuments are the documents in the windows
	// of its reranked searches, which the rerankers had to score.
	Pass          int `json:"pass"`
	PassDocuments int `json:"pass_documents"`
	// Audit, Latency and Measured are the same for what came after it:
	// Measured is 0 unless an audit failed.
	Audit             int `json:"audit"`
	AuditDocuments    int `json:"audit_documents"`
	Latency           int `json:"latency"`
	LatencyDocuments  int `json:"latency_documents"`
	Measured          int `json:"measured"`
	MeasuredDocuments int `json:"measured_documents"`
}

// Searches is the number of all searches.
func (c Cost) Searches() int { return c.Pass + c.Audit + c.Latency + c.Measured }

// Documents is the number of all documents that the rerankers had to score.
func (c Cost) Documents() int {
	return c.PassDocuments + c.AuditDocuments + c.LatencyDocuments + c.MeasuredDocuments
}
