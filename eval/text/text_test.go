package text

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// hostile are texts that steer terminals, paint over lines or are no text.
var hostile = []string{
	"line one\nline two\r\nline three", "\u202etxt.exe\u202c and \u2066isolated\u2069", "e" + strings.Repeat("\u0301", 500),
	"\x1b[31mred\x1b]0;title\x07", "\x00nul\x7f\u009b31m", "\ufeffbom", "\xff\xfeinvalid", "\U000e0041tag", "\ufffe", "   ", "",
}

func TestCleanIsInertAndStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.SampledFrom(hostile)).Draw(t, "text")
		got := Clean(s)
		for _, r := range got {
			if !Visible(r) {
				t.Fatalf("Clean(%q) keeps %U", s, r)
			}
		}
		if again := Clean(got); again != got {
			t.Fatalf("Clean(%q) = %q, and cleaned again %q", s, got, again)
		}
	})
}

func TestCleanKeepsWhatShows(t *testing.T) {
	for in, want := range map[string]string{
		"a\tb\nc":                "a b c",
		"  two  spaces ":         "two spaces",
		"\x1b[31mred":            "[31mred",
		"\u202etxt":              "txt",
		"👨‍👩‍👧":                  "👨‍👩‍👧",
		"می\u200cخواهم":          "می\u200cخواهم", // needs its zero-width non-joiner
		"\xff":                   "\uFFFD",
		"":                       "",
		"soft\u00adhyphen\u200b": "softhyphen",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestClipAndQuote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := strings.ToValidUTF8(rapid.String().Draw(t, "text"), "")
		most := rapid.IntRange(0, 30).Draw(t, "most")
		kept, cut := strings.CutSuffix(Clip(s, most), "…")
		if len(s) <= most {
			kept, cut = Clip(s, most), false
		}
		if len(kept) > most || !strings.HasPrefix(s, kept) || !utf8.ValidString(kept) || cut != (len(s) > most) {
			t.Fatalf("Clip(%q, %d) = %q", s, most, Clip(s, most))
		}
		if len(s)-len(kept) > utf8.UTFMax && most-len(kept) >= utf8.UTFMax {
			t.Fatalf("Clip(%q, %d) = %q, which leaves room for another character", s, most, Clip(s, most))
		}
		back, err := strconv.Unquote(Quote(s))
		if err != nil || back != Clip(s, longestQuote) {
			t.Fatalf("Quote(%q) = %s", s, Quote(s))
		}
	})
}

func TestWords(t *testing.T) {
	names := strings.Split("a b c d e", " ")
	for _, c := range []struct{ got, want string }{
		{Count(1, "query"), "1 query"}, {Count(2, "query"), "2 queries"}, {Count(0, "hit"), "0 hits"}, {Count(2, "search"), "2 searches"}, {Count(int64(6980), "query"), "6,980 queries"},
		{Plural(1, "query finds", "queries find"), "1 query finds"}, {Plural(3, "query finds", "queries find"), "3 queries find"},
		{Thousands(1234567), "1,234,567"}, {Thousands(-1000), "-1,000"}, {Thousands(999), "999"},
		{And(nil), ""}, {And(names[:1]), "a"}, {And(names[:2]), "a and b"}, {And(names[:3]), "a, b and c"},
		{List(names, 5), "a, b, c, d and e"}, {List(names, 4), "a, b, c, d and e"}, {List(names, 3), "a, b, c and 2 more"}, {List(names[:1], 0), "a"},
		{Number(0.1), "0.1"}, {Number(-2), "-2"}, {Number(1e21), "1e+21"},
		{Fixed(0.12345, 4), "0.1235"}, {Fixed(-0.00001, 4), "0.0000"}, {Fixed(math.NaN(), 4), "?"}, {Fixed(math.Inf(-1), 3), "?"},
		{Signed(0.5, 3), "+0.500"}, {Signed(-0.5, 3), "-0.500"}, {Signed(0.0001, 3), "0.000"}, {Signed(-0.0001, 3), "0.000"}, {Signed(10, 1), "+10.0"}, {Signed(math.NaN(), 1), "?"},
		{Percent(0.95), "95 %"}, {Percent(0.999), "99.9 %"}, {Percent(0.9), "90 %"}, {Percent(1), "100 %"},
		{strings.Join(Quoted([]string{"a", "b\n"}), " "), `"a" "b\n"`},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	if strings.Join(names, " ") != "a b c d e" {
		t.Errorf("List changed its names: %q", names)
	}
}

// Strings of requests keep <, > and & as they are.
func TestJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]*`)).Draw(t, "s")
		var want bytes.Buffer
		encoder := json.NewEncoder(&want)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(s); err != nil {
			t.Fatal(err)
		}
		if got := string(JSON(s)) + "\n"; got != want.String() {
			t.Fatalf("%s, want %s", got, want.String())
		}
	})
}
