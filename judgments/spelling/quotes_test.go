package spelling

import "testing"

func TestTypographicQuotes(t *testing.T) {
	for _, test := range []struct {
		text  string
		quote rune
		bare  string
	}{
		{"“ndcg@10”", '“', "ndcg@10"},
		{"„Heat“", '„', "Heat"},
		{"‘Heat’", '‘', "Heat"},
		{"«Heat»", '«', "Heat"},
		{"“Crocodile” Dundee", '“', "“Crocodile” Dundee"},
		{"Ocean’s Eleven", 0, "Ocean’s Eleven"},
		{"the others’", 0, "the others’"},
		{"“", '“', "“"},
		{"", 0, ""},
		{`"plain"`, 0, `"plain"`},
	} {
		if got := TypographicQuote(test.text); got != test.quote {
			t.Errorf("%s: quote %q, want %q", test.text, got, test.quote)
		}
		if got := Unquoted(test.text); got != test.bare {
			t.Errorf("%s: %q, want %q", test.text, got, test.bare)
		}
	}
}
