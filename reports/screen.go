package reports

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/compare"
	"github.com/releval/releval/eval/gate"
	"github.com/releval/releval/eval/score"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
	"github.com/releval/releval/reports/chart"
	"github.com/releval/releval/reports/grid"
)

// screenLines is how many lines a report has on a terminal at most, where its
// details are not asked for.
const screenLines = 30

// How much of each part a screen has at most, besides what the lines allow.
const (
	screenMoves    = 3 // losses, and gains
	screenFindings = 4
	screenSystems  = 8
	screenSettings = 5 // lines
	screenChanges  = 3 // systems that are not as in the baseline
)

// writeScreen renders the answer for a terminal, in one screen: what was
// searched, which queries moved, what could not be trusted, then the answer, the
// gates and what to do next, last, where the eye is. What does not fit is
// counted, and stands in the details.
func writeScreen(w io.Writer, r *Report, o Options) error {
	s := &screen{terminal: terminal{Screen: o.screen(), report: r}}
	head, next := s.head(), s.next()
	left := screenLines - height(head) - height(next)
	var moves, findings, answer, gates []string
	if r.Sweep != nil {
		answer = s.cut(s.sweep(left-3), left-1)
		left -= height(answer) + 1
	} else {
		room := left - 1
		if len(r.Gates) > 0 {
			room -= 8
		}
		answer = s.cut(s.answer(), room)
		left -= height(answer) + 1
		// The gates come before all that explains them, but leave room for the
		// queries that did it.
		gates = s.gates(max(7, left-1-screenMoves-2))
		if len(gates) > 0 {
			left -= height(gates) + 1
		}
		moves = s.moves(left - 1)
		if len(moves) > 0 {
			left -= height(moves) + 1
		}
	}
	findings = s.findings(min(screenFindings, left))
	if s.err != nil {
		return s.err
	}
	blocks := [][]string{append(head, findings...), moves, answer, append(gates, next...)}
	if len(gates) == 0 {
		blocks = [][]string{append(head, findings...), moves, append(answer, next...)}
	}
	var b strings.Builder
	for _, block := range blocks {
		if len(block) > 0 && b.Len() > 0 {
			b.WriteByte('\n')
		}
		for _, part := range block {
			b.WriteString(part)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// screen is a report on its way to one screen of a terminal. A block is a list
// of texts of whole lines.
type screen struct{ terminal }

// cut keeps so many lines of a block.
func (s *screen) cut(block []string, most int) []string {
	if height(block) <= most {
		return block
	}
	lines := strings.SplitAfter(strings.Join(block, ""), "\n")
	return append(slices.Clone(lines[:most-1]), s.line("… the rest stands in the details"))
}

// height counts the lines of a block.
func height(block []string) int {
	n := 0
	for _, part := range block {
		n += strings.Count(part, "\n")
	}
	return n
}

// wrapped is a paragraph.
func (s *screen) wrapped(tone grid.Tone, phrase, first, rest string) string {
	lines := grid.Wrap(text.Clean(phrase), s.Columns(), first, rest)
	if tone == grid.Plain {
		return lines
	}
	return s.PaintLines(tone, lines)
}

// line is a paragraph cut to one line.
func (s *screen) line(phrase string) string {
	return grid.Clip(text.Clean(phrase), s.Columns()) + "\n"
}

// table renders a table without the marks of footnotes, which stand in the
// details.
func (s *screen) table(g *grid.Table) string {
	for i := range g.Rows {
		for k := range g.Rows[i] {
			g.Rows[i][k].Note = ""
		}
	}
	rendered, err := g.Text(s.Screen)
	if err != nil && s.err == nil {
		s.err = err
	}
	return rendered
}

// head says what was searched.
func (s *screen) head() []string {
	m := &s.report.Evaluation.Run.Manifest
	block := []string{s.wrapped(grid.Plain, grid.Clip(text.Clean(s.report.subject()), 2*s.Columns()-4), "", "  ")}
	if m.StandIn() {
		block = append(block, s.wrapped(grid.Warn, standInShort, "  ", "  "))
	}
	return block
}

// standInShort is standInNote in one line.
const standInShort = "Its reranker is a small stand-in: nothing here is about Elastic Rerank."

// answer is what was asked: with a baseline what changed and why, else whether
// the reranker is worth it.
func (s *screen) answer() []string {
	r := s.report
	var block []string
	switch {
	case r.Baseline != nil:
		block = s.change()
	case r.decides():
		d := *r.Decision
		more := len(d.Rows) - screenSystems
		if more > 0 {
			d.Rows = d.Rows[:screenSystems]
		}
		block = append(block, s.table(decisionGrid(&d, true, &grid.Footnotes{})))
		if more > 0 {
			block = append(block, s.line(fmt.Sprintf("and %s more", text.Plural(more, "system", "systems"))))
		}
		block = append(block, s.wrapped(grid.Plain, r.bestSaid(), "", ""))
	case len(r.Evaluation.Systems) == 1:
		block = append(block, s.wrapped(grid.Plain, r.meansSaid(), "", "  "), s.wrapped(grid.Plain, wallSaid(r.Decision), "", "  "))
	default:
		base, next := r.heads(1)
		g := comparisonGrid(shortList(r.differencesOf(1), 5), base, next, false, &grid.Footnotes{})
		if !g.Fits(s.Screen) {
			g = comparisonGrid(shortList(r.differencesOf(1), 5), base, next, true, &grid.Footnotes{})
		}
		block = append(block, s.table(g))
		for _, v := range r.opens() {
			block = append(block, s.wrapped(verdictTone(v.Says), v.Sentence, "", ""))
			for _, more := range []string{v.Counts, v.Judged} {
				if more != "" {
					block = append(block, s.wrapped(grid.Plain, more, "  ", "  "))
				}
			}
		}
		block = append(block, s.wrapped(grid.Plain, wallSaid(r.Decision), "", "  "))
	}
	if serious := r.serious(); serious != "" {
		block = append(block, s.wrapped(grid.Bad, grid.Clip(text.Clean(serious), 3*s.Columns()), "", ""))
	}
	return block
}

func shortList[T any](all []T, most int) []T { return all[:min(most, len(all))] }

// meansSaid gives the means of a run of one system.
func (r *Report) meansSaid() string {
	var parts []string
	system := &r.Evaluation.Systems[0]
	for i, m := range r.Evaluation.Metrics {
		parts = append(parts, m.String()+" "+grid.Fixed(r.systemMean(0, i, system.Values[i])))
	}
	return system.System + ": " + strings.Join(parts, ", ")
}

// change says what changed since the baseline, and which settings differ.
func (s *screen) change() []string {
	r, b := s.report, s.report.Baseline
	lead := r.leadMetric()
	title := fmt.Sprintf("Against the baseline %s%s: %s", grid.Short(b.Name), ofDay(b), lead)
	if groups := r.changed(); len(groups) > 0 && !math.IsNaN(groups[0].lead.Low) {
		title += ", [" + coverage(groups[0].lead.Confidence) + " interval]"
	}
	block := []string{s.Bold(grid.Clip(text.Clean(title), s.Columns())) + "\n"}
	if phrase := meaningless(b); phrase != "" {
		block = append(block, s.wrapped(grid.Bad, grid.Clip(text.Clean(phrase), 2*s.Columns()), "", ""))
	}
	groups := r.changed()
	var counts []int               // of queries
	same := make(map[int][]string) // systems by those
	var more []string
	shown := 0
	for _, g := range groups {
		switch {
		case g.same && len(groups) > 1:
			n := g.lead.N
			if same[n] == nil {
				counts = append(counts, n)
			}
			same[n] = append(same[n], g.system)
		case shown == screenChanges:
			more = append(more, fmt.Sprintf("%s %s", g.system, grid.Signed(g.lead.Mean)))
		default:
			shown++
			block = append(block, s.wrapped(verdictTone(g.lead.Says), g.headline, "", "  "))
		}
	}
	if len(more) > 0 {
		block = append(block, s.wrapped(grid.Plain, "Also "+text.List(more, 6), "", "  "))
	}
	for _, n := range counts {
		names := same[n]
		block = append(block, s.wrapped(grid.Plain, fmt.Sprintf("as %s, in every metric on each of %s: %s", one(len(names), "it was", "they were"), text.Count(n, "query"), text.List(names, 6)), "", "  "))
	}
	var causes []string
	for _, c := range b.Settings {
		causes = append(causes, c.What+changedTo(c))
	}
	switch {
	case len(causes) == 0:
		block = append(block, s.line("No setting differs."))
	default:
		block = append(block, s.line("What differs, old → new:"))
		shown := 0
		for i, cause := range causes {
			part := s.wrapped(grid.Plain, cause, "  ", "    ")
			if shown += strings.Count(part, "\n"); shown >= screenSettings && i < len(causes)-1 || shown > screenSettings {
				block = append(block, s.line(fmt.Sprintf("  and %s more, which the details list", text.Thousands(len(causes)-i))))
				break
			}
			block = append(block, part)
		}
	}
	for _, line := range b.LeftOut.Says() {
		block = append(block, s.wrapped(grid.Warn, "Not compared: "+line, "", "  "))
	}
	return block
}

// changedTo gives a setting's two values, each cut to what a line can hold.
func changedTo(c compare.Setting) string {
	if c.Old == "" && c.New == "" {
		return ""
	}
	const most = 60
	return ": " + grid.Clip(text.Clean(cmp.Or(c.Old, "none")), most) + " → " + grid.Clip(text.Clean(cmp.Or(c.New, "none")), most)
}

// moves lists the largest losses and gains by the queries' texts: since the
// baseline, or under the best reranked system.
func (s *screen) moves(most int) []string {
	rows, title := s.report.moved()
	var losses, gains []QueryRow
	for _, row := range rows {
		switch {
		case row.Difference < 0 && len(losses) < screenMoves:
			losses = append(losses, row)
		case row.Difference > 0:
			gains = append(gains, row)
		}
	}
	gains = gains[max(0, len(gains)-screenMoves):]
	if room := most - 2; len(losses)+len(gains) > room && room > 0 {
		kept := min(len(losses), room)
		if s.report.Baseline == nil && len(gains) > 0 { // who asks what broke wants the losses
			kept = min(kept, max(1, room-len(gains), (room+1)/2))
		}
		losses, gains = losses[:kept], gains[len(gains)-min(len(gains), room-kept):]
	}
	shown := append(losses, gains...)
	if len(shown) == 0 || most < 3 {
		return nil
	}
	block := []string{s.Bold(grid.Clip(text.Clean(title), s.Columns())) + "\n"}
	columns := s.Columns()
	line := func(tone grid.Tone, difference, query, title, moved string) {
		name := max(10, (columns-7-2-2-2-11)*6/10)
		block = append(block, fmt.Sprintf("%s  %s  %s  %s\n", s.Paint(tone, padded(difference, 7, true)),
			padded(query, name, false), padded(title, columns-7-6-name-11, false), padded(moved, 11, true)))
	}
	line(grid.Faint, "", "query", titleHead, "rank")
	for _, row := range shown {
		moved := ranksMoved(row.Before, row.After)
		if row.Failed {
			moved = "failed"
		}
		line(grid.ToneOf(row.Difference), grid.Signed(row.Difference), queryTitle(&s.report.Evaluation.Run.Queries[row.Query]), row.Title, moved)
	}
	return block
}

// padded is a text of exactly so many columns.
func padded(phrase string, columns int, right bool) string {
	phrase = grid.Clip(text.Clean(phrase), columns)
	space := strings.Repeat(" ", max(0, columns-grid.Width(phrase)))
	if right {
		return space + phrase
	}
	return phrase + space
}

// findings says in a line each what could not be trusted. What is true of
// several systems is said once.
func (s *screen) findings(most int) []string {
	var lines []string
	for _, f := range s.report.merged() {
		if !f.Serious { // the serious ones stand with the answer
			lines = append(lines, f.Text)
		}
	}
	if len(lines) == 0 || most < 1 {
		return nil
	}
	if most == 1 && len(lines) > 1 {
		return []string{s.line(fmt.Sprintf("! %s, which the details list", text.Plural(len(lines), "caution", "cautions")))}
	}
	var block []string
	for i, line := range lines {
		if i == most-1 && len(lines) > most {
			block = append(block, s.line(fmt.Sprintf("! and %s more, which the details list", text.Thousands(len(lines)-i))))
			break
		}
		block = append(block, s.line("! "+line))
	}
	return block
}

// gates lists those that failed or are inconclusive, each in full, in at most so
// many lines.
func (s *screen) gates(most int) []string {
	gates := s.report.Gates
	if len(gates) == 0 {
		return nil
	}
	tone, open := grid.Good, s.report.openGates()
	if len(open) > 0 {
		tone = gateTone(open[0].Verdict)
	}
	block := []string{s.PaintLines(tone, s.line("Gates: "+gateSummary(gates)))}
	said := ""
	for i, g := range open {
		var part string
		if reason := undecided(g); reason != "" && reason != said {
			part = s.wrapped(gateTone(g.Verdict), string(g.Verdict)+", because "+reason+":", "- ", "  ")
			said = reason
		}
		part += s.wrapped(gateTone(g.Verdict), gateInFull(g), "- ", "  ")
		left := most - height(block) - strings.Count(part, "\n")
		if i == 0 && left < 0 && len(open) == 1 {
			part, left = strings.Join(s.cut([]string{part}, most-1), ""), 0
		}
		if left < 0 || left == 0 && i < len(open)-1 {
			block = append(block, s.line(fmt.Sprintf("- and %s more, which the details list", text.Thousands(len(open)-i))))
			break
		}
		block = append(block, part)
	}
	return block
}

// undecided is why a gate is inconclusive; empty for one that is not.
func undecided(g *gate.Result) string {
	if g.Verdict == gate.Inconclusive {
		return g.Reason
	}
	return ""
}

// gateInFull gives a gate that did not pass: its place, what it is about, what
// was expected and found.
func gateInFull(g *gate.Result) string {
	said := gateName(g)
	if undecided(g) == "" {
		said = string(g.Verdict) + ": " + said
	}
	if place := g.Position.String(); place != "" {
		said = place + " " + said
	}
	if g.Expected != "" {
		said += ": expected " + g.Expected
	}
	if g.Actual != "" {
		said += ", found " + g.Actual
	}
	if g.Verdict == gate.Failed && strings.HasPrefix(g.Reason, "inconclusive") {
		said += ": " + g.Reason
	}
	return said
}

// next is the one thing to do, and how to see the rest.
func (s *screen) next() []string {
	all := "all tables: " + s.report.details()
	if next := s.report.next(); len(next) > 0 {
		return []string{s.wrapped(grid.Plain, "Next: "+grid.Clip(text.Clean(next[0]), 2*s.Columns())+"; "+all, "", "  ")}
	}
	return []string{s.wrapped(grid.Plain, strings.ToUpper(all[:1])+all[1:], "", "  ")}
}

// details is the command that prints everything.
func (r *Report) details() string {
	switch {
	case r.Kept:
		return "releval report --details"
	case r.RunFile != "":
		return "releval report " + quoted(r.RunFile, "") + " --details"
	}
	return "--details"
}

// sweep is the decision on the window below the table of windows, and the chart
// where there is room.
func (s *screen) sweep(most int) []string {
	r := s.report
	var answer, tables []string
	serious := ""
	if phrase := r.serious(); phrase != "" {
		serious = s.wrapped(grid.Bad, grid.Clip(text.Clean(phrase), 3*s.Columns()), "", "")
	}
	switch b := r.bestWindows(); {
	case b != nil:
		tables = append(tables, s.table(systemsGrid(&b.Decision, true, true, &grid.Footnotes{})))
		answer = append(answer, s.wrapped(grid.Plain, bestWindowsSaid(b), "", ""))
	case len(r.swept()) > 0:
		if g := r.sweepsTogether(); g != nil {
			tables = append(tables, s.table(g))
		} else {
			tables = append(tables, s.table(sweepGrid(r.Sweep, &r.swept()[0])))
		}
	}
	room := most - height(tables) - height(answer) - strings.Count(serious, "\n") - 2
	left := 0
	for i, phrase := range r.decisions() {
		said := s.wrapped(decisionTone(r.swept()[i].Recommendation.Decision.Action), phrase, "", "")
		if lines := strings.Count(said, "\n"); r.bestWindows() == nil || lines < room {
			answer, room = append(answer, said), room-lines
		} else {
			left++
		}
	}
	if left > 0 {
		answer = append(answer, s.line(fmt.Sprintf("and %s more, which the details list", text.Plural(left, "window", "windows"))))
	}
	if serious != "" {
		answer = append(answer, serious)
	}
	room = most - height(answer) - 1
	if height(tables) > room { // one reranker swept over many windows
		lines := strings.SplitAfter(strings.Join(tables, ""), "\n")
		if room > 3 {
			tables = append(lines[:room-1:room-1], s.line(fmt.Sprintf("and %s more", text.Plural(len(lines)-room, "line", "lines"))))
		} else {
			tables = nil
		}
	}
	room -= height(tables)
	if curves := r.curves(); len(curves) == 1 {
		if drawn := curves[0].Terminal(s.Columns()); drawn != "" && strings.Count(drawn, "\n")+1 <= room {
			tables = append(tables, "\n"+drawn)
		}
	} else if c := chart.NewLines(curves); c != nil {
		if drawn := c.Terminal(s.Columns()); strings.Count(drawn, "\n")+1 <= room {
			tables = append(tables, "\n"+drawn)
		}
	}
	if len(tables) > 0 {
		tables = append(tables, "\n")
	}
	return append(tables, answer...)
}

// queryTitle is how a query is named to people: by its text, and by what the
// reranker was asked where that is another.
func queryTitle(q *eval.Query) string {
	if asked := q.InferenceText; asked != "" && judgments.FoldTitle(asked) != judgments.FoldTitle(q.Text) {
		return q.Text + " / " + asked
	}
	return cmp.Or(q.Text, q.ID)
}

// moved is the list of queries that a reader wants to see first, and its title:
// with a baseline those of the system that changed most, without one those of
// the best reranked system.
func (r *Report) moved() ([]QueryRow, string) {
	lead := r.leadMetric().String()
	if b := r.Baseline; b != nil {
		worst := -1
		size := func(i int) float64 {
			d := r.changeOf(r.Evaluation.Systems[i].System)
			if d == nil || math.IsNaN(d.Mean) {
				return 0
			}
			return d.Mean
		}
		for i := range r.Evaluation.Systems {
			if i < len(b.Queries) && len(b.Queries[i]) > 0 && (worst < 0 || size(i) < size(worst)) {
				worst = i
			}
		}
		if worst < 0 {
			return nil, ""
		}
		return b.Queries[worst], fmt.Sprintf("Largest changes of %s since the baseline: %s", r.Evaluation.Systems[worst].System, lead)
	}
	systems := r.Evaluation.Systems
	at := -1
	compared := r.compared()
	for i, system := range compared {
		if at < 0 || r.Decision.Best == systems[system].System {
			at = i
		}
	}
	if at < 0 {
		return nil, ""
	}
	return r.Queries[at], fmt.Sprintf("Largest changes by %s over %s: %s", systems[compared[at]].System, systems[r.baseOf(compared[at])].System, lead)
}

// changeOf is the lead metric's difference between a system and itself in the
// baseline; nil where there is none.
func (r *Report) changeOf(system string) *score.Difference {
	for i := range r.Baseline.Differences {
		if d := &r.Baseline.Differences[i]; d.System == system && d.Metric == r.leadMetric() {
			return d
		}
	}
	return nil
}

// changed are the systems compared with the baseline, what fell most first.
func (r *Report) changed() []baselineGroup {
	groups := r.baselineGroups()
	slices.SortStableFunc(groups, func(a, b baselineGroup) int {
		return cmp.Compare(undefinedLast(a.lead.Mean), undefinedLast(b.lead.Mean))
	})
	return groups
}

// merged are the findings, where what is true of several systems in the same
// words is one of them.
func (r *Report) merged() []finding {
	var merged []finding
	systems := make(map[string][]string)
	place := make(map[string]int)
	for _, f := range r.findings() {
		name, rest, found := strings.Cut(f.Text, ": ")
		if !found || r.Evaluation.System(name) == nil {
			merged = append(merged, f)
			continue
		}
		if _, seen := place[rest]; !seen {
			place[rest] = len(merged)
			merged = append(merged, f)
		}
		systems[rest] = append(systems[rest], name)
	}
	for rest, i := range place {
		if names := systems[rest]; len(names) > 1 {
			merged[i].Text = text.List(names, 2) + ": " + rest
		}
	}
	return merged
}
