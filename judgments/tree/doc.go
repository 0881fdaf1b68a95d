// Package tree parses YAML to a tree of nodes, each with its line and column,
// and writes scalars: it alone knows which text needs quotes.
//
// It refuses to decode into structs: that drops null list items, rounds
// numbers and forgets columns. A text with more than one document is an error,
// and so is a defect of the parser, which must not end the program.
//
// How it works:
//
//  1. Parse hands the text to the YAML library's decoder, as a Node.
//  2. What the library reports becomes a SyntaxError with its line.
//  3. Lines are counted as editors count them, where the library takes rarer
//     characters for line breaks too.
//  4. Whoever asked walks the tree by hand.
//  5. Scalar leaves out the quotes only where the parser itself reads the same
//     text in every place that a scalar can stand in.
package tree
