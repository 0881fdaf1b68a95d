package reports

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/reports/chart"
)

var update = flag.Bool("update", false, "write the golden files again")

// golden compares a rendering with a file in testdata. The numbers in the
// files are checked by themselves in TestSampleNumbers.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run go test -update and read what it writes", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

func TestGoldens(t *testing.T) {
	r := full()
	for format, name := range map[Format]string{
		Table: "report.txt", Markdown: "report.md", JSON: "report.json", CSV: "report.csv", JUnit: "report.xml",
	} {
		content, err := render(format, r, Options{})
		if err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		golden(t, name, content)
	}
	hits, err := renderHits(r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "report.hits.csv", hits)
	for _, c := range r.chartFiles("report") {
		golden(t, c.name, c.content)
	}
	explained, err := render(Table, r, Options{Query: "heist"})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "query.txt", explained)
	explained, err = render(Markdown, r, Options{Query: "heist"})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "query.md", explained)
	overview, err := render(Table, several(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "several.txt", overview)
	systems, err := renderSystems(several())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "several.systems.csv", systems)
	together := chart.NewLines(sweepsOfThree().curves())
	golden(t, "report.sweeps.svg", together.File())
	golden(t, "sweeps.txt", []byte(together.Terminal(80)))
}
