// Package check tells whether a suite is still true: of itself, and of the
// index that it judges. Titles get renamed, documents come and go, a title
// comes to stand twice, and a judgment that matches nothing looks like a
// reranker that got worse.
//
// It refuses to guess where a guess would change a judgment. A title is
// rewritten only where the new one is certain: the same letters, or the same
// document as before. Whatever else is near is proposed, with the reason.
//
// How it works:
//
//  1. Offline looks at the suite alone: queries that differ only in accents or punctuation,
//     expectations and gates that nothing can meet, definitions without use.
//  2. Online looks at the cluster as a run does before its first search, sends
//     one search for each system to see whether the server takes it, then
//     looks up every judged and expected title and id, many in one request.
//  3. Titles without a document are compared with those of the index, and
//     with what the suite's documents and earlier runs know: a document that
//     had the title and has another one now was renamed.
//  4. Fix rewrites what is certain in the suite's text, byte by byte.
//  5. Sort orders the findings by place, Summary counts them; reports print them.
package check
