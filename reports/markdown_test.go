package reports

import (
	"fmt"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	gmtext "github.com/yuin/goldmark/text"

	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/reports/grid"
)

// parsed is what a Markdown parser sees in a report.
type parsed struct {
	tables [][][]string // by table, row, cell; the head first
	html   []string
	links  []string
	images []string
}

func parseMarkdown(source []byte) parsed {
	var p parsed
	root := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(gmtext.NewReader(source))
	ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *extast.Table:
			var rows [][]string
			for row := n.FirstChild(); row != nil; row = row.NextSibling() {
				var cells []string
				for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
					cells = append(cells, plainText(cell, source))
				}
				rows = append(rows, cells)
			}
			p.tables = append(p.tables, rows)
		case *ast.HTMLBlock:
			for i := range n.Lines().Len() {
				line := n.Lines().At(i)
				p.html = append(p.html, strings.TrimSpace(string(line.Value(source))))
			}
		case *ast.RawHTML:
			p.html = append(p.html, string(n.Segments.Value(source)))
		case *ast.Link:
			p.links = append(p.links, string(n.Destination))
		case *ast.AutoLink:
			p.links = append(p.links, string(n.URL(source)))
		case *ast.Image:
			p.images = append(p.images, string(n.Destination))
		}
		return ast.WalkContinue, nil
	})
	return p
}

// plainText is what a reader sees of a node.
func plainText(n ast.Node, source []byte) string {
	var b strings.Builder
	ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			value := t.Segment.Value(source)
			for i := 0; i < len(value); i++ {
				if value[i] == '\\' && i+1 < len(value) && strings.IndexByte("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", value[i+1]) >= 0 {
					i++
				}
				b.WriteByte(value[i])
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.ReplaceAll(b.String(), "\u2060", "")
}

func TestMarkdownTablesParseBack(t *testing.T) {
	for name, r := range map[string]*Report{"full": full(), "hostile": hostileReport(), "several": several(), "side by side": sweepsOfThree(), "single": single(), "large": large(300)} {
		for _, query := range []string{"", r.Evaluation.Run.Queries[1].ID} {
			content, err := render(Markdown, r, Options{Query: query})
			if err != nil {
				t.Fatal(err)
			}
			p := parseMarkdown(content)
			if len(p.tables) == 0 {
				t.Errorf("%s: no table", name)
			}
			drawn := 0
			for line := range strings.Lines(string(content)) {
				if strings.HasPrefix(line, "|") {
					drawn++
				}
			}
			read := 0
			for i, table := range p.tables {
				read += len(table) + 1 // the line under the head
				for j, row := range table {
					if len(row) != len(table[0]) {
						t.Errorf("%s: table %d row %d has %d cells under %d heads: %q", name, i, j, len(row), len(table[0]), row)
					}
				}
			}
			if read != drawn {
				t.Errorf("%s: %d lines of tables are drawn, %d are read", name, drawn, read)
			}
			for _, html := range p.html {
				if !ownHTML(html) {
					t.Errorf("%s: foreign HTML %.80q", name, html)
				}
			}
			if len(p.links)+len(p.images) > 0 {
				t.Errorf("%s: links %q, images %q", name, p.links, p.images)
			}
		}
	}
}

// ownHTML says whether a piece of HTML is one that the report itself uses.
func ownHTML(html string) bool {
	switch html {
	case marker, "<details>", "</details>", "<sub>", "</sub>", "":
		return true
	}
	inner, ok := strings.CutPrefix(html, "<summary>")
	inner, closed := strings.CutSuffix(inner, "</summary>")
	return ok && closed && !strings.Contains(inner, "<")
}

// TestMarkdownCellsReadBack holds what a parser reads in a cell against what
// was put in.
func TestMarkdownCellsReadBack(t *testing.T) {
	g := &grid.Table{Columns: []grid.Column{{Head: "n", Right: true}, {Head: "text"}}}
	for i, phrase := range hostile {
		g.Add(grid.Cell{Text: fmt.Sprint(i)}, grid.Cell{Text: phrase})
	}
	content, err := g.Markdown()
	if err != nil {
		t.Fatal(err)
	}
	p := parseMarkdown([]byte(content))
	if len(p.tables) != 1 || len(p.tables[0]) != len(hostile)+1 {
		t.Fatalf("one table of %d rows was drawn, read is %d rows", len(hostile)+1, len(p.tables[0]))
	}
	for i, phrase := range hostile {
		if got := p.tables[0][i+1][1]; got != text.Clean(phrase) {
			t.Errorf("cell %d reads back as %.80q, want %.80q", i, got, text.Clean(phrase))
		}
	}
}

func TestMarkdownStaysBelowItsLimit(t *testing.T) {
	for n, r := range map[int]*Report{120: large(120), 500: large500()} {
		content, err := render(Markdown, r, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(content) > 60_000 {
			t.Errorf("%d queries: %d bytes", n, len(content))
		}
		if opened, closed := strings.Count(string(content), "<details>"), strings.Count(string(content), "</details>"); opened != closed || opened == 0 {
			t.Errorf("%d queries: %d folded sections are opened and %d closed", n, opened, closed)
		}
		if !strings.Contains(string(content), "### Largest losses") {
			t.Errorf("%d queries: the largest losses are missing", n)
		}
	}
}

func TestMarkdownLeavesOutWholeSections(t *testing.T) {
	d := &document{sections: []section{
		{title: "the verdict", body: "verdict\n"},
		{title: "the table", body: strings.Repeat("t", 300) + "\n"},
		{title: "all queries", body: strings.Repeat("q", 3000) + "\n", shorter: "some queries\n"},
		{title: "the manifest", body: strings.Repeat("m", 3000) + "\n"},
	}}
	got := d.fit(1000)
	for _, want := range []string{marker + "\n", "verdict\n", "some queries\n", "Left out to stay below 1 KB: the manifest."} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in:\n%s", want, got)
		}
	}
	if strings.Contains(got, "mmm") || strings.Contains(got, "qqq") || len(got) > 1000 {
		t.Errorf("%d bytes are left:\n%s", len(got), got)
	}
	if !strings.HasPrefix(got, marker+"\n") {
		t.Error("the marker is not the first line")
	}
}
