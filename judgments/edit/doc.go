// Package edit changes suites as a careful person would: only the bytes that
// have to change, with every comment, blank line and order of keys kept.
//
// It refuses what it cannot do safely. A title that is written over several
// lines, a list that is an alias, and a suite too large to be parsed at once
// are errors with the place, and the file stays as it is.
//
// How it works:
//
//  1. Open parses the text to a tree, for the places of its values; the tree
//     is never written back.
//  2. Each change becomes a piece of text for a span of bytes: a new scalar
//     in the old one's quotes, or entries behind the last one of a list, in
//     the list's own style.
//  3. Text puts the pieces in and reads the result as a suite. Where it does
//     not say exactly what was meant, and nothing else, that is an error:
//     no guess about YAML goes unchecked.
//  4. WriteFile replaces the file at once, so that no reader and no crash
//     meets half of it.
package edit
