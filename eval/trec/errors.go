package trec

import "fmt"

// A LineError says what is wrong with a line of a qrels or run file.
type LineError struct {
	File    string // the name of the Input
	Line    int    // counts from 1
	Message string
}

func (e *LineError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message) }
