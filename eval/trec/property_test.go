package trec

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A drawn collection: lines that hold no document twice.
type collection struct {
	qrels, run []string
	// tied tells whether two hits of a query have scores that are equal as
	// float32 and differ as float64.
	tied bool
}

func drawCollection(t *rapid.T) collection {
	var c collection
	queries := rapid.SliceOfNDistinct(rapid.StringMatching(`q[0-9]{1,3}`), 1, 6, rapid.ID[string]).Draw(t, "queries")
	doc := rapid.StringMatching(`[a-d]{1,3}|d[0-9]{8,18}`)
	score := rapid.OneOf(
		rapid.Map(rapid.IntRange(-3, 3), func(n int) string { return fmt.Sprint(n) }),
		rapid.SampledFrom([]string{"0.1", "0.10000000001", "1e2", "inf", "-inf", "0x1p-2", "16777217", "16777216"}),
		rapid.Map(rapid.Float64Range(-100, 100), func(x float64) string { return fmt.Sprint(x) }),
	)
	for i, q := range queries {
		for _, d := range rapid.SliceOfNDistinct(doc, 0, 12, rapid.ID[string]).Draw(t, "judged") {
			c.qrels = append(c.qrels, fmt.Sprintf("%s 0 %s %d", q, d, rapid.IntRange(-1, 4).Draw(t, "grade")))
		}
		at := len(c.run)
		for r, d := range rapid.SliceOfNDistinct(doc, 0, 20, rapid.ID[string]).Draw(t, "returned") {
			c.run = append(c.run, fmt.Sprintf("%s Q0 %s %d %s tag", q, d, r+1, score.Draw(t, "score")))
		}
		if i == 0 { // something that every collection needs
			c.qrels = append(c.qrels, q+" 0 judged 1")
			c.run = append(c.run, q+" Q0 returned 99 0.5 tag")
		}
		seen := map[float32]float64{}
		for _, line := range c.run[at:] {
			x, _ := parseScore([]byte(strings.Fields(line)[4]))
			if y, ok := seen[float32(x)]; ok && x != y {
				c.tied = true
			}
			seen[float32(x)] = x
		}
	}
	return c
}

func join(lines []string) string { return strings.Join(lines, "\n") + "\n" }

func parseText(t *rapid.T, text string) *Qrels {
	q, err := parseQrels("qrels", []byte(text), QrelsOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// Evaluate gives what sorting and scoring whole rankings gives, whatever the
// size of the blocks, the order and the precision.
func TestEvaluateAsReference(t *testing.T) {
	ms := mustMetrics(t, "all_trec", "ndcg_exp@5", "err@10", "rbp", "rbp_residual", "judged@5", "map(rel=2)", "mrr@3")
	rapid.Check(t, func(t *rapid.T) {
		c := drawCollection(t)
		if rapid.Bool().Draw(t, "shuffled") {
			c.run = rapid.Permutation(c.run).Draw(t, "order")
		}
		o := Options{Float32: rapid.Bool().Draw(t, "float32"), Order: Order(rapid.IntRange(0, 1).Draw(t, "order by"))}
		got, err := evaluateText(t.Context(), parseText(t, join(c.qrels)), join(c.run), ms, o, rapid.IntRange(1, 400).Draw(t, "block"))
		if err != nil {
			t.Fatal(err)
		}
		want, ok := reference(join(c.qrels), join(c.run), ms, o)
		if !ok || len(want) != len(got.Queries) {
			t.Fatalf("the reference has %d queries, %v; got %d", len(want), ok, len(got.Queries))
		}
		for i, q := range got.Queries {
			for m := range ms {
				if a, b := want[q][m], got.Values[m][i]; math.Float64bits(a) != math.Float64bits(b) && !(a != a && b != b) {
					t.Fatalf("%v of %s is %v, want %v", ms[m], q, b, a)
				}
			}
		}
	})
}

// Shuffled files give the same bytes.
func TestShuffledInputGivesTheSameBytes(t *testing.T) {
	ms := mustMetrics(t, "all_trec", "err@10", "judged@5")
	rapid.Check(t, func(t *rapid.T) {
		c := drawCollection(t)
		print := func(qrels, run []string) string {
			r, err := evaluateText(t.Context(), parseText(t, join(qrels)), join(run), ms, Options{}, 200)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := WriteTrecEval(&b, r, WriteOptions{RunID: true, PerQuery: true}); err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
		want := print(c.qrels, c.run)
		got := print(rapid.Permutation(c.qrels).Draw(t, "qrels"), rapid.Permutation(c.run).Draw(t, "run"))
		if want != got {
			t.Fatalf("in order\n%s\nshuffled\n%s", want, got)
		}
	})
}

// Single precision changes nothing but where it makes ties; that it does there
// is what the golden case "ties" shows.
func TestFloat32DiffersOnTiesOnly(t *testing.T) {
	ms := mustMetrics(t, "ndcg", "map", "mrr")
	rapid.Check(t, func(t *rapid.T) {
		c := drawCollection(t)
		q := parseText(t, join(c.qrels))
		double, err := evaluateText(t.Context(), q, join(c.run), ms, Options{}, 200)
		if err != nil {
			t.Fatal(err)
		}
		single, err := evaluateText(t.Context(), q, join(c.run), ms, Options{Float32: true}, 200)
		if err != nil {
			t.Fatal(err)
		}
		for m := range ms {
			if !c.tied && !slices.Equal(double.Values[m], single.Values[m]) {
				t.Fatalf("%v: %v and %v without a tie", ms[m], double.Values[m], single.Values[m])
			}
		}
	})
}

// A block ends where the query changes, no line is lost, and none is split.
func TestBlocksAreCutAtQueries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.SampledFrom([]string{"a 1\n", "a 22\n", "b 1\n", "bb 1\n", "\n", "# a\n", "  a 3\n", "\r\n", "c\n"})
		text := strings.Join(rapid.SliceOfN(line, 0, 40).Draw(t, "lines"), "")
		if rapid.Bool().Draw(t, "cut") {
			text = strings.TrimSuffix(text, "\n")
		}
		blocks := newBlocks(strings.NewReader(text), rapid.IntRange(1, 60).Draw(t, "size"))
		var b block
		var got strings.Builder
		before := ""
		for n := 0; ; n++ {
			if err := blocks.next(&b); err != nil {
				break
			}
			part := string(b.buf[:b.n])
			if b.seq != n || part == "" {
				t.Fatalf("block %d is number %d with %q", n, b.seq, part)
			}
			first, _, ok := firstQuery([]byte(part), 0)
			if got.Len() > 0 && (!strings.HasSuffix(got.String(), "\n") || ok && string(first) == before) {
				t.Fatalf("cut between %q and %q", got.String(), part)
			}
			for l := range strings.Lines(part) {
				if q, ok := queryAt([]byte(l), 0); ok {
					before = string(q)
				}
			}
			got.WriteString(part)
		}
		if got.String() != text {
			t.Fatalf("blocks hold %q, want %q", got.String(), text)
		}
	})
}

