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
//  4. Append resumes a file after its last whole line; Renew rewrites one
//     whose failed queries were searched again.
//  5. Keep writes a run that is at hand for its user alone.
package runfile
