package reports

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
)

//go:embed page.html
var pageTemplate string

//go:embed page.css
var pageStyle string

//go:embed page.js
var pageScript string

// page is what the HTML report's template shows. Texts in it are escaped by
// the template; the fields of type template.HTML were escaped where they were
// made.
type page struct {
	Policy, Tool, Title, Suite, Subject string
	Rerankers                           []string
	Style                               template.CSS
	Script                              template.JS
	Verdicts                            []pageVerdict
	StandIn, Serious                    string
	Next                                []string
	Sections                            []pageLink
	Comparisons                         []pageComparison
	Overview                            template.HTML
	Footnotes                           []string
	Bars                                []pagePlot
	Sweeps                              []pageSweep
	Tags                                *pageTable
	Baseline                            *pageBaseline
	Gates                               *pageTable
	Filters                             pageFilters
	QueriesNote                         string
	Queries                             []pageQuery
	Findings                            []Finding
	NothingFound                        string
	Manifest                            [][2]string
}

type (
	pageLink    struct{ ID, Name string }
	pageVerdict struct {
		Class, Word, Headline, Evidence, Power, Counts string
		Worst                                          *pageWorst
		Effect, Share                                  template.HTML
	}
	pageWorst struct {
		Query            int
		Name, Difference string
	}
	pageComparison struct {
		Heading, Label, Coverage, Remark string
		Rows                             []pageComparisonRow
	}
	pageComparisonRow struct {
		Metric, Note, Without, WithoutBounds, With, WithBounds string
		Class, Direction, Difference, Interval, P              string
		Won, Lost, Tied                                        int
		Forest                                                 template.HTML
	}
	pagePlot struct {
		Heading string
		Plot    template.HTML
	}
	pageSweep struct {
		Heading string
		Says    []string
		Plot    template.HTML
		Table   template.HTML
		Tables  []pageTable
	}
	pageTable struct {
		Heading string
		Table   template.HTML
	}
	pageGroup struct {
		Sentence string
		Table    template.HTML
	}
	pageBaseline struct {
		Heading, Warning string
		Groups           []pageGroup
		Tests            []pageTable
		Remarks          []string
		Moves            []pageTable
	}
	pageFilters struct {
		Systems, Tags []string
		Outcomes      []pageLink
	}
)

// writeHTML renders one file that needs nothing else: styles, charts and a
// few lines of script are inside, and its policy forbids it to load anything.
func writeHTML(w io.Writer, r *Report) error {
	t, err := template.New("report").Parse(pageTemplate)
	if err != nil {
		return fmt.Errorf("cannot read the report's template: %w", err)
	}
	p := r.page()
	queries := r.pageQueries()
	limit := maxPage + lineOfQuery*max(0, len(queries.order)-detailed)
	var b bytes.Buffer
	tried := 0 // the size of the hits in the last try
	for _, depth := range []int{10, 8, 6, 5, 4, 3, 2} {
		p.Queries, p.QueriesNote = queries.at(depth)
		size := sizeOfHits(p.Queries)
		if b.Len() > 0 && depth > 2 && b.Len()-tried+size >= limit {
			continue // it would be too large: no need to try
		}
		tried = size
		b.Reset()
		if err := t.ExecuteTemplate(&b, "page", p); err != nil {
			return fmt.Errorf("cannot render the report's page: %w", err)
		}
		if b.Len() < limit {
			break
		}
	}
	_, err = w.Write(b.Bytes())
	return err
}

// sizeOfHits is about how many bytes the hits of all queries take.
func sizeOfHits(queries []pageQuery) int {
	const tags = len("<tr><td><td><td>")
	size := 0
	for i := range queries {
		for _, pair := range queries[i].Pairs {
			for _, l := range []*pageList{pair.Left, pair.Right} {
				if l == nil {
					continue
				}
				for _, h := range l.Hits {
					size += tags + len(h.Rank) + len(h.Name) + len(h.Grade) + len(h.Adds)
				}
			}
		}
	}
	return size
}

// maxPage is the size in bytes below which a page of up to 500 queries is
// kept by showing fewer hits of each; every further query may add its line.
const (
	maxPage     = 1_000_000
	lineOfQuery = 500
)

// page works out everything but the queries.
func (r *Report) page() *page {
	m := &r.Evaluation.Run.Manifest
	hash := sha256.Sum256([]byte(pageScript))
	p := &page{
		Policy: "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) +
			"'; base-uri 'none'; form-action 'none'",
		Tool:         clipLong(cmp.Or(m.Tool, "releval")),
		Suite:        clipLong(m.Suite),
		Subject:      clean(r.Subject()),
		Style:        template.CSS(pageStyle),
		Script:       template.JS(pageScript),
		Serious:      clip(clean(r.serious()), 2000),
		NothingFound: nothingFound,
		Filters:      r.pageFilters(),
	}
	p.Title = p.Suite + ": relevance report"
	for _, k := range m.Reranked() {
		p.Rerankers = append(p.Rerankers, clip(clean(describe(k)), 300))
	}
	if !m.Started.IsZero() {
		p.Subject += ", " + m.Started.UTC().Format("2 January 2006 15:04 UTC")
	}
	if m.Cluster.Embedded() && len(m.Reranked()) > 0 {
		p.StandIn = standInNote
	}
	for _, n := range r.Next() {
		p.Next = append(p.Next, clip(clean(n), 300))
	}
	for _, row := range r.manifestRows() {
		p.Manifest = append(p.Manifest, [2]string{clip(clean(row[0]), 100), clip(clean(row[1]), 4000)})
	}
	for _, f := range r.Findings() {
		p.Findings = append(p.Findings, pageFinding(f))
	}
	r.pageNumbers(p)
	r.pageViews(p)
	r.pageSections(p)
	return p
}

// pageFinding cuts a finding to what a page needs.
func pageFinding(f Finding) Finding {
	const shown = 50
	cut := Finding{Serious: f.Serious, Text: clip(clean(f.Text), 500)}
	for i, item := range f.Items {
		if i == shown {
			cut.Items = append(cut.Items, "and "+thousands(len(f.Items)-i)+" more")
			break
		}
		cut.Items = append(cut.Items, clip(clean(item), 300))
	}
	return cut
}
