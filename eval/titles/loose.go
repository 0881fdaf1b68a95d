package titles

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/releval/releval/judgments"
)

// letters that decomposition leaves alone, and what they are written as where
// a keyboard lacks them.
var letters = strings.NewReplacer("œ", "oe", "æ", "ae", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i", "&", " and ",
	"'", "", "’", "", "‘", "", "`", "", "´", "", "ʼ", "")

// behind is an article that a catalogue moved behind the title.
var behind = regexp.MustCompile(`^(.+),\s*(the|an?|der|die|das|le|la|les|el|los|las|il|lo|gli|de|het)$`)

// Loose brings a title to its letters and digits: without accents, case,
// punctuation and apostrophes, with & as "and" and an article behind a comma
// put in front. White space stays where words end. A title of nothing but
// signs stays as judgments.FoldTitle makes it.
func Loose(title string) string {
	folded := cases.Fold().String(norm.NFC.String(title))
	folded = strings.TrimSpace(folded)
	if m := behind.FindStringSubmatch(folded); m != nil {
		folded = m[2] + " " + m[1]
	}
	var b strings.Builder
	// Folded before the signs are taken apart and after: what they become can be
	// one of the letters, or a final sigma.
	for _, r := range letters.Replace(cases.Fold().String(norm.NFKD.String(letters.Replace(folded)))) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(unicode.ToLower(r))
		case unicode.Is(unicode.Mn, r):
		default:
			b.WriteByte(' ')
		}
	}
	loose := strings.Join(strings.Fields(b.String()), " ")
	if loose == "" {
		return judgments.FoldTitle(title)
	}
	return loose
}

// roman numerals that films, books and games are counted with. I alone is
// more often a word.
var roman = map[string]string{"ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10", "xi": "11", "xii": "12"}

// numbers are the numbers of a loose title in order: two titles that differ
// in them are seldom the same.
func numbers(loose string) []string {
	var found []string
	for word := range strings.FieldsSeq(loose) {
		if arabic, ok := roman[word]; ok {
			word = arabic
		}
		if strings.ContainsFunc(word, unicode.IsDigit) {
			found = append(found, word)
		}
	}
	return found
}

func sameNumbers(a, b string) bool { return slices.Equal(numbers(a), numbers(b)) }
