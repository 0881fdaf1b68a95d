package agree

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/releval/releval/judgments"
)

// Write prints the agreement as text.
func (a *Agreement) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s of %s were graded in both, %d of them the same (%.0f %%)\n\n",
		count(a.Pairs, "document", "documents"), count(a.Queries, "query", "queries"), a.Same, 100*float64(a.Same)/float64(a.Pairs))
	fmt.Fprintf(&b, "Cohen's kappa  unweighted %s, linear %s, quadratic %s\n", kappa(a.Unweighted), kappa(a.Linear), kappa(a.Quadratic))
	if math.IsNaN(a.Unweighted) {
		fmt.Fprintf(&b, "  ? is undefined: every document has one and the same grade\n")
	}
	a.table(&b)
	for _, o := range []struct {
		file    string
		only    int
		queries []string
	}{{a.A, a.OnlyA, a.QueriesOnlyA}, {a.B, a.OnlyB, a.QueriesOnlyB}} {
		if o.only > 0 {
			fmt.Fprintf(&b, "\n%s graded in %s alone", count(o.only, "document is", "documents are"), o.file)
		}
		if len(o.queries) > 0 {
			fmt.Fprintf(&b, "\n%s in %s alone: %s", count(len(o.queries), "query is", "queries are"), o.file, strings.Join(o.queries[:min(5, len(o.queries))], ", "))
			if len(o.queries) > 5 {
				fmt.Fprintf(&b, " and %d more", len(o.queries)-5)
			}
		}
	}
	if a.OnlyA+a.OnlyB+len(a.QueriesOnlyA)+len(a.QueriesOnlyB) > 0 {
		b.WriteByte('\n')
	}
	if len(a.Disagreements) > 0 {
		fmt.Fprintf(&b, "\nDisagreements, the widest first\n")
	}
	for _, d := range a.Disagreements {
		name := d.Title
		if d.ID != "" {
			name = strings.TrimSpace(name + " (" + d.ID + ")")
		}
		fmt.Fprintf(&b, "  %s and %s  %s: %s  [%s, %s]\n", grade(d.A), grade(d.B), clean(d.Query), clean(name), d.AtA, d.AtB)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// table prints which grade met which.
func (a *Agreement) table(b *strings.Builder) {
	grades := a.grades()
	fmt.Fprintf(b, "\nGrades of %s (rows) and %s (columns)\n", a.A, a.B)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, y := range grades {
		fmt.Fprintf(t, "\t%s", grade(y))
	}
	fmt.Fprint(t, "\t\n")
	for _, x := range grades {
		fmt.Fprint(t, grade(x))
		for _, y := range grades {
			if n := a.Table[x][y]; n > 0 {
				fmt.Fprintf(t, "\t%d", n)
			} else {
				fmt.Fprint(t, "\t.")
			}
		}
		fmt.Fprint(t, "\t\n")
	}
	// A strings.Builder takes everything.
	_ = t.Flush()
}

func grade(g float64) string { return strconv.FormatFloat(g, 'g', -1, 64) }

func kappa(k float64) string {
	if math.IsNaN(k) {
		return "?"
	}
	return fmt.Sprintf("%.3f", k)
}

// clean makes one line of what a file says, and takes out what steers a
// terminal.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
}

// WriteJSON prints the agreement as JSON; an undefined kappa is null.
func (a *Agreement) WriteJSON(w io.Writer) error {
	type place struct {
		File   string `json:"file"`
		Line   int    `json:"line"`
		Column int    `json:"column"`
	}
	at := func(p judgments.Position) place { return place{p.File, p.Line, p.Column} }
	type disagreement struct {
		Query string  `json:"query"`
		Title string  `json:"title,omitempty"`
		ID    string  `json:"id,omitempty"`
		A     float64 `json:"a"`
		B     float64 `json:"b"`
		AtA   place   `json:"at_a"`
		AtB   place   `json:"at_b"`
	}
	type cell struct {
		A     float64 `json:"a"`
		B     float64 `json:"b"`
		Count int     `json:"count"`
	}
	number := func(f float64) *float64 {
		if math.IsNaN(f) {
			return nil
		}
		return &f
	}
	out := struct {
		A             string              `json:"a"`
		B             string              `json:"b"`
		Queries       int                 `json:"queries"`
		Pairs         int                 `json:"pairs"`
		Same          int                 `json:"same"`
		OnlyA         int                 `json:"only_a"`
		OnlyB         int                 `json:"only_b"`
		QueriesOnlyA  []string            `json:"queries_only_a"`
		QueriesOnlyB  []string            `json:"queries_only_b"`
		Kappa         map[string]*float64 `json:"kappa"`
		Table         []cell              `json:"table"`
		Disagreements []disagreement      `json:"disagreements"`
	}{
		A: a.A, B: a.B, Queries: a.Queries, Pairs: a.Pairs, Same: a.Same, OnlyA: a.OnlyA, OnlyB: a.OnlyB,
		QueriesOnlyA: append([]string{}, a.QueriesOnlyA...), QueriesOnlyB: append([]string{}, a.QueriesOnlyB...),
		Kappa:         map[string]*float64{"unweighted": number(a.Unweighted), "linear": number(a.Linear), "quadratic": number(a.Quadratic)},
		Disagreements: []disagreement{},
	}
	for _, x := range a.grades() {
		for _, y := range a.grades() {
			if n := a.Table[x][y]; n > 0 {
				out.Table = append(out.Table, cell{x, y, n})
			}
		}
	}
	for _, d := range a.Disagreements {
		out.Disagreements = append(out.Disagreements, disagreement{d.Query, d.Title, d.ID, d.A, d.B, at(d.AtA), at(d.AtB)})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}
