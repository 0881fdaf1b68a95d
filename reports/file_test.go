package reports

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// failingWriter is a full disk: every write fails.
type failingWriter struct{}

var errDiskFull = errors.New("no space left on device")

func (failingWriter) Write([]byte) (int, error) { return 0, errDiskFull }

func TestWriteErrorsAreReturned(t *testing.T) {
	r := full()
	for _, f := range formats() {
		if err := Write(failingWriter{}, f.format, r, Options{}); !errors.Is(err, errDiskFull) {
			t.Errorf("%s: the error of the writer is lost: %v", f.format, err)
		}
	}
	if err := writeQuery(failingWriter{}, r, "heist", Options{}); !errors.Is(err, errDiskFull) {
		t.Errorf("query: the error of the writer is lost: %v", err)
	}
}

func TestFormatOf(t *testing.T) {
	for path, want := range map[string]Format{"a.md": Markdown, "b/c.HTML": HTML, "r.json": JSON, "r.csv": CSV, "r.xml": JUnit, "r.txt": Table} {
		if got, err := FormatOf(path); err != nil || got != want {
			t.Errorf("FormatOf(%q) = %q, %v; want %q", path, got, err, want)
		}
	}
	for _, path := range []string{"report", "r.pdf", ".", ""} {
		_, err := FormatOf(path)
		if err == nil || !strings.Contains(err.Error(), ".txt, .md, .html, .json, .csv, .xml") {
			t.Errorf("FormatOf(%q): %v does not list the endings", path, err)
		}
	}
	if _, err := ParseFormat("yaml"); err == nil || !strings.Contains(err.Error(), "table, markdown, html, json, csv, junit") {
		t.Errorf("ParseFormat: %v does not list the formats", err)
	}
}

func TestWriteFile(t *testing.T) {
	directory := t.TempDir()
	r := full()
	for _, name := range []string{"r.md", "r.html", "r.json", "r.csv", "r.xml", "r.txt"} {
		if err := WriteFile(filepath.Join(directory, name), r, Options{}); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"r.csv", "r.differences.svg", "r.hits.csv", "r.html", "r.json", "r.md", "r.sweep.svg", "r.systems.csv", "r.txt", "r.windows.csv", "r.xml"}
	if got := names(t, directory); !slices.Equal(got, want) {
		t.Errorf("written are %v, want %v", got, want)
	}
	markdown, err := os.ReadFile(filepath.Join(directory, "r.md"))
	if err != nil {
		t.Fatal(err)
	}
	p := parseMarkdown(markdown)
	slices.Sort(p.images)
	if !slices.Equal(p.images, []string{"r.differences.svg", "r.sweep.svg"}) {
		t.Errorf("the Markdown shows %v", p.images)
	}
}

// Rerankers side by side have a chart together and one each; the Markdown
// shows the common one before the others.
func TestWriteFileSideBySide(t *testing.T) {
	directory := t.TempDir()
	if err := WriteFile(filepath.Join(directory, "r.md"), sweepsOfThree(), Options{}); err != nil {
		t.Fatal(err)
	}
	want := []string{"r.differences-2.svg", "r.differences.svg", "r.md", "r.sweep-2.svg", "r.sweep-3.svg", "r.sweep.svg", "r.sweeps.svg"}
	if got := names(t, directory); !slices.Equal(got, want) {
		t.Errorf("written are %v, want %v", got, want)
	}
	markdown, err := os.ReadFile(filepath.Join(directory, "r.md"))
	if err != nil {
		t.Fatal(err)
	}
	if images := parseMarkdown(markdown).images; len(images) != 6 || images[0] != "r.sweeps.svg" || images[1] != "r.sweep.svg" {
		t.Errorf("the Markdown shows %v", images)
	}
	at := -1
	for _, part := range []string{"### Windows side by side: ndcg@3", "\n| window |", "(r.sweeps.svg)", "### Windows of elastic"} {
		i := strings.Index(string(markdown), part)
		if i <= at {
			t.Errorf("%q stands at %d, not below %d", part, i, at)
		}
		at = i
	}
}

// A chart belongs to what it shows, whatever a reranker is called.
func TestChartsOfRerankersWithOddNames(t *testing.T) {
	r := full()
	odd := "sweep of " + r.Sweep.Rerankers[0].Name
	d := &document{report: r, options: Options{charts: []chartFile{
		{name: "a.svg", of: charted{differencesChart, odd}}, {name: "b.svg", of: charted{sweptChart, r.Sweep.Rerankers[0].Name}}, {name: "c.svg", of: charted{kind: sweptTogether}},
	}}}
	for of, want := range map[charted]string{
		{differencesChart, odd}: "a.svg", {sweptChart, "elastic"}: "b.svg", {kind: sweptTogether}: "c.svg", {sweptChart, odd}: "",
	} {
		if got := d.chart(of); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("the chart of %v is %q, want %q", of, got, want)
		}
	}
}

func names(t *testing.T, directory string) []string {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestWriteFileReplacesWhole(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "r.txt")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(directory, "link.txt")
	if err := os.Symlink("r.txt", link); err != nil {
		t.Fatal(err)
	}
	// What cannot be rendered leaves the old file as it was.
	if err := WriteFile(path, full(), Options{Query: "no such query"}); err == nil {
		t.Error("an unknown query is no error")
	}
	if content, _ := os.ReadFile(path); string(content) != "old" {
		t.Errorf("the old file became %q", content)
	}
	if err := WriteFile(link, full(), Options{}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(link)
	if err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the symbolic link was replaced: %v, %v", info.Mode(), err)
	}
	info, err = os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() < 1000 {
		t.Errorf("the file is %v of %d bytes: %v", info.Mode(), info.Size(), err)
	}
	if got := names(t, directory); !slices.Equal(got, []string{"link.txt", "r.txt"}) {
		t.Errorf("left over: %v", got)
	}
}

func TestWriteFileSaysWhy(t *testing.T) {
	directory := t.TempDir()
	for path, want := range map[string]string{
		filepath.Join(directory, "missing", "r.md"): "no such file or directory",
		filepath.Join(directory, "r.doc"):           "use one of",
	} {
		err := WriteFile(path, full(), Options{})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), ".tmp") {
			t.Errorf("WriteFile(%q): %v, want %q and no temporary name", path, err, want)
		}
	}
	if err := os.Mkdir(filepath.Join(directory, "r.txt"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(filepath.Join(directory, "r.txt"), full(), Options{}); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("a directory: %v", err)
	}
	if err := WriteFile(os.DevNull+".txt", full(), Options{}); err != nil && !strings.Contains(err.Error(), "cannot write the report") {
		t.Errorf("%v", err)
	}
	os.Remove(os.DevNull + ".txt")
}

func TestUnknownQueryIsNamed(t *testing.T) {
	r := full()
	for id, want := range map[string]string{"hei": `did you mean heist?`, "zzz": "it has crime, heist, space and toys", "wrong": "did you mean heist?"} {
		var b bytes.Buffer
		err := Write(&b, Table, r, Options{Query: id})
		if err == nil || !strings.Contains(err.Error(), want) || b.Len() > 0 {
			t.Errorf("query %q: %v, want %q and nothing written", id, err, want)
		}
	}
	if err := Write(&bytes.Buffer{}, HTML, r, Options{Query: "heist"}); err == nil {
		t.Error("an HTML report of one query is no error")
	}
}
