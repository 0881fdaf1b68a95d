// Package text is how words and numbers are written for people, and strings
// for JSON: one home, so that a count, a list or a name looks the same in
// every message, table and report.
//
// It refuses to let through what a terminal, a web page or a file name would
// take for a command.
//
//  1. [Clean] makes one inert line of what a file or a server says; [Clip] and
//     [Quote] then shorten it.
//  2. [Count], [Plural] and [Thousands] write counts, [List] and [And] names.
//  3. [Number], [Fixed], [Signed] and [Percent] write measured values and the
//     limits that they are compared with.
//  4. [JSON] writes a string for JSON without the escapes that HTML asks for.
//
// It imports nothing of the project.
package text
