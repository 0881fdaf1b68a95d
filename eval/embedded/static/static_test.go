package static

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func table(t testing.TB) *Table {
	t.Helper()
	tab, err := Read(embedded)
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

// vectors are what the reference implementation gives.
type vectors struct {
	Tokenisation []struct {
		Text string
		IDs  []int32
	}
	Scores []struct{ Query, Text, Cosine, Maxsim, Raw, Score string }
}

func readVectors(t testing.TB) vectors {
	t.Helper()
	data, err := os.ReadFile("vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Tokenisation) == 0 || len(v.Scores) == 0 {
		t.Fatal("vectors.json holds no vectors")
	}
	return v
}

func TestTokensEqualTheReference(t *testing.T) {
	tab := table(t)
	for _, v := range readVectors(t).Tokenisation {
		got := tab.Tokens(v.Text)
		if diff := cmp.Diff(v.IDs, append([]int32{}, got...)); diff != "" {
			t.Errorf("%q: %s", v.Text, diff)
		}
	}
}

func TestScoresEqualTheReferenceToTheLastDigit(t *testing.T) {
	tab := table(t)
	sims := tab.newSimilarities()
	for _, v := range readVectors(t).Scores {
		q, d := tab.text(v.Query), tab.text(v.Text)
		sims.begin(q)
		c, m := cosine(q, d), sims.maxSim(d)
		r := tab.mix(c, m)
		x := tab.x(r)
		got := []string{
			fmt.Sprintf("%.6f", c), fmt.Sprintf("%.6f", m), fmt.Sprintf("%.6f", r),
			fmt.Sprintf("%.6f", 0.5*(1+x/math.Sqrt(1+x*x))),
		}
		if diff := cmp.Diff([]string{v.Cosine, v.Maxsim, v.Raw, v.Score}, got); diff != "" {
			t.Errorf("%q, %.40q: %s", v.Query, v.Text, diff)
		}
	}
}

// Score must not depend on what was scored before or beside a text.
func TestScoreIsPointwise(t *testing.T) {
	v := readVectors(t)
	var texts []string
	for _, s := range v.Scores {
		texts = append(texts, s.Text)
	}
	tab := table(t)
	fresh := func() *Scorer {
		return &Scorer{load: func() (*Table, error) { return tab, nil }, texts: map[string]*text{}}
	}
	s := fresh()
	for _, query := range []string{"flesh-eating bad guy", "the the", "", "東京"} {
		together, err := s.Score(query, texts)
		if err != nil {
			t.Fatal(err)
		}
		for i, text := range texts {
			alone, err := fresh().Score(query, []string{text})
			if err != nil {
				t.Fatal(err)
			}
			if alone[0] != together[i] {
				t.Errorf("%q, %.40q: alone %v, among others %v", query, text, alone[0], together[i])
			}
		}
	}
}

func TestReadRefusesDamage(t *testing.T) {
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "does not begin with STRERANK"},
		{"other file", make([]byte, 200), "does not begin with STRERANK"},
		{"cut off", embedded[:len(embedded)-1], "is damaged"},
		{"other version", append([]byte("STRERANK\x02\x00\x00\x00"), embedded[12:]...), "version 2"},
	} {
		if _, err := Read(tt.data); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestNoticeIsKept(t *testing.T) {
	if n := table(t).Notice(); !strings.Contains(n, "Apache License, Version 2.0") {
		t.Errorf("notice %q", n)
	}
}

func BenchmarkScore100DocumentsOf50Words(b *testing.B) {
	tab := table(b)
	var words []string
	for w := range tab.ids {
		if len(w) > 3 && w[0] >= 'a' && w[0] <= 'z' {
			words = append(words, w)
		}
	}
	texts := make([]string, 100)
	for i := range texts {
		var sb strings.Builder
		for j := range 50 {
			sb.WriteString(words[(i*7919+j*104729+j*j)%len(words)] + " ")
		}
		texts[i] = sb.String()
	}
	for _, cached := range []bool{true, false} {
		b.Run(fmt.Sprintf("cached=%v", cached), func(b *testing.B) {
			s := New()
			if _, err := s.Score("warm up", texts); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if !cached {
					clear(s.texts)
				}
				if _, err := s.Score("a heist that goes wrong in the city", texts); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	small := smallTable()
	if _, err := Read(small); err != nil {
		f.Fatal(err)
	}
	f.Add(small)
	f.Add(small[:headerSize])
	for _, at := range []int{12, 16, 20, 56, 60, 64, 68, 72, 76} {
		broken := append([]byte{}, small...)
		broken[at+3] = 0xff
		f.Add(broken)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tab, err := Read(data)
		if err != nil {
			return
		}
		d := tab.text("a b ##c 東 é")
		if len(d.ids) > tab.maxTokens {
			t.Fatalf("%d tokens read, more than %d", len(d.ids), tab.maxTokens)
		}
	})
}

// smallTable is a file of three tokens with two dimensions.
func smallTable() []byte {
	le := binary.LittleEndian
	vocabulary, notice := "[UNK]\na\nb\n", "notice"
	out := append([]byte(magic), make([]byte, headerSize-len(magic))...)
	le.PutUint32(out[8:], version)
	le.PutUint32(out[12:], headerSize)
	le.PutUint32(out[16:], 3)
	le.PutUint32(out[20:], 2)
	le.PutUint32(out[24:], 4)
	le.PutUint32(out[28:], 10)
	for i, v := range []float64{0.5, 2, 0.25} {
		le.PutUint64(out[32+8*i:], math.Float64bits(v))
	}
	section := func(at int, data []byte) {
		le.PutUint32(out[at:], uint32(len(out)))
		out = append(out, data...)
	}
	section(56, []byte{0, 0, 1, 0, 2, 0})                           // scales 0, 1, 2
	section(60, []byte{0, 0, 3, 4, 0, 5})                           // rows (0,0), (3,4), (0,5)
	section(64, []byte(vocabulary))                                 //
	section(68, []byte{1, 0, 0, 0, 0xe4, 0, 0, 0, 1, 'a', 0, 0, 0}) // ä becomes a
	section(72, []byte(notice))
	le.PutUint32(out[76:], uint32(len(out)))
	return out
}

// The query "a" has P=(3,4), the text "b ä" P=2*(0,5)+(3,4)=(3,14).
//
//	c = (9+56)/(5*sqrt(205)), m = max((4*5)/(5*5), 1) = 1
//	x = 2*(0.5c + 0.5m - 0.25)
func TestScoreByHand(t *testing.T) {
	tab, err := Read(smallTable())
	if err != nil {
		t.Fatal(err)
	}
	s := &Scorer{load: func() (*Table, error) { return tab, nil }, texts: map[string]*text{}}
	got, err := s.Score("a", []string{"B ä", "", "zzz"})
	if err != nil {
		t.Fatal(err)
	}
	c := 65 / (5 * math.Sqrt(205))
	for i, want := range []float64{2 * (0.5*c + 0.5 - 0.25), -0.5, -0.5} {
		if math.Abs(got[i]-want) > 1e-12 {
			t.Errorf("text %d: %v, want %v", i, got[i], want)
		}
	}
}

// The memory of texts is bounded and must not change scores.
func TestScorerForgets(t *testing.T) {
	tab, err := Read(smallTable())
	if err != nil {
		t.Fatal(err)
	}
	s := &Scorer{load: func() (*Table, error) { return tab, nil }, texts: map[string]*text{}}
	texts := make([]string, cacheLimit)
	for i := range texts {
		texts[i] = "a" + strings.Repeat(" ", i%7) + fmt.Sprint(i)
	}
	before, err := s.Score("a", []string{"a b"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Score("a", texts); err != nil {
		t.Fatal(err)
	}
	after, err := s.Score("a", []string{"a b"})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.texts) > cacheLimit || before[0] != after[0] {
		t.Errorf("%d texts remembered, score %v before, %v after", len(s.texts), before[0], after[0])
	}
}

// The cosine of two texts' vectors is the cosine of the reference.
func TestEmbeddingsHaveTheCosinesOfTheReference(t *testing.T) {
	s := New()
	for _, v := range readVectors(t).Scores {
		var want float64
		if _, err := fmt.Sscan(v.Cosine, &want); err != nil {
			t.Fatal(err)
		}
		a, err := s.Embed(v.Query)
		if err != nil {
			t.Fatal(err)
		}
		b, err := s.Embed(v.Text)
		if err != nil {
			t.Fatal(err)
		}
		got := 0.0
		for i := range min(len(a), len(b)) {
			got += float64(a[i]) * float64(b[i])
		}
		if a != nil && len(a) != Dimensions || math.Abs(got-want) > 1e-6 {
			t.Errorf("%q and %q: cosine %v of %d numbers, want %v of %d", v.Query, v.Text, got, len(a), want, Dimensions)
		}
	}
	if v, err := s.Embed(" "); v != nil || err != nil {
		t.Errorf("a text without words: %v, %v", v, err)
	}
}
