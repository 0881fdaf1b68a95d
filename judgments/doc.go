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
//  2. The YAML is parsed to a tree of nodes, which keeps every position.
//  3. The tree is walked by hand into a Suite of plain values; whatever does
//     not fit becomes a Problem.
//  4. The finished Suite is checked as a whole: duplicates, references from
//     gates to systems, titles that fold to the same.
package judgments
