// Package trec reads TREC qrels and run files, and evaluates the one against
// the other: the numbers of trec_eval, from files to means, as fast as the
// files can be read. It is the only reader of these files, so that whoever
// asks gets the same ranking and the same errors.
//
// It refuses to guess. A short line, a grade that is not a whole number, a score
// that is not a number, the same document twice: each is a *LineError with file
// and line. Means are always over all queries of the qrels; a query that the
// run does not answer counts 0 and is told apart by its number of hits.
//
// How it works:
//
//  1. ReadQrels reads the judgments into memory: for each query the judged
//     documents with their hashes, and what metrics needs for ideal rankings.
//  2. Evaluate reads the run in blocks that are cut where the query changes,
//     and hands them to one worker a core. Nothing of a block outlives it, so
//     memory grows with the judgments and one query's list, not with the run.
//  3. A worker splits lines by hand over the bytes, and looks every document
//     up once in a small hash table that holds the judged documents of the
//     query and those it has already returned. Equal hashes are settled by
//     comparing the ids in full.
//  4. Nothing is sorted. Only the ranks of judged hits matter to a metric, and
//     such a rank is the number of hits that beat it: by a higher score, or by
//     the greater document id, in bytes, where scores are equal. In a list
//     that comes in order by score that is its place.
//  5. A file whose queries are scattered is found out at the first query that
//     comes again, and read a second time with all lists in memory.
//  6. ReadRun, for those who want the rankings themselves, keeps them whole.
//  7. WriteTrecEval prints as trec_eval does, byte for byte.
package trec
