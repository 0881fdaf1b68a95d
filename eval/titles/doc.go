// Package titles looks up which documents of an index titles stand for, and
// which titles are near one that no document has.
//
// It refuses to take one document for another: titles are the same only after
// judgments.FoldTitle, and everything beyond that is a proposal with a reason,
// never an answer.
//
// How it works:
//
//  1. Find reads all titles of an index that holds few documents for the
//     titles that are asked for. Of a larger one it asks for many titles in
//     one request: exactly on a keyword field where the title has one, then
//     as phrases, whose hits are compared after folding. Phrases also find
//     further documents that write a title in another case. A batch that
//     brings more hits than one answer holds is split.
//  2. What is still missing in an index that fits in one answer is looked for
//     in all of its titles, because analysis can hide a title from a phrase.
//  3. A Catalogue ranks titles by nearness: the same but for accents,
//     punctuation and a moved article; a few edits away; one contained in the
//     other; sharing most words. Near says which of these it is.
//  4. Distinguish finds the field whose values tell documents of one title
//     apart.
package titles
