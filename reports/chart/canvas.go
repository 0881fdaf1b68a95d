package chart

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/releval/releval/reports/grid"
)

// canvas is a chart over windows made of characters, with the windows evenly
// spaced across and the metric upwards.
type canvas struct {
	windows []int
	extent
	// columns is the distance from the first window to the last, both
	// included; pad is the room on both sides of them.
	columns, pad int
	// signs are what stands in each row and column, in the order of drawing.
	signs [][][]rune
}

// canvasLeft is how many columns stand before a canvas: the scale.
const canvasLeft = 8

func newCanvas(windows []int, e extent, rows, columns, pad int) *canvas {
	if e.high-e.low < 0.01 {
		middle := (e.low + e.high) / 2
		e.low, e.high = middle-0.005, middle+0.005
	}
	c := &canvas{windows: windows, extent: e, columns: columns, pad: pad, signs: make([][][]rune, rows)}
	for i := range c.signs {
		c.signs[i] = make([][]rune, columns+2*pad)
	}
	return c
}

// column is where a window stands.
func (c *canvas) column(at int) int {
	return c.pad + int(math.Round(float64(at)*float64(c.columns-1)/float64(len(c.windows)-1)))
}

// row is where a value stands.
func (c *canvas) row(v float64) int {
	last := len(c.signs) - 1
	return min(max(int(math.Round((c.high-v)/(c.high-c.low)*float64(last))), 0), last)
}

// put writes a sign where a value is defined.
func (c *canvas) put(column int, v float64, sign rune) {
	if !drawable(v) {
		return
	}
	if cell := &c.signs[c.row(v)][column]; !slices.Contains(*cell, sign) {
		*cell = append(*cell, sign)
	}
}

// level draws a value from side to side.
func (c *canvas) level(v float64, sign rune) {
	for column := range c.signs[0] {
		c.put(column, v, sign)
	}
}

// line draws a sign at every mark and between those next to each other.
func (c *canvas) line(marks []mark, sign rune) {
	for i, m := range marks {
		to := c.column(m.at)
		c.put(to, m.value, sign)
		if i == 0 || !drawable(m.value) {
			continue
		}
		before := marks[i-1]
		from := c.column(before.at)
		for column := from + 1; column < to; column++ {
			c.put(column, before.value+(m.value-before.value)*float64(column-from)/float64(to-from), sign)
		}
	}
}

// write writes the canvas with its scales. Of the signs in one cell, choose
// takes the one to show; over is written over the rest, by row and column.
func (c *canvas) write(b *strings.Builder, every int, choose func(signs []rune, column int) rune, over map[[2]int]rune) {
	last := len(c.signs) - 1
	for row, cells := range c.signs {
		line := make([]rune, len(cells))
		for column, signs := range cells {
			line[column] = ' '
			if len(signs) > 0 {
				line[column] = choose(signs, column)
			}
			if sign, there := over[[2]int{row, column}]; there {
				line[column] = sign
			}
		}
		label := ""
		if row%every == 0 || row == last {
			label = grid.Fixed(c.high - (c.high-c.low)*float64(row)/float64(last))
		}
		fmt.Fprintf(b, "%*s ┤%s\n", canvasLeft-2, label, strings.TrimRight(string(line), " "))
	}
	b.WriteString(strings.Repeat(" ", canvasLeft-1) + "└" + strings.Repeat("─", len(c.signs[0])) + "\n")
	b.WriteString(c.labels())
}

// labels writes the windows under their points, as many as fit.
func (c *canvas) labels() string {
	end := canvasLeft + len(c.signs[0])
	line := []byte(strings.Repeat(" ", end+8))
	free := 0
	for i, w := range c.windows {
		label := strconv.Itoa(w)
		at := canvasLeft + c.column(i) - len(label)/2
		if at < free || at+len(label) > end+1 {
			continue
		}
		copy(line[at:], label)
		free = at + len(label) + 2
	}
	return strings.TrimRight(string(line), " ") + "\n"
}
