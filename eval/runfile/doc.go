// Package runfile keeps runs in files: JSON Lines, a manifest first, then a
// line for each finished query, last a line that says the run is complete.
//
// It refuses to write over a file that exists, to share a file with another
// process, to resume a file that changed meanwhile, and to read a damaged one;
// a file that only breaks off is read up to its last whole line.
//
//  1. Create starts a file with the manifest; a lock keeps others out.
//  2. Journal.Query hands each answered query to the system in one write, and
//     forces the file to the disk four times a second.
//  3. Read reads a file, compressed or not, and says how much of it is whole.
//     It goes through the file once, line by line, so that pipes and compressed
//     files are read as others are, and nothing is looked up in it again.
//     What it keeps of a query is small: each document is held once for all hits
//     that name it, a hit is a pointer and a score, and lists share blocks. Two
//     runs that are compared are read by one Reader, and share what they hold
//     alike. Whoever evaluates a run takes it query by query, in memory that is
//     used again, and keeps values, ranks and the few documents that tables name.
//  4. Append resumes a file after its last whole line; Renew rewrites one
//     whose failed queries were searched again.
//  5. Keep writes a run that is at hand for its user alone.
//
// So a report takes about 8 KB for each further query of two systems with a window
// of 50, a comparison of two runs 11 KB and a sweep 12 KB, and another 100 to 200
// bytes for each document that no query before has returned. BenchmarkMemory in
// cmd/releval prints it.
package runfile
