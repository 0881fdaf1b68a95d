package sweep

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestParseWindows(t *testing.T) {
	for _, test := range []struct {
		text string
		want []int
	}{
		{"5,10,20,50,100,200", []int{5, 10, 20, 50, 100, 200}},
		{"10..50:10", []int{10, 20, 30, 40, 50}},
		{"1..4", []int{1, 2, 3, 4}},
		{"7", []int{7}},
		{"3..3:9", []int{3}},
		{"10..35:10", []int{10, 20, 30}},
		{" 20 , 10 .. 30 : 10,5", []int{5, 10, 20, 30}},
		{"10000", []int{10000}},
	} {
		got, err := ParseWindows(test.text)
		if err != nil {
			t.Errorf("ParseWindows(%q): %v", test.text, err)
			continue
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("ParseWindows(%q) (-want +got):\n%s", test.text, diff)
		}
	}
}

func TestParseWindowsErrors(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", "no window is named"},
		{"5,,10", "missing between two commas"},
		{"5,", "missing between two commas"},
		{"five", `"five" is not a whole number`},
		{"+5", `"+5" is not a whole number`},
		{"2.5", `"2.5" is not a whole number`},
		{"0", "0 is too small"},
		{"-3", "-3 is too small"},
		{"10001", "10001 is too large"},
		{"99999999999999999999", "is not a whole number"},
		{"50..10", `the range "50..10" falls: write it as 10..50`},
		{"10..50:0", `the step of "10..50:0": 0 is too small`},
		{"10..", "a number is missing"},
		{"..10", "a number is missing"},
		{"10..20:", "the step of"},
		{"10:5", `"10:5" is not a whole number`},
		{"1..10000", "more than 1000"},
	} {
		got, err := ParseWindows(test.text)
		if err == nil {
			t.Errorf("ParseWindows(%q) = %v, want an error", test.text, got)
		} else if !strings.Contains(err.Error(), test.want) {
			t.Errorf("ParseWindows(%q): error %q does not say %q", test.text, err, test.want)
		}
	}
}

func TestFormatWindows(t *testing.T) {
	for _, test := range []struct {
		windows []int
		want    string
	}{
		{[]int{5, 10, 20, 50, 100, 200}, "5,10,20,50,100,200"},
		{[]int{10, 20, 30, 40}, "10..40:10"},
		{[]int{1, 2, 3, 10}, "1..3,10"},
		{[]int{7}, "7"},
		{nil, ""},
	} {
		if got := FormatWindows(test.windows); got != test.want {
			t.Errorf("FormatWindows(%v) = %q, want %q", test.windows, got, test.want)
		}
	}
}

func TestWindowsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		windows := rapid.SliceOfNDistinct(rapid.IntRange(1, 300), 1, 200, rapid.ID[int]).Draw(t, "windows")
		slices.Sort(windows)
		got, err := ParseWindows(FormatWindows(windows))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(windows, got); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", FormatWindows(windows), diff)
		}
	})
}

func FuzzParseWindows(f *testing.F) {
	for _, seed := range []string{"5,10,20", "10..200:10", "1..4,9", "", "..", "1..1000000:1", "-1", "5..1", "a,b", " 7 .. 9 : 1 "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		windows, err := ParseWindows(text)
		if err != nil {
			if windows != nil {
				t.Fatalf("windows %v beside the error %v", windows, err)
			}
			return
		}
		if err := checkWindows(windows); err != nil {
			t.Fatalf("ParseWindows(%q) = %v: %v", text, windows, err)
		}
		again, err := ParseWindows(FormatWindows(windows))
		if err != nil || !slices.Equal(windows, again) {
			t.Fatalf("%q gives %v, which reads back as %v, %v", text, windows, again, err)
		}
	})
}
