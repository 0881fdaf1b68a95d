package judge

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clipperhouse/displaywidth"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/releval/releval/eval/pool"
	"github.com/releval/releval/judgments"
)

// memory is a book without a file.
type memory struct {
	items []Item
	err   error
}

func (m *memory) Name() string  { return "films" }
func (m *memory) File() string  { return "films.yaml" }
func (m *memory) Items() []Item { return m.items }
func (m *memory) Set(i int, grade *float64) error {
	if m.err == nil {
		m.items[i].Grade = grade
	}
	return m.err
}

// grades writes a book's grades, - for none.
func grades(b Book) string {
	var s strings.Builder
	for _, item := range b.Items() {
		if item.Grade == nil {
			s.WriteByte('-')
		} else {
			s.WriteByte('0' + byte(*item.Grade))
		}
	}
	return s.String()
}

func book(n int) *memory {
	m := &memory{}
	for i := range n {
		m.items = append(m.items, Item{Query: "q", Title: string(rune('A' + i))})
	}
	return m
}

func press(s *Session, keys string) (done bool) {
	for _, k := range keys {
		done = s.Press(k)
	}
	return done
}

func TestPress(t *testing.T) {
	for _, c := range []struct {
		keys, grades string
		at           int
	}{
		{"", "---", 0},
		{"3", "3--", 1},
		{"012", "012", 3},
		{"0123", "012", 3},
		{"s1", "-1-", 2},
		{"sss", "---", 3},
		{"sssb2", "--2", 3},
		{"s12bbb", "-12", 0},
		{"s12bbb3", "312", 3},
		{"1b2", "2--", 1},
		{"1b2u", "1--", 0},
		{"1b2uu", "---", 0},
		{"1uu", "---", 0},
		{"b", "---", 0},
		{"45xy", "---", 0},
	} {
		b := book(3)
		s := NewSession(b)
		press(s, c.keys)
		if grades(b) != c.grades || s.at != c.at {
			t.Errorf("%q: grades %s at %d, want %s at %d", c.keys, grades(b), s.at, c.grades, c.at)
		}
	}
	if !press(NewSession(book(1)), "q") {
		t.Error("q does not quit")
	}
}

func TestResume(t *testing.T) {
	b := book(4)
	press(NewSession(b), "1s2")
	s := NewSession(b)
	if s.at != 1 {
		t.Errorf("resumes at %d, want the skipped 1", s.at)
	}
	if got, want := s.Counts(), (Counts{All: 4, Judged: 2}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestNotSaved shows an item that could not be saved again, as not judged.
func TestNotSaved(t *testing.T) {
	b := book(2)
	b.err = errors.New("the disk is full")
	s := NewSession(b)
	s.Press('2')
	if s.at != 0 || !strings.Contains(strings.Join(s.Screen(80, 24), "\n"), "not saved: the disk is full") {
		t.Errorf("at %d:\n%s", s.at, strings.Join(s.Screen(80, 24), "\n"))
	}
	b.err = nil
	if press(s, "2"); grades(b) != "2-" || s.Counts().New != 1 {
		t.Errorf("%s, %+v", grades(b), s.Counts())
	}
}

func TestScreen(t *testing.T) {
	b := &memory{items: []Item{
		{Query: "heist", Asked: "a robbery that goes wrong", Title: "Heat", Detail: "heat-1995", Text: strings.Repeat("word ", 600)},
	}}
	s := NewSession(b)
	got := s.Screen(80, 24)
	for i, want := range map[int]string{
		0:  "films" + strings.Repeat(" ", 62) + "0 of 1 judged",
		2:  "query   heist",
		3:  "means   a robbery that goes wrong",
		5:  "title   Heat (heat-1995)",
		21: "(page 1 of 3, space turns it)",
		23: keysLine,
	} {
		if got[i] != want {
			t.Errorf("line %d is %q, want %q", i, got[i], want)
		}
	}
	s.Press(keyMore)
	if page := s.Screen(80, 24)[21]; page != "(page 2 of 3, space turns it)" {
		t.Error(page)
	}
}

// TestAnyScreen lays out any texts for any size, and wants them to fit and to
// be harmless.
func TestAnyScreen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`([a-z\x1b日本ü]{0,90} ?){0,10}`))
		b := &memory{items: []Item{{Query: text.Draw(t, "query"), Asked: text.Draw(t, "asked"), Title: text.Draw(t, "title"), Text: text.Draw(t, "text")}}}
		s := NewSession(b)
		s.message = text.Draw(t, "message")
		press(s, rapid.StringMatching(`[ sbu0-3]{0,4}`).Draw(t, "keys"))
		width, height := rapid.IntRange(40, 200).Draw(t, "width"), rapid.IntRange(12, 60).Draw(t, "height")
		lines := s.Screen(width, height)
		if len(lines) != height {
			t.Fatalf("%d lines, want %d", len(lines), height)
		}
		for _, l := range lines {
			if w := displaywidth.String(l); w > width {
				t.Fatalf("%q is %d columns wide, want at most %d", l, w, width)
			}
			if strings.ContainsAny(l, "\x1b\r\n\t") {
				t.Fatalf("%q steers the terminal", l)
			}
		}
	})
}

