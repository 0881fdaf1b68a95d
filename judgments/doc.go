// Package judgments reads suites: the YAML files that say how to search, and
// which titles are relevant to which query.
//
// It refuses what it does not understand. An unknown key, a wrong type, a
// duplicate query, an alias cycle or a file beyond the limits is a Problem
// with file, line and column, and all problems of a file are reported in one
// pass. Nothing here talks to a cluster.
//
// How it works:
//
//  1. Load reads the file, within limits of size, depth and aliases.
//  2. The YAML is parsed to a tree of nodes, which keeps every position; a
//     long list of queries is parsed in pieces, so that memory stays small.
//  3. The tree is walked by hand into a Suite of plain values; whatever does
//     not fit becomes a Problem. Raw JSON, as of the retriever, keeps the
//     text of its numbers and the order of its keys.
//  4. The finished Suite is checked as a whole: duplicates, references from
//     gates to systems, names and titles that fold to the same, placeholders
//     without a value and parameters without a placeholder.
//
// Search.Systems says what a suite compares: first stages, rerankers over them,
// whole requests. A Template is raw JSON whose placeholders are filled for each
// query, once, with Search.Values.
//
// Beside it stand what belongs to the file: Schema for editors, Write for
// suites made by programs, Documents for the documents file, and hashes that
// tell whether two suites judge, ask and search the same. Package convert
// exchanges suites with other tools.
package judgments
