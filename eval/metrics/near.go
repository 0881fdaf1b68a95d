package metrics

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/judgments/spelling"
)

// An UnknownError says that no metric has the name, and which are near.
type UnknownError struct {
	Name string   // as it was given
	Near []string // names that Parse accepts, the nearest first; may be empty
}

func (e *UnknownError) Error() string {
	if bare := spelling.Unquoted(e.Name); bare != e.Name {
		return fmt.Sprintf("unknown metric %q, which stands between typographic quotes; write %s without them", e.Name, bare)
	}
	if len(e.Near) > 0 {
		return fmt.Sprintf("unknown metric %q; did you mean %s", e.Name, strings.Join(e.Near, " or "))
	}
	return fmt.Sprintf("unknown metric %q; the known ones are %s", e.Name, strings.Join(Names(), ", "))
}

// Names lists the canonical family names, most of which take a cutoff, a
// relevance threshold or a parameter, in the order of the documentation.
func Names() []string {
	var names []string
	for _, f := range families[1:] {
		names = append(names, f.name)
	}
	return names
}

// unknown builds the error for a name: the families whose name, under any of
// its aliases, is within a third of its length in edits, with the cutoff that
// was given.
func unknown(name, text, base string) error {
	base = strings.TrimSpace(base)
	suffix := ""
	if i := strings.IndexByte(text, '@'); i >= 0 {
		suffix = text[i:]
	}
	if i := strings.LastIndexAny(base, "_."); i > 0 && i+1 < len(base) && strings.Trim(base[i+1:], "0123456789") == "" && suffix == "" {
		base, suffix = base[:i], "@"+base[i+1:]
	}
	if digits := len(base) - len(strings.TrimRight(base, "0123456789")); digits > 0 && digits < len(base) && suffix == "" {
		base, suffix = base[:len(base)-digits], "@"+base[len(base)-digits:] // ndcg10
	}
	type candidate struct {
		name     string
		distance int
	}
	var found []candidate
	for _, f := range families[1:] {
		limit := max(1, len(base)/3)
		best := spelling.Distance(base, f.name, limit)
		for _, a := range append([]string{strings.ToLower(f.trec), strings.ToLower(f.trecCut)}, f.aliases...) {
			if a != "" {
				best = min(best, spelling.Distance(base, a, limit))
			}
		}
		if len(base) > 0 && best <= limit {
			full := f.name
			if _, err := Parse(full + suffix); err == nil {
				full += suffix
			}
			if _, err := Parse(full); err == nil {
				found = append(found, candidate{full, best})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	e := &UnknownError{Name: name}
	for _, c := range found[:min(3, len(found))] {
		e.Near = append(e.Near, c.name)
	}
	return e
}
