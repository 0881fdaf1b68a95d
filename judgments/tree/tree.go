package tree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// This is the only file that imports the YAML library, so that another one
// with the same tree can take its place.

// Node is a piece of a parsed file with its position.
type Node = yaml.Node

// Kind and Style are what a node is, and how it is written.
type (
	Kind  = yaml.Kind
	Style = yaml.Style
)

// The kinds of nodes.
const (
	DocumentNode = yaml.DocumentNode
	SequenceNode = yaml.SequenceNode
	MappingNode  = yaml.MappingNode
	ScalarNode   = yaml.ScalarNode
	AliasNode    = yaml.AliasNode
)

// The styles of nodes.
const (
	FlowStyle         = yaml.FlowStyle
	LiteralStyle      = yaml.LiteralStyle
	FoldedStyle       = yaml.FoldedStyle
	SingleQuotedStyle = yaml.SingleQuotedStyle
	DoubleQuotedStyle = yaml.DoubleQuotedStyle
)

// SyntaxError is a file that is no YAML.
type SyntaxError struct {
	// Line counts from 1 within the parsed text; 0 where the parser gives none.
	Line    int
	Message string
}

func (e *SyntaxError) Error() string { return e.Message }

// ErrEmpty is returned for text that holds nothing but comments.
var ErrEmpty = errors.New("empty")

// SecondDocument is the error of a file with more than one document.
const SecondDocument = "a file is one YAML document, and a second one starts here; remove the ---, or keep it in a file of its own"

// Parse parses one document and returns its root. The error is ErrEmpty
// or a *SyntaxError.
func Parse(text []byte) (root *Node, err error) {
	// The parser reports by panicking internally and recovers its own
	// errors; a defect in it must not end the program.
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, &SyntaxError{Message: fmt.Sprintf("the YAML parser gave up: %v", r)}
		}
	}()
	lines := places(text)
	defer func() {
		if e, ok := errors.AsType[*SyntaxError](err); ok && e.Line >= 1 && e.Line <= len(lines) {
			e.Line = lines[e.Line-1].line
		}
	}()
	d := yaml.NewDecoder(bytes.NewReader(text))
	var first, second Node
	switch err := d.Decode(&first); {
	case errors.Is(err, io.EOF):
		return nil, ErrEmpty
	case err != nil:
		return nil, newSyntaxError(err)
	}
	switch err := d.Decode(&second); {
	case err == nil:
		return nil, &SyntaxError{Line: second.Line, Message: SecondDocument}
	case !errors.Is(err, io.EOF):
		return nil, newSyntaxError(err)
	}
	if first.Kind == DocumentNode && len(first.Content) == 1 {
		if lines != nil {
			locate(&first, lines)
		}
		return first.Content[0], nil
	}
	return nil, ErrEmpty
}

var errorLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

func newSyntaxError(err error) *SyntaxError {
	text := err.Error()
	e := &SyntaxError{Message: text}
	if m := errorLine.FindStringSubmatch(text); m != nil {
		e.Line, _ = strconv.Atoi(m[1])
		e.Message = strings.TrimSpace(text[len(m[0]):])
	}
	return e
}
