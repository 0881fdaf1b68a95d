// Package reports renders what a run came to: for the terminal, as Markdown,
// HTML, JSON, CSV and JUnit. It also prints what other commands found out.
//
// It computes no metric and decides no gate; it refuses to write half a file,
// to print a value that is undefined as a number, and to let a title, a query
// or an error of a server mean anything to a terminal, a browser, a
// spreadsheet or a Markdown renderer.
//
// How it works:
//
//  1. New works a Report out of an evaluation: sorted, deduplicated, plain
//     values. Gates, a baseline and a sweep are set by whoever has them.
//  2. The verdicts, what to do next and the findings are put in words once:
//     what happened on these queries, what it may mean for others, what judging
//     could make of it, what to do, and what could not be trusted. No sentence
//     says more than the difference's Says.
//     With a baseline what changed, its cause and the gates come before anything
//     else, and nothing is marked as being well where something failed. On a
//     terminal the answer is one screen; everything is in its details.
//  3. Every text from elsewhere becomes one inert line; each format then
//     escapes what has a meaning there.
//  4. Tables are filled once, and rendered by package grid for each format;
//     charts get plain numbers, and are drawn by package chart.
//  5. Write renders to memory and writes at once; WriteFile picks the format
//     by the name's ending and puts the file in place by renaming. WriteFailure
//     and WriteFailureFile do it where there is no run to report, and say why.
//  6. WriteEval, WriteCheck, WriteAnnotations and WriteAgreement print what
//     comes of runs in TREC format, of the check of a suite, and of two judges.
//
// The JSON report is described by report.schema.json. A row of the CSV report
// is a query, a system and a metric; beside it stand .systems.csv, the decision
// table, and .hits.csv with a row
// for each hit. Numbers for machines have all their digits, and what is
// undefined is null or empty; people see three decimals, and a question mark.
package reports
