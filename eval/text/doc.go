// Package text is how words and numbers are written for people, and strings
// for JSON: one home, so that a count, a list or a name looks the same in
// every message, table and report.
//
// It refuses to let through what a terminal, a web page or a file name would
// take for a command.
package text
