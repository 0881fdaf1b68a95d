package judgments

import (
	"bytes"
	"slices"

	"github.com/releval/releval/judgments/tree"
)

// File is a YAML file of this project that is no suite, as a pool file is. It
// is walked as strictly as a suite: what does not fit is collected with its
// place, and nothing is passed over.
type File struct {
	// Root is the parsed text; nil where it could not be parsed.
	Root *tree.Node
	w    *walker
}

// ParseFile parses a file's text. The name stands for it in positions, and
// empty says what a file without content lacks.
func ParseFile(name string, text []byte, empty string) *File {
	f := &File{w: newWalker(name, Options{})}
	f.w.empty = empty
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if f.w.checkText(text, DefaultMaxBytes) {
		f.Root = f.w.tree(text)
	}
	return f
}

// At is a node's place.
func (f *File) At(n *tree.Node) Position { return f.w.at(n) }

// Fail records a problem at a node.
func (f *File) Fail(n *tree.Node, format string, args ...any) { f.w.fail(n, format, args...) }

// Err is everything that was found wrong, as Problems, or nil.
func (f *File) Err() error { return f.w.problems.ErrorOrNil() }

// Fields calls read for each key of a mapping, aliases followed. Unknown keys
// and keys that stand twice are problems. A value may be null.
func (f *File) Fields(n *tree.Node, what string, known []string, read func(key string, v *tree.Node)) {
	f.w.pairs(n, what, func(key string, k, v *node) {
		if !slices.Contains(known, key) {
			f.w.unknownKey(k, what, known)
			return
		}
		read(key, v)
	})
}

// Items calls read for each item of a list, aliases followed. An item without
// a value is a problem.
func (f *File) Items(n *tree.Node, what string, read func(v *tree.Node)) {
	f.w.items(n, what, func(_ int, v *node) { read(v) })
}

// Text reads text, which may be of any characters.
func (f *File) Text(n *tree.Node, what string) string {
	text, _ := f.w.anyText(n, what)
	return text
}

// ID reads a document's or query's id: text, or a whole number as it stands.
func (f *File) ID(n *tree.Node, what string) string {
	if wholeNumber(n) {
		return n.Value
	}
	return f.Text(n, what)
}
