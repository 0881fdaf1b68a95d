package analysis

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// The expected terms are what a server of 8.19 gives for _analyze.
func TestAnalyze(t *testing.T) {
	for _, tt := range []struct {
		analyzer *Analyzer
		text     string
		want     []Token
		next     int
	}{
		{Standard(), "", nil, 0},
		{Standard(), "The Quick, brown-fox!", []Token{{"the", 0}, {"quick", 1}, {"brown", 2}, {"fox", 3}}, 4},
		{Standard(), "It's 3.14 at U.S.A. snake_case", []Token{{"it's", 0}, {"3.14", 1}, {"at", 2}, {"u.s.a", 3}, {"snake_case", 4}}, 5},
		{Standard(), "8½ Alien³ ™", []Token{{"8", 0}, {"alien", 1}, {"™", 2}}, 3},
		{Standard(), "東京 カタカナ", []Token{{"東", 0}, {"京", 1}, {"カタカナ", 2}}, 3},
		{Standard(), "ไทย 🇫🇷🇩 👍🏽 #️⃣ ❤︎", []Token{{"ไทย", 0}, {"🇫🇷", 1}, {"👍🏽", 2}, {"#️⃣", 3}, {"❤", 4}}, 5},
		{Standard(), "İSTANBUL ΣΊΣΥΦΟΣ", []Token{{"istanbul", 0}, {"σίσυφοσ", 1}}, 2},
		{English(), "The killer's knives and the cooks’ S'S", []Token{{"killer", 1}, {"knive", 2}, {"cook", 5}, {"s", 6}}, 7},
		{English(), "the end of the", []Token{{"end", 1}}, 4},
		{English(), "ies sses eeds relational flies", []Token{{"i", 0}, {"ss", 1}, {"eed", 2}, {"relat", 3}, {"fli", 4}}, 5},
	} {
		got, next := tt.analyzer.Analyze(nil, tt.text)
		if diff := cmp.Diff(tt.want, got); diff != "" || next != tt.next {
			t.Errorf("%s of %q, next %d, want %d: %s", tt.analyzer.Name(), tt.text, next, tt.next, diff)
		}
	}
}

// Lengths count UTF-16 units, as on the server, so an emoji counts two.
func TestLongTokensAreCut(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []string
	}{
		{strings.Repeat("a", 255), []string{strings.Repeat("a", 255)}},
		{strings.Repeat("a", 256), []string{strings.Repeat("a", 255), "a"}},
		{strings.Repeat("𐐨", 130), []string{strings.Repeat("𐐨", 127), "𐐨𐐨𐐨"}},
		{strings.Repeat("a", 254) + "'bc", []string{strings.Repeat("a", 254), "bc"}},
	} {
		tokens, _ := Standard().Analyze(nil, tt.text)
		var got []string
		for _, tok := range tokens {
			got = append(got, tok.Term)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%.10q... of %d bytes: %s", tt.text, len(tt.text), diff)
		}
	}
}

func TestNamed(t *testing.T) {
	for _, name := range []string{"standard", "english"} {
		if a, ok := Named(name); !ok || a.Name() != name {
			t.Errorf("Named(%q) = %v, %v", name, a, ok)
		}
	}
	if _, ok := Named("klingon"); ok {
		t.Error("an unknown analyzer was found")
	}
}

func FuzzAnalyze(f *testing.F) {
	for _, s := range []string{"The killer's knives", "ไทย", "🇫🇷 #️⃣ ❤︎ 👩‍👩‍👧", "a\xffb", strings.Repeat("é'", 300), "\u200d\u200d\u0301", "ies"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, a := range []*Analyzer{Standard(), English()} {
			tokens, next := a.Analyze(nil, text)
			last := -1
			for _, tok := range tokens {
				if tok.Position <= last || tok.Position >= next {
					t.Fatalf("%s of %q: position %d after %d, next %d", a.Name(), text, tok.Position, last, next)
				}
				last = tok.Position
				if utf8.RuneCountInString(tok.Term) > maxTokenLength {
					t.Fatalf("%s of %q: a term of %d characters", a.Name(), text, utf8.RuneCountInString(tok.Term))
				}
				if a.Name() == "standard" && tok.Term == "" {
					t.Fatalf("%s of %q: an empty term", a.Name(), text)
				}
			}
		}
	})
}
