package static

import (
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
	s := New()
	for _, query := range []string{"flesh-eating bad guy", "the the", "", "東京"} {
		together, err := s.Score(query, texts)
		if err != nil {
			t.Fatal(err)
		}
		for i, text := range texts {
			alone, err := New().Score(query, []string{text})
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
