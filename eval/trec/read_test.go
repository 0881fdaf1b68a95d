package trec

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval/metrics"
)

func mustMetrics(t testing.TB, names ...string) []metrics.Metric {
	t.Helper()
	ms, err := ParseMeasures(names, false)
	if err != nil {
		t.Fatal(err)
	}
	return ms.Metrics
}

func mustQrels(t testing.TB, text string) *Qrels {
	t.Helper()
	q, err := ReadQrels(t.Context(), Input{Name: "qrels", Reader: strings.NewReader(text)}, QrelsOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// evaluateText evaluates with blocks so small that every query is cut off.
func evaluateText(ctx context.Context, q *Qrels, run string, ms []metrics.Metric, o Options, blockSize int) (*Result, error) {
	src, err := Input{Name: "run", Reader: strings.NewReader(run)}.open(true)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	e := &evaluation{qrels: q, metrics: ms, options: o, name: "run", workers: 3, blockSize: blockSize}
	return e.evaluate(ctx, src)
}

func zip(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	plainQrels = "q1 0 a 1\nq1 0 b 0\nq2 0 c 2\n"
	plainRun   = "q1 Q0 b 1 2 tag\nq1 Q0 a 2 1 tag\nq2 Q0 x 1 9.5 tag\nq2 Q0 c 2 8.5 tag\n"
)

// Every form that holds the same hits gives the same values: mrr 1/2, 1/2.
func TestFormsOfARun(t *testing.T) {
	forms := map[string]string{
		"plain":              plainRun,
		"no final newline":   strings.TrimSuffix(plainRun, "\n"),
		"carriage returns":   strings.ReplaceAll(plainRun, "\n", "\r\n"),
		"tabs":               strings.ReplaceAll(plainRun, " ", "\t"),
		"runs of blanks":     " " + strings.ReplaceAll(plainRun, " ", " \t  "),
		"blank lines":        "\n" + strings.ReplaceAll(plainRun, "\n", "\n \t\r\n\n"),
		"comments":           "# made by hand\n" + strings.ReplaceAll(plainRun, "\n", "\n  # so\n"),
		"byte order mark":    "\xef\xbb\xbf" + plainRun,
		"further fields":     strings.ReplaceAll(plainRun, "tag\n", "tag and more\n"),
		"gzip":               string(zip(t, plainRun)),
		"gzip in two parts":  string(zip(t, plainRun[:40])) + string(zip(t, plainRun[40:])),
		"scattered":          "q1 Q0 b 1 2 tag\nq2 Q0 x 1 9.5 tag\nq1 Q0 a 2 1 tag\nq2 Q0 c 2 8.5 tag\n",
		"unjudged queries":   "q0 Q0 a 1 1 tag\n" + plainRun + "q9 Q0 c 1 1 tag\n",
		"not in order":       "q2 Q0 c 2 8.5 tag\nq2 Q0 x 1 9.5 tag\nq1 Q0 a 2 1 tag\nq1 Q0 b 1 2 tag\n",
		"infinite":           strings.NewReplacer(" 9.5 ", " inf ", " 2 tag", " +Infinity tag", " 8.5 ", " -INF ").Replace(plainRun),
		"forms of numbers":   strings.NewReplacer(" 9.5 ", " 0x1.3p3 ", " 8.5 ", " 85.e-1 ", " 2 tag", " +2.0E+00 tag").Replace(plainRun),
		"beyond float64":     strings.NewReplacer(" 9.5 ", " 1e999 ", " 8.5 ", " 1e-999 ").Replace(plainRun),
		"many digits":        strings.NewReplacer(" 9.5 ", " 9.500000000000000000001 ", " 8.5 ", " 9.4999999999999999 ").Replace(plainRun),
		"hexadecimal":        strings.NewReplacer(" 9.5 ", " 0xA ", " 8.5 ", " 0X9 ").Replace(plainRun),
		"ties by id":         strings.NewReplacer(" 9.5 ", " 1 ", " 8.5 ", " 1 ", " 2 tag", " 1 tag").Replace(plainRun),
		"a control in an id": strings.ReplaceAll(plainRun, " x ", " x\x01y "),
	}
	ms := mustMetrics(t, "mrr")
	q := mustQrels(t, plainQrels)
	for name, run := range forms {
		t.Run(name, func(t *testing.T) {
			want := []float64{.5, .5}
			path := filepath.Join(t.TempDir(), "run")
			if err := os.WriteFile(path, []byte(run), 0o600); err != nil {
				t.Fatal(err)
			}
			inputs := map[string]Input{
				"file": {Path: path},
				"seek": {Name: "run", Reader: strings.NewReader(run)},
				"pipe": {Name: "-", Reader: struct{ io.Reader }{strings.NewReader(run)}},
			}
			for kind, in := range inputs {
				r, err := Evaluate(t.Context(), q, in, ms, Options{})
				if err != nil {
					t.Fatalf("%s: %v", kind, err)
				}
				if diff := cmp.Diff(want, r.Values[0]); diff != "" {
					t.Errorf("%s: mrr (-want +got):\n%s", kind, diff)
				}
				if r.RunID != "tag" {
					t.Errorf("%s: run id %q, want tag", kind, r.RunID)
				}
			}
		})
	}
}

func TestFormsOfQrels(t *testing.T) {
	want := map[string]float64{"q1 a": 1, "q1 b": 0, "q2 c": 2}
	for name, text := range map[string]string{
		"plain":            plainQrels,
		"carriage returns": strings.ReplaceAll(plainQrels, "\n", "\r\n"),
		"tabs":             strings.ReplaceAll(plainQrels, " ", "\t"),
		"no newline":       strings.TrimSuffix(plainQrels, "\n"),
		"blank lines":      "\n\n" + plainQrels + " \n",
		"comments":         "# so\n" + plainQrels,
		"byte order mark":  "\xef\xbb\xbf" + plainQrels,
		"gzip":             string(zip(t, plainQrels)),
		"scattered":        "q1 0 a 1\nq2 0 c 2\nq1 0 b +0\n",
	} {
		q := mustQrels(t, text)
		got := map[string]float64{}
		for _, j := range q.Judgments() {
			got[j.Query+" "+j.Document] = j.Grade
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: judgments (-want +got):\n%s", name, diff)
		}
	}
}

// Ids are bytes, not text.
func TestIdsThatAreNotUTF8(t *testing.T) {
	q := mustQrels(t, "q\xff 0 d\xfe\xff 1\nq\xff 0 \xc3\xa9 0\n")
	r, err := Evaluate(t.Context(), q, Input{Name: "run", Reader: strings.NewReader(
		"q\xff Q0 d\xfe\xfe 1 1 t\nq\xff Q0 d\xfe\xff 2 1 t\n")}, mustMetrics(t, "mrr"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	// Equal scores: d\xfe\xff is the greater id and comes first.
	if r.Values[0][0] != 1 {
		t.Errorf("mrr is %v, want 1", r.Values[0][0])
	}
}

func TestBadQrels(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "qrels: the file holds no judgment; its lines must be query iteration document grade"},
		{"# nothing\n", "qrels: the file holds no judgment"},
		{"q 0 d\n", "qrels:1: 3 fields, want 4: query iteration document grade"},
		{"q 0 d 1\n\nq\n", "qrels:3: 1 field, want 4"},
		{"q 0 a title 1\n", "qrels:1: 5 fields, want 4"},
		{"q 0 d 1.7\n", `qrels:1: the grade "1.7" is not a whole number`},
		{"q 0 d high\n", `qrels:1: the grade "high" is not a whole number`},
		{"q 0 d 99999999999999999999\n", `qrels:1: the grade "99999999999999999999" is out of range`},
		{"q 0 d 1\np 0 d 1\nq 0 e 1\nq 0 d 0\n", `qrels:4: document "d" is judged a second time for query "q", first at line 1`},
	}
	for _, test := range tests {
		_, err := ReadQrels(t.Context(), Input{Name: "qrels", Reader: strings.NewReader(test.text)}, QrelsOptions{})
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%q: %v, want %s", test.text, err, test.want)
		}
	}
}

// Fractional grades are taken on request, and lines keep their order.
func TestFractionalGrades(t *testing.T) {
	text := "q2 0 b 0.7\nq1 0 a 1.0\nq2 0 a -1\nq1 0 c 2e-1\n"
	q, err := ReadQrels(t.Context(), Input{Name: "qrels", Reader: strings.NewReader(text)}, QrelsOptions{Fractional: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []Judgment{{"q2", "b", .7, 1}, {"q1", "a", 1, 2}, {"q2", "a", -1, 3}, {"q1", "c", .2, 4}}
	if diff := cmp.Diff(want, q.Judgments(), cmp.AllowUnexported(Judgment{})); diff != "" {
		t.Errorf("judgments (-want +got):\n%s", diff)
	}
	for _, grade := range []string{"nan", "inf", "1e10", "high"} {
		if _, err := ReadQrels(t.Context(), Input{Name: "qrels", Reader: strings.NewReader("q 0 d " + grade)}, QrelsOptions{Fractional: true}); err == nil {
			t.Errorf("the grade %s is taken", grade)
		}
	}
}

func TestBadRuns(t *testing.T) {
	many := strings.Repeat("q1 Q0 "+strings.Repeat("z", 50)+" 1 1 t\n", 1)
	tests := []struct {
		text, want string
		o          Options
	}{
		{"", "run: the file holds no hit; its lines must be query Q0 document rank score tag", Options{}},
		{"\n# so\n", "run: the file holds no hit", Options{}},
		{"q1 Q0 a 1 1\n", "run:1: 5 fields, want 6: query Q0 document rank score tag", Options{}},
		{plainRun + "q3\n", "run:5: 1 field, want 6", Options{}},
		{plainRun + "q3 Q0 a 1 1   \n", "run:5: 5 fields, want 6", Options{}},
		{"q1 Q0 a 1 nan t\n", `run:1: the score "nan" cannot be ranked`, Options{}},
		{"q1 Q0 a 1 -NaN t\n", `run:1: the score "-NaN" `, Options{}},
		{"q1 Q0 a 1 high t\n", `run:1: the score "high" is not a number`, Options{}},
		{"q1 Q0 a 1 1_0 t\n", `run:1: the score "1_0" is not a number`, Options{}},
		{"q1 Q0 a 1 . t\n", `run:1: the score "." is not a number`, Options{}},
		{"q1 Q0 a 1 - t\n", `run:1: the score "-" is not a number`, Options{}},
		{"q1 Q0 a 1 1e t\n", `run:1: the score "1e" is not a number`, Options{}},
		{"q1 Q0 a x 1 t\n", `run:1: the rank "x" is not a number`, Options{Order: ByRank}},
		{many + "\nq1 Q0 b 2 1 t\nq1 Q0 b 3 1 t\n", `run:4: document "b" is returned a second time for query "q1", first at line 3`, Options{}},
		{many + "\nq1 Q0 a 2 1 t\nq1 Q0 a 3 1 t\n", `run:4: document "a" is returned a second time for query "q1", first at line 3`, Options{}},
		// Across the parts of a scattered list.
		{"q1 Q0 x 1 1 t\nq2 Q0 x 1 1 t\nq1 Q0 x 3 1 t\nbad\n", `run:3: document "x" is returned a second time for query "q1", first at line 1`, Options{}},
		{"q1 Q0 x 1 1 t\nq2 Q0 x 1 1 t\nbad\nq1 Q0 x 3 1 t\n", `run:3: 1 field, want 6`, Options{}},
		{"q1 Q0 x 1 1 t\nq1 Q0 y 1 0 t\n", `run:2: two hits of query "q1" have the same rank, the other on line 1; rank by score instead`, Options{Order: ByRank}},
		{"q1 Q0 x 2 1 t\nq1 Q0 y 1 0 t\nq2 Q0 c 1 1 t\nq1 Q0 z 2 0 t\n", `run:4: two hits of query "q1" have the same rank, the other on line 1`, Options{Order: ByRank}},
		{"q1 Q0 x 2 1 t\nq1 Q0 y 1 0 t\nq1 Q0 z 2 0 t\nbad\n", `run:3: two hits of query "q1" have the same rank, the other on line 1`, Options{Order: ByRank}},
		{"q8 Q0 x 1 1 t\n", "run answers no query of qrels: the run and the qrels do not belong together", Options{}},
	}
	q := mustQrels(t, plainQrels)
	for _, test := range tests {
		for _, size := range []int{1, 40, blockSize} {
			_, err := evaluateText(t.Context(), q, test.text, mustMetrics(t, "map"), test.o, size)
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("%q in blocks of %d: %v, want %s", test.text, size, err, test.want)
			}
		}
	}
}

// The error of the first bad line, also where workers see a later one first.
func TestTheFirstErrorWins(t *testing.T) {
	var b strings.Builder
	for i := range 3000 {
		b.WriteString("u" + strings.Repeat("u", i%7) + " Q0 a 1 1 t\n")
		if i >= 1000 && i%100 == 0 {
			b.WriteString("bad\n")
		}
	}
	q := mustQrels(t, plainQrels)
	for range 20 {
		_, err := evaluateText(t.Context(), q, b.String(), mustMetrics(t, "map"), Options{}, 64)
		var line *LineError
		if !errors.As(err, &line) || line.Line != 1002 {
			t.Fatalf("%v, want line 1002", err)
		}
	}
}

func TestRankByRank(t *testing.T) {
	q := mustQrels(t, plainQrels)
	run := "q1 Q0 a 1 -7 t\nq1 Q0 b 2 nan t\nq2 Q0 c 10 9 t\nq2 Q0 x 9 ? t\n"
	r, err := evaluateText(t.Context(), q, run, mustMetrics(t, "mrr"), Options{Order: ByRank}, blockSize)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]float64{1, .5}, r.Values[0]); diff != "" {
		t.Errorf("mrr (-want +got):\n%s", diff)
	}
}

