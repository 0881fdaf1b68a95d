package reports

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/releval/releval/eval/text"
)

// TestHostileTextIsInert renders a report whose every text is hostile.
func TestHostileTextIsInert(t *testing.T) {
	r := hostileReport()
	for _, f := range formats() {
		for _, o := range []Options{{}, {Query: r.Evaluation.Run.Queries[0].ID}} {
			if o.Query != "" && (f.format == JUnit || f.format == HTML) {
				continue
			}
			content, err := render(f.format, r, o)
			if err != nil {
				t.Fatalf("%s: %v", f.format, err)
			}
			if !utf8.Valid(content) {
				t.Errorf("%s is not UTF-8", f.format)
			}
			style := f.format == HTML || f.format == JUnit || f.format == Markdown
			for _, c := range string(content) {
				joiner := c == '\u2060' && style
				if c != '\n' && !text.Visible(c) && !joiner && !(f.format == HTML && c == '\t') {
					t.Errorf("%s holds the character %U", f.format, c)
					break
				}
			}
		}
	}
}

func TestHostilePageHoldsNoForeignTag(t *testing.T) {
	content, err := render(HTML, hostileReport(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	page := string(content)
	for _, never := range []string{"<script>window", "<img", "<details><summary><", "</title><script", "javascript:"} {
		if n := strings.Count(page, never); n > 0 && never != "javascript:" {
			t.Errorf("the page holds %q", never)
		}
	}
	if n := strings.Count(page, "<script>"); n != 1 {
		t.Errorf("the page has %d scripts, want its own", n)
	}
	tag := regexp.MustCompile(`<[a-zA-Z][^<>]*>`)
	for _, found := range tag.FindAllString(page, -1) {
		if regexp.MustCompile(`\son[a-z]+\s*=`).MatchString(withoutValues(found)) {
			t.Errorf("a tag has a handler: %s", found)
		}
		if m := regexp.MustCompile(`\s(?:href|src|action)="([^"]*)"`).FindStringSubmatch(found); m != nil && !strings.HasPrefix(m[1], "#") && !strings.HasPrefix(m[1], "data:,") {
			t.Errorf("a tag leads out of the page: %s", found)
		}
	}
}

// withoutValues takes the values out of a tag, so that what is left is its
// names.
func withoutValues(tag string) string {
	return regexp.MustCompile(`"[^"]*"`).ReplaceAllString(tag, `""`)
}

func TestHostileTerminalHasNoEscapes(t *testing.T) {
	r := hostileReport()
	plain, err := render(Table, r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.ContainsRune(plain, '\x1b') {
		t.Error("without colour there is an escape")
	}
	colored, err := render(Table, r, Options{Color: true})
	if err != nil {
		t.Fatal(err)
	}
	own := regexp.MustCompile("\x1b\\[(1|2|31|32|33|0)m")
	if rest := own.ReplaceAll(colored, nil); !bytes.Equal(rest, plain) {
		t.Error("colour changes more than colours")
	}
}

func TestHostileCSVStartsNoFormula(t *testing.T) {
	r := hostileReport()
	hits, err := renderHits(r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := render(CSV, r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	number := regexp.MustCompile(`^-?[0-9.]+(e[-+][0-9]+)?$`)
	for _, content := range [][]byte{rows, hits} {
		read, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if len(read) != bytes.Count(content, []byte("\n")) {
			t.Error("a row takes more than a line")
		}
		for _, row := range read {
			for _, cell := range row {
				if cell != "" && strings.ContainsRune("=+-@|%\t\r", rune(cell[0])) && !number.MatchString(cell) {
					t.Errorf("a spreadsheet takes the cell %.40q for a formula", cell)
				}
			}
		}
	}
}

func TestHostileJSONLosesNothing(t *testing.T) {
	r := hostileReport()
	content, err := render(JSON, r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range string(content) {
		if c != '\n' && unicode.IsControl(c) {
			t.Fatalf("the JSON holds the character %U as it stands", c)
		}
	}
	var read jsonReport
	if err := json.Unmarshal(content, &read); err != nil {
		t.Fatal(err)
	}
	for i, phrase := range hostile {
		if utf8.ValidString(phrase) && read.Queries[i].Text != phrase {
			t.Errorf("query %d reads back as %.60q, was %.60q", i, read.Queries[i].Text, phrase)
		}
	}
}

func TestHostileXMLParses(t *testing.T) {
	r := hostileReport()
	content, err := render(JUnit, r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var read junitSuites
	if err := xml.Unmarshal(content, &read); err != nil {
		t.Fatal(err)
	}
	cases := 0
	for _, s := range read.Suites {
		cases += len(s.Cases)
	}
	if cases != len(r.Gates)+1 || read.Tests != cases {
		t.Errorf("%d cases, counted as %d, want one for each of %d gates and one for the run", cases, read.Tests, len(r.Gates))
	}
	for _, c := range r.chartFiles("x") {
		wellFormed(t, c.name, c.content)
	}
}

func wellFormed(t *testing.T, name string, content []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(content))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}
