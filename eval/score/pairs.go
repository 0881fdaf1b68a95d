package score

// pairs are what is compared, in the order in which reports show it: reranked
// systems with their first stages, then what the suite asks for, then all
// others, and the gains of one reranker over two first stages last.
func (e *Evaluation) pairs() []Pair {
	m := &e.Run.Manifest
	side := func(name string) Side { return Side{e, name} }
	run := make(map[string]bool)
	for i := range e.Systems {
		run[e.Systems[i].System] = true
	}
	asked := make(map[[2]string]bool) // base, system
	ask := func(system, versus string) {
		if run[system] && run[versus] && system != versus && m.FirstStageOf(system) != versus && m.FirstStageOf(versus) != system && !asked[[2]string{system, versus}] {
			asked[[2]string{versus, system}] = true
		}
	}
	for _, c := range m.Compare {
		ask(c.System, c.Versus)
	}
	for _, g := range m.Gates {
		ask(g.System, g.Versus)
	}
	var first, named, others, gains []Pair
	for j := range e.Systems {
		for i := range e.Systems[:j] {
			a, b := e.Systems[i].System, e.Systems[j].System
			wanted := asked[[2]string{a, b}]
			if asked[[2]string{b, a}] {
				a, b, wanted = b, a, true
			}
			p := Pair{Base: side(a), Next: side(b)}
			before, after := m.System(a), m.System(b)
			switch {
			case after.FirstStage == a:
				first = append(first, p)
			case wanted:
				named = append(named, p)
			default:
				p.LeadOnly = before.FirstStage == "" || before.FirstStage != after.FirstStage
				others = append(others, p)
			}
			if before.FirstStage != "" && after.FirstStage != "" && before.FirstStage != after.FirstStage && before.Reranker == after.Reranker {
				gains = append(gains, Pair{Base: p.Base, Next: p.Next, BaseStage: side(before.FirstStage), NextStage: side(after.FirstStage), LeadOnly: true, Secondary: !wanted})
			}
		}
	}
	return append(append(append(first, named...), others...), gains...)
}
