package judgments

import (
	"strconv"
	"strings"

	"github.com/releval/releval/judgments/tree"
)

// flowFields are the keys and values of a mapping on one line.
type flowFields []string

func (f *flowFields) add(key, value string) { *f = append(*f, key+": "+value) }

func (f *flowFields) text(key, value string) {
	if value != "" {
		f.add(key, tree.Scalar(value))
	}
}

func (f *flowFields) integer(key string, value int) {
	if value != 0 {
		f.add(key, strconv.Itoa(value))
	}
}

func (f *flowFields) number(key string, value *float64) {
	if value != nil {
		f.add(key, formatNumber(*value))
	}
}

func (f flowFields) String() string { return "{" + strings.Join(f, ", ") + "}" }

// formatNumber writes the shortest decimal that reads back to the same.
func formatNumber(f float64) string {
	text := strconv.FormatFloat(f, 'g', -1, 64)
	if !jsonNumber(text) || strings.ContainsRune(text, 'e') {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return text
}
