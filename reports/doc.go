// Package reports renders what a run came to: for the terminal, as Markdown,
// HTML, JSON, CSV and JUnit.
//
// It computes no metric and decides no gate, and it refuses to write half a
// file: everything is rendered to memory, then written.
//
// How it works:
//
//  1. New works a Report out of an evaluation: sorted, deduplicated, plain
//     values.
//  2. Each format renders that one value; titles, queries and errors come
//     from elsewhere, so each format makes them inert in its own way.
//  3. WriteFile picks the format by the name's ending.
package reports
