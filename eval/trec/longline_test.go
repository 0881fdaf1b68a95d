package trec

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// endless gives the same byte for ever, and counts what was read of it.
type endless struct{ read int }

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	e.read += len(b)
	return len(b), nil
}

// A line without end is refused before it fills the memory, wherever it
// stands.
func TestEndlessLine(t *testing.T) {
	q := mustQrels(t, "1 0 a 1\n")
	for _, begin := range []string{"", "1 Q0 a 1 1.5 x\n", strings.Repeat("1 Q0 a 1 1.5 x\n", 100_000)} {
		e := &endless{}
		in := Input{Name: "file", Reader: io.MultiReader(strings.NewReader(begin), e)}
		if _, err := Evaluate(t.Context(), q, in, mustMetrics(t, "map"), Options{}); !errors.Is(err, errLongLine) || !strings.HasPrefix(err.Error(), "file: ") {
			t.Errorf("a run: error %v, want %v", err, errLongLine)
		}
		if e.read > 16<<20 {
			t.Errorf("a run: %d bytes of the line were read", e.read)
		}
		e = &endless{}
		in.Reader = io.MultiReader(strings.NewReader(strings.ReplaceAll(begin, "1 Q0 a 1 1.5 x", "1 0 a 1")), e)
		if _, err := ReadQrels(t.Context(), in, QrelsOptions{}); !errors.Is(err, errLongLine) {
			t.Errorf("qrels: error %v, want %v", err, errLongLine)
		}
		if e.read > 16<<20 {
			t.Errorf("qrels: %d bytes of the line were read", e.read)
		}
	}
	// a long line within the bound is only a wrong one
	if _, err := ReadQrels(t.Context(), Input{Name: "file", Reader: strings.NewReader(strings.Repeat("x", maxLine-1) + "\n")}, QrelsOptions{}); err == nil || errors.Is(err, errLongLine) {
		t.Errorf("error %v, want one about fields", err)
	}
}
