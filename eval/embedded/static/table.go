package static

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/blas/gonum"
)

// Layout of the file's header; see FORMAT.md.
const (
	magic      = "STRERANK"
	version    = 1
	headerSize = 88
)

// Limits keep a damaged header from asking for absurd amounts of memory. Up to
// 1,024 dimensions a product of two vectors of bytes is below 2^24, so that
// float32 holds it exactly, in whatever order it is summed up.
const (
	maxVocabulary = 1 << 20
	maxDimensions = 1 << 10
	maxTokensRead = 1 << 16
)

// Table is the vectors, vocabulary and constants of a static reranker. It is
// never changed after Read.
type Table struct {
	dimensions           int
	maxTokens, maxWord   int
	alpha, slope, centre float64

	scales  []int64   // by token, 0 where it has no vector
	rows    []float32 // dimensions for each token, whole numbers
	lengths []float64 // Euclidean length of each row
	ids     map[string]int32
	unknown int32
	fold    map[rune]string
	notice  string
}

// Notice is the licence notice that the file carries.
func (t *Table) Notice() string { return t.notice }

// Read reads a table. It keeps nothing of data.
func Read(data []byte) (*Table, error) {
	if len(data) < headerSize || string(data[:8]) != magic {
		return nil, errors.New("not a static reranker table: it does not begin with " + magic)
	}
	word := func(at int) int { return int(binary.LittleEndian.Uint32(data[at:])) }
	float := func(at int) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(data[at:])) }
	if v := word(8); v != version {
		return nil, fmt.Errorf("static reranker table of version %d: only version %d is known", v, version)
	}
	if word(12) != headerSize || word(76) != len(data) {
		return nil, fmt.Errorf("static reranker table is damaged: header of %d bytes and file of %d, want %d and %d",
			word(12), word(76), headerSize, len(data))
	}
	v, d := word(16), word(20)
	t := &Table{
		dimensions: d, maxTokens: word(24), maxWord: word(28),
		alpha: float(32), slope: float(40), centre: float(48),
		fold: make(map[rune]string),
	}
	scalesAt, rowsAt, vocabularyAt, foldAt, noticeAt := word(56), word(60), word(64), word(68), word(72)
	switch {
	case v == 0 || v > maxVocabulary || d == 0 || d > maxDimensions || t.maxTokens > maxTokensRead:
		return nil, fmt.Errorf("static reranker table is damaged: %d tokens of %d dimensions, %d of them read", v, d, t.maxTokens)
	case scalesAt < headerSize || scalesAt+2*v > rowsAt || rowsAt+v*d > vocabularyAt || vocabularyAt > foldAt || foldAt+4 > noticeAt || noticeAt > len(data):
		return nil, errors.New("static reranker table is damaged: its sections overlap or end beyond the file")
	}
	t.readRows(data[scalesAt:], data[rowsAt:], v)
	if err := t.readVocabulary(string(data[vocabularyAt:foldAt]), v); err != nil {
		return nil, err
	}
	if err := t.readFold(data[foldAt:noticeAt]); err != nil {
		return nil, err
	}
	t.notice = string(data[noticeAt:])
	return t, nil
}

func (t *Table) readRows(scales, rows []byte, v int) {
	t.scales = make([]int64, v)
	t.rows = make([]float32, v*t.dimensions)
	t.lengths = make([]float64, v)
	for i := range t.scales {
		t.scales[i] = int64(binary.LittleEndian.Uint16(scales[2*i:]))
	}
	for i := range t.rows {
		t.rows[i] = float32(int8(rows[i]))
	}
	for i := range t.lengths {
		row := t.row(int32(i))
		t.lengths[i] = math.Sqrt(dot(row, row))
	}
}

func (t *Table) readVocabulary(text string, v int) error {
	words, ok := strings.CutSuffix(text, "\n")
	lines := strings.Split(words, "\n")
	if !ok || len(lines) != v {
		return fmt.Errorf("static reranker table is damaged: %d words for %d tokens", len(lines), v)
	}
	t.ids = make(map[string]int32, v)
	for i, w := range lines {
		t.ids[w] = int32(i)
	}
	if t.unknown, ok = t.ids["[UNK]"]; !ok {
		return errors.New("static reranker table is damaged: no [UNK] in its vocabulary")
	}
	return nil
}

func (t *Table) readFold(data []byte) error {
	damaged := errors.New("static reranker table is damaged: its fold table is cut off")
	n := int(binary.LittleEndian.Uint32(data))
	data = data[4:]
	for range n {
		if len(data) < 5 {
			return damaged
		}
		from, k := rune(binary.LittleEndian.Uint32(data)), int(data[4])
		data = data[5:]
		if len(data) < 4*k {
			return damaged
		}
		var to strings.Builder
		for i := range k {
			to.WriteRune(rune(binary.LittleEndian.Uint32(data[4*i:])))
		}
		t.fold[from] = to.String()
		data = data[4*k:]
	}
	return nil
}

// row is the vector of a token.
func (t *Table) row(id int32) []float32 {
	at := int(id) * t.dimensions
	return t.rows[at : at+t.dimensions : at+t.dimensions]
}

// dot is the product of two vectors of the same length, exact.
func dot(a, b []float32) float64 {
	return float64(gonum.Implementation{}.Sdot(len(a), a, 1, b, 1))
}
