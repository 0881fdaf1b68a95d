// Package convert reads judged queries and runs from the files of other tools
// and writes them for other tools: TREC qrels and runs, BEIR folders and those
// of Hugging Face like them, tables of any delimiter, Quepid's books, cases and
// snapshots, _rank_eval request bodies, judgements of Elastic's Relevance
// Studio, query sets and judgment lists of OpenSearch, ratings of RRE, lists for
// learning to rank, MS MARCO's runs, and suites.
//
// It refuses to lose anything in silence. A line that does not fit is an error
// with file and line. Where judgments would vanish, queries become one, a value
// change or an option do nothing, nothing is written unless Job.Force is set;
// what the target has no place for is noted. Nothing here talks to a cluster,
// and no file is left half-written. TREC files are read by package trec, so that
// a converted run evaluates as the run does.
//
// How it works:
//
//  1. detect tells the source's format by its content, and formatOfName the
//     target's by its name, where the caller names none.
//  2. readFormat brings any format to one neutral value, a collection: a suite's
//     queries with their judgments, the runs, the raters and the documents.
//     What was not clear on the way is in its ledger.
//  3. Where there are documents, resolve joins judgments and documents: ids get
//     their titles, titles their ids, and a title that several documents share
//     keeps its id beside it.
//  4. writeFormat writes the collection into a folder of its own, in any format
//     that can hold it; what that cannot hold is in the output's ledger.
//  5. What was written is read again and counted, and a suite is checked as
//     releval check --offline does.
//  6. Only then the files take their places, all of them or none.
package convert
