package static

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Tokens cuts a text into word pieces as BERT's uncased tokenizer does, without
// the markers of beginning and end.
func (t *Table) Tokens(text string) []int32 {
	var ids []int32
	word := make([]byte, 0, 64)
	characters := 0
	flush := func() {
		if characters > 0 {
			ids = t.pieces(ids, string(word), characters)
			word, characters = word[:0], 0
		}
	}
	put := func(r rune) {
		if isPunctuation(r) {
			flush()
			word, characters = utf8.AppendRune(word, r), 1
			flush()
			return
		}
		word = utf8.AppendRune(word, r)
		characters++
	}
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf:
			switch {
			case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
				word = append(word, byte(r))
				characters++
			case 'A' <= r && r <= 'Z':
				word = append(word, byte(r)+'a'-'A')
				characters++
			case r == ' ' || r == '\t' || r == '\n' || r == '\r':
				flush()
			case r < 0x20 || r == 0x7f:
			default:
				put(r)
			}
		case unicode.In(r, unicode.Zs, unicode.Zl, unicode.Zp):
			flush()
		case r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs):
		case isIdeograph(r):
			flush()
			t.folded(r, put)
			flush()
		default:
			t.folded(r, put)
		}
	}
	flush()
	return ids
}

// folded gives what a character becomes without its accents, in lower case.
func (t *Table) folded(r rune, put func(rune)) {
	if 0xac00 <= r && r <= 0xd7a3 { // Hangul syllables decompose by arithmetic
		s := r - 0xac00
		put(0x1100 + s/588)
		put(0x1161 + s%588/28)
		if tail := s % 28; tail > 0 {
			put(0x11a7 + tail)
		}
		return
	}
	if to, ok := t.fold[r]; ok {
		for _, f := range to {
			put(f)
		}
		return
	}
	if !unicode.Is(unicode.Mn, r) {
		put(unicode.ToLower(r))
	}
}

// pieces appends the ids of a word, always taking the longest piece that the
// vocabulary has.
func (t *Table) pieces(ids []int32, word string, characters int) []int32 {
	if characters > t.maxWord {
		return append(ids, t.unknown)
	}
	if id, ok := t.ids[word]; ok {
		return append(ids, id)
	}
	start := len(ids)
	for at := 0; at < len(word); {
		prefix := ""
		if at > 0 {
			prefix = "##"
		}
		end := len(word)
		for ; end > at; end -= lastSize(word[at:end]) {
			if id, ok := t.ids[prefix+word[at:end]]; ok {
				ids = append(ids, id)
				break
			}
		}
		if end <= at {
			return append(ids[:start], t.unknown)
		}
		at = end
	}
	return ids
}

func lastSize(s string) int {
	_, size := utf8.DecodeLastRuneInString(s)
	return size
}

func isPunctuation(r rune) bool {
	if r < utf8.RuneSelf {
		return strings.ContainsRune("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", r)
	}
	return unicode.Is(unicode.P, r)
}

func isIdeograph(r rune) bool {
	switch {
	case r < 0x3400:
		return false
	case r <= 0x4dbf, 0x4e00 <= r && r <= 0x9fff, 0xf900 <= r && r <= 0xfaff,
		0x20000 <= r && r <= 0x2a6df, 0x2a700 <= r && r <= 0x2b73f, 0x2b740 <= r && r <= 0x2b81f,
		0x2b820 <= r && r <= 0x2ceaf, 0x2f800 <= r && r <= 0x2fa1f:
		return true
	}
	return false
}
