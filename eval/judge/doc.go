// Package judge asks a person at a terminal how relevant documents are, one
// at a time.
//
// It refuses to lose a judgment: a grade is saved before the next document is
// shown, and what could not be saved is said and shown as not judged. Nothing
// on the screen says which system found a document.
//
// How it works:
//
//  1. A Book holds the items and keeps the grades: PoolBook in a pool file,
//     SuiteBook in a suite itself, both by rewriting the file at once.
//  2. A Session knows the item on the screen and what can be undone. Press
//     takes a key; it knows of no terminal.
//  3. Screen lays a session out for any size from 80 by 24 on, cutting what
//     does not fit.
//  4. Run reads keys and draws screens until the person quits or all is
//     judged. The caller puts the terminal into raw mode, and back.
package judge
