package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/releval/releval/eval/agree"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// WriteAgreement prints how far two judges agree, as text.
func WriteAgreement(w io.Writer, a *agree.Agreement) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s of %s were graded in both, %d of them the same (%.0f %%)\n",
		text.Count(a.Pairs, "document"), text.Count(a.Queries, "query"), a.Same, 100*float64(a.Same)/float64(a.Pairs))
	fmt.Fprintf(&b, "Coverage: %.0f %% of the %s that either graded; %d in %s alone, %d in %s alone",
		100*a.Coverage(), text.Count(a.Pairs+a.OnlyA+a.OnlyB, "document"), a.OnlyA, a.A, a.OnlyB, a.B)
	if a.Neither > 0 {
		fmt.Fprintf(&b, "; %d more in neither", a.Neither)
	}
	fmt.Fprintf(&b, "\n\nCohen's kappa  unweighted %s, linear %s, quadratic %s\n", kappa(a.Unweighted), kappa(a.Linear), kappa(a.Quadratic))
	if math.IsNaN(a.Unweighted.Value) {
		fmt.Fprintf(&b, "  ? is undefined: every document has one and the same grade\n")
	} else {
		fmt.Fprintf(&b, "  in brackets: %s intervals, for documents graded as these %d were\n", coverage(agree.Confidence), a.Pairs)
	}
	if left := a.OnlyA + a.OnlyB; left > 0 {
		fmt.Fprintf(&b, "  kappa says nothing of %s that one judge alone graded: it could be lower on them\n", text.Count(left, "document"))
	}
	gradeTable(&b, a)
	for _, o := range []struct {
		file    string
		only    int
		queries []string
	}{{a.A, a.OnlyA, a.QueriesOnlyA}, {a.B, a.OnlyB, a.QueriesOnlyB}} {
		if o.only > 0 {
			fmt.Fprintf(&b, "\n%s graded in %s alone", text.Plural(o.only, "document is", "documents are"), o.file)
		}
		if len(o.queries) > 0 {
			fmt.Fprintf(&b, "\n%s in %s alone: %s", text.Plural(len(o.queries), "query is", "queries are"), o.file, text.List(o.queries, 5))
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
		fmt.Fprintf(&b, "  %s and %s  %s: %s  [%s, %s]\n", text.Number(d.A), text.Number(d.B), text.Clean(d.Query), text.Clean(name), d.AtA, d.AtB)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// gradeTable prints which grade met which.
func gradeTable(b *strings.Builder, a *agree.Agreement) {
	grades := a.Grades()
	fmt.Fprintf(b, "\nGrades of %s (rows) and %s (columns)\n", a.A, a.B)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, y := range grades {
		fmt.Fprintf(t, "\t%s", text.Number(y))
	}
	fmt.Fprint(t, "\t\n")
	for _, x := range grades {
		fmt.Fprint(t, text.Number(x))
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

func kappa(k agree.Kappa) string {
	if math.IsNaN(k.Value) {
		return "?"
	}
	return fmt.Sprintf("%.3f [%.3f, %.3f]", k.Value, k.Low, k.High)
}

// WriteAgreementJSON prints the agreement as JSON; an undefined kappa is null.
func WriteAgreementJSON(w io.Writer, a *agree.Agreement) error {
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
	type bounds struct {
		Low  *float64 `json:"low"`
		High *float64 `json:"high"`
	}
	out := struct {
		A             string              `json:"a"`
		B             string              `json:"b"`
		Queries       int                 `json:"queries"`
		Pairs         int                 `json:"pairs"`
		Same          int                 `json:"same"`
		OnlyA         int                 `json:"only_a"`
		OnlyB         int                 `json:"only_b"`
		Neither       int                 `json:"neither"`
		Coverage      *float64            `json:"coverage"`
		QueriesOnlyA  []string            `json:"queries_only_a"`
		QueriesOnlyB  []string            `json:"queries_only_b"`
		Kappa         map[string]*float64 `json:"kappa"`
		Confidence    float64             `json:"confidence"`
		KappaBounds   map[string]bounds   `json:"kappa_interval"`
		Table         []cell              `json:"table"`
		Disagreements []disagreement      `json:"disagreements"`
	}{
		A: a.A, B: a.B, Queries: a.Queries, Pairs: a.Pairs, Same: a.Same, OnlyA: a.OnlyA, OnlyB: a.OnlyB,
		QueriesOnlyA: append([]string{}, a.QueriesOnlyA...), QueriesOnlyB: append([]string{}, a.QueriesOnlyB...),
		Neither: a.Neither, Coverage: number(a.Coverage()), Confidence: agree.Confidence,
		Kappa: map[string]*float64{"unweighted": number(a.Unweighted.Value), "linear": number(a.Linear.Value), "quadratic": number(a.Quadratic.Value)},
		KappaBounds: map[string]bounds{
			"unweighted": {number(a.Unweighted.Low), number(a.Unweighted.High)},
			"linear":     {number(a.Linear.Low), number(a.Linear.High)},
			"quadratic":  {number(a.Quadratic.Low), number(a.Quadratic.High)},
		},
		Disagreements: []disagreement{},
	}
	for _, x := range a.Grades() {
		for _, y := range a.Grades() {
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