func FuzzParseScore(f *testing.F) {
	for _, s := range []string{"1", "-0", "+.5", "5.", "1e3", "0x1p-2", "0xA", "inf", "nan", "1_0", "9007199254740993", "0.30000000000000004",
		"1e999", "123456789012345678901234567890", "", "-", "e", "0x", "infinityx"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parseScore([]byte(s))
		if err == nil && got != got {
			t.Fatalf("%q is NaN", s)
		}
		var want float64
		n, scanErr := fmt.Sscanf(s, "%g", &want)
		plain := strings.Trim(s, "0123456789.+-eE") == "" && s != ""
		if plain && (err == nil) && (n == 1) && scanErr == nil && want != got {
			t.Fatalf("%q is %v, want %v", s, got, want)
		}
	})
}

func FuzzEvaluate(f *testing.F) {
	f.Add(plainQrels, plainRun, uint16(30), byte(0))
	f.Add("q 0 d -1\n", "q Q0 d 1 inf t\r\nq Q0 e 2 inf t", uint16(1), byte(1))
	f.Add("q 0 d 1\nq 0 e 2\n", "q Q0 d 1 1 t\nr Q0 d 1 1 t\nq Q0 e 2 2 t\n", uint16(20), byte(2))
	f.Add("\xef\xbb\xbfq\t0\td 3", "# c\n\n q Q0 d\x01 1 0x1p1 t extra\n", uint16(9), byte(3))
	ms := mustMetrics(f, "ndcg", "map", "bpref", "num_ret", "judged@3", "rbp")
	f.Fuzz(func(t *testing.T, qrels, run string, size uint16, mode byte) {
		q, err := parseQrels("qrels", []byte(qrels), QrelsOptions{})
		if err != nil {
			return
		}
		o := Options{Float32: mode&1 != 0, Order: Order(mode >> 1 & 1)}
		r, err := evaluateText(t.Context(), q, run, ms, o, int(size)+1)
		if err != nil {
			if err.Error() == "" || strings.Contains(err.Error(), "\n") {
				t.Fatalf("the error %q", err)
			}
			return
		}
		// Bytes that strings.Fields takes for space and C does not, and numbers
		// that only C reads, are not for the reference.
		if strings.ContainsAny(qrels+run, "\u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\xef\x85\xa0xX") || strings.ContainsFunc(run+qrels, func(r rune) bool { return r > 0x7f }) {
			return
		}
		want, ok := reference(qrels, run, ms, o)
		if !ok {
			return
		}
		for i, id := range r.Queries {
			for m := range ms {
				if a, b := want[id][m], r.Values[m][i]; a != b && !(a != a && b != b) {
					t.Fatalf("%v of %q is %v, want %v", ms[m], id, b, a)
				}
			}
		}
	})
}
