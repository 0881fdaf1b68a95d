// Package static scores how near texts are to a query, with one fixed vector
// per word piece: a stand-in for a cross-encoder that needs no network and
// takes microseconds. It knows no word order and no negation.
//
// FORMAT.md describes the table, the cutting of text into pieces and the
// score; reference.py is the same in another language, distill.py made the
// table, and vectors.json holds what every implementation must reproduce.
//
// It refuses a table that is damaged or of another version.
//
// How it works:
//
//  1. Read checks a table and indexes its vocabulary; New uses the one that is
//     compiled in.
//  2. A text becomes the pieces that BERT's uncased tokenizer gives, of which
//     those with a vector are kept: a document, which is remembered.
//  3. The score mixes the cosine of the summed vectors with the mean over the
//     query's pieces of their best match in the text.
//
// Sums of products are whole numbers and exact; the rest is float64 in the
// order of FORMAT.md, so that every machine gives the same score.
package static
