package judgments

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
)

// maxSlug is how many characters of a query go into its derived id.
const maxSlug = 60

// slug makes an id from a query's text.
func slug(text string) string {
	if s := Slug(text, maxSlug); s != "" {
		return s
	}
	return "query"
}

// Slug makes a word of a text: its folded letters and digits, with a hyphen for
// everything between, at most as many characters as given; "" where there are
// none.
func Slug(text string, most int) string {
	var b strings.Builder
	n, gap := 0, false
	for _, r := range FoldTitle(text) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
			gap = n > 0
			continue
		}
		if n >= most || gap && n+1 >= most {
			break
		}
		if gap {
			b.WriteByte('-')
			n++
		}
		gap = false
		b.WriteRune(r)
		n++
	}
	return b.String()
}

// DeriveIDs gives an id to each query that has none. A query's id depends on
// its text alone, so that moving queries about keeps their ids, except where
// several texts make the same slug or an explicit id takes it: these get a
// part of the text's hash behind it.
func DeriveIDs(queries []Query) {
	taken := make(map[string]int, len(queries))
	slugs := make([]string, len(queries))
	for i := range queries {
		id := queries[i].ID
		if id == "" {
			slugs[i] = slug(queries[i].Text)
			id = slugs[i]
		}
		taken[id]++
	}
	for i := range queries {
		if queries[i].ID != "" {
			continue
		}
		id := slugs[i]
		if taken[id] > 1 {
			sum := sha256.Sum256([]byte(FoldTitle(queries[i].Text)))
			digest := hex.EncodeToString(sum[:])
			for n := 6; ; n++ {
				if id = slugs[i] + "-" + digest[:n]; taken[id] == 0 || n == len(digest) {
					break
				}
			}
			taken[id]++
		}
		queries[i].ID = id
	}
}
