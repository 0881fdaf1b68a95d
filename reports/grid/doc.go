// Package grid lays out tables and text for a terminal, for Markdown and for
// HTML, so that whatever a document, a suite or a server says stays text.
//
// It refuses to lay out a table whose rows differ in length, to let a cell
// break a line, and to print a value that is undefined as a number. It knows
// nothing of runs and reports.
//
// How it works:
//
//  1. A Table is filled with columns and cells first: a cell is a text, its
//     tone and the marks of its footnotes. Footnotes says each remark once.
//  2. Every text becomes one inert line first; Clip, Short and Wrap fit it to
//     columns of a terminal, which Width counts as terminals do: wide
//     characters two, combining marks none.
//  3. Text renders the table for a Screen, cut to its width, or as paragraphs
//     where that is not enough; Markdown and HTML render it escaped. Colour
//     repeats what a sign or a word says already.
//  4. EscapeMarkdown, EscapeLineStart and EscapeHTML do for prose what the
//     tables do for cells.
//  5. Fixed, Signed, Interval and the others print numbers: three decimals,
//     and a question mark for what is undefined.
package grid
