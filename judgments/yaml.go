package judgments

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

// This is the only file that imports the YAML library. It is used for its
// parser alone: its decoding into structs drops null list items, rounds
// numbers and forgets columns.

// node is a piece of a parsed file with its position.
type node = yaml.Node

const (
	documentNode = yaml.DocumentNode
	sequenceNode = yaml.SequenceNode
	mappingNode  = yaml.MappingNode
	scalarNode   = yaml.ScalarNode
	aliasNode    = yaml.AliasNode
)

// Tags as node.ShortTag gives them.
const (
	tagString    = "!!str"
	tagInt       = "!!int"
	tagFloat     = "!!float"
	tagBool      = "!!bool"
	tagNull      = "!!null"
	tagTimestamp = "!!timestamp"
	tagMapping   = "!!map"
	tagSequence  = "!!seq"
	tagMerge     = "!!merge"
)

// plain reports whether a scalar is written without quotes.
func plain(n *node) bool {
	return n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

// syntaxError is a file that is no YAML: Line counts from 1 within the parsed
// text, and is 0 where the parser gives none.
type syntaxError struct {
	line    int
	message string
}

func (e *syntaxError) Error() string { return e.message }

// errEmpty is returned for text that holds nothing but comments.
var errEmpty = errors.New("empty")

// secondDocument is the error of a file with more than one document.
const secondDocument = "a suite is one YAML document, and a second one starts here; remove the ---, or keep it in a file of its own"

// parseYAML parses one document and returns its root. The error is errEmpty
// or a *syntaxError.
func parseYAML(text []byte) (root *node, err error) {
	// The parser reports by panicking internally and recovers its own
	// errors; a defect in it must not end the program.
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, &syntaxError{message: fmt.Sprintf("the YAML parser gave up: %v", r)}
		}
	}()
	d := yaml.NewDecoder(bytes.NewReader(text))
	var first, second node
	switch err := d.Decode(&first); {
	case errors.Is(err, io.EOF):
		return nil, errEmpty
	case err != nil:
		return nil, newSyntaxError(err)
	}
	switch err := d.Decode(&second); {
	case err == nil:
		return nil, &syntaxError{line: second.Line, message: secondDocument}
	case !errors.Is(err, io.EOF):
		return nil, newSyntaxError(err)
	}
	if first.Kind == documentNode && len(first.Content) == 1 {
		return first.Content[0], nil
	}
	return nil, errEmpty
}

var errorLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

func newSyntaxError(err error) *syntaxError {
	text := err.Error()
	e := &syntaxError{message: text}
	if m := errorLine.FindStringSubmatch(text); m != nil {
		e.line, _ = strconv.Atoi(m[1])
		e.message = strings.TrimSpace(text[len(m[0]):])
	}
	return e
}
