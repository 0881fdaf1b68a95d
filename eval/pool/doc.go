// Package pool finds the documents that are worth judging next: what the
// systems return and nobody has judged.
//
// It refuses to judge. A document that was left out or marked ? stays
// unjudged, a grade that contradicts the suite is an error and never
// overwrites, and with Options.Blind nothing in the file says which system
// found what.
//
// How it works:
//
//  1. A run holds what each system returns for each query; AddRun adds a TREC
//     run as one more system.
//  2. New takes the union of the top ranks, leaves out what is judged, and
//     works out for each document how far a judgment of it could move the
//     difference between the systems. First come the documents whose judging
//     could settle the sign of an open primary comparison (metrics.Settle), then
//     the largest.
//  3. Complete asks the index for titles, texts, and the titles that need an
//     id beside them.
//  4. Write writes the candidates as YAML with a question mark for each
//     grade; Read reads it back, strictly, with the place of every problem;
//     File.Grade fills in one grade in the text.
//  5. Merge puts the grades behind the suite's own judgments, with its
//     comments kept.
package pool
