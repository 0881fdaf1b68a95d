// Package analysis turns text into terms as Lucene's analyzers standard and
// english do, so that the same words match the same documents.
//
// It refuses every other analyzer by not knowing its name.
//
// How it works:
//
//  1. The text is cut at the word boundaries of Unicode's UAX #29 (a library
//     knows them); a piece is a token where it holds a letter, a digit, an
//     ideograph or a pictograph, and is cut again after 255 UTF-16 units.
//  2. Every token is lowered, character by character.
//  3. The english analyzer takes away a possessive "'s" before lowering, drops
//     Lucene's 33 stop words, which leave a gap in the positions, and stems
//     with Porter's algorithm of 1980 as Lucene has it.
package analysis
