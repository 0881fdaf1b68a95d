// Package jsontree reads JSON into a tree that keeps the order of keys, the
// text of numbers and the place of every value, which is what a strict parser
// needs to name the line and column of what it refuses.
//
// It refuses duplicate keys, bytes that are not UTF-8, nesting beyond
// MaxDepth, and anything after the value. It converts nothing to Go structs.
//
// How it works:
//
//  1. Parse checks the encoding, then reads tokens from jsontext,
//     which knows duplicate keys.
//  2. Every value becomes a Node with its offsets in the input.
//  3. Position turns an offset into a line and a column when an error needs
//     them.
package jsontree
