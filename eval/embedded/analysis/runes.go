package analysis

import (
	"unicode"

	uax29 "github.com/clipperhouse/uax29/v2/words"
)

// Which characters make a piece of text a token. The classes are UAX #29's, by
// what Go's tables of Unicode say of each character.

// isWord says whether a character belongs to words: a letter, a digit, an
// ideograph or a syllable. Fractions, superscripts and circled digits do not.
func isWord(r rune) bool {
	switch {
	case unicode.IsLetter(r), unicode.Is(unicode.Nd, r), unicode.Is(unicode.Nl, r):
		return true
	case r == 0x309b, r == 0x309c, r == 0x30a0: // marks that count as Katakana
		return true
	case r == 0x05f3, r == 0x066b: // a Hebrew letter's mark, a decimal separator
		return true
	}
	// Symbols that Unicode calls alphabetic: letters in circles and squares.
	return 0x24b6 <= r && r <= 0x24e9 || 0x1f130 <= r && r <= 0x1f149 ||
		0x1f150 <= r && r <= 0x1f169 || 0x1f170 <= r && r <= 0x1f189
}

// isUnspaced says whether a character is of a script that writes words without
// spaces (Unicode's line-breaking class SA). Lucene keeps a run of them whole.
func isUnspaced(r rune) bool {
	if r < 0x0e01 {
		return false
	}
	return unicode.In(r, unicode.Thai, unicode.Lao, unicode.Myanmar, unicode.Khmer, unicode.Tai_Le,
		unicode.New_Tai_Lue, unicode.Tai_Tham, unicode.Tai_Viet, unicode.Ahom) && unicode.In(r, unicode.L, unicode.M)
}

// keycapMark puts the character before it on a key, as in 1⃣.
const keycapMark = '\u20e3'

// textStyle asks for a pictograph in black and white; it is no part of a token.
const textStyle = "\ufe0e"

// isRegional says whether a character is half of a flag.
func isRegional(r rune) bool { return 0x1f1e6 <= r && r <= 0x1f1ff }

// isSkinTone says whether a character colours the pictograph before it.
func isSkinTone(r rune) bool { return 0x1f3fb <= r && r <= 0x1f3ff }

// zeroWidthJoiner glues a pictograph, and nothing else, to what is before.
const zeroWidthJoiner = "\u200d"

// isPictograph says whether a character is an emoji or the like (Unicode's
// Extended_Pictographic), which the segmenter's own tables know: rule WB3c.
func isPictograph(r rune) bool {
	if r < 0xa9 || unicode.In(r, unicode.M, unicode.Cf) {
		return false
	}
	it := uax29.FromString(zeroWidthJoiner + string(r))
	it.Next()
	return len(it.Value()) > len(zeroWidthJoiner)
}
