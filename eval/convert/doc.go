// Package convert reads judged queries and runs from the files of other tools
// and writes them for other tools: TREC qrels and runs, BEIR folders, Quepid's
// CSV exports, _rank_eval request bodies, tab-separated tables, judgements of
// Elastic's Relevance Studio, judgment lists of OpenSearch's search relevance
// plugin, and suites.
//
// It refuses to guess in silence. A line that does not fit is an error with
// file and line; what a format cannot hold, and what two files say
// differently, is listed among the losses of the result. Nothing here talks
// to a cluster, and no file is left half-written. TREC files are read by
// package trec, so that a converted run evaluates as the run does.
//
// How it works:
//
//  1. detect tells the format by a file's name where the caller names none.
//  2. readFormat brings any format to one neutral value, a collection: a suite's
//     queries with their judgments, the runs, and where the documents are.
//  3. Where a documents file is given, resolve joins judgments and documents:
//     ids get their titles, titles their ids, and a title that several
//     documents share keeps its id beside it.
//  4. writeFormat writes a collection in any format that can hold it, to temporary
//     files that take their names at the end, all of them or none.
package convert
