package jsontree

import (
	"strconv"
	"strings"
)

// Kind is the JSON type of a Node.
type Kind uint8

// The kinds of JSON values. The zero Node is a null.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

// Node is one JSON value.
type Node struct {
	Kind Kind
	// Text is the string's value, the number as it was written, or "true"
	// and "false"; empty for the other kinds.
	Text string
	// Start and End are byte offsets of the value in the input.
	Start, End int
	// Items are the elements of an array.
	Items []Node
	// Members are the fields of an object in the order of the input.
	Members []Member
}

// Member is one field of an object.
type Member struct {
	Key string
	// KeyStart is the byte offset of the key's opening quote.
	KeyStart int
	Value    Node
}

// Token names the kind as Elasticsearch's messages do, for example
// START_OBJECT or VALUE_NUMBER.
func (n Node) Token() string {
	switch n.Kind {
	case Bool, String, Number:
		return map[Kind]string{Bool: "VALUE_BOOLEAN", String: "VALUE_STRING", Number: "VALUE_NUMBER"}[n.Kind]
	case Array:
		return "START_ARRAY"
	case Object:
		return "START_OBJECT"
	}
	return "VALUE_NULL"
}

// Get returns the field of an object by its key, and whether it is there.
func (n Node) Get(key string) (Node, bool) {
	for i := range n.Members {
		if n.Members[i].Key == key {
			return n.Members[i].Value, true
		}
	}
	return Node{}, false
}

// Scalar says whether the node is a string, a number or a boolean.
func (n Node) Scalar() bool {
	return n.Kind == String || n.Kind == Number || n.Kind == Bool
}

// Int reads a whole number, written as a number or, as Elasticsearch lets one
// do, as a string that holds one. A fraction is cut off where the value is
// written as a number.
func (n Node) Int() (int, bool) {
	switch n.Kind {
	case Number, String:
		if v, err := strconv.Atoi(n.Text); err == nil {
			return v, true
		}
		if f, err := strconv.ParseFloat(n.Text, 64); err == nil && n.Kind == Number && f > -1<<31 && f < 1<<31 {
			return int(f), true
		}
	}
	return 0, false
}

// Float reads a number, or a string that holds one.
func (n Node) Float() (float64, bool) {
	if n.Kind != Number && n.Kind != String {
		return 0, false
	}
	v, err := strconv.ParseFloat(n.Text, 64)
	return v, err == nil
}

// Bool reads a boolean, or a string that holds one.
func (n Node) Bool() (value, ok bool) {
	if n.Kind != Bool && n.Kind != String {
		return false, false
	}
	return n.Text == "true", n.Text == "true" || n.Text == "false"
}

// Position turns a byte offset of data into a line and a column, both counted
// from 1.
func Position(data []byte, offset int) (line, column int) {
	before := string(data[:min(max(offset, 0), len(data))])
	line = 1 + strings.Count(before, "\n")
	column = len(before) - strings.LastIndexByte(before, '\n')
	return line, column
}