func TestInputErrors(t *testing.T) {
	q := mustQrels(t, plainQrels)
	dir := t.TempDir()
	cut := filepath.Join(dir, "cut.gz")
	packed := zip(t, plainRun)
	if err := os.WriteFile(cut, packed[:len(packed)-9], 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "none"), dir, cut} {
		if _, err := Evaluate(t.Context(), q, Input{Path: path}, nil, Options{}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("Evaluate of %s: %v", path, err)
		}
		if _, err := ReadQrels(t.Context(), Input{Path: path}, QrelsOptions{}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("ReadQrels of %s: %v", path, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Evaluate(ctx, q, Input{Reader: strings.NewReader(plainRun)}, nil, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Evaluate after cancel: %v", err)
	}
	if _, err := ReadQrels(ctx, Input{Reader: strings.NewReader(plainQrels)}, QrelsOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("ReadQrels after cancel: %v", err)
	}
}

// A spool is gone when the evaluation is.
func TestNothingIsLeftBehind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	q := mustQrels(t, plainQrels)
	for _, run := range []string{plainRun, "bad\n"} {
		// What came of it does not matter here.
		_, _ = Evaluate(t.Context(), q, Input{Reader: struct{ io.Reader }{strings.NewReader(run)}}, nil, Options{})
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 0 {
		t.Errorf("left in the temporary folder: %v, %v", entries, err)
	}
}
