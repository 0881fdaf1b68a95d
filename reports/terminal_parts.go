package reports

// gates lists gates and expectations.
func (t *terminal) gates() {
	if len(t.report.Gates) == 0 {
		return
	}
	t.heading("Gates: " + gateSummary(t.report.Gates))
	g, note := gateGrid(t.report.Gates)
	if len(g.rows) > 0 {
		t.grid(g)
	}
	if note != "" {
		t.say(note)
	}
	for i := range t.report.Gates {
		g := &t.report.Gates[i]
		if (g.Outcome == Failed || g.Outcome == Inconclusive) && (g.Reason != "" || g.Place != "") {
			t.sayIndented(gateExplained(g), "- ", "  ")
		}
	}
}

// gateExplained gives a gate's place, source and reason on one line.
func gateExplained(g *GateRow) string {
	s := string(g.Outcome) + ": " + g.Source
	if g.Place != "" {
		s = g.Place + ": " + s
	}
	if g.Expected != "" && g.Actual != "" {
		s += ": expected " + g.Expected + ", found " + g.Actual
	}
	if g.Reason != "" {
		s += ": " + g.Reason
	}
	return s
}

// baseline compares with an earlier run.
func (t *terminal) baseline() {
	b := t.report.Baseline
	if b == nil {
		return
	}
	t.heading("Against the baseline " + b.Name + ofDay(b))
	if text := meaningless(b); text != "" {
		t.b.WriteString(paintLines(t.Options, bad, wrap(clean(text), t.width(), "", "")))
	}
	for _, v := range t.report.baselineGroups() {
		t.say(v.sentence)
		g := comparisonGrid(v.differences, "baseline", "now", false, &t.notes)
		if !g.fits(t.Options) {
			g = comparisonGrid(v.differences, "baseline", "now", true, &t.notes)
		}
		t.grid(g)
	}
	for _, line := range t.notes.lines() {
		t.say(line)
	}
	if len(b.Differences) > 0 {
		t.heading("Tests against the baseline")
		for _, v := range t.report.baselineGroups() {
			t.say(v.system)
			t.grid(testsGrid(v.differences))
		}
		t.say(testsNote)
	}
	for _, line := range baselineRemarks(b) {
		t.sayIndented(line, "- ", "  ")
	}
	for s, rows := range b.Queries {
		losses, gains, note := selectRows(rows, shownEach, shownEach/2)
		if len(losses)+len(gains) == 0 || s >= len(t.report.Evaluation.Systems) {
			continue
		}
		t.heading("Queries of " + t.report.Evaluation.Systems[s].System + " that moved since the baseline")
		t.grid(t.report.movedGrid(losses, gains))
		if note != "" {
			t.say(note)
		}
		worst, best, _ := selectRows(rows, titlesOf, titlesOf/2)
		if g := t.report.titlesGrid(worst, best); g != nil {
			t.heading("The titles that did it, and what each contributed to " + t.report.LeadMetric().String())
			t.grid(g)
		}
	}
}

// tags shows the lead metric for the queries of each tag.
func (t *terminal) tags() {
	if g := t.report.tagsGrid(); g != nil {
		t.heading(t.report.LeadMetric().String() + " by tag")
		t.grid(g)
	}
}

// sweeps shows what each window does.
func (t *terminal) sweeps() {
	r, curves := t.report.Sweep, t.report.curves()
	if g := t.report.sweepsTogether(); g != nil {
		t.heading("Windows side by side: " + r.Lead())
		t.grid(g)
		if c := newSweepsChart(curves); c != nil {
			t.blank()
			t.b.WriteString(c.lines(t.width()))
		}
	}
	for i := range r.Rerankers {
		one := &r.Rerankers[i]
		t.heading("Windows of " + one.Name)
		for _, text := range sweepSays(r, one) {
			t.say(text)
		}
		t.grid(sweepGrid(r, one))
		if drawn := sweepLines(&curves[i], t.width()); drawn != "" {
			t.blank()
			t.b.WriteString(drawn)
		}
		for _, table := range sweepTables(r, one) {
			if !table.detail {
				t.heading(table.title + ": " + one.Name)
				t.grid(table.grid)
			}
		}
	}
}
