// Package untrusted says whether a suite may be searched that anybody may have
// written, such as one of a pull request, with credentials that its author does
// not have.
//
// It refuses what it does not know. A suite may match, filter, boost and fuse
// within the indices that the caller names, and put the values of the title
// fields that the caller names into reports. It may not run code on the server,
// read another index or document, address a server, or name a file outside of
// its folder.
//
// How it works:
//
//  1. Policy.Check looks at the suite's plain values: cluster, index, title
//     field, documents, and the numbers that say what a run costs.
//  2. Every raw JSON value of the suite is then found by its type, wherever it
//     stands, so that a key that suites get later is checked too.
//  3. JSON walks such a value. Kinds of retrievers and queries must be among
//     those that are known to stay within the index; keys that run code or name
//     an index or a document are refused at any depth, as are strings that
//     name the field _index.
//
// What it cannot refuse is written in ARCHITECTURE.md, "Who may attack".
package untrusted