func TestRun(t *testing.T) {
	b := book(5)
	var out bytes.Buffer
	// An arrow key does nothing, and Ctrl-C quits.
	keys := strings.NewReader("3\x1b[A2S\x031")
	if err := Run(t.Context(), NewSession(b), keys, &out, func() (int, int) { return 80, 24 }); err != nil {
		t.Fatal(err)
	}
	if grades(b) != "32---" {
		t.Error(grades(b))
	}
	if !strings.HasPrefix(out.String(), enter) || !strings.HasSuffix(out.String(), leave) {
		t.Error("the screen is not left as it was found")
	}
	if err := Run(t.Context(), NewSession(b), strings.NewReader(""), &out, func() (int, int) { return 80, 24 }); err != nil {
		t.Error("the end of the input is an error:", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Run(ctx, NewSession(b), strings.NewReader("1"), &out, func() (int, int) { return 80, 24 }); !errors.Is(err, context.Canceled) || grades(b) != "32---" {
		t.Errorf("%v, %s", err, grades(b))
	}
}

// TestDraw draws over another screen, on a terminal whose cursor stays on the
// last column behind a line of the full width, as xterm's does.
func TestDraw(t *testing.T) {
	const width, height = 8, 3
	screen := make([][]byte, height)
	for i := range screen {
		screen[i] = []byte("########")
	}
	var b bytes.Buffer
	if err := draw(&b, []string{"abcdefgh", "", "ijklmnop"}); err != nil {
		t.Fatal(err)
	}
	row, column := 0, 0
	for text := b.String(); text != ""; {
		erase := 0
		switch {
		case strings.HasPrefix(text, corner):
			row, column, text = 0, 0, text[len(corner):]
		case strings.HasPrefix(text, lineEnd):
			erase, text = row+1, text[len(lineEnd):]
		case strings.HasPrefix(text, rest):
			erase, text = height, text[len(rest):]
		case strings.HasPrefix(text, "\r\n"):
			row, column, text = row+1, 0, text[2:]
		default:
			screen[row][column] = text[0]
			column, text = min(column+1, width-1), text[1:]
		}
		for r, from := row, column; r < erase; r, from = r+1, 0 {
			for c := from; c < width; c++ {
				screen[r][c] = ' '
			}
		}
	}
	if got := string(bytes.Join(screen, []byte("|"))); got != "abcdefgh|        |ijklmnop" {
		t.Errorf("the screen shows %s", got)
	}
}

const poolText = `pool: s
queries:
  - id: q
    query: q
    candidates:
      - grade: ?  # of B
        title: B
      - grade: ?
        title: C
`

func TestPoolBook(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.yaml")
	write(t, path, poolText)
	f, err := pool.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	s := NewSession(NewPoolBook(f))
	press(s, "31u2")
	want := strings.Replace(strings.Replace(poolText, "?", "3", 1), "?", "2", 1)
	if diff := cmp.Diff(want, read(t, path)); diff != "" {
		t.Error(diff)
	}
	write(t, path, poolText)
	if press(s, "b0"); !strings.Contains(s.message, "changed by someone else") || read(t, path) != poolText {
		t.Errorf("someone's change is lost: %q", s.message)
	}
}

const suiteText = `# A suite.
name: s
search: {index: i, title_field: title, retriever: {match: {query: "{{query}}"}}}
queries:
  - query: q
    relevant: [A] # known
`

func TestSuiteBook(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.yaml")
	write(t, path, suiteText)
	suite, err := judgments.Load(path, judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	candidates := &pool.Pool{Queries: []pool.Query{{Text: "q", Candidates: []pool.Candidate{
		{ID: "b", Title: "B"}, {ID: "c2", Title: "C", NeedsID: true}, {ID: "d", Title: "D"}, {ID: "w", Title: "Women\u0092s", NeedsID: true},
	}}}}
	s := NewSession(NewSuiteBook(suite, []byte(suiteText), candidates))
	press(s, "3")
	if want := strings.Replace(suiteText, "[A]", "[A, {title: B, grade: 3}]", 1); read(t, path) != want {
		t.Errorf("not saved at once:\n%s", read(t, path))
	}
	press(s, "01u2")
	want := strings.Replace(suiteText, "[A]", "[A, {title: B, grade: 3}, {title: C, id: c2, grade: 0}, {title: D, grade: 2}]", 1)
	if diff := cmp.Diff(want, read(t, path)); diff != "" {
		t.Error(diff)
	}
	press(s, "1")
	if want := strings.Replace(want, "grade: 2}]", "grade: 2}, {id: w}]", 1); read(t, path) != want {
		t.Errorf("a title that the suite cannot hold:\n%s", read(t, path))
	}
	press(s, "uuuu")
	if read(t, path) != suiteText {
		t.Errorf("not undone:\n%s", read(t, path))
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestTitleWithControls judges a document whose title no suite can hold, by
// its id, also where the title says which document it is.
func TestTitleWithControls(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.yaml")
	write(t, path, suiteText)
	suite, err := judgments.Load(path, judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := NewSession(NewSuiteBook(suite, []byte(suiteText), &pool.Pool{Queries: []pool.Query{{Text: "q", Candidates: []pool.Candidate{{ID: "w", Title: "Women\u0092s\x1b[31m"}}}}}))
	press(s, "2")
	if want := strings.Replace(suiteText, "[A]", "[A, {id: w, grade: 2}]", 1); read(t, path) != want {
		t.Errorf("%q: %s", s.message, read(t, path))
	}
}

// A message is shown whole on the smallest screen: it says what to do last.
func TestMessagesAreWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.yaml")
	write(t, path, suiteText)
	suite, err := judgments.Load(path, judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := NewSession(NewSuiteBook(suite, []byte(suiteText), &pool.Pool{Queries: []pool.Query{{Text: "q", Candidates: []pool.Candidate{{ID: "w", Title: "W"}}}}}))
	s.message = "cannot write a file of a long name in a folder of a longer one: the disk is full; free some space, then grade the document again"
	screen := s.Screen(40, 12)
	if joined := strings.Join(strings.Fields(strings.Join(screen, " ")), " "); !strings.Contains(joined, s.message) || !strings.Contains(joined, "title W") {
		t.Errorf("%q", screen)
	}
	if len(screen) != 12 {
		t.Errorf("%d lines", len(screen))
	}
	s.message = strings.Repeat("on and on ", 100)
	if screen := s.Screen(40, 12); len(screen) != 12 || !strings.Contains(strings.Join(screen, "\n"), "title") {
		t.Errorf("%q", screen)
	}
}
